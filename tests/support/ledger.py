"""What the database says of resellers while they are at work, and the sums that must come out when they are done."""

from dataclasses import dataclass, field

from support.errands import CUSTOMERS, AutoLink


@dataclass
class Found:
    """An import as the database has it."""

    public_id: str
    state: str
    rows_total: int | None
    rows_read: int
    place: int
    taken_back: int

    @property
    def is_midway(self):
        reading = self.state == "reading" and 0 < self.rows_read < (self.rows_total or 0)
        return reading or (self.state == "importing" and self.place > 0) or self.state == "undoing"


@dataclass
class Auto:
    public_id: str
    state: str
    place: int


@dataclass
class Known:
    """Of one reseller."""

    imports: dict = field(default_factory=dict)
    connection: str | None = None
    sync: str | None = None
    auto: Auto | None = None
    jobs: int = 0
    pages: int = 0

    @property
    def progress(self):
        return repr(self)


def look(database, resellers):
    """What is known of each, by its number."""
    known = {reseller: Known() for reseller in resellers}
    wanted = [list(resellers)]
    for reseller, name, public_id, *facts in database.execute(IMPORTS, wanted):
        known[reseller].imports[name] = Found(str(public_id), *facts)
    for reseller, works in database.execute(CONNECTIONS, wanted):
        known[reseller].connection = "works" if works else "new"
    for reseller, state, pages in database.execute(SYNCS, wanted):
        known[reseller].sync, known[reseller].pages = state, pages
    for reseller, public_id, state, place in database.execute(AUTOS, wanted):
        known[reseller].auto = Auto(str(public_id), state, place)
    for reseller, jobs in database.execute(JOBS, wanted):
        known[reseller].jobs = jobs
    return known


IMPORTS = """
SELECT i.reseller_id, file_name, i.public_id, state, rows_total, rows_read, i.place,
       coalesce(u.removed + u.restored + u.kept, 0)
FROM imports_import i LEFT JOIN imports_undo u ON u.reseller_id = i.reseller_id AND u.batch_id = i.public_id
WHERE i.reseller_id = ANY(%s)
"""
CONNECTIONS = "SELECT reseller_id, succeeded_at IS NOT NULL FROM csp_link_connection WHERE reseller_id = ANY(%s)"
SYNCS = "SELECT reseller_id, state, pages FROM csp_link_sync WHERE reseller_id = ANY(%s) ORDER BY id"
AUTOS = "SELECT reseller_id, public_id, state, place + seen FROM csp_link_autolink WHERE reseller_id = ANY(%s)"
JOBS = "SELECT reseller_id, count(*) FROM jobs_job WHERE reseller_id = ANY(%s) GROUP BY reseller_id"


def check(database, reseller, errands, hooks):
    """Every sum is what it has to be. `hooks` are the ids of the messages that the reseller's system was sent."""
    files = [errand for errand in errands if not isinstance(errand, AutoLink)]
    check_files(database, reseller, files)
    autos = [Linked(*row) for row in database.execute(LINKED, {"reseller": reseller.id})]
    same("runs", len(autos), len(errands) - len(files))
    for auto in autos:
        auto.check()
    check_webhooks(database, reseller, hooks)


def check_files(database, reseller, files):
    found = {row[0]: row[1:] for row in database.execute(FILES, {"reseller": reseller.id})}
    same("files", found, dict(file.facts() for file in files))
    undone = database.execute(UNDONE, {"reseller": reseller.id}).fetchall()
    expected = [(file.good, 0, 0, False, file.good, file.good) for file in files if file.ends == "undone"]
    same("undone", undone, expected)
    same("organizations without their group", database.execute(LONELY, [reseller.id]).fetchone(), (0,))


# Of each file: its counts; its staged rows and records; the subjects and the events of its batch; its own events.
FILES = """
SELECT file_name, state, rows_total, rows_read, rows_valid, rows_invalid, rows_created, rows_failed,
       (SELECT count(*) FROM imports_importrow r WHERE r.reseller_id = %(reseller)s AND r.import_id = i.id),
       (SELECT count(*) FROM organizations_organization o
        WHERE o.reseller_id = %(reseller)s AND o.customer_number LIKE replace(file_name, '.csv', '') || '-%%'),
       (SELECT count(DISTINCT subject_id) FROM events_event e
        WHERE e.reseller_id = %(reseller)s AND e.batch_id = i.public_id),
       (SELECT count(*) FROM events_event e WHERE e.reseller_id = %(reseller)s AND e.batch_id = i.public_id),
       (SELECT array_agg(kind ORDER BY kind) FROM events_event e
        WHERE e.reseller_id = %(reseller)s AND e.subject_id = i.public_id)
FROM imports_import i WHERE reseller_id = %(reseller)s
"""
UNDONE = """
SELECT removed, restored, kept, failed,
       (SELECT count(*) FROM events_event e WHERE e.reseller_id = %(reseller)s AND e.batch_id = u.public_id
        AND kind = 'organization.removed'),
       (SELECT count(DISTINCT subject_id) FROM events_event e WHERE e.reseller_id = %(reseller)s
        AND e.batch_id = u.public_id AND kind = 'organization.removed')
FROM imports_undo u WHERE reseller_id = %(reseller)s
"""
LONELY = """
SELECT count(*) FROM organizations_organization o
LEFT JOIN organizations_groupmembership m ON m.reseller_id = o.reseller_id AND m.organization_id = o.id
WHERE o.reseller_id = %s AND m.id IS NULL
"""


