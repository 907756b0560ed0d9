"""While an upgrade goes on, workers of the version before meet tasks of the next one."""

import pytest
from django.utils import timezone
from support.files import newest, table, upload
from support.workers import until

from accounts.tenancy import acting_for
from imports.models import Import
from jobs import work
from jobs.models import Job

FUTURE = "imports.of_the_next_version"


@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
def test_a_task_that_a_worker_does_not_know_stays_for_one_that_does_and_harms_no_other(cast, workers):
    Job.objects.create(reseller=cast.northwind, task=FUTURE, object_id=1, due_at=timezone.now())
    workers.start()
    assert work.sweep() == 1
    until(lambda: workers.log.exists() and "eceived unregistered task" in workers.log.read_text())
    upload(cast.sign_in(), table(count=3))
    job = newest(cast)

    def is_ready():
        with acting_for(cast.northwind.pk):
            return Import.objects.get(pk=job.pk).state == "ready"

    until(is_ready)
    assert Job.objects.filter(task=FUTURE).exists(), "the sweep sends it again, until somebody knows it"
