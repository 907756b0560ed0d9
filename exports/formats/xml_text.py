"""Text that a file made of XML can carry."""

import re

_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def writable(text: str) -> str:
    """With U+FFFD for characters that no XML may hold; fields refuse them, so only other names can have any."""
    return _UNWRITABLE.sub("\ufffd", text)
