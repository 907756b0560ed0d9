"""What Celery's transports must be told about the broker that BROKER_URL names."""

from typing import Any

from psycopg.conninfo import conninfo_to_dict, make_conninfo

VISIBILITY = 120  # seconds until an unacknowledged message comes back; longer than any task may take


def transport_options(url: str) -> dict[str, object]:
    """For `broker_transport_options`; Redis must look often to recover a killed worker's tasks in seconds."""
    kind = url.partition("://")[0]
    if kind == "pgmq":
        return {"conn_string": conninfo(url), "visibility_timeout": VISIBILITY} | PGMQ
    if kind in ("redis", "rediss"):
        return {"visibility_timeout": VISIBILITY} | REDIS
    return {}


def conninfo(url: str) -> str:
    """The same address in libpq's words. Without it the transport would take DATABASE_URL from the environment, and
    lower-case a socket folder.
    """
    parts: dict[str, Any] = conninfo_to_dict("postgresql" + url.removeprefix("pgmq"))
    return make_conninfo(**parts)


# A person whose file was taken in waits while a broker that is down is asked: once, and for less than a second. Workers
# and beat, which have all the time in the world, bring their own patience.
ONCE: dict[str, object] = {"max_retries": 0}
PATIENCE = 0.7
# No long polling: it looks at one queue after the other for seconds each.
PGMQ: dict[str, object] = ONCE | {
    "init_extension": False,
    "pool_size": 4,
    "pool_timeout": PATIENCE,
    "wait_time_seconds": 0,
    "polling_interval": 0.25,
}
REDIS: dict[str, object] = ONCE | {
    "socket_connect_timeout": PATIENCE,
    "socket_timeout": 5.0,  # one that is there and hangs
    "unacked_restore_interval": 2,
    "unacked_restore_throttle": 1,
}
