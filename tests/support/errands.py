"""What people do in a portal under fire, step by step, and how the database says that it is over."""

import uuid
from dataclasses import dataclass, field

from django.core.files.uploadedfile import SimpleUploadedFile

from csp_link.fake.partners import FABRIKAM
from support.files import URL, numbered, table

BAD_EVERY = 500  # rows
CUSTOMERS = 120  # of the partner at the stand-in that comes with the portal


@dataclass
class Import:
    """A file of a number of rows, of which every 500th is bad; its name and its customers are nobody else's."""

    rows: int
    name = "import"
    ends = "done"
    tag: str = field(default_factory=lambda: uuid.uuid4().hex[:8])

    @property
    def file_name(self):
        return f"{self.tag}.csv"

    @property
    def good(self):
        return self.rows - self.rows // BAD_EVERY

    def step(self, known, group):
        """The request that is due, as path and form; nothing while a worker is at it, or when all is done."""
        found = known.imports.get(self.file_name)
        if found is None:
            return URL, {"file": self._file(), "group": group}
        assert found.state not in ("failed", "cancelled"), found
        if found.state == "ready":
            return f"/organizations/imports/{found.public_id}/start/", {}
        return None

    def _file(self):
        return SimpleUploadedFile(self.file_name, table(*map(self._row, range(1, self.rows + 1))).encode())

    def _row(self, number):
        row = numbered(number)
        values = {"primary_domain": f"{number}.{self.tag}.example", "customer_number": f"{self.tag}-{number}"}
        return row | values | ({"notification_email": "bad"} if number % BAD_EVERY == 0 else {})

    def is_over(self, known):
        return self.file_name in known.imports and known.imports[self.file_name].state == self.ends

    def is_midway(self, known):
        found = known.imports.get(self.file_name)
        return found is not None and found.is_midway

    def facts(self):
        """What the ledger must say of it: state and counts; staged rows, records, subjects and events; its own."""
        told = ["import.finished", "import.read", "import.started"]
        counts = (self.rows, self.rows, self.good, self.rows - self.good, self.good, 0)
        return self.file_name, ("done", *counts, self.rows, self.good, self.good, self.good, told)


class UndoneImport(Import):
    """… that is taken back when it is done."""

    name = "undo"
    ends = "undone"

    def step(self, known, group):
        found = known.imports.get(self.file_name)
        if found is not None and found.state == "done":
            return f"/organizations/undo/{found.public_id}/", {}
        return super().step(known, group)

    def is_midway(self, known):
        found = known.imports.get(self.file_name)
        return found is not None and found.state in ("importing", "undoing") and found.is_midway

    def facts(self):
        file_name, (_, *facts, told) = super().facts()
        facts[-3] = 0
        return file_name, ("undone", *facts, ["batch.undone", *told])


class AutoLink:
    """A connection is set up, the list is read, and every tenant is linked or created."""

    name = "auto-link"

    def step(self, known, group):
        if known.connection is None:
            return "/csp/connection/", self._connection()
        if known.connection != "works":
            return None
        if known.sync not in ("queued", "running", "done"):
            return "/csp/sync/refresh/", {}
        if known.sync == "done" and known.auto is None:
            return "/csp/auto-link/", {}
        if known.auto is not None and known.auto.state == "ready":
            return f"/csp/auto-link/{known.auto.public_id}/start/", {"groups": group}
        assert known.auto is None or known.auto.state != "failed", known.auto
        return None

    def _connection(self):
        ids = {"partner_id": FABRIKAM.id, "app_id": FABRIKAM.app_id, "secret": FABRIKAM.secret}
        return ids | {"cloud": "commercial", "mode": "app_only", "credential_kind": "secret"}

    def is_over(self, known):
        return known.auto is not None and known.auto.state == "done"

    def is_midway(self, known):
        return known.sync == "running" or (known.auto is not None and known.auto.state in ("preparing", "running"))
