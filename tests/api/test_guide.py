"""The guide's own commands, run against a live server as they stand in docs/api.md."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from support.programs import program

from accounts.tenancy import acting_for
from organizations.models import Organization

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "api.md"


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", GUIDE.read_text(), re.DOTALL)


@pytest.mark.django_db(transaction=True)
def test_the_guide_does_what_it_says(cast, live_server, tmp_path):
    place = {"CLOUDBROKER_URL": f"{live_server.url}/api/v1", "CLOUDBROKER_KEY": program(cast).secret}

    def run(*command):
        told = subprocess.run(command, env=os.environ | place, capture_output=True, text=True, timeout=50, cwd=tmp_path)
        assert told.returncode == 0, told.stdout + told.stderr
        return told.stdout

    (curl,) = blocks("sh")
    assert '"customer_number": "00417"' in run("bash", "-c", curl)
    script = tmp_path / "sync.py"
    script.write_text("".join(blocks("python")))
    lines = run(sys.executable, str(script)).splitlines()
    assert lines[0] == "{'created': 999, 'updated': 1, 'unchanged': 0, 'failed': 0}"
    assert lines[-1] == "2500 organizations have changed"
    lines = run(sys.executable, str(script)).splitlines()
    assert lines[0] == "{'created': 0, 'updated': 0, 'unchanged': 1000, 'failed': 0}"
    with acting_for(cast.northwind.pk):
        assert Organization.objects.count() == 2500
