"""The files by which Cloudbroker is deployed say what the code needs, and no more."""

import re
import stat
import subprocess

import pytest
from check_jsonschema import main as check_jsonschema
from click.testing import CliRunner
from support.compose import (
    DOCKERFILE,
    FILE,
    OURS,
    ROOT,
    SERVICES,
    image_environment,
    let_into_the_image,
)
from test_architecture import APPS
from test_documents import settings_read

from imports.workbook.limits import MOST_MEMORY

EXAMPLE = (ROOT / ".env.example").read_text()
# What production refuses to start with.
NO_PRODUCTION = {"CLOUDBROKER_PARTNER_CENTER_FAKE", "CLOUDBROKER_ENV", "WEBHOOKS_CALL_LOOPBACK"}
# What programs that we start read by themselves.
THEIRS = {"PATH", "PYTHONUNBUFFERED"}


def variables(service):
    return image_environment() | service.get("environment", {})


def test_the_compose_file_keeps_to_its_specification():
    done = CliRunner().invoke(
        check_jsonschema, ["--builtin-schema", "vendor.compose-spec", str(ROOT / "docker-compose.yml")]
    )
    assert done.exit_code == 0, done.output


def test_the_specification_is_asked(tmp_path):
    broken = tmp_path / "docker-compose.yml"
    broken.write_text("services:\n  web:\n    comand: [python]\n")
    assert CliRunner().invoke(check_jsonschema, ["--builtin-schema", "vendor.compose-spec", str(broken)]).exit_code


@pytest.mark.parametrize("name", OURS)
def test_a_service_is_told_only_what_is_read(name):
    told = {variable.removesuffix("_FILE") for variable in variables(OURS[name])} - THEIRS
    assert told - settings_read() == set()


@pytest.mark.parametrize("name", OURS)
def test_a_service_is_told_everything_that_has_no_default(name):
    demanded = set(re.findall(r'required\("(\w+)"\)', (ROOT / "cloudbroker/settings.py").read_text()))
    assert demanded >= {"SECRET_KEY", "DATABASE_URL", "BROKER_URL"}
    told = {variable.removesuffix("_FILE") for variable in variables(OURS[name])}
    assert demanded - told <= set(re.findall(r"^(\w+)=", EXAMPLE, re.MULTILINE))


def test_only_the_migration_knows_the_owner():
    def knows(service):
        return any("OWNER" in variable for variable in variables(service)) or any(
            "owner" in secret for secret in service["secrets"]
        )

    assert [name for name, service in OURS.items() if knows(service)] == ["migrate"]
    assert "OWNER" not in re.sub("^#.*$", "", EXAMPLE, flags=re.MULTILINE), "every service is told what is in .env"


@pytest.mark.parametrize("name", OURS)
def test_a_service_of_ours_can_write_nowhere_but_in_its_volumes_and_has_no_rights_beyond(name):
    service = OURS[name]
    assert service["read_only"] and service["cap_drop"] == ["ALL"] and "privileged" not in service
    places = {volume["target"] if isinstance(volume, dict) else volume.split(":")[1] for volume in service["volumes"]}
    home = image_environment()["CLOUDBROKER_HOME"]
    assert places == {f"{home}/uploads", f"{home}/mail", "/tmp"}
    assert re.search(r"^USER [1-9]\d*:[1-9]\d*$", DOCKERFILE, re.MULTILINE)


@pytest.mark.parametrize("name", SERVICES)
def test_whatever_a_service_refers_to_exists(name):
    service = SERVICES[name]
    assert set(service.get("depends_on", {})) <= set(SERVICES)
    assert set(service["networks"]) <= set(FILE["networks"])
    assert set(service.get("secrets", [])) <= set(FILE["secrets"])
    for volume in service.get("volumes", []):
        source = volume.split(":")[0] if isinstance(volume, str) else None
        assert source is None or (ROOT / source).exists() if "/" in str(source) else source in {*FILE["volumes"], None}
    for condition in service.get("depends_on", {}).items():
        if condition[1]["condition"] == "service_healthy":
            assert "healthcheck" in SERVICES[condition[0]]


