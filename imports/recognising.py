"""Create and update at the speed of COPY: rows were checked by a process as if they were new, and one statement finds
those that are as their record is. All others are checked again by Python, as those of a small file are.

Such a row is good as a new one, so it names a domain; and all that it names equals the record with that domain. So by
whichever key its record is sought, it is this one, since domains and numbers are unique, and nothing would be changed.
What it leaves blank may differ, but not where other fields are judged by it: these would be warned of in other ways.
"""

import json
from typing import Any, Final

from django.db.backends.utils import CursorWrapper
from django.db.models.expressions import RawSQL

from accounts.actors import Actor
from accounts.roles import Permission
from imports import staging
from imports.beside import READ
from imports.checking.lines import SAID
from imports.judging import check_again, chunk_for
from imports.models import Action, Import, ImportRow, Verdict
from imports.staging import TABLE, laid_out
from imports.updating import cleared
from organizations.batches import DERIVED, STORED
from organizations.fields import JUDGED_TOGETHER, NAMES
from organizations.models import Organization

_COLUMNS: Final = (*SAID, "public_id", *DERIVED)
_STAGE: Final = f"""
INSERT INTO {TABLE} (reseller_id, import_id, action, {", ".join(_COLUMNS)})
SELECT %s, %s, %s, {", ".join(f"{'now' if name in STORED else 'said'}.{name}" for name in _COLUMNS)}
FROM said CROSS JOIN LATERAL ({{now}}) AS now WHERE said.verdict = %s AND {{is_so}}
RETURNING number, warnings IS NOT NULL
"""


def stage(actor: Actor, job: Import, lines: bytes) -> int:
    """Write the rows of the lines as what they are and would do; returns how many of them are warned of."""
    now, params = _record(actor).query.sql_with_params()
    own = (job.reseller_id, job.pk, Action.KEEP.value)
    with laid_out("said", SAID, lines) as cursor:
        said = cursor.rowcount
        cursor.execute(_STAGE.format(now=now, is_so=_is_so(job)), [*own, *params, Verdict.VALID.value])
        warned: dict[int, bool] = dict(cursor.fetchall())
        left = _left(cursor, list(warned)) if len(warned) < said else []
    return sum(warned.values()) + (_stage_anew(actor, job, left) if left else 0)


def _left(cursor: CursorWrapper, staged: list[int]) -> list[ImportRow]:
    cursor.execute("SELECT number, line, raw, errors FROM said WHERE number <> ALL(%s) ORDER BY number", [staged])
    return [_row(*found) for found in cursor]


def _record(actor: Actor) -> Any:
    """The record with the domain of a row: sought row by row, as the planner might read them all for a few thousand."""
    seen = Organization.objects.permitted(actor, Permission.ORGANIZATIONS_SEE)
    return seen.filter(archived_at=None, primary_domain=RawSQL("said.primary_domain", ())).values(*STORED)[:1]


def _is_so(job: Import) -> str:
    """SQL: the row says nothing but what its record is. An id that is written in another way is left to Python, and so
    is Microsoft's.
    """
    must_be_equal, beside = JUDGED_TOGETHER | cleared(job), job.matched.extras
    said = [_is_equal(name) if name in must_be_equal else f"({_is_equal(name)} OR {_is_blank(name)})" for name in NAMES]
    if "organization_id" in beside:
        said.append(f"({_text('organization_id')} = now.public_id::text OR {_is_blank('organization_id')})")
    if "microsoft_id" in beside:
        said.append(_is_blank("microsoft_id"))
    return " AND ".join(said)


def _is_equal(name: str) -> str:
    return f"said.{name} IS NOT DISTINCT FROM now.{name}"


def _is_blank(name: str) -> str:
    return f"{_text(name)} = ''"


def _text(name: str) -> str:
    return f"said.raw[{READ.index(name) + 1}]"  # PostgreSQL counts from 1


def _row(number: int, line: int, raw: list[str], errors: str | None) -> ImportRow:
    return ImportRow(number=number, line=line, raw=raw, errors=json.loads(errors or "null"))


def _stage_anew(actor: Actor, job: Import, rows: list[ImportRow]) -> int:
    chunk = chunk_for(job, check_again(actor, job, rows))
    staging.stage(chunk.lines)
    return chunk.warned
