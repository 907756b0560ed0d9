"""The compound file that a legacy XLS workbook is, and the error values in it, which calamine reads as empty."""

from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final

import olefile

from imports.workbook.refusals import Refused

BOUNDSHEET, BOF, EOF, FORMULA, BOOLERR, FILEPASS = 0x85, 0x809, 0x0A, 0x06, 0x205, 0x2F
ERRORS: Final = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}
_STREAMS: Final = ("Workbook", "Book")
_NO_NUMBER: Final = b"\xff\xff"
_ERROR_RESULT: Final = 2


def check_compound(path: Path) -> None:
    with _opened(path) as file:
        if file.exists("EncryptedPackage"):
            raise Refused("workbook_encrypted")
        if not any(file.exists(stream) for stream in _STREAMS):
            raise Refused("is_office")
        with _stream(file) as stream:
            if any(kind == FILEPASS for kind, _ in _records(stream)):
                raise Refused("workbook_encrypted")


def errors_in_compound(path: Path, sheet: int) -> Iterator[tuple[int, int, str]]:
    """Row, column (both from 0) and text of each error in the sheet of this place.

    A formula's last result is always stored; whether it was ever calculated can't be told.
    """
    with _opened(path) as file, _stream(file) as stream:
        starts = [int.from_bytes(body[:4], "little") for kind, body in _records(stream) if kind == BOUNDSHEET]
        stream.seek(starts[sheet])
        yield from _errors(stream)


def _opened(path: Path) -> olefile.OleFileIO:
    try:
        return olefile.OleFileIO(str(path))
    except (OSError, ValueError, IndexError):
        raise Refused("workbook_damaged") from None


def _stream(file: olefile.OleFileIO) -> IO[bytes]:
    stream: IO[bytes] = file.openstream(next(name for name in _STREAMS if file.exists(name)))
    return stream


def _records(stream: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    """The records of one substream: of the workbook itself, or of the sheet that the stream stands at."""
    depth = 0
    while len(head := stream.read(4)) == 4:
        kind, size = int.from_bytes(head[:2], "little"), int.from_bytes(head[2:], "little")
        depth += (kind == BOF) - (kind == EOF)
        yield kind, stream.read(size)
        if depth <= 0:
            return


def _errors(stream: IO[bytes]) -> Iterator[tuple[int, int, str]]:
    for kind, body in _records(stream):
        if (code := _error_in(kind, body)) is not None:
            yield int.from_bytes(body[:2], "little"), int.from_bytes(body[2:4], "little"), ERRORS.get(code, "#N/A")


def _error_in(kind: int, body: bytes) -> int | None:
    """Row, column and format take six bytes; then comes a value and what it is, or a formula's result."""
    if kind == BOOLERR and body[7]:
        return body[6]
    if kind == FORMULA and body[6] == _ERROR_RESULT and body[12:14] == _NO_NUMBER:
        return body[8]
    return None
