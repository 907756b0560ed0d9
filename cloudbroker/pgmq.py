"""Celery's transport over PostgreSQL, for which a message that could not be acknowledged is no longer in hand.

Kombu's own keeps it, and takes no more than so many in hand: a worker whose database dies between two of its questions
would count the lost messages for ever, ask for no others, and so never notice that it lost its connection.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from kombu.transport import pgmq


class Channel(pgmq.Channel):
    def basic_ack(self, delivery_tag: str, multiple: bool = False) -> None:
        with self._let_go(delivery_tag):
            super().basic_ack(delivery_tag, multiple)  # type: ignore[no-untyped-call]

    def basic_reject(self, delivery_tag: str, requeue: bool = False) -> None:
        with self._let_go(delivery_tag):
            super().basic_reject(delivery_tag, requeue)  # type: ignore[no-untyped-call]

    @contextmanager
    def _let_go(self, delivery_tag: str) -> Iterator[None]:
        """The queue gives the message to somebody again when its time is over, as it does after a killed worker."""
        try:
            yield
        except psycopg.Error:
            self.qos.ack(delivery_tag)
            raise


class Transport(pgmq.Transport):
    Channel: Any = Channel
