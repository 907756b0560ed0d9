"""The verbs on invitations: check and invite (one person, or a file of them), send again, withdraw.

A door hands in texts; what they mean and whether they are good is said here, for a form and a file alike.
"""

import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Sum
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import Membership
from accounts.refusals import Refused
from accounts.roles import GROUP_BOUND, Permission, Role
from events.log import record, record_many
from events.models import Kind
from groups.access import get_groups, lock_people
from groups.models import Group
from jobs.work import enqueue
from organizations.fields import fold
from organizations.pages import grouped
from people.models import Invitation

MAIL: Final = "people.mail_invitation"
LONGEST_NAME: Final = 255
LONGEST_EMAIL: Final = 254
# How much mail may go out: each address can be asked a few times a day, and a reseller a good file's worth.
MAILS_TO_AN_ADDRESS: Final = 5
MAILS_OF_A_RESELLER: Final = 1_500
A_DAY: Final = timedelta(days=1)


@dataclass(frozen=True)
class Draft:
    """A person to invite, in texts: the role by its value or label, groups by id or name; `problem` is a file row's."""

    name: str
    email: str
    role: str
    groups: tuple[str, ...] = ()
    problem: str = ""


@dataclass
class Checked:
    """A draft, what it means, and what is wrong with it by field."""

    draft: Draft
    name: str
    email: str
    role: Role | None
    groups: list[Group]
    errors: dict[str, list[str]] = field(default_factory=dict)

    def add(self, name: str, sentence: str) -> None:
        self.errors.setdefault(name, []).append(sentence)

    @property
    def sees_nothing(self) -> bool:
        return self.role in GROUP_BOUND and not self.groups


def invite_people(actor: Actor, drafts: Sequence[Draft]) -> list[Checked]:
    """Invite everybody whose draft has no errors, and answer for all. Raises Refused when that were too much mail."""
    actor.require(Permission.PEOPLE_EDIT)
    with transaction.atomic():
        lock_people(actor)
        checked = check_drafts(actor, drafts)
        good = [person for person in checked if not person.errors]
        _check_mails(actor, len(good))
        made = Invitation.objects.bulk_create([_invitation(actor, person) for person in good])
        record_many(actor, Kind.PERSON_INVITED, [(one.public_id, _told(one)) for one in made])
        for one in made:
            enqueue(MAIL, reseller_id=actor.reseller.pk, object_id=one.pk)
    return checked


def check_drafts(actor: Actor, drafts: Sequence[Draft]) -> list[Checked]:
    """What each draft means and what is wrong with it, with three queries for all of them."""
    known = _known_groups(actor)
    checked = [_read(draft, known) for draft in drafts]
    emails = {person.email for person in checked if person.email}
    taken = _taken(actor, emails)
    first: dict[str, int] = {}
    for place, person in enumerate(checked, start=1):
        if not person.email:
            continue
        if sentence := taken.get(person.email):
            person.add("email", sentence)
        elif person.email in first:
            person.add("email", _("This address is already in row %(row)s.") % {"row": first[person.email]})
        first.setdefault(person.email, place)
    return checked


def send_again(actor: Actor, invitation: Invitation) -> None:
    """A new link by a new mail, with the full time to use it; the old link ends when the new one is sent."""
    with _open(actor, invitation) as now:
        _check_mails(actor, 1)
        if _mails(actor, email=now.email) >= MAILS_TO_AN_ADDRESS:
            raise Refused(_("%(email)s got enough mail for today. Try again tomorrow.") % {"email": now.email})
        now.invited_by, now.is_mail_due, now.mail_failed = actor.membership, True, False
        now.save(update_fields=["invited_by", "is_mail_due", "mail_failed"])
        record(actor, Kind.PERSON_INVITED_AGAIN, now.public_id, details={"name": str(now)})
        enqueue(MAIL, reseller_id=actor.reseller.pk, object_id=now.pk)


def withdraw(actor: Actor, invitation: Invitation) -> None:
    """The link ends at once; the address may be invited again."""
    with _open(actor, invitation) as now:
        _withdraw(actor, [now])


def withdraw_all_of(actor: Actor, person: Membership) -> None:
    """End what somebody invited who no longer may: no door stays open behind them. In the caller's transaction."""
    theirs = Invitation.objects.permitted(actor).open().filter(invited_by=person)
    _withdraw(actor, list(theirs.select_for_update()))


def _withdraw(actor: Actor, invitations: Iterable[Invitation]) -> None:
    for one in invitations:
        one.withdrawn_at, one.is_mail_due = timezone.now(), False
        one.save(update_fields=["withdrawn_at", "is_mail_due"])
        record(actor, Kind.PERSON_UNINVITED, one.public_id, details={"name": str(one)})


@contextmanager
def _open(actor: Actor, invitation: Invitation) -> Iterator[Invitation]:
    """The invitation as it is now, while nobody accepts or changes it."""
    actor.require(Permission.PEOPLE_EDIT)
    with transaction.atomic():
        lock_people(actor)
        now = Invitation.objects.permitted(actor).open().select_for_update().filter(pk=invitation.pk).first()
        if now is None:
            raise Refused(_("The invitation of %(name)s was accepted or withdrawn meanwhile.") % {"name": invitation})
        yield now


