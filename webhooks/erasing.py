"""What deliveries keep about a customer, removed when the customer is erased for good."""

import uuid

from accounts.actors import Actor
from accounts.roles import Permission
from webhooks.models import Delivery


def forget_answers(actor: Actor, public_id: uuid.UUID) -> None:
    """Blank what receivers answered to messages about the customer: some say back what they were told."""
    actor.require(Permission.ORGANIZATIONS_ARCHIVE)
    Delivery.objects.filter(reseller=actor.reseller, subject_id=public_id).update(excerpt="")
