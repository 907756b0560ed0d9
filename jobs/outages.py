"""Which errors of the database say nothing about the work that met them, so that it waits for better times."""

from typing import Final

from django.db import Error, OperationalError

# By SQLSTATE: no connection, no room (disk, memory, slots), an operator who steps in, nothing may be written.
_OUTAGES: Final = ("08", "53", "57P", "25006")


def is_outage(error: Exception) -> bool:
    """Whether the database was away, full or read-only. A lost connection has no code."""
    if not isinstance(error, Error):
        return False
    code = getattr(error.__cause__, "sqlstate", None)
    return isinstance(error, OperationalError) if code is None else code.startswith(_OUTAGES)