@dataclass
class Linked:
    """What became of a run of Auto create and link; `…_events` say how many there are, and of how many subjects."""

    state: str
    total: int
    created: int
    linked: int
    decided: int
    skipped: int
    tenants: int
    with_organization: int
    records: int
    found_events: list
    linked_events: list
    created_events: list
    own_events: list

    def check(self):
        seen = self.created + self.linked + self.decided + self.skipped
        same("tenants", (self.total, seen, self.tenants), (CUSTOMERS,) * 3)
        same("events of tenants found", self.found_events, [CUSTOMERS] * 2)
        same("tenants with an organization", self.with_organization, self.created + self.linked)
        same("events of links", self.linked_events, [self.with_organization] * 2)
        same("organizations made of tenants", self.records, self.created)
        same("events of them", self.created_events, [self.created] * 2)
        same("events of the run", self.own_events, ["tenants.auto_link_started", "tenants.auto_linked"])
        assert self.created > 0


def _events(where):
    """How many there are, and of how many subjects."""
    counts = "ARRAY[count(*), count(DISTINCT subject_id)]"
    return f"(SELECT {counts} FROM events_event e WHERE e.reseller_id = %(reseller)s AND {where})"


LINKED = f"""
SELECT state, total, created, linked, decided, skipped,
       (SELECT count(*) FROM csp_link_tenant t WHERE t.reseller_id = %(reseller)s),
       (SELECT count(*) FROM csp_link_tenant t WHERE t.reseller_id = %(reseller)s AND organization_id IS NOT NULL),
       (SELECT count(*) FROM organizations_organization o WHERE o.reseller_id = %(reseller)s AND source = 'csp'),
       {_events("kind = 'tenant.found'")},
       {_events("kind = 'tenant.linked' AND e.batch_id = a.public_id")},
       {_events("kind = 'organization.created' AND e.batch_id = a.public_id")},
       (SELECT array_agg(kind ORDER BY kind) FROM events_event e
        WHERE e.reseller_id = %(reseller)s AND e.subject_id = a.public_id)
FROM csp_link_autolink a WHERE reseller_id = %(reseller)s
"""


def untold(database, reseller):
    """How many messages are still to be delivered."""
    return database.execute(
        f"SELECT count(*) FROM ({TOLD}) AS told LEFT JOIN webhooks_delivery d ON d.reseller_id = %(reseller)s"
        " AND d.message_id = told.public_id WHERE d.state IS DISTINCT FROM 'delivered'",
        {"reseller": reseller.id, "event": reseller.event},
    ).fetchone()[0]


def check_webhooks(database, reseller, hooks):
    """Each event that has to be told was delivered under one id, and nothing else was."""
    params = {"reseller": reseller.id, "event": reseller.event}
    told = [f"msg_{public_id.hex}" for (public_id,) in database.execute(TOLD, params)]
    noted = database.execute(
        "SELECT message_id, state FROM webhooks_delivery WHERE reseller_id = %(reseller)s", params
    ).fetchall()
    same("deliveries", sorted(f"msg_{message_id.hex}" for message_id, _ in noted), sorted(told))
    same("their states", {state for _, state in noted}, {"delivered"})
    same("messages that arrived", sorted(hooks), sorted(told))


def same(what, found, expected):
    assert found == expected, f"{what}: {found}, and it should be {expected}"


# The events that a webhook is told which was made after `event`: not each record of a large batch.
TOLD = """
SELECT e.public_id FROM events_event e JOIN webhooks_endpoint p ON p.reseller_id = e.reseller_id
WHERE e.reseller_id = %(reseller)s AND e.id > %(event)s AND e.kind = ANY(p.kinds)
AND NOT (e.kind LIKE 'organization.%%' AND coalesce(e.batch_id IN (
    SELECT public_id FROM imports_import WHERE reseller_id = %(reseller)s AND rows_total > 1000
    UNION ALL SELECT public_id FROM imports_undo WHERE reseller_id = %(reseller)s AND total > 1000), false))
"""
