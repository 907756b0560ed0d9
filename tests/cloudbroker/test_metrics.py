"""Numbers for Prometheus: what they say, who may read them, and that rules and dashboard ask for nothing else."""

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from ruamel.yaml import YAML

from jobs.models import Job
from jobs.tasks import SWEPT_AT, sweep

OPS = Path(__file__).resolve().parents[2] / "ops"


def read(**options):
    answer = Client().get("/metrics", **options)
    found = re.findall(r"^(cloudbroker_\w+)(?:\{.*\})? ([\d.e+-]+)$", answer.text, re.MULTILINE)
    return answer.status_code, {name: float(value) for name, value in found}


@pytest.fixture(autouse=True)
def _nobody_has_swept():
    cache.delete(SWEPT_AT)


def test_work_that_waits_is_counted(cast):
    def job(number, **values):
        Job.objects.create(reseller=cast.northwind, task="imports.read", object_id=number, **values)

    now = timezone.now()
    job(1, due_at=now)
    job(2, due_at=now - timedelta(minutes=2))
    job(3, due_at=now, created_at=now - timedelta(hours=1), failures=2)
    status, numbers = read()
    assert status == 200
    assert (numbers["cloudbroker_jobs"], numbers["cloudbroker_jobs_stuck"]) == (3, 2)
    assert numbers["cloudbroker_jobs_failing"] == 1
    assert 3500 < numbers["cloudbroker_job_oldest_seconds"] < 3700


def test_the_pulse_is_the_last_sweep(db):
    assert "cloudbroker_sweep_age_seconds" not in read()[1]
    sweep()
    assert 0 <= read()[1]["cloudbroker_sweep_age_seconds"] < 30


def test_requests_are_counted_by_route_and_never_by_address(cast):
    cast.sign_in().get("/organizations/?search=Adventure")
    cast.sign_in().get("/adventure/")
    text = Client().get("/metrics").text
    assert 'cloudbroker_request_seconds_count{method="GET",route="organizations/",status="200"}' in text
    assert 'route="none",status="404"' in text
    assert "dventure" not in text


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("172.18.0.4", {}, 200),
        ("8.8.8.8", {}, 404),
        ("", {}, 404),
        ("172.18.0.4", {"X-Forwarded-For": "172.18.0.9"}, 404),
        ("172.18.0.4", {"Forwarded": "for=172.18.0.9"}, 404),
    ],
)
def test_only_neighbours_may_read_them(address, headers, status):
    assert read(REMOTE_ADDR=address, headers=headers)[0] == status


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("authorization", "status"), [("Bearer correct", 200), ("Bearer wrong", 404), ("correct", 404), ("", 404)]
)
def test_where_there_is_a_token_it_decides(settings, authorization, status):
    settings.METRICS_TOKEN = "correct"
    assert read(REMOTE_ADDR="8.8.8.8", headers={"Authorization": authorization})[0] == status
    assert read(headers={"Authorization": authorization})[0] == status


def asked_for():
    rules = [rule["expr"] for group in YAML(typ="safe").load(OPS / "alerts.yml")["groups"] for rule in group["rules"]]
    dashboard = json.loads((OPS / "grafana/cloudbroker.json").read_text())
    panels = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    return {name for expression in (*rules, *panels) for name in re.findall(r"cloudbroker_\w+", expression)}


def test_rules_and_dashboard_ask_for_what_there_is(cast):
    sweep()
    cast.sign_in().get("/organizations/")
    assert len(asked_for()) >= 6
    assert asked_for() <= set(read()[1])
