"""The table of an import's rows: counts that filter it, a page of it, and each row's problems in words."""

import uuid
from typing import Any, Final

from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from accounts.roles import Permission
from imports.models import Action, Import, ImportRow, State, Verdict
from imports.problems import Sentences, sentences_of
from organizations.fields import BY_NAME, FIELDS, NAMES, shown
from organizations.models import Organization

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
    shown_state = query.get("rows", "")
    after = _number_in(query.get("after", ""))
    rows = list(_rows(job, shown_state).filter(number__gt=after).order_by("number")[: PAGE + 1])
    url = reverse("imports:detail", args=[job.public_id])
    more = f"{url}?rows={shown_state}&after={rows[PAGE - 1].number}#rows" if len(rows) > PAGE else ""
    first = f"{url}?rows={shown_state}#rows" if after else ""
    return {
        "counts": _counts(job, url, shown_state),
        "table": _table(actor, job, rows[:PAGE]),
        "pager": {"previous_url": first, "next_url": more},
    }


def _number_in(text: str) -> int:
    """A row number from the address; 0 for anything else."""
    return int(text) if text.isdecimal() and len(text) < 9 else 0


def _rows(job: Import, shown_state: str) -> QuerySet[ImportRow]:
    rows = ImportRow.objects.filter(reseller_id=job.reseller_id, batch=job)
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
    return rows.filter(filters.get(shown_state, Q()))


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
        "number": _number(job.rows_read),
        "url": f"{url}#rows",
        "current": not shown_state,
    }
    return [everything] + [
        {
            "label": LABELS[name],
            "number": _number(number),
            "tone": TONES[name] if number else "",
            "url": f"{url}?rows={name}#rows",
            "current": shown_state == name,
        }
        for name, number in numbers.items()
        if number or name in ("valid", "invalid", "created")
    ]


def _headings(job: Import) -> list[str]:
    return [str(field.heading) for field in FIELDS if field.name in job.columns]


def _table(actor: Actor, job: Import, rows: list[ImportRow]) -> dict[str, Any]:
    errors = sentences_of(actor, [row.errors for row in rows])
    warnings = sentences_of(actor, [row.warnings for row in rows])
    # What is wrong with a row as a whole, or with a field the file has no column for, needs a column of its own.
    elsewhere = [[s for name, found in row.items() if name not in job.columns for s in found] for row in errors]
    current = _current(actor, job, rows)
    table_rows = [
        _row(job, row, bad, odd, current.get(row.public_id))
        for row, bad, odd in zip(rows, errors, warnings, strict=True)
    ]
    if not any(elsewhere):
        return {"headings": _headings(job), "rows": table_rows}
    for row, sentences in zip(table_rows, elsewhere, strict=True):
        row["cells"].insert(0, {"name": "row", "label": _("Row"), "text": "", "errors": sentences, "warnings": []})
    return {"headings": [_("Problem"), *_headings(job)], "rows": table_rows}


EXISTING: Final = {"created", "updated", "unchanged", "update", "keep"}


def _current(actor: Actor, job: Import, rows: list[ImportRow]) -> dict[uuid.UUID, Organization]:
    """The records that rows are about to change, as they are now."""
    if job.state != State.READY:
        return {}
    ids = [row.public_id for row in rows if row.action == Action.UPDATE]
    found = Organization.objects.permitted(actor, Permission.ORGANIZATIONS_SEE).filter(public_id__in=ids)
    return {organization.public_id: organization for organization in found} if ids else {}


def _row(
    job: Import, row: ImportRow, errors: Sentences, warnings: Sentences, before: Organization | None
) -> dict[str, Any]:
    result = _result(job, row)
    return {
        "number": row.number,
        "line": row.line,
        "state": result,
        "state_label": LABELS[result],
        "tone": TONES[result],
        "url": reverse("organizations:detail", args=[row.public_id]) if result in EXISTING else "",
        "cells": [_cell(row, name, errors, warnings, before) for name in NAMES if name in job.columns],
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


def _number(number: int) -> str:
    return str(number_format(number, force_grouping=True))
