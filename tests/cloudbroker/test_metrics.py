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
from support.compose import SERVICES

from cloudbroker import stock
from cloudbroker.stock import take_stock
from jobs.models import Job
from jobs.tasks import SWEPT_AT, sweep

OPS = Path(__file__).resolve().parents[2] / "ops"


def read(**options):
    answer = Client().get("/metrics", **options)
    found = re.findall(r"^(cloudbroker_\w+)(?:\{.*\})? ([\d.e+-]+)$", answer.text, re.MULTILINE)
    return answer.status_code, {name: float(value) for name, value in found}


@pytest.fixture(autouse=True)
def _nobody_has_swept_or_counted():
    cache.delete_many([SWEPT_AT, stock.KEY])
    yield
    cache.delete(stock.KEY)


def test_work_that_waits_is_counted(cast):
    def job(number, **values):
        Job.objects.create(reseller=cast.northwind, task="imports.read", object_id=number, **values)

    now = timezone.now()
    job(1, due_at=now)
    job(2, due_at=now - timedelta(minutes=2))
    job(3, due_at=now, created_at=now - timedelta(hours=1), failures=2)
    job(4, due_at=now, unended=1)  # at work
    job(5, due_at=now, unended=2)  # begun again after its worker was killed
    status, numbers = read()
    assert status == 200
    assert (numbers["cloudbroker_jobs"], numbers["cloudbroker_jobs_stuck"]) == (5, 2)
    assert numbers["cloudbroker_jobs_failing"] == 2
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
    Job.objects.create(reseller=cast.northwind, task="imports.read", object_id=1, due_at=timezone.now())
    sweep()
    take_stock()
    cast.sign_in().get("/organizations/")
    assert len(asked_for()) >= 12
    assert asked_for() <= set(read()[1])


def rules():
    return [rule for group in YAML(typ="safe").load(OPS / "alerts.yml")["groups"] for rule in group["rules"]]


DURATION = re.compile(r"\d+[smhd]")
SEVERITIES = {"page", "ticket", "note"}


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule["alert"])
def test_a_rule_has_the_shape_that_prometheus_reads_and_says_what_to_do(rule):
    assert set(rule) == {"alert", "expr", "for", "labels", "annotations"}
    assert re.fullmatch(r"Cloudbroker[A-Z]\w+", rule["alert"]) and DURATION.fullmatch(rule["for"])
    assert rule["labels"]["severity"] in SEVERITIES and set(rule["labels"]) == {"severity"}
    assert set(rule["annotations"]) == {"summary", "description"} and all(rule["annotations"].values())
    check_expression(rule["expr"])


def check_expression(expression):
    """What can be seen without Prometheus: brackets, names of functions, ranges."""
    bare = re.sub(r'"[^"]*"', "", expression)
    for opened, closed in ("()", "[]", "{}"):
        assert bare.count(opened) == bare.count(closed), expression
    called = set(re.findall(r"\b([a-z_]+) ?\(", bare)) - {"by", "and", "or"}
    assert called <= {"absent", "histogram_quantile", "increase", "max", "min", "rate", "sum", "topk", "vector"}
    assert all(DURATION.fullmatch(found) for found in re.findall(r"\[([^\]]*)\]", bare))


def test_prometheus_finds_rules_and_processes_where_they_are():
    found = YAML(typ="safe").load(OPS / "prometheus.yml")
    mounted = {volume.split(":")[1] for volume in SERVICES["prometheus"]["volumes"]}
    assert set(found["rule_files"]) <= mounted
    targets = {target for job in found["scrape_configs"] for one in job["static_configs"] for target in one["targets"]}
    assert targets == {f"{name}:{SERVICES[name]['environment']['PORT']}" for name in ("web-a", "web-b")}


def test_the_dashboard_shows_what_an_operator_looks_for():
    panels = json.loads((OPS / "grafana/cloudbroker.json").read_text())["panels"]
    expressions = " ".join(target["expr"] for panel in panels for target in panel["targets"])
    for name in (
        "cloudbroker_queue",
        "cloudbroker_job_oldest_seconds",
        "cloudbroker_import_rows_total",
        "cloudbroker_request_seconds_bucket",
        'status=~"5.."',
        "cloudbroker_connections",
        "cloudbroker_webhook",
    ):
        assert name in expressions
    for panel in panels:
        for target in panel["targets"]:
            check_expression(target["expr"])
    places = [[panel["gridPos"][side] for side in "xywh"] for panel in panels]
    cells = [(x + right, y + down) for x, y, w, h in places for right in range(w) for down in range(h)]
    assert len(cells) == len(set(cells)), "no panel lies on another"
    assert max(across for across, _ in cells) < 24
    assert len({panel["id"] for panel in panels}) == len(panels)
