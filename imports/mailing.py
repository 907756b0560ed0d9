"""The mail to the person whose import has ended: what came of it, and where to look."""

from typing import Final

from django.conf import settings
from django.core.mail import send_mail
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.languages import speaking_to
from imports.access import ACTING, actor_in_job
from imports.models import Import, State
from jobs.work import Turn, enqueue
from organizations.pages import grouped

MAIL: Final = "imports.mail"


def tell_by_mail(job: Import) -> None:
    """Note the mail, in the transaction in which the import ends. Programs, and who cancels or declines, get none."""
    if job.started_at and job.api_key_id is None and not job.is_quiet and job.state in (State.DONE, State.FAILED):
        enqueue(MAIL, reseller_id=job.reseller_id, object_id=job.pk)


def mail(turn: Turn) -> None:
    """Send it inside the step: killed before the commit, it is sent again. It may come twice, and is never lost."""
    with turn.step():
        job = Import.objects.select_for_update(of=("self",)).select_related(*ACTING).filter(pk=turn.object_id).first()
        if job is not None and job.mailed_at is None and actor_in_job(job).permissions:
            job.mailed_at = timezone.now()
            job.save(update_fields=["mailed_at"])
            _send(job)
        turn.finish()


def give_up(turn: Turn) -> None:
    """After repeated errors there is no mail; the import's page tells the same."""


def _send(job: Import) -> None:
    with speaking_to(job.membership):
        send_mail(_subject(job), _text(job), None, [job.membership.user.email])


def _subject(job: Import) -> str:
    name = " ".join(job.file_name.split())
    if job.state == State.FAILED:
        return _("The import of %(file)s could not be finished") % {"file": name}
    return _("The import of %(file)s has finished") % {"file": name}


def _text(job: Import) -> str:
    counts = [
        (_("Created"), job.rows_created),
        (_("Updated"), job.rows_updated),
        (_("Unchanged"), job.rows_unchanged),
        (_("Failed"), job.rows_failed),
        (_("With errors"), job.rows_invalid),
    ]
    lines = [f"{label}: {grouped(number)}" for label, number in counts if number]
    words = {
        "name": job.membership.user,
        "reseller": job.reseller,
        "subject": _subject(job),
        "counts": "\n".join(lines),
        "url": settings.URL + reverse("imports:detail", args=[job.public_id]),
    }
    return (
        _(
            "Hello %(name)s,\n\n"
            "%(subject)s (%(reseller)s).\n\n"
            "%(counts)s\n\n"
            "What became of each row is here:\n\n"
            "%(url)s\n"
        )
        % words
    )
