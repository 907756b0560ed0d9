"""The table of an import's rows: counts that filter it, a page of it, and each row's problems in words."""

import uuid
from collections.abc import Mapping
from typing import Any, Final

from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from accounts.roles import Permission
from imports.headings import TITLES
from imports.mending import Fault, rows_with
from imports.models import Action, Import, ImportRow, State, Verdict
from imports.problems import Sentences, sentences_of
from imports.staging import staged_rows
from organizations.fields import BY_NAME, NAMES, shown
from organizations.models import Organization
from organizations.pages import grouped

PAGE: Final = 50
LABELS: Final = {
    "valid": gettext_lazy("To create"),
    "update": gettext_lazy("To update"),
    "keep": gettext_lazy("No change"),
    "created": gettext_lazy("Created"),
    "updated": gettext_lazy("Updated"),
    "unchanged": gettext_lazy("Unchanged"),
    "invalid": gettext_lazy("With errors"),
    "warned": gettext_lazy("With warnings"),
    "failed": gettext_lazy("Not created"),
    "waiting": gettext_lazy("Not imported"),
}
TONES: Final = {
    "valid": "ok",
    "update": "info",
    "keep": "",
    "created": "ok",
    "updated": "info",
    "unchanged": "",
    "invalid": "bad",
    "failed": "bad",
    "warned": "warn",
    "waiting": "",
}
# What a valid row is called before and after it was written.
PLANNED: Final = {Action.CREATE: "valid", Action.UPDATE: "update", Action.KEEP: "keep"}


def rows_context(actor: Actor, job: Import, query: QueryDict) -> dict[str, Any]:
    """A page of rows: all, those of one result, or those with one fault (`field`, `code`, perhaps `value`)."""
    shown_state, fault = query.get("rows", ""), fault_in(query) if job.state == State.READY else None
    after = _number_in(query.get("after", ""))
    found = rows_with(job, fault) if fault else rows_in(job, shown_state)
    rows = list(found.filter(number__gt=after).order_by("number")[: PAGE + 1])
    url = reverse("imports:detail", args=[job.public_id])
    more = f"{url}?{_place(query, after=str(rows[PAGE - 1].number))}#rows" if len(rows) > PAGE else ""
    first = f"{url}?{_place(query, after='')}#rows" if after else ""
    return {
        "counts": _counts(job, url, "" if fault else shown_state),
        "table": _table(actor, job, rows[:PAGE], _place(query)) | {"title": _title(fault)},
        "pager": {"previous_url": first, "next_url": more},
    }


PLACE: Final = ("rows", "field", "code", "value", "after")


def fault_in(query: Mapping[str, str]) -> Fault | None:
    """The fault that an address or a form names."""
    field, code = query.get("field", ""), query.get("code", "")
    if not field or not code or "\0" in field + code + query.get("value", ""):
        return None
    return Fault(field, code, query.get("value"))


def _place(query: QueryDict, **changes: str) -> str:
    """The part of the address that says which rows are shown."""
    kept = QueryDict(mutable=True)
    parts = {name: str(query[name]) for name in PLACE if name in query} | changes
    kept.update({name: value for name, value in parts.items() if value or name == "value"})
    return kept.urlencode()


def _title(fault: Fault | None) -> str:
    return fault_label(fault) if fault else ""


def fault_label(fault: Fault) -> str:
    """What is wrong in a few words: the field and the kind of error."""
    heading = str(BY_NAME[fault.field].heading) if fault.field in BY_NAME else TITLES.get(fault.field, _("Row"))
    return f"{heading}: {FAULTS.get(fault.code, FAULTS['other'])}"


FAULTS: Final = {
    "mandatory": gettext_lazy("missing"),
    "repeated": gettext_lazy("on more than one row"),
    "exists": gettext_lazy("in use already"),
    "too_long": gettext_lazy("too long"),
    "country_unknown": gettext_lazy("not recognised"),
    "boolean_unknown": gettext_lazy("neither yes nor no"),
    "date_impossible": gettext_lazy("a day that does not exist"),
    "date_unreadable": gettext_lazy("not a date"),
    "amount_negative": gettext_lazy("below zero"),
    "amount_unreadable": gettext_lazy("not an amount"),
    "email_invalid": gettext_lazy("not an email address"),
    "domain_one_label": gettext_lazy("not a complete domain"),
    "other": gettext_lazy("not right"),
}


def _number_in(text: str) -> int:
    """A row number from the address; 0 for anything else."""
    return int(text) if text.isdecimal() and len(text) < 9 else 0


def rows_in(job: Import, shown_state: str = "") -> QuerySet[ImportRow]:
    """The staged rows, all or those of one state."""
    planned = {name: Q(verdict=Verdict.VALID, action=action) for action, name in PLANNED.items()}
    done = {action.value: Q(verdict=Verdict.VALID, action=action, number__lte=job.place) for action in Action}
    filters = {
        **planned,
        **done,
        "waiting": Q(verdict=Verdict.VALID, number__gt=job.place),
        "invalid": Q(verdict=Verdict.INVALID),
        "failed": Q(verdict=Verdict.FAILED),
        "warned": Q(warnings__isnull=False),
    }
    return staged_rows(job).filter(filters.get(shown_state, Q()))


