"""What the process is asked, as JSON on its standard input: a file, and how its rows are to be read and staged."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from imports.readers.shape import Layout
from organizations.fields import DecimalMark, Reading


@dataclass(frozen=True)
class Request:
    """`columns` are the names of the fields that the file's columns are, None where one is ignored; `beside` are the
    places of what is read beside the fields, if it is; `blanks` the texts that new records get where a row has none, by
    field. Whether the rows `are_new` for sure says what is written of them. Rows up to the number `after` are left out.
    """

    path: str
    layout: Layout
    columns: tuple[str | None, ...]
    beside: tuple[int | None, ...]
    reading: Reading
    may_approve: bool
    blanks: Mapping[str, str]
    are_new: bool
    reseller_id: int
    import_id: int
    chunk: int
    after: int = 0

    def as_json(self) -> dict[str, Any]:
        reading = asdict(self.reading) | {"mandatory": sorted(self.reading.mandatory)}
        return asdict(self) | {"layout": self.layout.as_json(), "reading": reading}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        reading = dict(stored["reading"])
        reading["decimal_mark"] = DecimalMark(reading["decimal_mark"])
        reading["mandatory"] = frozenset(reading["mandatory"])
        made = {
            "layout": Layout.from_json(stored["layout"]),
            "columns": tuple(stored["columns"]),
            "beside": tuple(stored["beside"]),
            "reading": Reading(**reading),
        }
        return cls(**{**stored, **made})
