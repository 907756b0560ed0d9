"""An export as the workbook that checks while it is changed, to be imported again."""

from collections.abc import Iterable, Iterator, Sequence


def write_template(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
    from organizations.xlsx_template import filled_template  # its library is slow to import

    return filled_template(rows)
