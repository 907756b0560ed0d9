"""What kind of workbook a file is, and how much is in it: measured before anything of it is opened."""

from pathlib import Path
from typing import Final

from imports.workbook import package
from imports.workbook.compound import check_compound

COMPOUND: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# A compound file holds its cells more densely than XML does.
_DENSITY: Final = 4


def is_compound(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(COMPOUND)) == COMPOUND


def check(path: Path) -> int:
    """How many bytes of content the file holds; raises Refused for what is no workbook, damaged, or a bomb."""
    if is_compound(path):
        check_compound(path)
        return path.stat().st_size * _DENSITY
    return package.check_package(path)
