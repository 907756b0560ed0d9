"""The zip file that an XLSX workbook is: its directory, which may lie, and the parts that make up the sheets."""

import re
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO, Final
from zipfile import BadZipFile, ZipFile, ZipInfo

from lxml import etree

from imports.workbook.limits import MEGABYTE
from imports.workbook.refusals import Refused

WORKBOOK: Final = "xl/workbook.xml"
MOST_ENTRIES: Final = 5_000
MOST_UNPACKED: Final = 300 * MEGABYTE
# Sheets of real rows unpack to ten or thirty times their size. Small parts may do as they like.
HIGHEST_RATIO: Final = 200
SMALL: Final = 16 * MEGABYTE
_END: Final = b"PK\x05\x06"
_END_SIZE: Final = 22
_ENTRY_SIZE: Final = 46
_ENCRYPTED: Final = 1
_READ_AT_ONCE: Final = MEGABYTE
_OTHERS: Final = {"xl/workbook.bin": "is_xlsb", "word/document.xml": "is_word", "content.xml": "is_ods"}


def check_package(path: Path) -> int:
    """The unpacked size of what will be read; every byte of it has been unpacked once and had the right checksum."""
    _check_end(path)
    try:
        with ZipFile(path) as package:
            members = package.infolist()
            _check_kind(package)
            _check_sizes(members)
            return sum(_unpacked(package, member) for member in members if _is_read(member.filename))
    except (BadZipFile, zlib.error, EOFError, NotImplementedError):
        raise Refused("workbook_damaged") from None


def _check_end(path: Path) -> None:
    """The count in the last record comes before the directory, which a million entries would make too large to read."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 65_535 - _END_SIZE))
        tail = file.read()
    at = tail.rfind(_END)
    if at < 0 or at + _END_SIZE > len(tail):
        raise Refused("workbook_damaged")
    entries, size = (int.from_bytes(tail[at + start : at + end], "little") for start, end in ((10, 12), (12, 16)))
    if max(entries, size // (4 * _ENTRY_SIZE)) > MOST_ENTRIES:
        raise Refused("archive_of_too_many", limit=MOST_ENTRIES)


def _check_kind(package: ZipFile) -> None:
    names = package.NameToInfo
    if WORKBOOK in names:
        return
    raise Refused(next((code for name, code in _OTHERS.items() if name in names), "is_archive"))


def _check_sizes(members: list[ZipInfo]) -> None:
    if any(member.flag_bits & _ENCRYPTED for member in members):
        raise Refused("workbook_encrypted")
    if len(members) > MOST_ENTRIES:
        raise Refused("archive_of_too_many", limit=MOST_ENTRIES)
    if sum(member.file_size for member in members) > MOST_UNPACKED:
        raise Refused("archive_too_large", limit=MOST_UNPACKED // MEGABYTE)
    for member in members:
        if member.file_size > SMALL and member.file_size > HIGHEST_RATIO * member.compress_size:
            raise Refused("archive_too_dense", limit=HIGHEST_RATIO)


def _is_read(name: str) -> bool:
    path = PurePosixPath(name.lower())
    return path.parts[:1] == ("xl",) and path.suffix in (".xml", ".rels") and "media" not in path.parts


def _unpacked(package: ZipFile, member: ZipInfo) -> int:
    with package.open(member) as part:
        while part.read(_READ_AT_ONCE):
            pass
    return member.file_size


# Which part is which sheet


def part_of(package: ZipFile, sheet: int) -> str:
    """The name of the part that holds the sheet of this place."""
    element = _elements(package, WORKBOOK, "sheet")[sheet]
    key = next(value for name, value in element.attrib.items() if etree.QName(name).localname == "id" and "}" in name)
    links = _elements(package, "xl/_rels/workbook.xml.rels", "Relationship")
    target = next(link.get("Target", "") for link in links if link.get("Id") == key)
    return _place(target)


def _place(target: str) -> str:
    """Targets are relative to the workbook's folder, or begin with a slash, or wrongly with the folder itself."""
    return target.lstrip("/") if target.startswith(("/", "xl/")) else f"xl/{target}"


def _elements(package: ZipFile, part: str, name: str) -> list[etree._Element]:
    with package.open(part) as stream:
        parser = etree.XMLParser(resolve_entities=False, no_network=True)
        return list(etree.parse(stream, parser).getroot().iter(f"{{*}}{name}"))


_MAYBE: Final = (b"<f", b":f", b'"e"', b"'e'")
_SURELY: Final = re.compile(rb"""<(?:[\w.-]+:)?f[\s/>]|\st\s*=\s*["']e["']""")
_OVERLAP: Final = 64


def has_formulas_or_errors(part: IO[bytes]) -> bool:
    """A search in the bytes, ten times as fast as parsing them; it may find too much, but not too little."""
    return any(any(mark in chunk for mark in _MAYBE) and _SURELY.search(chunk) for chunk in _overlapping(part))


def _overlapping(part: IO[bytes]) -> Iterator[bytes]:
    tail = b""
    while chunk := part.read(_READ_AT_ONCE):
        yield tail + chunk
        tail = chunk[-_OVERLAP:]
