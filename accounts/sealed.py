"""Secrets as the database keeps them: encrypted with keys derived from SECRET_KEY and, to read, its fallbacks."""

import base64
from functools import lru_cache
from typing import Any, Final

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import models

_PURPOSE: Final = b"cloudbroker: secrets at rest"


class Unsealable(Exception):
    """Written with a key that is neither SECRET_KEY nor among SECRET_KEY_FALLBACKS."""


def seal(text: str) -> str:
    return _box(settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS).encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    try:
        return _box(settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS).decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise Unsealable from None


def reseal(sealed: str) -> str:
    """The same secret under the newest key."""
    return seal(unseal(sealed))


@lru_cache(4)
def _box(*keys: str) -> MultiFernet:
    return MultiFernet([Fernet(_derived(key)) for key in keys])


def _derived(key: str) -> bytes:
    return base64.urlsafe_b64encode(HKDF(SHA256(), length=32, salt=None, info=_PURPOSE).derive(key.encode()))


class SealedField(models.TextField):  # type: ignore[type-arg]
    """A column for what seal() returns, or for nothing. `manage.py rotate_secrets` finds it by its type."""

    def __init__(self, *args: Any, **options: Any) -> None:
        given: dict[str, Any] = {"blank": True, "default": "", "editable": False} | options
        super().__init__(*args, **given)
