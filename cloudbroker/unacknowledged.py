"""A message that could not be acknowledged is no longer in hand.

Kombu keeps it, and takes no more than so many in hand: a worker whose broker dies while its children are at work would
count the lost messages for ever, ask for no others, and so never notice that its connection is gone.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def letting_go(errors: type[Exception] | tuple[type[Exception], ...], let_go: Callable[[], object]) -> Iterator[None]:
    """Let go where the broker can't be told. It gives the message to somebody again, as after a killed worker."""
    try:
        yield
    except errors:
        let_go()
        raise
