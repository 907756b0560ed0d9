"""Which encoding a text file has, and where it breaks it."""

import codecs
import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from django.utils.translation import gettext_lazy as _

from imports.readers.shape import Layout, Unreadable

ENCODINGS = {
    "utf-8": _("UTF-8"),
    "cp1252": _("Windows-1252"),
    "utf-16-le": _("UTF-16 (little endian)"),
    "utf-16-be": _("UTF-16 (big endian)"),
}
BYTE_ORDER_MARKS = {"utf-8": codecs.BOM_UTF8, "utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}
_CHUNK = 1024 * 1024


@dataclass(frozen=True)
class Flaw:
    """The first byte that can't be in the file's encoding, or the first NUL. `plain`: only ASCII stands before it."""

    code: str
    place: int
    byte: int
    plain: bool


def guess_encoding(head: bytes, *, whole: bool) -> str:
    """The encoding that the first bytes speak for; `whole` when nothing follows them."""
    for encoding, mark in BYTE_ORDER_MARKS.items():
        if head.startswith(mark):
            return encoding
    if b"\0" in head:
        return _guess_by_zeros(head)
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head, final=whole)
    except UnicodeDecodeError as error:
        return "cp1252" if head[: error.start].isascii() else "utf-8"
    return "utf-8"


def settle_encoding(path: Path, layout: Layout) -> Layout:
    """The layout after a look at every byte: ASCII up to one that UTF-8 doesn't know was Windows-1252 all along."""
    flaw = find_flaw(path, layout.encoding)
    if flaw is None:
        return layout
    detected = "encoding" not in layout.chosen
    if detected and layout.encoding == "utf-8" and flaw.code == "bad_byte" and flaw.plain:
        return settle_encoding(path, replace(layout, encoding="cp1252"))
    raise _unreadable(path, layout.encoding, flaw)


def explain_broken_text(path: Path, encoding: str) -> Unreadable:
    """The sentence for a file whose decoding has just failed."""
    flaw = find_flaw(path, encoding)
    return _unreadable(path, encoding, flaw or Flaw("bad_byte", 0, 0, plain=True))


def open_text(path: Path, encoding: str) -> io.TextIOWrapper:
    """The text behind the byte order mark, with the line ends as they are."""
    file = path.open("rb")
    _skip_mark(file, encoding)
    return io.TextIOWrapper(file, encoding, newline="")


def decode_head(head: bytes, encoding: str) -> str:
    mark = BYTE_ORDER_MARKS.get(encoding, b"")
    return head.removeprefix(mark).decode(encoding, errors="replace")


def find_flaw(path: Path, encoding: str) -> Flaw | None:
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as file:
        plain = not _skip_mark(file, encoding)
        start = file.tell()
        for chunk in _chunks(file):
            start -= len(decoder.getstate()[0])
            try:
                text = decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                return _bad_byte(error, start, plain)
            if "\0" in text:
                return Flaw("nul", start + len(text[: text.index("\0")].encode(encoding)), 0, plain)
            plain = plain and text.isascii()
            start = file.tell()
    return None


def _bad_byte(error: UnicodeDecodeError, start: int, plain: bool) -> Flaw:
    before = error.object[: error.start]
    return Flaw("bad_byte", start + error.start, error.object[error.start], plain and before.isascii())


def _unreadable(path: Path, encoding: str, flaw: Flaw) -> Unreadable:
    line = _line_at(path, encoding, flaw.place)
    if flaw.code == "nul":
        return Unreadable("nul", line=line)
    return Unreadable("bad_byte", line=line, byte=f"0x{flaw.byte:02X}", encoding=str(ENCODINGS[encoding]))


def _line_at(path: Path, encoding: str, place: int) -> int:
    decoder = io.IncrementalNewlineDecoder(codecs.getincrementaldecoder(encoding)("replace"), translate=True)
    line = 1
    with path.open("rb") as file:
        for chunk in _chunks(file):
            before = chunk[: max(0, place - (file.tell() - len(chunk)))]
            line += decoder.decode(before, final=not before).count("\n")
    return line


def _guess_by_zeros(head: bytes) -> str:
    """UTF-16 without a mark: there are many zeros, and most are the same half of their character."""
    even, odd = head[::2].count(0), head[1::2].count(0)
    if max(even, odd) * 20 < len(head) or min(even, odd) * 2 > max(even, odd):
        return "utf-8"
    return "utf-16-le" if odd > even else "utf-16-be"


def _skip_mark(file: BinaryIO, encoding: str) -> bool:
    mark = BYTE_ORDER_MARKS.get(encoding, b"")
    marked = bool(mark) and file.read(len(mark)) == mark
    file.seek(len(mark) if marked else 0)
    return marked


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    """Pieces of the file and an empty one at its end, which tells a decoder that nothing more comes."""
    while chunk := file.read(_CHUNK):
        yield chunk
    yield b""
