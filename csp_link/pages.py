"""What the pages of Microsoft O365 CSP direct show, as plain values."""

from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.contrib.humanize.templatetags.humanize import naturaltime
from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.actors import Actor
from accounts.roles import Permission
from csp_link.access import get_connection, get_last_sync, get_tenants
from csp_link.forms import ConnectionForm
from csp_link.health import UNUSED_DAYS, again, health_of, in_words, warnings_of
from csp_link.labels import IN_WORDS, LABELS
from csp_link.models import OPEN, Connection, Mode, Standing, State, Sync
from csp_link.syncing import UNFINISHED
from events.log import Change, get_timeline
from organizations.pages import grouped

TONES: Final = {State.DONE: "ok", State.FAILED: "bad", State.HELD: "warn"}


def crumbs(*path: tuple[str, str]) -> list[dict[str, str]]:
    """The menu path to a page below Microsoft O365 CSP direct."""
    top = [{"label": _("Broker"), "url": ""}, {"label": _("My services"), "url": ""}]
    here = [(_("Microsoft O365 CSP direct"), reverse("csp_link:overview")), *path]
    return [*top, *[{"label": label, "url": url} for label, url in here]]


def returns_to() -> str:
    """The address that the app's registration at Microsoft must name."""
    return f"{settings.URL.rstrip('/')}{reverse('csp_link:consented')}"


def health_context(actor: Actor) -> dict[str, Any]:
    """The card that says how the connection fares, and what the actor can do about it."""
    connection = get_connection(actor)
    return {
        "connection": connection,
        "health": health_of(connection),
        "tested": connection.checked_at if connection else None,
        "is_being_checked": bool(connection and connection.is_being_checked),
        "can_edit": actor.can(Permission.TENANTS_EDIT),
        "can_consent": bool(connection and connection.mode == Mode.APP_AND_USER),
        "health_url": reverse("csp_link:health"),
    }


def overview_context(actor: Actor) -> dict[str, Any]:
    context = health_context(actor) | sync_context(actor)
    connection: Connection | None = context["connection"]
    return context | {
        "counts": _counts(actor),
        "warnings": warnings_of(connection) if connection else [],
        "link_url": reverse("csp_link:tenants"),
        "breadcrumbs": crumbs(),
    }


def _counts(actor: Actor) -> list[dict[str, Any]]:
    """Nothing while no tenant is known."""
    found = get_tenants(actor).aggregate(
        linked=Count("pk", filter=Q(ended_at=None, organization__isnull=False)),
        unlinked=Count("pk", filter=OPEN),
        ignored=Count("pk", filter=Q(ended_at=None, organization=None, ignored_at__isnull=False)),
        ended=Count("pk", filter=Q(ended_at__isnull=False)),
    )
    words = {
        "linked": (_("Linked"), "ok"),
        "unlinked": (_("Not linked"), "warn"),
        "ignored": (_("Ignored"), ""),
        "ended": (_("Ended"), ""),
    }
    url = reverse("csp_link:tenants")
    where = {name: f"{url}?state={name}" for name in Standing.values} | {Standing.UNLINKED: url}  # the open ones first
    counts = [
        {"label": label, "number": found[name], "tone": tone, "url": where[name]}
        for name, (label, tone) in words.items()
    ]
    return counts if any(found.values()) else []


def sync_context(actor: Actor) -> dict[str, Any]:
    """The card that says how the list was read last, or how far it is."""
    sync, connection = get_last_sync(actor), get_connection(actor)
    context = {
        "sync": sync,
        "is_reading": bool(sync and sync.state in UNFINISHED),
        "can_edit": actor.can(Permission.TENANTS_EDIT),
        "can_sync": bool(connection and not connection.needs_consent),
        "sync_url": reverse("csp_link:sync"),
    }
    return context | (_of_sync(actor, sync) if sync else {})


def read_context(actor: Actor) -> dict[str, Any]:
    """How old the list is, in a sentence, and whether it can be read anew."""
    sync, connection = get_last_sync(actor), get_connection(actor)
    is_reading = sync is not None and sync.state in UNFINISHED
    works = connection is not None and not connection.needs_consent
    return {
        "read": _read(sync) if sync else "",
        "can_refresh": works and not is_reading and actor.can(Permission.TENANTS_EDIT),
    }


def _read(sync: Sync) -> str:
    if sync.finished_at is None:
        return _("The list is being read from Partner Center now.")
    told = {"moment": _moment(sync.finished_at)}
    if sync.state == State.FAILED:
        return _("The last reading failed on %(moment)s; this is what was read before.") % told
    return _("Read from Partner Center on %(moment)s.") % told


