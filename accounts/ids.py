"""Public ids as people and programs write them."""

import uuid


def uuid_of(text: str) -> uuid.UUID | None:
    """None for what is no id: whoever asks by it finds nothing."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
