"""What a file really is, by its first bytes, whatever its name says."""

import re

HEAD = 64 * 1024  # how much of a file is looked at to know what it is
PICTURES = (b"\x89PNG\r\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"II*\x00", b"MM\x00*", b"\x00\x00\x01\x00")
ARCHIVES = (b"\x1f\x8b", b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07", b"BZh", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd")
MARKS = (
    (b"%PDF-", "pdf"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "xls"),
    (b"{\\rtf", "word"),
    *((mark, "picture") for mark in PICTURES),
    *((mark, "archive") for mark in ARCHIVES),
)
INSIDE_ZIP = (
    (b"application/vnd.oasis.opendocument", "ods"),
    (b"xl/", "xlsx"),
    (b"word/", "word"),
    (b"[Content_Types].xml", "xlsx"),
)
_HTML = re.compile(rb"<(!doctype\s+html|html|head|body|table)\b", re.IGNORECASE)
_XML = re.compile(rb"<(\?xml|!--|!doctype|[a-z_])", re.IGNORECASE)
_JSON = re.compile(rb"\{\s*[\"}]|\[\s*[\[{\"]")
# Control characters that no text in a one-byte encoding or UTF-8 holds; a NUL or two have a sentence of their own.
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\v\f\r\x1a\x1b")) + b"\x7f"


def content_of(head: bytes) -> str:
    """`text` or the name of something else: xlsx, xls, ods, word, archive, pdf, picture, xml, html, json."""
    for mark, name in MARKS:
        if head.startswith(mark):
            return name
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return next((name for mark, name in INSIDE_ZIP if mark in head), "archive")
    if (head[:4] == b"RIFF" and head[8:12] == b"WEBP") or (head[:2] == b"BM" and head[6:10] == b"\0\0\0\0"):
        return "picture"
    return _content_of_text(head)


def _content_of_text(head: bytes) -> str:
    start = head[:1024].removeprefix(b"\xef\xbb\xbf")
    if start.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in start:
        start = start.removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff").replace(b"\0", b"")
    start = start.lstrip()
    if _HTML.match(start):
        return "html"
    if _XML.match(start):
        return "xml"
    if _JSON.match(start):
        return "json"
    return "text"


def is_binary(head: bytes) -> bool:
    """Whether too many control characters for a text are in it; not to be asked about UTF-16."""
    return (len(head) - len(head.translate(None, _CONTROLS))) * 20 > len(head)
