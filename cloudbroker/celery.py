"""The Celery application and its schedule. The jobs themselves are rows (jobs/); the broker only wakes workers up."""

import logging
import os
from typing import Any

from celery import Celery
from celery.signals import celeryd_init, setup_logging, task_postrun, task_prerun
from structlog.contextvars import bind_contextvars, clear_contextvars

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cloudbroker.settings")

from django.conf import settings
from kombu.transport import TRANSPORT_ALIASES

from cloudbroker import heartbeat, lost_children
from cloudbroker.broker import VISIBILITY, transport_options

logger = logging.getLogger(__name__)
TRANSPORT_ALIASES["pgmq"] = "cloudbroker.pgmq:Transport"
TRANSPORT_ALIASES["redis"] = TRANSPORT_ALIASES["rediss"] = "cloudbroker.redis_broker:Transport"

app = Celery("cloudbroker")
app.conf.update(
    broker_url=settings.BROKER_URL,
    broker_transport_options=transport_options(settings.BROKER_URL),
    broker_connection_retry_on_startup=True,
    task_default_queue="cloudbroker",
    task_ignore_result=True,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_time_limit=VISIBILITY - 10,
    task_soft_time_limit=VISIBILITY - 20,
    worker_prefetch_multiplier=1,
    worker_enable_remote_control=False,
    worker_hijack_root_logger=False,
    event_queue_prefix="cb",
    timezone="UTC",
    beat_schedule={
        "sweep": {"task": "jobs.sweep", "schedule": 10.0, "options": {"expires": 10}},
        "take-stock": {"task": "cloudbroker.take_stock", "schedule": 60.0, "options": {"expires": 60}},
        "forget-answers": {"task": "api.forget_answers", "schedule": 3600.0, "options": {"expires": 600}},
        "forget-sessions": {"task": "portal.forget_sessions", "schedule": 3600.0, "options": {"expires": 600}},
        "sweep-uploads": {"task": "imports.sweep_uploads", "schedule": 3600.0, "options": {"expires": 600}},
        "csp-link": {"task": "csp_link.tick", "schedule": 300.0, "options": {"expires": 300}},
        "webhooks": {"task": "webhooks.tick", "schedule": 5.0, "options": {"expires": 5}},
        "forget-deliveries": {"task": "webhooks.forget_deliveries", "schedule": 3600.0, "options": {"expires": 600}},
        "expire-events": {"task": "events.expire", "schedule": 3600.0, "options": {"expires": 600}},
        "weekly-mail": {"task": "portal.weekly_mail", "schedule": 1800.0, "options": {"expires": 600}},
        "sweep-exports": {"task": "exports.sweep", "schedule": 3600.0, "options": {"expires": 600}},
    },
)
app.autodiscover_tasks()
heartbeat.add_to(app)
lost_children.add_to(app)


@setup_logging.connect
def leave_logging_alone(**kwargs: object) -> None:
    """Django has set it up; that somebody listens here keeps Celery from doing it again."""


@task_prerun.connect
def name_the_task(task: Any, task_id: str, **kwargs: object) -> None:
    """In every line that is logged meanwhile."""
    clear_contextvars()
    bind_contextvars(task=task.name, task_id=task_id)


@task_postrun.connect
def note_the_count(task: Any, retval: object, **kwargs: object) -> None:
    """What a task of the schedule says that it has deleted or sent again."""
    if isinstance(retval, int) and retval:
        logger.info("Done.", extra={"count": retval})


@celeryd_init.connect
def refuse_unsafe_database(**kwargs: object) -> None:
    from cloudbroker.safety import refuse_unsafe_start

    refuse_unsafe_start()
