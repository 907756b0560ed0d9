"""What the pages of an import show, state by state, as plain values."""

from typing import Any, Final

from django.conf import settings
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.actors import Actor
from accounts.roles import Permission
from imports.access import get_earlier, label_of, was_quiet
from imports.beside import READ
from imports.blanks import TEMPLATES
from imports.choosing import may_be_chosen
from imports.column_forms import DATE_ORDERS
from imports.forms import OptionsForm, UploadForm
from imports.headings import match_headings
from imports.mending import Fault, get_faults
from imports.models import Import, State
from imports.readers.detect import DELIMITERS
from imports.readers.encoding import ENCODINGS
from imports.readers.excel import MOST_ROWS_OF_A_SHEET
from imports.readers.shape import MOST_ROWS, Layout
from imports.rows import counts_of, fault_label, rows_context
from imports.unreadable import SENTENCES, sentence
from imports.uploads import MOST_BYTES
from organizations.fields import BY_NAME, COUNTRIES, MONTH_FIRST, Kind
from organizations.pages import grouped
from organizations.rules import CLASHES

MOST_MEGABYTES: Final = MOST_BYTES // (1024 * 1024)
STEPS: Final = (
    gettext_lazy("Template"),
    gettext_lazy("Upload"),
    gettext_lazy("Columns"),
    gettext_lazy("Check"),
    gettext_lazy("Import"),
)
TONES: Final = {
    State.DONE: "ok",
    State.FAILED: "bad",
    State.CANCELLED: "warn",
    State.UNDONE: "warn",
    State.READY: "info",
}
FORMATS: Final = {"csv": "CSV", "xml": "XML", "xlsx": "XLSX", "xls": "XLS"}
# What can befall an import beside what is wrong with its file, and what to do then.
FATES: Final = {
    "internal": gettext_lazy("Something went wrong on our side. What was created stays. Upload the failed rows again."),
    "all_or_nothing": gettext_lazy(
        "Nothing was written: all rows or nothing was chosen, and some could not be written, because records changed "
        "meanwhile. They are listed below."
    ),
    "not_permitted": gettext_lazy(
        "The person who uploaded the file may no longer create organizations in this way or in these groups."
    ),
}


def upload_context(actor: Actor, form: UploadForm) -> dict[str, Any]:
    return {
        "form": form,
        "problems": form.problems if form.is_bound else [],
        "steps": steps(1),
        "templates": [
            {"label": made.label, "url": reverse("imports:template", args=[name])} for name, made in TEMPLATES.items()
        ],
        "limits": _limits(),
        "max_bytes": MOST_BYTES,
        "too_large": sentence("file_too_large", {"limit": MOST_MEGABYTES}),
        "history_url": reverse("imports:history"),
    }


def _limits() -> str:
    return _("CSV or XML with up to %(rows)s rows, XLSX or XLS with up to %(sheet_rows)s; at most %(size)s MB.") % {
        "rows": grouped(MOST_ROWS),
        "sheet_rows": grouped(MOST_ROWS_OF_A_SHEET),
        "size": MOST_MEGABYTES,
    }


def steps(current: int, *, columns: str = "") -> list[dict[str, Any]]:
    """`columns` is where the columns of the import in hand can be chosen, while they can."""
    upload = reverse("imports:create_multiple")
    urls = (upload, upload, columns, "", "")
    return [
        {"label": label, "url": urls[place], "done": place < current, "current": place == current}
        for place, label in enumerate(STEPS)
    ]


def import_context(actor: Actor, job: Import, query: QueryDict, options: OptionsForm | None = None) -> dict[str, Any]:
    """`options` is the form that was refused, if one was."""
    columns = columns_url(actor, job)
    place = 3 if job.state in (State.READING, State.READY) else 2 if columns else 4
    context = {"job": job_context(job), "steps": steps(place, columns=columns), "columns_url": columns}
    if job.state == State.UNDOING:
        return context | {"undo_page": reverse("imports:undo", args=[job.public_id])}
    if job.state in (State.READING, State.IMPORTING):
        return context | progress_context(actor, job) | {"auto_refresh": _refresh(query)}
    if job.state == State.READY:
        form = options or OptionsForm(actor=actor, job=job)
        return context | _check_context(actor, job, form) | rows_context(actor, job, query)
    rows = rows_context(actor, job, query) if _has_rows(job) else {"counts": counts_of(job) if job.rows_read else []}
    return context | _result_context(actor, job) | rows


def _has_rows(job: Import) -> bool:
    return bool(job.rows_read) and job.expired_at is None


def columns_url(actor: Actor, job: Import) -> str:
    """Where the file can be read in another way, if it still can."""
    may = actor.can(Permission.ORGANIZATIONS_CREATE_MANY) and may_be_chosen(job)
    return reverse("imports:columns", args=[job.public_id]) if may else ""


