"""Names of groups in one cell of a file: separated by semicolons, and quoted as in CSV where a name holds one."""

import csv
import io
from collections.abc import Iterable


def join_names(names: Iterable[str]) -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=";", lineterminator="").writerow(names)
    return text.getvalue()


def split_names(text: str) -> list[str]:
    """The names that `join_names` was given; of what people typed, every part that is not blank."""
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=";", skipinitialspace=True)
    return [name.strip() for row in rows for name in row if name.strip()]
