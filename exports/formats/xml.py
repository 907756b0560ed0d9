"""An export as XML: the children of the root are the rows, and their children the columns."""

from collections.abc import Iterable, Iterator, Sequence
from html import escape

from exports.formats.xml_text import writable


def write_xml(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
    yield b'<?xml version="1.0" encoding="UTF-8"?>\n<organizations>\n'
    for row in rows:
        yield f"<organization>{''.join(map(_element, columns, row))}</organization>\n".encode()
    yield b"</organizations>\n"


def _element(name: str, text: str) -> str:
    return f"<{name}>{escape(writable(text), quote=False)}</{name}>" if text else f"<{name}/>"