def job_context(job: Import) -> dict[str, Any]:
    error = job.error or {}
    return {
        "state": job.state,
        "file_name": job.file_name,
        "created": job.created_at,
        "who": label_of(job),
        "error": fate_of(error) if error else "",
    }


def fate_of(error: dict[str, Any]) -> str:
    """Why an import has failed, in words."""
    code = error["code"]
    return sentence(code, error["params"]) if code in SENTENCES else str(FATES.get(code, FATES["internal"]))


def _refresh(query: QueryDict) -> int:
    """Seconds after which a browser without JavaScript loads the page again, if its person asked for that."""
    return 10 if query.get("refresh") == "10" else 0


def progress_context(actor: Actor, job: Import) -> dict[str, Any]:
    url = reverse("imports:detail", args=[job.public_id])
    may_cancel = actor.can(Permission.ORGANIZATIONS_CREATE_MANY) and not job.cancel_requested
    return {
        "job": job_context(job),
        "progress": _progress(job),
        "progress_url": reverse("imports:progress", args=[job.public_id]),
        "page_url": url,
        "cancel_url": reverse("imports:cancel", args=[job.public_id]) if may_cancel else "",
    }


def _progress(job: Import) -> dict[str, Any]:
    if job.state == State.READING:
        total, done = job.rows_total or 0, job.rows_read
        known = _("%(done)s of %(total)s rows read") % {"done": grouped(done), "total": grouped(total)}
        return {"done": done, "total": total, "label": known if total else _("Looking at the file"), "poll_seconds": 1}
    done = max(job.rows_done, job.progress)
    words = {"done": grouped(done), "total": grouped(job.rows_valid), "failed": grouped(job.rows_failed)}
    label = _("%(done)s of %(total)s, %(failed)s failed") % words
    return {
        "done": done,
        "total": job.rows_valid,
        "failed": job.rows_failed,
        "label": label,
        "poll_seconds": 1,
    }


def _check_context(actor: Actor, job: Import, options: OptionsForm) -> dict[str, Any]:
    may = actor.can(Permission.ORGANIZATIONS_CREATE_MANY)
    return {
        "options": options if may else None,
        "options_url": reverse("imports:options", args=[job.public_id]),
        "problems": options.problems if options.is_bound else [],
        "problem_groups": _problem_groups(job) if job.rows_invalid else [],
        "may_repair": may,
        "layout_facts": _layout_facts(job),
        "notices": _notices(job),
        "same_file": _same_file(actor, job),
        "mail_to": str(job.membership.user.email) if job.api_key_id is None else "",
        "is_quiet": was_quiet(actor),
        "ignored_columns": job.matched.ignored,
        "can_start": may and not _blocked(job),
        "start_blocked": _blocked(job),
        "start_label": _("Create/Import Organizations (%(count)s)") % {"count": grouped(_writing(job))},
        "start_url": reverse("imports:start", args=[job.public_id]),
        "discard_url": reverse("imports:cancel", args=[job.public_id]) if may else "",
        "failed_rows_url": reverse("imports:failed_rows", args=[job.public_id]) if job.rows_invalid else "",
    }


def _problem_groups(job: Import) -> list[dict[str, Any]]:
    """Errors by what repairs them; a value that is wrong on several rows can be replaced on all of them."""
    url = reverse("imports:detail", args=[job.public_id])
    return [_problem_group(job, fault, url) for fault in get_faults(job)]


def _problem_group(job: Import, fault: Fault, url: str) -> dict[str, Any]:
    query = QueryDict(mutable=True)
    query.update({"field": fault.field, "code": fault.code} | ({} if fault.value is None else {"value": fault.value}))
    words = ngettext("%(n)s row", "%(n)s rows", fault.count) % {"n": grouped(fault.count)}
    can_fix = fault.value is not None and fault.field in READ
    return {
        "label": _label(fault),
        "count_label": words,
        "url": f"{url}?{query.urlencode()}#rows",
        "fix_url": reverse("imports:fix", args=[job.public_id]) if can_fix else "",
        "field": fault.field,
        "code": fault.code,
        "value": fault.value or "",
        "options": _choices(fault.field) if can_fix else [],
    }


def _label(fault: Fault) -> str:
    label = fault_label(fault)
    if fault.value is not None or fault.code in CLASHES or fault.field not in READ:
        return label
    return _("%(fault)s, each with a value of its own. Repair them in the rows below.") % {"fault": label}


def _choices(name: str) -> list[dict[str, str]]:
    if name == "country":
        named = sorted((_(title), code) for code, title in COUNTRIES.items())
        blank = [{"value": "", "label": _("Choose a country")}, {"value": " ", "label": _("No country")}]
        return [*blank, *({"value": code, "label": title} for title, code in named)]
    if name in BY_NAME and BY_NAME[name].kind == Kind.BOOLEAN:
        return [{"value": "FALSE", "label": _("No")}, {"value": "TRUE", "label": _("Yes")}]
    return []


