"""What web and workers refuse to start with, and settings that say what is missing."""

import ast
import os
import re
import secrets
import subprocess
import sys

import pytest
from support import database
from test_documents import settings_read

from cloudbroker.embedded import OWNER, SUPERUSER

START = "import django; django.setup(); from cloudbroker.safety import refuse_unsafe_start; refuse_unsafe_start()"

PRODUCTION = {"CLOUDBROKER_ENV": "production", "SECRET_KEY": "s" * 50, "CLOUDBROKER_URL": "https://portal.example"}


def start(code=START, **changes):
    """The end of what Python says when it starts like this; empty when it starts."""
    environment = os.environ | database.environment(database.TEMPLATE) | changes
    environment = {name: value for name, value in environment.items() if value is not None}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=database.ROOT, env=environment, capture_output=True, text=True
    )
    return done.stderr.strip().splitlines()[-1] if done.returncode else ""


def test_it_starts_as_the_app_role():
    assert start() == ""


@pytest.mark.parametrize("role", [OWNER, SUPERUSER])
def test_it_refuses_a_role_that_the_policies_do_not_bind(role):
    assert "does not bind" in start(DATABASE_URL=database.cluster().url(database.TEMPLATE, role))


def test_production_refuses_demo_data():
    name = f"{database.name_for(os.environ.get('PYTEST_XDIST_WORKER', 'main'))}_demo"
    database.clone(name)
    server = database.cluster()
    place = {"DATABASE_URL": server.url(name, "cloudbroker_app")}
    try:
        assert start(**place, **PRODUCTION) == ""
        subprocess.run(
            [sys.executable, "manage.py", "create_demo"],
            cwd=database.ROOT,
            env=os.environ | database.environment(name) | {"CLOUDBROKER_ENV": "demo"},
            check=True,
            capture_output=True,
        )
        assert "demo data" in start(**place, **PRODUCTION)
        refused = [sys.executable, "manage.py", "create_demo"]
        environment = os.environ | database.environment(name) | PRODUCTION
        assert subprocess.run(refused, cwd=database.ROOT, env=environment, capture_output=True).returncode == 1
    finally:
        database.drop(name)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({**PRODUCTION, "CLOUDBROKER_PARTNER_CENTER_FAKE": "http://127.0.0.1:1"}, "your secrets at Microsoft"),
        ({**PRODUCTION, "WEBHOOKS_CALL_LOOPBACK": "true"}, "resellers could reach what listens on this machine"),
        ({"CLOUDBROKER_PARTNER_CENTER_FAKE": "127.0.0.1:1"}, "must be an address"),
        ({"SECRET_KEY": None}, "SECRET_KEY is not set"),
        ({"DATABASE_URL": None}, "DATABASE_URL is not set"),
        ({"BROKER_URL": None}, "BROKER_URL is not set"),
        ({"CLOUDBROKER_ENV": "staging"}, "it must be production, demo or test"),
        ({"CLOUDBROKER_ENV": "production"}, "SECRET_KEY is too short"),
        ({"CLOUDBROKER_ENV": "production", "SECRET_KEY": "s" * 50}, "CLOUDBROKER_URL is not set"),
        ({"SECRET_KEY_FILE": "/nowhere/key"}, "SECRET_KEY_FILE names /nowhere/key, which can't be read"),
        ({"EVENT_DAYS": "30"}, "EVENT_DAYS must be 0, which keeps events for good, or at least 90"),
        ({"UPLOADS_URL": "s3://bucket"}, "must be a file:// address"),
    ],
)
def test_settings_that_are_missing_or_wrong_are_said_in_words(changes, words):
    assert words in start("import cloudbroker.settings", **changes)


def test_a_secret_may_lie_in_a_file(tmp_path):
    secret = tmp_path / "password"
    secret.write_text("correct horse\n")
    show = "from cloudbroker.settings import DATABASES as found; raise SystemExit(repr(found['default']['PASSWORD']))"
    assert start(show, DATABASE_PASSWORD_FILE=str(secret)) == "'correct horse'"
    in_the_address = {"DATABASE_URL": "postgresql://app:its-own@db/cloudbroker"}
    assert start(show, DATABASE_PASSWORD_FILE=str(secret), **in_the_address) == "'its-own'"


SECRETS = {
    "BROKER_URL": ("BROKER_URL", "redis://:one@redis/0"),
    "CACHE_URL": ("CACHE_URL", "redis://:two@redis/1"),
    "DATABASE_OWNER_PASSWORD": ("DATABASES['owner']['PASSWORD']", "three"),
    "DATABASE_OWNER_URL": ("DATABASES['owner']['HOST']", "postgresql://owner@four/cloudbroker"),
    "DATABASE_PASSWORD": ("DATABASES['default']['PASSWORD']", "five"),
    "DATABASE_URL": ("DATABASES['default']['HOST']", "postgresql://app@six/cloudbroker"),
    "EMAIL_URL": ("EMAIL_HOST_PASSWORD", "smtp://user:seven@mail.example:587"),
    "METRICS_TOKEN": ("METRICS_TOKEN", "eight"),
    "OIDC_CLIENT_SECRET": ("OIDC_CLIENT_SECRET", "nine"),
    "SECRET_KEY": ("SECRET_KEY", "ten" * 20),
    "SECRET_KEY_FALLBACKS": ("SECRET_KEY_FALLBACKS", "eleven,twelve"),
}
HELD = {"DATABASE_OWNER_URL": "four", "DATABASE_URL": "six", "EMAIL_URL": "seven"}


def test_every_secret_may_lie_in_a_file(tmp_path):
    """All at once, and none of them in the environment."""
    environment = dict.fromkeys(SECRETS) | {"OIDC_URL": "https://login.example", "OIDC_CLIENT_ID": "portal"}
    for name, (_, value) in SECRETS.items():
        (tmp_path / name).write_text(f"{value}\n")
        environment[f"{name}_FILE"] = str(tmp_path / name)
    shown = ", ".join(f"{name!r}: found.{setting}" for name, (setting, _) in SECRETS.items())
    said = start(f"from cloudbroker import settings as found; raise SystemExit(repr({{{shown}}}))", **environment)
    expected = {name: HELD.get(name, value) for name, (_, value) in SECRETS.items()}
    assert ast.literal_eval(said) == expected | {"SECRET_KEY_FALLBACKS": ["eleven", "twelve"]}


def test_every_setting_that_sounds_like_a_secret_is_among_them():
    sounding = {name for name in settings_read() if re.search("PASSWORD|SECRET|TOKEN|KEY|_URL$", name)}
    public = {"CLOUDBROKER_URL", "OIDC_URL", "UPLOADS_URL"}
    assert sounding - public <= set(SECRETS)


def test_djangos_own_check_of_a_deployment_has_nothing_to_say():
    production = {"CLOUDBROKER_ENV": "production", "SECRET_KEY": secrets.token_urlsafe(64)}
    production |= {"CLOUDBROKER_URL": "https://portal.example", "BEHIND_PROXY": "true"}
    check = "from django.core.management import execute_from_command_line as run; run(%r)"
    command = ["manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    assert start(check % command, **production) == ""
