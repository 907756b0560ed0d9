"""Cleaning of text before anything is read from it: what is trimmed or collapsed, which characters are refused."""

import re
from unicodedata import normalize

from organizations.problems import Problem, shortened

# A megabyte in one cell is refused before it is normalised or quoted.
RAW_LIMIT = 10_000

_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
# U+FFFD is what a wrong encoding leaves behind, and what `storable` puts in place of the unstorable.
_BROKEN = re.compile("[\ud800-\udfff\ufffd]")
# Contact apps wrap values in invisible direction marks: trimmed at the edges, refused inside, where they disguise text.
_DIRECTION = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_SPACES = " \t\n\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
_EDGES = f"{_SPACES}\ufeff\u200b\u200e\u200f\u2060{_DIRECTION}"
# U+FFFE and U+FFFF are no control characters, but no XML file can carry them.
_CONTROL = re.compile(f"[\x00-\x09\x0b-\x1f\x7f-\x9f{_DIRECTION}\ufffe\uffff]")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def clean(text: str) -> str | Problem:
    """Trimmed NFC text whose line breaks are all \\n, or what is wrong with it."""
    if len(text) > RAW_LIMIT:
        return Problem("too_long", {"value": shortened(text), "length": len(text), "max": RAW_LIMIT})
    if _BROKEN.search(text):
        return Problem("broken_character", {"value": shortened(text)})
    text = trimmed(_BREAK.sub("\n", normalize("NFC", text)))
    if found := _CONTROL.search(text):
        return Problem("control_character", {"value": shortened(text), "character": f"U+{ord(found[0]):04X}"})
    return text


def trimmed(text: str) -> str:
    return text.strip(_EDGES)


def one_line(text: str) -> str:
    """Every run of white space, line breaks included, becomes one space."""
    return " ".join(text.split())


def as_typed(text: str) -> str:
    return text.replace("\n", " ")


def lines(text: str) -> str:
    return "\n".join(trimmed(one_line(line)) for line in text.split("\n"))


def storable(text: str) -> str:
    """The text as the database can hold it: NUL and halves of characters are replaced."""
    return _UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", text)
