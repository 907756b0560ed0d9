"""Everything that can be said of a row without the database."""

from collections.abc import Sequence
from typing import Final

from organizations.fields import Reading, Row, read_row
from organizations.problems import Problem

APPROVAL: Final = ("approval_process", "approval_limit")


def check_row(cells: Sequence[str], reading: Reading, *, may_approve: bool) -> Row:
    """A new row, of somebody who may set approval or not."""
    row = read_row(cells, reading)
    if not may_approve:
        refuse_approval(row)
    return row


def refuse_approval(row: Row, before: Row | None = None) -> None:
    """Add an error where the row sets approval, or changes it from `before`."""
    for name in APPROVAL:
        if row[name] != before[name] if before else row[name]:
            row.errors.setdefault(name, []).append(Problem("approval_not_yours", {}))
