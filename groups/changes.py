"""The verbs on a group itself: create, change, delete. Which organizations are in it is organizations/members.py."""

import unicodedata
from typing import Final

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F, Func
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from accounts.models import ApiKey, new_id
from accounts.refusals import Refused
from accounts.roles import Permission
from events.log import record
from events.models import Kind
from groups.access import lock_group
from groups.models import Assignment, Group

LONGEST_NAME: Final = 255
LONGEST_DESCRIPTION: Final = 2_000
LABELS: Final = {"name": gettext_lazy("Group Name"), "description": gettext_lazy("Description")}


def create_group(actor: Actor, *, name: str, description: str = "") -> Group:
    """Raises ValidationError with the sentences by field, and then writes nothing."""
    actor.require(Permission.GROUPS_EDIT)
    group = Group(reseller=actor.reseller, **_read(name, description))
    with transaction.atomic():
        _save(group)
        record(actor, Kind.GROUP_CREATED, group.public_id)
    return group


def change_group(actor: Actor, group: Group, *, name: str, description: str, version: int) -> Group:
    """Raises ValidationError by field, and Refused when the group was changed or deleted since `version`."""
    actor.require(Permission.GROUPS_EDIT)
    with transaction.atomic():
        now = lock_group(actor, group)
        if now.version != version:
            raise Refused(
                _("Somebody else changed this group while you were editing. Compare your texts and save again.")
            )
        after = _read(name, description)
        changes = {field: [getattr(now, field), text] for field, text in after.items() if getattr(now, field) != text}
        if changes:
            now.name, now.description, now.version = after["name"], after["description"], now.version + 1
            _save(now)
            record(actor, Kind.GROUP_CHANGED, now.public_id, details={"changes": changes})
    return now


def delete_group(actor: Actor, group: Group) -> None:
    """Delete a group that holds no organization any more, and who looks after it with it."""
    actor.require(Permission.GROUPS_EDIT)
    with transaction.atomic():
        now = lock_group(actor, group, to_delete=True)
        now.delete()
        record(actor, Kind.GROUP_DELETED, group.public_id, details={"name": now.name})


def hide_group(actor: Actor, group: Group, *, held: int) -> None:
    """Delete a large group for everybody at once: nobody sees or looks after it; workers empty it, and then it goes."""
    actor.require(Permission.GROUPS_EDIT)
    with transaction.atomic():
        now = lock_group(actor, group, to_delete=True)
        now.deleted_at, now.held_at_deletion = timezone.now(), held
        now.deleted_by = {"id": str(actor.public_id), "label": actor.label, "batch": str(new_id())}
        now.save(update_fields=["deleted_at", "deleted_by", "held_at_deletion"])
        Assignment.objects.filter(reseller=actor.reseller, group=now).delete()
        keys = ApiKey.objects.filter(reseller=actor.reseller, group_ids__contains=[now.pk])
        keys.update(group_ids=Func(F("group_ids"), now.pk, function="array_remove"))
        record(actor, Kind.GROUP_DELETED, group.public_id, details={"name": now.name})


def forget_group(group: Group) -> None:
    """The end of a group that was hidden, now that nothing is in it."""
    group.delete()


def _read(name: str, description: str) -> dict[str, str]:
    texts = {
        "name": " ".join(unicodedata.normalize("NFC", name).split()),
        "description": unicodedata.normalize("NFC", description).replace("\r\n", "\n").strip(),
    }
    longest = {"name": LONGEST_NAME, "description": LONGEST_DESCRIPTION}
    wrong = {field: _too_long(text, longest[field]) for field, text in texts.items() if len(text) > longest[field]}
    wrong |= {field: _("Remove the control characters.") for field, text in texts.items() if _has_controls(text)}
    if not texts["name"]:
        wrong["name"] = _("Enter a group name.")
    if wrong:
        raise ValidationError(wrong)
    return texts


def _has_controls(text: str) -> bool:
    return any(unicodedata.category(character) in ("Cc", "Cs") for character in text.replace("\n", ""))


def _too_long(text: str, longest: int) -> str:
    return _("Use at most %(longest)s characters; this has %(length)s.") % {"longest": longest, "length": len(text)}


def _save(group: Group) -> None:
    """Write the group; a name that another has, in any case, becomes its sentence."""
    try:
        with transaction.atomic():
            group.save()
    except IntegrityError as error:
        if "group_name_is_unique" not in str(error):
            raise
        taken = _("There is a group named “%(name)s” already. Choose another name.") % {"name": group.name}
        raise ValidationError({"name": ValidationError(taken, code="taken")}) from None
