"""The database's second wall: inside acting_for(reseller) the app role sees that reseller's rows; outside, none.

Row-level security is enabled, not forced: the owner, who migrates and dumps, must see every row.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import tzinfo
from typing import Final, TypeVar

from django.db import connection, migrations, transaction
from django.utils import timezone, translation

T = TypeVar("T")

SETTING: Final = "cloudbroker.reseller"

# Tables without a policy, and why. A table in neither this list nor pg_policies fails the tests.
OUTSIDE: Final = {
    "accounts_reseller": "the tenants themselves; read before one is entered",
    "accounts_user": "one person may work for several resellers",
    "accounts_user_groups": "operators only: Django's own groups",
    "accounts_user_user_permissions": "operators only: Django's own permissions",
    "accounts_apikey": "hashes of keys, read to learn which reseller a program works for",
    "accounts_membership": "read while signing in, to learn which resellers may be entered",
    "account_emailaddress": "sign-in: belongs to a person",
    "account_emailconfirmation": "sign-in: belongs to a person",
    "axes_accessattempt": "sign-in: failures are counted before anyone is known",
    "axes_accessattemptexpiration": "sign-in: until when they count",
    "axes_accessfailurelog": "sign-in: not written",
    "axes_accesslog": "sign-in: not written",
    "auth_group": "Django",
    "auth_group_permissions": "Django",
    "auth_permission": "Django",
    "cache": "keys name no customer",
    "django_admin_log": "what operators did",
    "django_content_type": "Django",
    "django_migrations": "Django",
    "django_session": "sign-in: read before anyone is known",
    "mfa_authenticator": "sign-in: a person's second factors",
    "socialaccount_socialaccount": "sign-in: who a person is at the company's provider",
    "socialaccount_socialapp": "sign-in: not used, providers are named in the settings",
    "socialaccount_socialtoken": "sign-in: not kept",
    "usersessions_usersession": "sign-in: where a person is signed in",
    "jobs_job": "sweeps look for stale work of every reseller; it holds ids only",
}

# Tables that the app role may only read and add to.
APPEND_ONLY: Final = frozenset({"events_event"})
# … but for these functions of the owner, which blank what the law wants forgotten, and delete what is old.
ERASING: Final = (
    "erase_event_values(uuid)",
    "erase_event_person(uuid)",
    "expire_events(timestamptz, integer)",
)

_ROWS_OF_THE_RESELLER: Final = f"reseller_id = nullif(current_setting('{SETTING}', true), '')::bigint"


@contextmanager
def acting_for(reseller_id: int) -> Iterator[None]:
    """Open a transaction (or savepoint) in which only this reseller's rows exist.

    The previous setting comes back on exit: with the end of the transaction or by the rollback after an exception; by
    us in a savepoint that succeeds, which a setting outlives.
    """
    is_inside = connection.in_atomic_block
    with transaction.atomic():
        previous = _exchange(str(reseller_id))
        yield
        if is_inside and not connection.needs_rollback:
            _exchange(previous)


def _exchange(value: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting(%s, true), set_config(%s, %s, true)", [SETTING, SETTING, value])
        return cursor.fetchone()[0] or ""


def streamed(reseller_id: int, rows: Iterable[T]) -> Iterator[T]:
    """Rows for a streamed response, whose body is read when the request's transaction, language and clocks are over."""
    return _streamed(reseller_id, iter(rows), str(translation.get_language()), timezone.get_current_timezone())


def _streamed(reseller_id: int, rows: Iterator[T], language: str, zone: tzinfo) -> Iterator[T]:
    """Each row is made in them, and nothing of them is left for whoever uses the thread between two rows."""
    with acting_for(reseller_id):
        while True:
            with translation.override(language), timezone.override(zone):
                try:
                    row = next(rows)
                except StopIteration:
                    return
            yield row


def protect(table: str) -> migrations.RunSQL:
    """A migration step: only rows of the reseller that was entered may be seen or written."""
    return migrations.RunSQL(
        f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY;'
        f'CREATE POLICY reseller ON "{table}" USING ({_ROWS_OF_THE_RESELLER}) WITH CHECK ({_ROWS_OF_THE_RESELLER});',
        f'DROP POLICY reseller ON "{table}"; ALTER TABLE "{table}" DISABLE ROW LEVEL SECURITY;',
    )


def same_reseller(table: str, column: str, target: str, on_delete: str = "CASCADE") -> migrations.RunSQL:
    """A migration step: a foreign key that can't leave the reseller, whatever the application does."""
    name = f"{table}_{column}_same_reseller"
    return migrations.RunSQL(
        f'ALTER TABLE "{table}" ADD CONSTRAINT "{name}" FOREIGN KEY (reseller_id, "{column}")'
        f' REFERENCES "{target}" (reseller_id, id) ON DELETE {on_delete} DEFERRABLE INITIALLY IMMEDIATE;',
        f'ALTER TABLE "{table}" DROP CONSTRAINT "{name}";',
    )


def linked_by_statement(table: str, link: Mapping[str, str], target: str, *, on_delete: str) -> migrations.RunSQL:
    """A migration step: what a foreign key from the columns of `link` to those of the target promises, looked up once
    for all rows that a statement inserts. The target's row is held as by a foreign key; its own key never changes.

    For tables that are filled by the ten thousand with rows of one parent, where a look for each takes a third of the
    time. `on_delete` is CASCADE or RESTRICT; that is done with the rights of the owner, who sees every row.
    """
    name, columns = f"{table}_{'_'.join(link)}", ", ".join(link)
    refuse = (
        f"RAISE foreign_key_violation USING MESSAGE = 'a row of {table} violates foreign key constraint {name}: '"
        f" || '{target} has none such, or it would have none any more';"
    )
    there = " AND ".join(f"{theirs} = linked.{own}" for own, theirs in link.items())
    look_up = f"PERFORM FROM {target} WHERE {there} FOR KEY SHARE; IF NOT FOUND THEN {refuse} END IF;"
    of_old = " AND ".join(f"{own} = OLD.{theirs}" for own, theirs in link.items())
    gone = {
        "CASCADE": f"DELETE FROM {table} WHERE {of_old};",
        "RESTRICT": f"IF EXISTS (SELECT FROM {table} WHERE {of_old}) THEN {refuse} END IF;",
    }[on_delete]
    steps = (
        _trigger(
            f"{name}_inserted",
            f"AFTER INSERT ON {table} REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT",
            f"FOR linked IN SELECT DISTINCT {columns} FROM inserted LOOP {look_up} END LOOP;",
        ),
        _trigger(f"{name}_updated", f"AFTER UPDATE OF {columns} ON {table} FOR EACH ROW", f"linked := NEW; {look_up}"),
        _trigger(
            f"{name}_gone",
            f"AFTER DELETE ON {target} FOR EACH ROW",
            gone,
            rights="SECURITY DEFINER SET search_path = pg_catalog, public",
        ),
    )
    return migrations.RunSQL([made for made, _ in steps], [undone for _, undone in reversed(steps)])


def _trigger(name: str, when: str, body: str, *, rights: str = "") -> tuple[str, str]:
    """SQL that makes a trigger with its function, and SQL that takes both away."""
    return (
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql {rights} AS $$"
        f" DECLARE linked record; BEGIN {body} RETURN NULL; END $$;"
        f" CREATE TRIGGER {name} {when} EXECUTE FUNCTION {name}();",
        f"DROP FUNCTION {name}() CASCADE;",
    )
