"""What is asked before something is done to people: each question names the person and says who will see how much."""

from collections.abc import Collection, Sequence
from datetime import date

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.actors import Actor
from accounts.models import Membership
from accounts.roles import GROUP_BOUND
from api.keys import get_living_keys
from groups.access import actor_of
from groups.assigning import get_lent_ids, get_own_groups
from groups.models import Group
from organizations.questions import Kept, Question, organizations
from people.models import Invitation
from people.sight import seen_by, would_see
from people.wording import crumbs, person_crumbs


def names_of(groups: Collection[Group]) -> str:
    return ", ".join(group.name for group in groups)


def deactivating(actor: Actor, person: Membership) -> Question:
    stays = _("Role, groups and what %(name)s did stay; they can be reactivated.") % {"name": person.user}
    title = _("Deactivate %(name)s?") % {"name": person.user}
    return _about(
        person, title, [_leaving(person), *_invitations(actor, person), *_keys(person), stays], _("Deactivate")
    )


def reactivating(person: Membership) -> Question:
    count = would_see(person, actor_of(person).group_ids or ()).count()
    words = {"name": person.user, "role": person.get_role_display(), "organizations": organizations(count)}
    effects = [_("%(name)s works here as %(role)s again and sees %(organizations)s.") % words]
    return _about(person, _("Reactivate %(name)s?") % words, effects, _("Reactivate"), is_grave=False)


def removing(actor: Actor, person: Membership) -> Question:
    groups = get_own_groups(person)
    effects = [_leaving(person), *_invitations(actor, person), *_keys(person)]
    if groups:
        words = {"name": person.user, "groups": names_of(groups)}
        effects.append(_("%(name)s no longer looks after: %(groups)s.") % words)
    effects.append(_("What %(name)s did stays told. To come back they must be invited again.") % {"name": person.user})
    first = (_("Hand the groups over first"), _url("handover", person)) if groups else None
    title = _("Remove %(name)s?") % {"name": person.user}
    return _about(person, title, effects, _("Remove"), link=first)


def grouping(person: Membership, added: Sequence[Group], taken: Sequence[Group], kept: Kept) -> Question:
    effects = [_("Gets: %(groups)s.") % {"groups": names_of(added)}] * bool(added)
    effects += [_("Loses: %(groups)s.") % {"groups": names_of(taken)}] * bool(taken)
    effects.append(_sight(person, added, taken))
    title = _("Change the groups of %(name)s?") % {"name": person.user}
    return _about(person, title, effects, _("Save"), is_grave=False, kept=kept)


def handing_over(
    person: Membership, to: Membership, groups: Sequence[Group], until: date | None, kept: Kept
) -> Question:
    words = {"name": person.user, "other": to.user, "groups": names_of(groups)}
    if until is None:
        title, label = _("Hand groups of %(name)s over to %(other)s?") % words, _("Hand over")
        effects = [_("These groups move now and for good: %(groups)s.") % words, _sight(person, (), groups)]
    else:
        title, label = _("Lend groups of %(name)s to %(other)s?") % words, _("Lend")
        words |= {"until": date_format(until)}
        effects = [_("Lent up to and including %(until)s: %(groups)s. %(name)s keeps them.") % words]
    effects.append(_sight(to, groups, ()))
    return _about(person, title, effects, label, is_grave=False, kept=kept)


def withdrawing(invitation: Invitation) -> Question:
    effects = [_("The link in the mail to %(email)s ends at once.") % {"email": invitation.email}]
    title = _("Withdraw the invitation of %(name)s?") % {"name": invitation}
    return _about_invitation(invitation, title, effects, _("Withdraw"), is_grave=True)


def sending_again(invitation: Invitation) -> Question:
    effects = [
        _("A new mail with a new link goes to %(email)s.") % {"email": invitation.email},
        _("The link of the last mail ends."),
    ]
    title = _("Send the invitation of %(name)s again?") % {"name": invitation}
    return _about_invitation(invitation, title, effects, _("Send again"), is_grave=False)


def _sight(person: Membership, added: Collection[Group], taken: Collection[Group]) -> str:
    """How much the person sees then, and how much now. What is lent to them counts, so taking may change nothing."""
    words = {"name": person.user, "role": person.get_role_display()}
    if person.role not in GROUP_BOUND:
        return _("%(name)s sees every organization as %(role)s, whatever the groups.") % words
    lent = get_lent_ids(person)
    now = {group.pk for group in get_own_groups(person)}
    then = (now | {group.pk for group in added}) - {group.pk for group in taken}
    words |= {
        "then": organizations(would_see(person, then | lent).count()),
        "now": organizations(would_see(person, now | lent).count()),
    }
    if not person.is_active:
        return _("%(name)s is deactivated and sees nothing; reactivated, it would be %(then)s.") % words
    return _("%(name)s will see %(then)s; now it is %(now)s.") % words


def _leaving(person: Membership) -> str:
    words = {"name": person.user, "seen": organizations(seen_by(person).count()), "reseller": person.reseller}
    return _("%(name)s sees %(seen)s of %(reseller)s now, and nothing from the next click on.") % words


def _invitations(actor: Actor, person: Membership) -> list[str]:
    count = Invitation.objects.permitted(actor).open().filter(invited_by=person).count()
    words = ngettext(
        "%(count)s open invitation that they sent is withdrawn.",
        "%(count)s open invitations that they sent are withdrawn.",
        count,
    )
    return [words % {"count": count}] if count else []


def _keys(person: Membership) -> list[str]:
    """Keys belong to the reseller and live on; whoever decides should know which."""
    names = [key.name for key in get_living_keys(person)]
    words = ngettext(
        "%(count)s API key that %(name)s made lives on until it is revoked: %(keys)s.",
        "%(count)s API keys that %(name)s made live on until they are revoked: %(keys)s.",
        len(names),
    )
    return [words % {"count": len(names), "name": person.user, "keys": ", ".join(names)}] * bool(names)


def _url(view: str, person: Membership) -> str:
    return reverse(f"people:{view}", args=[person.user.public_id])


def _about(
    person: Membership,
    title: str,
    effects: list[str],
    label: str,
    *,
    is_grave: bool = True,
    kept: Kept = (),
    link: tuple[str, str] | None = None,
) -> Question:
    trail = person_crumbs(person, label)
    return Question(title, effects, label, _url("person", person), trail, is_grave, kept, link)


def _about_invitation(
    invitation: Invitation, title: str, effects: list[str], label: str, *, is_grave: bool
) -> Question:
    url = reverse("people:invitation", args=[invitation.public_id])
    return Question(title, effects, label, url, crumbs((str(invitation), url), (label, "")), is_grave)
