"""The children of an XML file's root, one after the other: flat in memory, whatever the file's size."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, TextIO, cast

from lxml.etree import ErrorTypes, XMLPullParser, XMLSyntaxError, _Element

from imports.readers.encoding import explain_broken_text, open_text
from imports.readers.shape import LONGEST_ROW, Unreadable
from imports.readers.xml_prolog import read_prolog

CHUNK: Final = 64 * 1024  # characters that are parsed at a time; what is in memory is this and an unfinished row
DEEPEST: Final = 256  # libxml2's own limit
_END_TAG: Final = 1_000  # characters at the end of the file in which the root's end tag is looked for
_LAST_PLAIN_LINE: Final = 65_535
_PLACE = re.compile(r", line \d+, column \d+\s*$")


def elements_of(path: Path, encoding: str) -> Iterator[_Element]:
    """Each is forgotten when the next is asked for."""
    with open_text(path, encoding) as file:
        try:
            yield from _parse(file)
        except (UnicodeDecodeError, _Nul):
            raise explain_broken_text(path, encoding) from None
        except XMLSyntaxError as error:
            raise _broken(error) from None


def line_of(element: _Element) -> int:
    """libxml2 knows greater lines only of texts, and where those end."""
    line = cast(int | None, element.sourceline) or 1
    if line < _LAST_PLAIN_LINE:
        return line
    return line - str(next(element.itertext(), element.tail or "")).count("\n")


def _parse(file: TextIO) -> Iterator[_Element]:
    """What has been parsed is taken out of the tree, but for the root's last child, which may be unfinished."""
    name, text = read_prolog(file)
    parser = _parser(name)
    root, waiting, end = None, 0, ""
    while text:
        root, waiting = _feed(parser, text, root), waiting + len(text)
        if root is not None and len(root) > 1:
            yield from list(root)[:-1]
            del root[:-1]
            waiting = 0
        if waiting > LONGEST_ROW:
            raise Unreadable("xml_row_too_long", line=_line_reached(root), limit=LONGEST_ROW)
        end, text = (end + text)[-_END_TAG:], file.read(CHUNK)
    yield from _close(parser, is_whole=re.search(rf"</([^<>]*:)?{re.escape(name)}\s*>\s*$", end) is not None)


def _parser(root: str) -> XMLPullParser:
    """Limits of depth and length are on, the network is off; no DOCTYPE is in what it will be fed."""
    return XMLPullParser(
        events=("start",),
        tag=f"{{*}}{root}",
        huge_tree=False,
        no_network=True,
        collect_ids=False,
        remove_comments=True,
        remove_pis=True,
    )


def _feed(parser: XMLPullParser, text: str, root: Any) -> Any:
    """The root, as soon as it is known."""
    if "\0" in text:
        raise _Nul
    parser.feed(text)
    begun = [element for _event, element in parser.read_events()]
    return begun[0] if root is None and begun else root


class _Nul(Exception):
    """No text holds this character, in any encoding; another look at the file finds where it stands."""


def _close(parser: XMLPullParser, *, is_whole: bool) -> _Element:
    """Of a file that ends in the middle of something the parser's words are of no help."""
    try:
        return parser.close()
    except XMLSyntaxError as error:
        if is_whole:
            raise
        raise Unreadable("xml_cut_off", line=error.lineno or 1) from None


def _line_reached(root: Any) -> int:
    return 1 if root is None else line_of(root[-1] if len(root) else root)


def _broken(error: XMLSyntaxError) -> Unreadable:
    line = error.lineno or 1
    if getattr(error, "code", 0) == ErrorTypes.ERR_RESOURCE_LIMIT:
        return Unreadable("xml_too_deep", line=line, limit=DEEPEST)
    return Unreadable("xml_broken", line=line, reason=_PLACE.sub("", error.msg or "")[:200])
