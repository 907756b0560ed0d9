"""Deleting what is over, so few rows in a transaction that nobody waits long for it."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from django.db.models import QuerySet


def forget(
    old: "QuerySet[Any]", at_once: int, entered: Callable[[], AbstractContextManager[None]] = nullcontext
) -> int:
    """Delete the rows batch by batch, each `entered` anew; returns how many."""
    forgotten = 0
    while gone := _forget_some(old, at_once, entered):
        forgotten += gone
    return forgotten


def _forget_some(old: "QuerySet[Any]", at_once: int, entered: Callable[[], AbstractContextManager[None]]) -> int:
    with entered():
        keys = list(old.values_list("pk", flat=True)[:at_once])
        gone: int = old.model._default_manager.filter(pk__in=keys).delete()[0]
    return gone
