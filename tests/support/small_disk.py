"""A disk that can be filled: a small one of its own for PostgreSQL's temporary tables, through which rows are staged.

Where nobody may mount one, the server is made to say what it says of a full one.
"""

import os
import subprocess
from contextlib import suppress

from cloudbroker.embedded import APP, Cluster

SIZE = "96m"
FULL = "53100"  # what PostgreSQL calls it


class SmallDisk:
    def __init__(self, portal):
        self.portal = portal
        cluster = Cluster(portal.home)
        self.folder = cluster.place / "small"
        self.folder.mkdir()
        self.ballast = self.folder / "ballast"
        self.is_real = self._mount(cluster.account)
        if self.is_real:
            self._use(self.folder / "tables", cluster.account)

    def _mount(self, account):
        options = f"size={SIZE},mode=755,uid={account.uid}"
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", self.folder], capture_output=True)
        return done.returncode == 0

    def _use(self, tables, account):
        tables.mkdir(mode=0o700)
        os.chown(tables, account.uid, account.gid)
        with self.portal.database() as database:
            database.execute(f"CREATE TABLESPACE small LOCATION '{tables}'")
            database.execute(f"GRANT CREATE ON TABLESPACE small TO {APP}")
            database.execute(f"ALTER ROLE {APP} SET temp_tablespaces = small")

    def fill(self):
        if self.is_real:
            with suppress(OSError), self.ballast.open("wb", buffering=0) as file:
                while True:
                    file.write(bytes(65536))
        else:
            self._refuse()

    def _refuse(self):
        with self.portal.database() as database:
            database.execute(
                "CREATE OR REPLACE FUNCTION is_full() RETURNS trigger LANGUAGE plpgsql AS"
                f" 'BEGIN RAISE EXCEPTION USING ERRCODE = ''{FULL}''; END'"
            )
            database.execute(
                "CREATE OR REPLACE TRIGGER is_full BEFORE INSERT ON imports_importrow EXECUTE FUNCTION is_full()"
            )

    def free(self):
        self.ballast.unlink(missing_ok=True)
        if not self.is_real:
            with self.portal.database() as database:
                database.execute("DROP FUNCTION IF EXISTS is_full CASCADE")

    def remove(self):
        if self.is_real:
            subprocess.run(["umount", "-l", self.folder], capture_output=True)