def test_everything_that_goes_on_running_is_watched():
    unwatched = {name for name, service in SERVICES.items() if "healthcheck" not in service}
    assert unwatched == {"migrate", "demo", "proxy", "prometheus", "grafana"}


BYTES = {"m": 1024**2, "g": 1024**3}


def memory_of(service):
    return int(service["mem_limit"][:-1]) * BYTES[service["mem_limit"][-1]]


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_has_an_end_to_its_memory_and_its_logs_and_gains_no_rights(name):
    service = SERVICES[name]
    assert 0 < memory_of(service) <= 3 * BYTES["g"]
    assert service["logging"]["options"].keys() == {"max-size", "max-file"}
    assert "no-new-privileges:true" in service["security_opt"]


def test_who_opens_workbooks_has_memory_for_them():
    at_once = int(OURS["worker"]["command"][OURS["worker"]["command"].index("--concurrency") + 1])
    assert memory_of(OURS["worker"]) > at_once * MOST_MEMORY
    assert all(memory_of(OURS[name]) > 2 * MOST_MEMORY for name in ("web-a", "web-b"))


def test_what_is_for_a_demo_or_for_watching_starts_only_when_it_is_asked_for():
    profiles = {name: service.get("profiles", []) for name, service in SERVICES.items()}
    assert {name for name, found in profiles.items() if found == ["demo"]} == {"partner-center", "demo"}
    assert {name for name, found in profiles.items() if found == ["ops"]} == {"prometheus", "grafana"}
    assert sum(map(bool, profiles.values())) == 4
    assert {variable for service in OURS.values() for variable in variables(service)} & NO_PRODUCTION == set()


def test_the_demo_of_the_example_is_the_one_of_the_compose_file():
    section = EXAMPLE.partition("# For a demo")[2].partition("\n\n")[0]
    told = dict(re.findall(r"^# ([A-Z_]+)=(.*)$", section, re.MULTILINE))
    assert told["CLOUDBROKER_ENV"] == "demo"
    stand_in = SERVICES["partner-center"]
    (alias,) = stand_in["networks"]["inside"]["aliases"]
    assert told["CLOUDBROKER_PARTNER_CENTER_FAKE"] == f"http://{alias}:{stand_in['command'][-1]}"
    assert stand_in["ports"] == [f"127.0.0.1:{stand_in['command'][-1]}:{stand_in['command'][-1]}"]


def test_data_are_reached_from_inside_only():
    assert FILE["networks"]["inside"]["internal"]
    for name in ("db", "redis"):
        assert SERVICES[name]["networks"] == ["inside"] and "ports" not in SERVICES[name]


def test_the_image_holds_the_whole_portal_and_nothing_private():
    let_in = set(let_into_the_image())
    help_pages = {"docs/guide", "docs/screenshots"}
    assert {*APPS, *help_pages, "manage.py", "locale", "templates", "static", "requirements.txt"} == let_in
    for sources, _ in re.findall(r"^COPY (?!--from)(\S+) (\S+)$", DOCKERFILE, re.MULTILINE):
        assert (ROOT / sources).exists()


def test_secrets_are_made_once_and_are_good_enough(tmp_path):
    def made():
        subprocess.run(["sh", ROOT / "ops/make-secrets.sh", tmp_path / "secrets"], check=True)
        return {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()}

    secrets = made()
    assert {f"./secrets/{name}" for name in secrets} == {secret["file"] for secret in FILE["secrets"].values()}
    assert all(len(secret) >= 50 and secret.isalnum() for secret in secrets.values())
    assert len(set(secrets.values())) == len(secrets)
    assert stat.S_IMODE((tmp_path / "secrets").stat().st_mode) == 0o700
    assert made() == secrets


def test_secrets_are_kept_out_of_the_repository():
    ignored = (ROOT / ".gitignore").read_text().splitlines()
    assert {"secrets/", ".env"} <= set(ignored)
