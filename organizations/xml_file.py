"""XML of organizations: an element for each, and in it one for each value."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final
from xml.sax.saxutils import escape

HEAD: Final = '<?xml version="1.0" encoding="UTF-8"?>\n<organizations>\n'
FOOT: Final = "</organizations>\n"
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def xml_file(names: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
    """The file row by row in UTF-8, flat in memory at any number of rows."""
    yield HEAD.encode()
    for cells in rows:
        elements = "".join(map(_element, names, cells))
        yield f"  <organization>\n{elements}  </organization>\n".encode()
    yield FOOT.encode()


def _element(name: str, text: str) -> str:
    return f"    <{name}>{_escaped(text)}</{name}>\n" if text else f"    <{name}/>\n"


def _escaped(text: str) -> str:
    """With U+FFFD for characters that no XML may hold, and carriage returns as a parser leaves them alone."""
    return escape(_NO_XML.sub("\ufffd", text), {"\r": "&#13;"})
