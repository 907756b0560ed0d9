"""The apostrophe that stops spreadsheets from running a CSV cell: exports put it on, imports take it off."""

import re

_DANGEROUS = re.compile(r"'*[=+\-@\t\r]")
_NEUTRALISED = re.compile(r"'+[=+\-@\t\r]")
_PHONE = re.compile(r"\+[0-9]+")


def neutralise(text: str) -> str:
    return "'" + text if _DANGEROUS.match(text) and not _PHONE.fullmatch(text) else text


def restore(text: str) -> str:
    """The text as it was before `neutralise`."""
    return text[1:] if _NEUTRALISED.match(text) else text
