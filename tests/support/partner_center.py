"""The stand-in for Microsoft as a process of its own, and the switches of its behaviour."""

import signal
import subprocess
import sys

import pytest
import requests

from cloudbroker.leash import leashed
from csp_link.fake.partners import NORTHWIND
from support.database import ROOT

SIZE = 40  # customers of each partner


class StandIn:
    def __init__(self):
        argv = [sys.executable, "-m", "csp_link.fake", "--customers", str(SIZE)]
        self.process = subprocess.Popen(leashed(argv, signal=signal.SIGKILL), cwd=ROOT, stdout=subprocess.PIPE)
        self.url = self.process.stdout.readline().decode().strip()
        self.session = requests.Session()
        self.session.trust_env = False

    def stop(self):
        self.session.close()
        self.process.kill()
        self.process.wait(10)
        self.process.stdout.close()

    def _control(self, name, given=None):
        if given is None:
            answer = self.session.get(f"{self.url}/control/{name}", timeout=10)
        else:
            answer = self.session.post(f"{self.url}/control/{name}", json=given, timeout=10)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def reset(self):
        self._control("reset", {})

    def switch(self, **behaviour):
        return self._control("behaviour", behaviour)

    def fail(self, on, kind, **more):
        """From now on only this goes wrong."""
        return self.switch(faults=[{"on": on, "kind": kind, **more}])

    def change(self, partner=NORTHWIND, **changes):
        return self._control("world", {"partner": partner.id, **changes})

    def register(self, pem):
        self._control("certificates", {"pem": pem})

    def requests(self, operation=None):
        """What was asked since the last reset, oldest first."""
        found = self._control("requests")
        return [entry for entry in found if operation in (None, entry["operation"])]

    def count(self, operation):
        return len(self.requests(operation))

    def mutations(self):
        return self._control("world")["mutations"]

    def send(self, method, host, path, **options):
        """A request for a host of Microsoft's, sent here."""
        headers = {"Host": host} | options.pop("headers", {})
        options = {"timeout": 10, "allow_redirects": False} | options
        return self.session.request(method, self.url + path, headers=headers, **options)


@pytest.fixture(scope="session")
def one_stand_in():
    found = StandIn()
    yield found
    found.stop()


@pytest.fixture
def microsoft(one_stand_in, settings):
    """The stand-in as it is when it starts, with the portal sent there."""
    one_stand_in.reset()
    settings.PARTNER_CENTER_FAKE = one_stand_in.url
    return one_stand_in
