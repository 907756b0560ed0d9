"""One reader per file format, all of the shape that `shape.Reader` describes; content decides, not the name."""

from pathlib import Path

from imports.readers import csv, excel, xml
from imports.readers.contents import HEAD, content_of
from imports.readers.shape import LARGEST_FILE, Layout, Reader, Unreadable

READERS: dict[str, Reader] = {"csv": csv, "xml": xml, "xlsx": excel, "xls": excel}
# What `content_of` finds, and who reads it. Anything else has a sentence of its own, `is_…`.
_BY_CONTENT = {"text": "csv", "xml": "xml", "xlsx": "xlsx", "xls": "xls"}


def reader_of(path: Path) -> Reader:
    """The reader for what the file really holds; raises Unreadable for what is no table, or too large."""
    if path.stat().st_size > LARGEST_FILE:
        raise Unreadable("file_too_large", limit=LARGEST_FILE // (1024 * 1024))
    with path.open("rb") as file:
        content = content_of(file.read(HEAD))
    if content not in _BY_CONTENT:
        raise Unreadable(f"is_{content}")
    return READERS[_BY_CONTENT[content]]


def reader_by(layout: Layout) -> Reader:
    """The reader that detected this layout."""
    return READERS[layout.format]
