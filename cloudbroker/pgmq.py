"""Celery's transport over PostgreSQL, which lets go of what it could not acknowledge."""

from functools import partial
from typing import Any

import psycopg
from kombu.transport import pgmq

from cloudbroker.unacknowledged import letting_go


class Channel(pgmq.Channel):
    def basic_ack(self, delivery_tag: str, multiple: bool = False) -> None:
        with letting_go(psycopg.Error, partial(self.qos.ack, delivery_tag)):
            super().basic_ack(delivery_tag, multiple)  # type: ignore[no-untyped-call]

    def basic_reject(self, delivery_tag: str, requeue: bool = False) -> None:
        with letting_go(psycopg.Error, partial(self.qos.ack, delivery_tag)):
            super().basic_reject(delivery_tag, requeue)  # type: ignore[no-untyped-call]


class Transport(pgmq.Transport):
    Channel: Any = Channel