def _of_sync(actor: Actor, sync: Sync) -> dict[str, Any]:
    found: dict[str, Any] = {"sync_tone": TONES.get(State(sync.state), "info"), "facts": _sync_facts(sync)}
    if sync.state in UNFINISHED:
        found["progress"] = _progress(actor, sync)
    if sync.trouble:
        found["outcome"] = in_words(sync.trouble, sync.trouble_details, again=again(sync.resumes_at))
    if sync.state == State.HELD:
        found |= {"held": _held(sync), **_answers(sync)}
    return found


def _progress(actor: Actor, sync: Sync) -> dict[str, Any]:
    """The list doesn't say how long it is; the number that was known before serves where it is larger."""
    known = get_tenants(actor).filter(ended_at=None).count()
    read = grouped(sync.rows)
    label = _("Waiting for a worker.") if sync.state == State.QUEUED else _("%(read)s tenants read.") % {"read": read}
    return {"done": sync.rows, "total": known if known >= sync.rows else 0, "label": label}


def _sync_facts(sync: Sync) -> list[dict[str, Any]]:
    if sync.finished_at is None or sync.state == State.FAILED:
        return [{"label": _("Begun"), "value": _moment(sync.created_at)}] if sync.finished_at is None else []
    return [
        {"label": _("Read"), "value": _moment(sync.finished_at)},
        {"label": _("Tenants listed"), "value": sync.rows},
        {"label": _("New"), "value": sync.found},
        {"label": _("Changed"), "value": sync.changed},
        {"label": _("Ended"), "value": sync.ended},
        {"label": _("Back again"), "value": sync.returned},
        *([] if sync.is_complete else [{"label": _("Complete"), "value": _("Not certain, so nothing was ended")}]),
    ]


def _moment(moment: datetime) -> str:
    return date_format(timezone.localtime(moment), "DATETIME_FORMAT")


def _held(sync: Sync) -> str:
    sentence = ngettext(
        "%(count)s tenant that we know was not in the list any more.",
        "%(count)s tenants that we know were not in the list any more.",
        sync.missing,
    )
    return sentence % {"count": grouped(sync.missing)}


def _answers(sync: Sync) -> dict[str, str]:
    names = {"confirm_url": "csp_link:confirm_ended", "dismiss_url": "csp_link:keep_missing"}
    return {name: reverse(view, args=[sync.public_id]) for name, view in names.items()}


def connection_context(actor: Actor, form: ConnectionForm) -> dict[str, Any]:
    context = health_context(actor)
    connection: Connection | None = context["connection"]
    return context | {
        "form": form,
        "problems": form.problems if form.is_bound else [],
        "returns_to": returns_to(),
        "warnings": warnings_of(connection) if connection else [],
        "settings": _settings(connection) if connection else [],
        "sign_in": _sign_in(connection) if connection else [],
        "timeline": _timeline(actor, connection) if connection else [],
        "breadcrumbs": crumbs((_("Connection"), "")),
    }


def _timeline(actor: Actor, connection: Connection) -> list[dict[str, Any]]:
    entries = get_timeline(actor, connection.public_id, most=20)
    return [vars(entry) | {"changes": [_change(each) for each in entry.changes]} for entry in entries]


def _change(change: Change) -> dict[str, Any]:
    texts = {"before": change.before, "after": change.after}
    said = {name: _(text) if text and change.field in IN_WORDS else text for name, text in texts.items()}
    return said | {"label": LABELS.get(change.field, change.field)}


def _settings(connection: Connection) -> list[dict[str, str]]:
    """For those who may look and not change."""
    ends = connection.credential_expires_on
    return [
        {"label": _("Cloud"), "value": connection.get_cloud_display()},
        {"label": _("Partner tenant ID"), "value": str(connection.partner_id)},
        {"label": _("Application (client) ID"), "value": str(connection.app_id)},
        {"label": _("How to sign in"), "value": connection.get_mode_display()},
        {"label": connection.get_credential_kind_display(), "value": _("stored, never shown")},
        {"label": _("Expires on"), "value": date_format(ends) if ends else ""},
    ]


def _sign_in(connection: Connection) -> list[dict[str, str]]:
    """Who consented, how old the token is, and how long it keeps."""
    if connection.mode != Mode.APP_AND_USER or connection.consented_at is None:
        return []
    used = connection.refreshed_at or connection.consented_at
    ends = date_format(timezone.localtime(used + timedelta(days=UNUSED_DAYS)))
    return [
        {"label": _("Signed in as"), "value": connection.consented_by},
        {"label": _("Since"), "value": _moment(connection.consented_at)},
        {"label": _("Renewed"), "value": naturaltime(used)},
        {"label": _("Keeps until"), "value": _("%(day)s, and longer with every use; we use it daily") % {"day": ends}},
    ]
