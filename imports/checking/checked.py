"""A row as it will be staged, and what is said of it in a word (imports/models.py has all that can become of it)."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from imports.readers.shape import SourceRow
from organizations.fields import NAMES, Row

VALID: Final = "valid"
INVALID: Final = "invalid"
CREATE: Final = "created"


class Checked(NamedTuple):
    """What was read, the id its organization has or will have, and what the row does to it.

    `raw` are the texts of all fields, where they will be needed again.
    """

    source: SourceRow
    row: Row
    public_id: str
    action: str = CREATE
    raw: Sequence[str] | None = None

    def text(self, name: str) -> str:
        """What stands in the field's cell, or what somebody has written over it."""
        return (self.row.raw if self.raw is None else self.raw)[NAMES.index(name)]
