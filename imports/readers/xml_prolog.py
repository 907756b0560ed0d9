"""What stands before the root element of an XML file: its encoding is told, and a DOCTYPE refused.

The prolog never reaches the parser, so that no file can declare an entity to it.
"""

import codecs
import re
from typing import Final, NamedTuple, TextIO

from imports.readers.contents import HEAD
from imports.readers.encoding import BYTE_ORDER_MARKS
from imports.readers.shape import Unreadable

# What a declaration may call an encoding, in Python's spelling. UTF-16 shows in the bytes; where that name stands in
# ASCII, a program has converted the file and forgotten to say so.
DECLARED: Final = {
    "utf-8": "utf-8",
    "ascii": "utf-8",
    "utf-16": "utf-8",
    "cp1252": "cp1252",
    "iso8859-1": "cp1252",
}
_DECLARATION = re.compile(rb"\s*<\?xml\s[^>]*?\bencoding\s*=\s*[\"']([^\"'>]*)")
_MISC = re.compile(r"(?:\s++|<\?.*?\?>|<!--.*?-->)*+", re.DOTALL)
_NAME = r"[^\s<>/:!?\0-\x1f\ufffe\uffff]+"  # whether it really is one is for the parser to say
_ROOT = re.compile(f"<(?:{_NAME}:)?({_NAME})")
_EXCELS_OWN = "urn:schemas-microsoft-com:office:spreadsheet"


class Prolog(NamedTuple):
    """The root's name without its prefix, and the text from the root on, behind as many line ends as stood before."""

    root: str
    text: str


def encoding_of(head: bytes) -> str:
    """By the byte order mark, by the zeros of UTF-16, by the declaration; UTF-8 where none says anything."""
    for encoding, mark in BYTE_ORDER_MARKS.items():
        if head.startswith(mark):
            return encoding
    if b"\0" in head[:2]:
        return "utf-16-be" if head.startswith(b"\0") else "utf-16-le"
    declaration = _DECLARATION.match(head)
    return _declared(declaration[1].decode("ascii", "replace")) if declaration else "utf-8"


def _declared(name: str) -> str:
    try:
        return DECLARED[codecs.lookup(name).name]
    except (LookupError, ValueError):
        raise Unreadable("unknown_encoding", encoding=name[:40]) from None


def read_prolog(file: TextIO) -> Prolog:
    """Reads as far as it may be long; the rest of the file follows the text that is returned."""
    head = file.read(HEAD)
    end = _MISC.match(head).end()  # type: ignore[union-attr]  # it matches nothing as well
    text = head[end:]
    root = _ROOT.match(text)
    if root is None:
        raise Unreadable("doctype" if text[:9].upper() == "<!DOCTYPE" else "xml_no_root")
    if root[1] == "Workbook" and _EXCELS_OWN in head:
        raise Unreadable("is_xml_spreadsheet")
    return Prolog(root[1], "\n" * head.count("\n", 0, end) + text)
