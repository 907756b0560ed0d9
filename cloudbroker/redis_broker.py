"""Celery's transport over Redis, which lets go of what it could not acknowledge."""

from functools import partial
from typing import Any, Final

from kombu.transport import redis, virtual
from redis.exceptions import RedisError

from cloudbroker.unacknowledged import letting_go

AWAY: Final = (RedisError, OSError)


class QoS(redis.QoS):
    def ack(self, delivery_tag: str) -> None:
        with letting_go(AWAY, partial(virtual.QoS.ack, self, delivery_tag)):
            super().ack(delivery_tag)  # type: ignore[no-untyped-call]

    def reject(self, delivery_tag: str, requeue: bool = False) -> None:
        with letting_go(AWAY, partial(virtual.QoS.ack, self, delivery_tag)):
            super().reject(delivery_tag, requeue)  # type: ignore[no-untyped-call]


class Channel(redis.Channel):
    QoS: Any = QoS


class Transport(redis.Transport):
    Channel: Any = Channel
