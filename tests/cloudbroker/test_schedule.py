"""What beat sends is what workers know, and none of it piles up."""

import pytest
from celery.beat import ScheduleEntry

from cloudbroker.celery import app


def test_every_task_of_the_schedule_is_one_that_workers_know():
    app.loader.import_default_modules()
    entries = app.conf.beat_schedule
    assert {entry["task"] for entry in entries.values()} <= set(app.tasks)
    assert len({entry["task"] for entry in entries.values()}) == len(entries)


@pytest.mark.parametrize("name", app.conf.beat_schedule)
def test_what_is_missed_is_not_made_up_for(name):
    """After an outage the next one does it all; a queue full of old ones would help nobody."""
    entry = app.conf.beat_schedule[name]
    assert 0 < entry["options"]["expires"] <= entry["schedule"]
    assert ScheduleEntry(name=name, app=app, **entry).is_due().next > 0