def _counts(job: Import, url: str, shown_state: str) -> list[dict[str, Any]]:
    if job.state == State.READY:
        numbers = {
            "valid": job.rows_to_create,
            "update": job.rows_to_update,
            "keep": job.rows_to_keep,
            "invalid": job.rows_invalid,
            "warned": job.rows_warned,
        }
    else:
        waiting = job.rows_valid - job.rows_done
        numbers = {
            "created": job.rows_created,
            "updated": job.rows_updated,
            "unchanged": job.rows_unchanged,
            "failed": job.rows_failed,
            "invalid": job.rows_invalid,
            "waiting": waiting,
        }
    everything = {
        "label": _("All rows"),
        "number": grouped(job.rows_read),
        "url": f"{url}#rows",
        "current": not shown_state,
    }
    return [everything] + [
        {
            "label": LABELS[name],
            "number": grouped(number),
            "tone": TONES[name] if number else "",
            "url": f"{url}?rows={name}#rows",
            "current": shown_state == name,
        }
        for name, number in numbers.items()
        if number or name in ("valid", "invalid", "created")
    ]


def counts_of(job: Import) -> list[dict[str, Any]]:
    """The numbers of an import whose rows are gone."""
    return [count | {"url": "", "current": False} for count in _counts(job, "", "")]


def _columns(job: Import, errors: list[Sentences]) -> list[str]:
    """The fields of the file's columns: the name, then what is wrong on these rows, then the rest in their order."""
    wrong = {name for row in errors for name in row}
    known = [name for name in NAMES if name in job.columns]
    return sorted(known, key=lambda name: (name != "name", name not in wrong))


def _headings(names: list[str]) -> list[str]:
    return [str(BY_NAME[name].heading) for name in names]


def _table(actor: Actor, job: Import, rows: list[ImportRow], place: str) -> dict[str, Any]:
    errors = sentences_of(actor, [row.errors for row in rows])
    warnings = sentences_of(actor, [row.warnings for row in rows])
    # What is wrong with a row as a whole, or with a field the file has no column for, needs a column of its own.
    elsewhere = [[s for name, found in row.items() if name not in job.columns for s in found] for row in errors]
    current, names = _current(actor, job, rows), _columns(job, errors)
    table_rows = [
        _row(job, row, names, bad, odd, current.get(row.public_id)) | _edit(actor, job, row, place)
        for row, bad, odd in zip(rows, errors, warnings, strict=True)
    ]
    if not any(elsewhere):
        return {"headings": _headings(names), "rows": table_rows}
    for row, sentences in zip(table_rows, elsewhere, strict=True):
        row["cells"].insert(0, {"name": "row", "label": _("Row"), "text": "", "errors": sentences, "warnings": []})
    return {"headings": [_("Problem"), *_headings(names)], "rows": table_rows}


EXISTING: Final = {"created", "updated", "unchanged", "update", "keep"}


def _edit(actor: Actor, job: Import, row: ImportRow, place: str) -> dict[str, str]:
    """Where the row can be repaired."""
    if job.state != State.READY or not actor.can(Permission.ORGANIZATIONS_CREATE_MANY):
        return {}
    url = reverse("imports:row", args=[job.public_id, row.number])
    return {"row_url": f"{url}?{place}", "edit_url": f"{url}?{place}" if row.verdict == Verdict.INVALID else ""}


def _current(actor: Actor, job: Import, rows: list[ImportRow]) -> dict[uuid.UUID, Organization]:
    """The records that rows are about to change, as they are now."""
    if job.state != State.READY:
        return {}
    ids = [row.public_id for row in rows if row.action == Action.UPDATE]
    found = Organization.objects.permitted(actor, Permission.ORGANIZATIONS_SEE).filter(public_id__in=ids)
    return {organization.public_id: organization for organization in found} if ids else {}


def _row(
    job: Import,
    row: ImportRow,
    names: list[str],
    errors: Sentences,
    warnings: Sentences,
    before: Organization | None,
) -> dict[str, Any]:
    result = _result(job, row)
    return {
        "number": row.number,
        "line": row.line,
        "state": result,
        "state_label": LABELS[result],
        "tone": TONES[result],
        "url": reverse("organizations:detail", args=[row.public_id])
        if result in EXISTING and job.state not in (State.UNDOING, State.UNDONE)
        else "",
        "cells": [_cell(row, name, errors, warnings, before) for name in names],
    }


def _result(job: Import, row: ImportRow) -> str:
    if row.verdict != Verdict.VALID:
        return str(row.verdict)
    if job.state == State.READY:
        return PLANNED[Action(row.action)]
    return str(row.action) if row.number <= job.place else "waiting"


def _cell(
    row: ImportRow, name: str, errors: Sentences, warnings: Sentences, current: Organization | None
) -> dict[str, Any]:
    raw = row.raw[NAMES.index(name)] if row.raw else ""
    value = getattr(row, name)
    return {
        "name": name,
        "label": BY_NAME[name].heading,
        "before": shown(name, getattr(current, name)) if current and getattr(current, name) != value else None,
        "text": raw if name in errors and raw else shown(name, value),
        "errors": errors.get(name, []),
        "warnings": warnings.get(name, []),
    }


def get_row(job: Import, number: int) -> ImportRow | None:
    return rows_in(job, "").filter(number=number).first()


def next_faulty(job: Import, number: int) -> int | None:
    """The number of the next row with errors after this one."""
    later = rows_in(job, "invalid").filter(number__gt=number).order_by("number")
    return later.values_list("number", flat=True).first()