def _invitation(actor: Actor, person: Checked) -> Invitation:
    assert person.role is not None, "a draft without errors names a role"
    groups = [group.public_id for group in person.groups]
    given = {"name": person.name, "email": person.email, "role": person.role, "group_public_ids": groups}
    return Invitation(reseller=actor.reseller, invited_by=actor.membership, **given)


def _told(invitation: Invitation) -> dict[str, Any]:
    return {"name": str(invitation), "changes": {"role": ["", invitation.role]}}


def _read(draft: Draft, known: Mapping[str, Group]) -> Checked:
    name, email = " ".join(draft.name.split()), draft.email.strip().lower()
    role, groups = _role(draft.role), [known.get(text.strip().casefold()) for text in draft.groups]
    found = list(dict.fromkeys(group for group in groups if group is not None))
    checked = Checked(draft, name, email, role, found)
    if draft.problem:
        checked.add("row", draft.problem)
    if sentence := _name_problem(name):
        checked.add("name", sentence)
    if sentence := _email_problem(email):
        checked.add("email", sentence)
        checked.email = ""
    if role is None:
        checked.add("role", _no_role(draft.role))
    for text, group in zip(draft.groups, groups, strict=True):
        if group is None:
            checked.add("groups", _("There is no group named “%(text)s”.") % {"text": text.strip()[:80]})
    return checked


def _name_problem(name: str) -> str:
    if not name:
        return _("Enter a name.")
    if len(name) > LONGEST_NAME:
        return _("The name is longer than %(limit)s characters.") % {"limit": LONGEST_NAME}
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in name):
        return _("The name holds a control character. Delete it or type the name again.")
    return ""


def _email_problem(email: str) -> str:
    if not email:
        return _("Enter an e-mail address.")
    try:
        validate_email(email)
    except ValidationError:
        return _("“%(text)s” is not an e-mail address.") % {"text": email[:80]}
    too_long = _("The address is longer than %(limit)s characters.") % {"limit": LONGEST_EMAIL}
    return too_long if len(email) > LONGEST_EMAIL else ""


def _role(text: str) -> Role | None:
    """By value or label, whatever the capitals and punctuation."""
    meant = {_bare(name): role for role in Role for name in (role.value, str(role.label))}
    return meant.get(_bare(text))


def _no_role(text: str) -> str:
    roles = ", ".join(str(role.label) for role in Role)
    if not text.strip():
        return _("Choose a role: %(roles)s.") % {"roles": roles}
    return _("“%(text)s” is not a role. Choose one of these: %(roles)s.") % {"text": text.strip()[:80], "roles": roles}


def _bare(text: str) -> str:
    return "".join(filter(str.isalnum, fold(text)))


def _known_groups(actor: Actor) -> dict[str, Group]:
    groups = list(get_groups(actor))
    return {group.name.casefold(): group for group in groups} | {str(group.public_id): group for group in groups}


def _taken(actor: Actor, emails: Collection[str]) -> dict[str, str]:
    """For each address that can't be invited here and now, why. It tells of this reseller only."""
    people = Membership.objects.annotate(address=Lower("user__email")).select_related("user")
    here = people.filter(reseller=actor.reseller, removed_at=None, address__in=emails)
    invited = Invitation.objects.permitted(actor).filter(email__in=emails)
    full = _("This address got enough mail for today. Try again tomorrow.")
    waiting = _("This address has an invitation already. Withdraw it, or send it again.")
    much = invited.filter(sent_at__gt=timezone.now() - A_DAY).values("email").annotate(all=Sum("mails"))
    return (
        dict.fromkeys(much.filter(all__gte=MAILS_TO_AN_ADDRESS).values_list("email", flat=True), full)
        | dict.fromkeys(invited.open().values_list("email", flat=True), waiting)
        | {person.address: _here(person) for person in here}
    )


def _here(person: Membership) -> str:
    words = {"name": person.user}
    if person.is_active:
        return _("%(name)s is an administrator here already.") % words
    return _("%(name)s is deactivated here. Reactivate them instead.") % words


def _check_mails(actor: Actor, wanted: int) -> None:
    invitations = Invitation.objects.permitted(actor)
    if wanted + _mails(actor) + invitations.filter(is_mail_due=True).count() > MAILS_OF_A_RESELLER:
        limit = grouped(MAILS_OF_A_RESELLER)
        raise Refused(_("A reseller sends at most %(limit)s invitations a day. Try again tomorrow.") % {"limit": limit})


def _mails(actor: Actor, **to: str) -> int:
    """How many invitation mails went out in the last day; mails to an address that got one in it all count."""
    recent = Invitation.objects.permitted(actor).filter(sent_at__gt=timezone.now() - A_DAY, **to)
    return recent.aggregate(all=Sum("mails"))["all"] or 0
