"""The tests' world: a private PostgreSQL that forgets fsync, a database per test process, and a named cast."""

import os
from pathlib import Path

import hypothesis
import pytest
from _pytest.nodeid import coerce_node_id
from support import database

SERVER = pytest.StashKey()
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
# A busy machine is no fault of what is tested; each test has a time limit of its own. The same code is asked the same
# questions, so that only a change fails; `make fuzz` asks new ones.
hypothesis.settings.register_profile("same", deadline=None, derandomize=True)
hypothesis.settings.register_profile("new", deadline=None)
hypothesis.settings.load_profile("new" if "FUZZ" in os.environ else "same")
pytest_plugins = ["support.cast", "support.partner_center", "support.receiver", "support.workers"]


def pytest_configure(config):
    """Before Django reads its settings: the controller starts the server, workers only learn its address."""
    is_worker = hasattr(config, "workerinput")
    if not is_worker:
        config.stash[SERVER] = database.start()
    if is_worker or not config.getoption("numprocesses", 0):
        os.environ.update(database.environment(database.name_for(WORKER)))
        import django

        django.setup()


def pytest_unconfigure(config):
    if server := config.stash.get(SERVER, None):
        database.stop(server)


@pytest.fixture(scope="session")
def django_db_setup():
    """A clone of the migrated template for this process."""
    database.clone(database.name_for(WORKER))
    yield
    from django.db import connections

    connections.close_all()
    database.drop(database.name_for(WORKER))


@pytest.fixture(autouse=True)
def _own_files(settings, tmp_path):
    """Uploads and mails of a test lie in its own folder."""
    options = {"location": str(tmp_path / "uploads"), "file_permissions_mode": 0o600}
    settings.STORAGES = settings.STORAGES | {"uploads": settings.STORAGES["uploads"] | {"OPTIONS": options}}
    settings.EMAIL_FILE_PATH = str(tmp_path / "mail")


@pytest.fixture(autouse=True)
def _whole_turns(monkeypatch):
    """Nobody takes up the jobs that a test leaves lying, so they don't cut the turns short that it takes itself."""
    monkeypatch.setattr("jobs.work.SHARE", float("inf"))


def pytest_collection_modifyitems(items):
    """Tests in a browser take turns in one worker, and others that start processes of their own in another: those whose
    id ends with the same @group. That is what xdist's mark does as well, but where pytest from 9.2 on no longer looks.
    """
    for item in items:
        if "visit" in item.fixturenames:
            item._id = coerce_node_id(f"{item.nodeid}@browsers")
        elif "e2e" in Path(item.fspath).parts or item.get_closest_marker("processes"):
            item._id = coerce_node_id(f"{item.nodeid}@processes")


def pytest_sessionfinish(session):
    """Where every tool is installed, a skipped test is a failed one."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CLOUDBROKER_NO_SKIP") and reporter and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter):
    """What tests have counted and measured, by whichever process they ran in."""
    for report in terminalreporter.stats.get("passed", []):
        for name, words in report.user_properties:
            terminalreporter.write_line(f"{report.location[2]}: {words if name == 'told' else f'{name}: {words}'}")
