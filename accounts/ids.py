"""Public ids as people and programs write them."""

import uuid

import uuid_utils.compat


def new_id() -> uuid.UUID:
    """A UUIDv7: the id of a record in URLs, the API and events. Primary keys never leave the server."""
    return uuid_utils.compat.uuid7()


def uuid_of(text: str) -> uuid.UUID | None:
    """None for what is no id: whoever asks by it finds nothing."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
