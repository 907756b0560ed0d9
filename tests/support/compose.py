"""What docker-compose.yml and the Dockerfile say, for tests that hold them to it without a Docker engine."""

import os
import re
import shutil
from pathlib import Path

from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parents[2]
FILE = YAML(typ="safe").load(ROOT / "docker-compose.yml")
SERVICES = FILE["services"]
# The services that run our image.
OURS = {name: service for name, service in SERVICES.items() if "build" in service}
DOCKERFILE = (ROOT / "Dockerfile").read_text().replace("\\\n", "")


def image_environment():
    """What the last stage of the image sets."""
    stage = DOCKERFILE.rpartition("\nFROM ")[2]
    return dict(pair.split("=", 1) for line in re.findall(r"^ENV (.*)$", stage, re.MULTILINE) for pair in line.split())


def let_into_the_image():
    """The names at the top of the project that .dockerignore lets through."""
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    assert "*" in lines, "everything is kept out but what is named"
    return [line[1:] for line in lines if line.startswith("!")]


def copy_image(place):
    """The project as the image holds it."""
    place.mkdir()
    for name in let_into_the_image():
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, place / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, place / name)


def step_of_the_build(word):
    """The shell command of the RUN line with this word in it."""
    (line,) = [line for line in re.findall(r"^RUN (.*)$", DOCKERFILE, re.MULTILINE) if word in line]
    return line


def environment_of(service, places):
    """The service's variables, with what differs outside a container put in its place: `places` maps texts of the
    file to texts of this machine."""
    ours = ("DATABASE_", "SECRET_", "CLOUDBROKER_", "DJANGO_", "BROKER_", "CACHE_", "PG")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    given = (image_environment() if service in OURS.values() else {}) | service.get("environment", {})
    return kept | {name: elsewhere(value, places) for name, value in given.items() if name != "PATH"}


def elsewhere(text, places):
    """In one go, for a place of this machine may look like one of the file's."""
    return re.sub("|".join(map(re.escape, places)), lambda found: places[found.group()], text) if places else text


def check_of(service, places):
    """The command of the service's health check."""
    kind, *argv = (elsewhere(part.replace("$$", "$"), places) for part in service["healthcheck"]["test"])
    return ["sh", "-c", *argv] if kind == "CMD-SHELL" else argv
