"""The weekly mail of what will not be billed: who wants it, when it is due, and sending it once at most."""

from datetime import date, datetime, time, timedelta
from typing import Final

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.languages import speaking_to
from accounts.models import Reseller
from accounts.roles import Permission
from accounts.tenancy import acting_for
from groups.access import actor_of
from jobs.work import Turn, enqueue
from portal.models import WeeklyMail
from portal.unbilled import PAGE, count_reasons

MAIL: Final = "portal.mail_unbilled"
# On Mondays from this hour on, at the reseller's place; later in the week where nothing ran then.
AT: Final = time(7)


def wants_mail(actor: Actor) -> bool:
    return WeeklyMail.objects.filter(reseller=actor.reseller, membership=actor.membership).exists()


def want_mail(actor: Actor, wanted: bool) -> None:
    """Ask for the mail from next Monday on, or no longer."""
    actor.require(Permission.ORGANIZATIONS_SEE)
    if wanted:
        WeeklyMail.objects.get_or_create(
            reseller=actor.reseller, membership=actor.membership, defaults={"week": monday(actor.reseller.today())}
        )
    else:
        WeeklyMail.objects.filter(reseller=actor.reseller, membership=actor.membership).delete()


def monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def tick() -> int:
    """Note a job for every mail that is due; returns how many."""
    return sum(map(_look_after, Reseller.objects.all()))


def _look_after(reseller: Reseller) -> int:
    now = timezone.localtime(timezone=reseller.zone)
    week = monday(now.date())
    if now < datetime.combine(week, AT, reseller.zone):
        return 0
    with acting_for(reseller.pk):
        due = WeeklyMail.objects.filter(reseller=reseller, week__lt=week).values_list("pk", flat=True)
        for mail_id in due:
            enqueue(MAIL, reseller_id=reseller.pk, object_id=mail_id)
    return len(due)


def mail(turn: Turn) -> None:
    """The week is used up before the mail goes out, so no kill sends it twice; a server that is away uses up none."""
    with get_connection() as line:
        with turn.step():
            message = _take_week(turn)
        if message is not None:
            line.send_messages([message])
    with turn.step():
        turn.finish()


def give_up(_turn: Turn) -> None:
    """After repeated errors the schedule tries again within the week, unless the mail may be out."""


def _take_week(turn: Turn) -> EmailMessage | None:
    """The mail of this week; None where it was taken before, nobody may have it, or there is nothing to tell."""
    wanted = WeeklyMail.objects.select_related("membership__user", "membership__reseller")
    found = wanted.filter(pk=turn.object_id).select_for_update(of=("self",)).first()
    if found is None:
        return None
    week = monday(found.membership.reseller.today())
    if found.week >= week:
        return None
    found.week = week
    found.save(update_fields=["week"])
    actor = actor_of(found.membership)
    with speaking_to(found.membership):
        return _message(actor)


def _message(actor: Actor) -> EmailMessage | None:
    lines = [counted.in_words for counted in count_reasons(actor) if counted.count]
    if not lines:
        return None
    page = settings.URL + reverse(PAGE)
    words = {
        "name": actor.membership.user,
        "reseller": " ".join(actor.reseller.name.split()),
        "day": date_format(actor.reseller.today(), "DATE_FORMAT"),
        "lines": "\n".join(lines),
        "url": page,
        "stop": f"{page}#mail",
    }
    subject = _("Will not be billed at %(reseller)s, %(day)s") % words
    text = _(
        "Hello %(name)s,\n\n"
        "Of the customers of %(reseller)s that you see, this will not be billed as of %(day)s:\n\n"
        "%(lines)s\n\n"
        "See which they are and mend them:\n\n"
        "%(url)s\n\n"
        "You asked for this mail every Monday. To stop it:\n\n"
        "%(stop)s\n"
    )
    return EmailMessage(subject, text % words, None, [actor.membership.user.email])
