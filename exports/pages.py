"""What the pages of exports show, as plain values."""

from typing import Any, Final

from django.http import QueryDict
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from exports.access import asked_of, sees_as_much
from exports.formats import FORMATS, MOST_IN_XLSX
from exports.models import UNFINISHED, Export, ExportQuerySet, State
from organizations.listing import chips
from organizations.pages import Order, get_page, grouped, neighbours

TONES: Final = {State.DONE: "ok", State.FAILED: "bad", State.EXPIRED: ""}
SIGHT_CHANGED: Final = gettext_lazy(
    "The organizations that you may see, or a filter of the list, have changed since. Export the list again."
)
ERRORS: Final = {
    "sight_changed": SIGHT_CHANGED,
    "too_many": gettext_lazy(
        "An XLSX file holds up to %(most)s organizations, and the list has more. "
        "Choose another format, or narrow the list."
    ),
    "internal": gettext_lazy("Something went wrong on our side. Nothing is lost: export the list again."),
}


def export_context(actor: Actor, export: Export, query: QueryDict) -> dict[str, Any]:
    label = FORMATS[export.format].label
    context = {"title": _("Export as %(format)s") % {"format": label}, "export": _row(actor, export)}
    if export.state in UNFINISHED:
        return context | progress_context(export) | {"auto_refresh": 10 if query.get("refresh") == "10" else 0}
    asked = asked_of(actor, export)
    again = reverse("organizations:list") + (asked.url() if asked else "")
    return context | {"ending": _ending(actor, export), "facts": _facts(actor, export), "again_url": again}


def progress_context(export: Export) -> dict[str, Any]:
    return {
        "progress": _progress(export),
        "progress_url": reverse("exports:progress", args=[export.public_id]),
        "page_url": reverse("exports:detail", args=[export.public_id]),
    }


def _progress(export: Export) -> dict[str, Any]:
    """Two halves: collecting, and writing what was collected."""
    total = max(export.total or 0, export.gathered)
    is_writing = export.state == State.WRITING
    words = {"done": grouped(export.written if is_writing else export.gathered), "total": grouped(total)}
    collected, written = _("%(done)s of %(total)s collected"), _("%(done)s of %(total)s written into the file")
    label = (written if is_writing else collected) % words if export.total is not None else _("Counting")
    return {"done": export.gathered + export.written, "total": 2 * total, "label": label, "poll_seconds": 1}


def _ending(actor: Actor, export: Export) -> dict[str, str]:
    if export.state == State.FAILED:
        sentence = ERRORS.get(export.error, ERRORS["internal"])
        return {"tone": "error", "text": str(sentence) % {"most": grouped(MOST_IN_XLSX)}}
    if not export.is_kept:
        return {"tone": "info", "text": _("The file is no longer kept. Export the list again.")}
    if not sees_as_much(actor, export):
        return {"tone": "warning", "text": str(SIGHT_CHANGED)}
    until = date_format(localtime(export.expires_at), "DATETIME_FORMAT")
    ready = _("The file is ready. It can be downloaded until %(until)s, and only you can see it.")
    return {"tone": "success", "text": ready % {"until": until}}


def _facts(actor: Actor, export: Export) -> list[dict[str, Any]]:
    row = _row(actor, export)
    facts = [
        (_("Organizations"), row["count"]),
        (_("Format"), row["format"]),
        (_("Size"), row["size"]),
    ]
    return [{"label": label, "value": value} for label, value in facts if value] if row["count"] else []


def exports_context(actor: Actor, exports: ExportQuerySet, query: QueryDict) -> dict[str, Any]:
    newest_first = Order("created_at", descending=True)
    page = get_page(exports, newest_first, size=25, after=query.get("after", ""), before=query.get("before", ""))
    return {
        "exports": [_row(actor, export) for export in page.rows],
        "pager": neighbours(page),
    }


def _row(actor: Actor, export: Export) -> dict[str, Any]:
    is_given = export.is_kept and sees_as_much(actor, export)
    is_done = export.state == State.DONE
    state = export.state if export.is_kept or not is_done else State.EXPIRED
    return {
        "url": reverse("exports:detail", args=[export.public_id]),
        "download_url": reverse("exports:download", args=[export.public_id]) if is_given else "",
        "what": _in_words(actor, export),
        "format": FORMATS[export.format].label,
        "created": export.created_at,
        "state": state,
        "state_label": State(state).label,
        "tone": "info" if export.state in UNFINISHED else TONES[State(state)],
        "count": grouped(export.gathered) if export.state not in UNFINISHED and export.gathered else "",
        "size": filesizeformat(export.file_size) if export.file_size else "",
    }


def _in_words(actor: Actor, export: Export) -> str:
    asked = asked_of(actor, export)
    if asked is None:
        return _("A list that no longer exists")
    return ", ".join(chip["label"] for chip in chips(actor, asked)) or _("All organizations")
