"""What `make run` tells every program it starts, and the file by which commands typed beside it are told the same."""

import os
import secrets
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from django.core.exceptions import ImproperlyConfigured
from environ.fileaware_mapping import FileAwareMapping

from cloudbroker.embedded import APP, DATABASE, OWNER, QUEUE, QUEUE_DATABASE, Cluster

MARK = "CLOUDBROKER_RUN"
STAND_IN = "CLOUDBROKER_PARTNER_CENTER_FAKE"
OWNERS_ONLY = "DATABASE_OWNER_URL"


class SecretsInFiles(FileAwareMapping):  # type: ignore[misc]  # the library is untyped
    """The environment, in which NAME_FILE may name a file that holds NAME's value; its line's end is not part of it."""

    def __getitem__(self, name: str) -> str:
        try:
            return str(super().__getitem__(name)).rstrip("\r\n")
        except OSError as error:
            raise ImproperlyConfigured(
                f"{name}_FILE names {error.filename}, which can't be read: {error.strerror}."
            ) from None


class RunError(Exception):
    """`make run` can't go on; the message says why and what to do."""


@dataclass(frozen=True)
class Place:
    """Where this run keeps its files and listens."""

    home: Path
    host: str
    port: int

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def reachable_host(self) -> str:
        return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104  compared, not bound


def chosen_place(given: Mapping[str, str], checkout: Path) -> Place:
    home = Path(given.get("CLOUDBROKER_HOME") or checkout / "var").expanduser().absolute()
    port = given.get("PORT") or "8000"
    if not port.isascii() or not port.isdigit() or not 1 <= int(port) <= 65535:
        raise RunError(f"PORT is “{port}”; it must be a number from 1 to 65535, for example `make run PORT=8001`.")
    return Place(home, given.get("HOST") or "127.0.0.1", int(port))


def needs_cluster(given: Mapping[str, str]) -> bool:
    if "DATABASE_URL" in given and "BROKER_URL" not in given:
        raise RunError(
            "DATABASE_URL is set, so no PostgreSQL is started here; set BROKER_URL as well (for example"
            " redis://localhost:6379/0), or unset DATABASE_URL."
        )
    return "DATABASE_URL" not in given


def assignments(place: Place, cluster: Cluster | None, given: Mapping[str, str]) -> dict[str, str]:
    """Our choices, each giving way to what the user has set."""
    ours = {
        "CLOUDBROKER_ENV": "demo",
        "CLOUDBROKER_HOME": str(place.home),
        "CLOUDBROKER_URL": place.url,
        "PORT": str(place.port),
        "SECRET_KEY": given.get("SECRET_KEY") or kept_secret(place.home / "secret-key"),
    }
    if given.get("CLOUDBROKER_ENV", "demo") == "demo":
        ours[STAND_IN] = given.get(STAND_IN) or f"http://127.0.0.1:{free_port()}"
    if cluster:
        ours["DATABASE_URL"] = cluster.url(DATABASE, APP)
        ours[OWNERS_ONLY] = cluster.url(DATABASE, OWNER)
        # In the host's place and not behind a question mark, for Celery reads BROKER_URL itself and knows no other.
        ours["BROKER_URL"] = f"pgmq://{QUEUE}@{quote(str(cluster.socket), safe='')}:5432/{QUEUE_DATABASE}"
    elif OWNERS_ONLY in given:
        ours[OWNERS_ONLY] = given[OWNERS_ONLY]
    passed_on = {name: given[name] for name in ("DATABASE_URL", "BROKER_URL") if name in given}
    return ours | passed_on | {name: given[name] for name in ours if given.get(name)}


def for_commands(assigned: Mapping[str, str], given: Mapping[str, str]) -> dict[str, str]:
    """Everything; PG… variables of the user's shell would lead libpq elsewhere."""
    kept = {name: value for name, value in given.items() if not name.startswith("PG")}
    return kept | {"DJANGO_SETTINGS_MODULE": "cloudbroker.settings", "PYTHONUNBUFFERED": "1", **assigned}


def for_parts(assigned: Mapping[str, str], given: Mapping[str, str]) -> dict[str, str]:
    """The same without the owner's address: what serves the web or works for it has no need of it."""
    return {name: value for name, value in for_commands(assigned, given).items() if name != OWNERS_ONLY}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def kept_secret(path: Path) -> str:
    if not path.exists() or not path.read_text().strip():
        write_private(path, secrets.token_urlsafe(64))
    return path.read_text().strip()


def write_run_file(path: Path, assigned: Mapping[str, str]) -> None:
    write_private(path, "".join(f"{name}='{value}'\n" for name, value in assigned.items()))


def write_private(path: Path, text: str) -> None:
    """Whole or not at all, and never readable by others."""
    unfinished = path.with_name(f"{path.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    unfinished.replace(path)