def _writing(job: Import) -> int:
    """How many rows have something to say; one that leaves its record as it is may still tell Microsoft's id of it."""
    return job.rows_valid if "microsoft_id" in job.matched.extras else job.rows_valid - job.rows_to_keep


def _blocked(job: Import) -> str:
    """Why the import can't be started."""
    if not job.rows_valid:
        return _("There is no row without errors. Repair rows here, or mend the file and upload it again.")
    if job.all_or_nothing and job.rows_invalid:
        return _("All rows or nothing was chosen, and some rows have errors.")
    if not _writing(job):
        return _("Every row is as the records are already: there is nothing to change.")
    return ""


def _same_file(actor: Actor, job: Import) -> dict[str, Any] | None:
    """The import of the same file before this one."""
    earlier = get_earlier(actor, job)
    if earlier is None:
        return None
    url = reverse("imports:detail", args=[earlier.public_id])
    counts = {"created_count": grouped(earlier.rows_created), "updated_count": grouped(earlier.rows_updated)}
    return job_context(earlier) | {"url": url, "state_label": earlier.get_state_display()} | counts


def _notices(job: Import) -> list[dict[str, str]]:
    return [{"tone": "warning", "text": text} for text in (_other_sheets(job), _dates(job)) if text]


def _other_sheets(job: Import) -> str:
    layout = Layout.from_json(job.layout)
    if not layout.others:
        return ""
    told = _("Only the sheet “%(sheet)s” is read. These sheets hold something too: %(others)s.")
    return told % {"sheet": layout.sheet, "others": ", ".join(f"“{name}”" for name in layout.others)}


def _dates(job: Import) -> str:
    """The month comes first only by a person's word or by what a whole column says."""
    if job.date_order != MONTH_FIRST or "date_order" in job.chosen_layout:
        return ""
    return _("Billing start dates are read as MM/DD/YYYY, because the whole column is written so.")


def _layout_facts(job: Import) -> list[dict[str, Any]]:
    layout = Layout.from_json(job.layout)
    facts = [
        (_("Format"), FORMATS[layout.format]),
        (_("Sheet"), layout.sheet),
        (_("Encoding"), ENCODINGS.get(layout.encoding, layout.encoding)),
        (_("Delimiter"), DELIMITERS.get(layout.delimiter, layout.delimiter)),
        (_("Heading in line"), "" if layout.names_its_cells else layout.heading_row),
        (_("Order of dates"), DATE_ORDERS.get(job.date_order, "") if "billing_start_date" in job.columns else ""),
        (_("Columns"), _columns_fact(job)),
        (_("Rows"), grouped(job.rows_read)),
    ]
    return [{"label": label, "value": value} for label, value in facts if value]


def _columns_fact(job: Import) -> str:
    """How many columns are read, and whether by more than their headings."""
    meanings = job.matched.meanings
    words = {"read": sum(map(bool, meanings)), "all": len(meanings)}
    if meanings != match_headings(job.headings).meanings:
        return _("%(read)s of %(all)s are read, as chosen for these headings") % words
    return _("%(read)s of %(all)s are read") % words


def _result_context(actor: Actor, job: Import) -> dict[str, Any]:
    not_created = job.rows_invalid + job.rows_failed
    label = ngettext(
        "Download %(n)s row that was not created", "Download %(n)s rows that were not created", not_created
    )
    return {
        "failed_rows_url": failed_rows_url(job),
        "expired": job.expired_at,
        "kept_days": settings.UPLOAD_DAYS,
        "failed_rows_label": label % {"n": grouped(not_created)},
        "created_url": reverse("organizations:created_together", args=[job.public_id]) if job.rows_created else "",
        "undo_url": reverse("imports:undo", args=[job.public_id]) if _undoable(actor, job) else "",
        "again_url": reverse("imports:create_multiple"),
    }


def failed_rows_url(job: Import) -> str:
    there_are_some = job.rows_invalid + job.rows_failed and job.expired_at is None
    return reverse("imports:failed_rows", args=[job.public_id]) if there_are_some else ""


def _undoable(actor: Actor, job: Import) -> bool:
    """Whether to offer it; what may really be taken back is asked on its page."""
    is_mine = (job.membership_id, job.api_key) == (actor.membership.pk, actor.key)
    may_write = is_mine and actor.can(Permission.ORGANIZATIONS_CREATE_MANY)
    made = job.rows_created or job.rows_updated
    ended = job.state in (State.DONE, State.CANCELLED, State.FAILED)
    return bool(made and ended and (may_write or actor.can(Permission.ORGANIZATIONS_ARCHIVE)))
