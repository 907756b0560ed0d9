"""A reseller's connection to the stand-in: made, consented to and used through the verbs, workers' turns included."""

import re
from html import unescape
from urllib.parse import parse_qsl, urlsplit

from django.utils import timezone

from accounts.tenancy import acting_for
from csp_link.clouds import Cloud
from csp_link.connecting import Wanted, ask_for_check, begin_consent, finish_consent, set_connection
from csp_link.fake.partners import NORTHWIND
from csp_link.models import Connection, CredentialKind, Mode
from csp_link.tasks import check
from events.models import Event
from jobs.models import Job

RETURN = "http://localhost:8000/csp/connection/consent/done/"


def wanted(partner=NORTHWIND, **changes):
    import uuid

    given = {
        "cloud": Cloud.COMMERCIAL,
        "partner_id": uuid.UUID(partner.id),
        "app_id": uuid.UUID(partner.app_id),
        "mode": Mode.APP_AND_USER,
        "credential_kind": CredentialKind.SECRET,
        "credential": partner.secret,
    }
    return Wanted(**given | changes)


class Link:
    def __init__(self, cast, microsoft):
        self.cast, self.microsoft = cast, microsoft

    def connect(self, mode=Mode.APP_ONLY, **changes):
        with acting_for(self.cast.northwind.pk):
            set_connection(self.cast.admin, wanted(mode=mode, **changes))
        return self.now

    def connect_as_user(self, **changes):
        self.connect(mode=Mode.APP_AND_USER, **changes)
        self.consent()
        return self.now

    def consent(self):
        """As the browser would: to Microsoft, and back with a code."""
        self.microsoft.switch(consent="grant")
        with acting_for(self.cast.northwind.pk):
            flow, address = begin_consent(self.cast.admin, RETURN)
            finish_consent(self.cast.admin, flow, self.come_back(address))

    def come_back(self, address):
        answer = self.microsoft.session.get(address, allow_redirects=False, timeout=10)
        assert answer.status_code == 302, answer.text
        return dict(parse_qsl(urlsplit(answer.headers["Location"]).query))

    def accept(self, address, who="member"):
        """What somebody brings back who says yes on the consent page."""
        page = self.microsoft.session.get(address, timeout=10).text
        form = {
            name: unescape(value) for name, value in re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page)
        }
        action = urlsplit(address)._replace(path=re.search(r'action="([^"]+)"', page)[1], query="").geturl()
        answer = self.microsoft.session.post(
            action, data=form | {"as": who, "answer": "accept"}, allow_redirects=False, timeout=10
        )
        return dict(parse_qsl(urlsplit(answer.headers["Location"]).query))

    def check(self):
        """Ask for a test and let a worker do it; returns the trouble, or nothing."""
        with acting_for(self.cast.northwind.pk):
            ask_for_check(self.cast.admin)
        return self.work()

    def work(self):
        check(self.cast.northwind.pk, self.now.pk)
        return self.now.trouble

    @property
    def now(self):
        with acting_for(self.cast.northwind.pk):
            return Connection.objects.get()

    def forget_access_token(self):
        with acting_for(self.cast.northwind.pk):
            Connection.objects.update(access_expires_at=timezone.now())

    def events(self, kind):
        with acting_for(self.cast.northwind.pk):
            return list(Event.objects.filter(kind=kind).order_by("id"))

    @property
    def jobs(self):
        return list(Job.objects.filter(task="csp_link.check"))
