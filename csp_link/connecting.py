"""The verbs of a person with a connection: settings, the sign-in at Microsoft, a test, and the end of it."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db import transaction
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.actors import Actor
from accounts.models import Reseller
from accounts.refusals import Refused
from accounts.roles import Permission
from accounts.sealed import seal
from csp_link.clouds import Cloud
from csp_link.models import UNTROUBLED, Connection, CredentialKind, Mode
from csp_link.syncing import abandon
from csp_link.tokens import begin_sign_in, finish_sign_in, keep
from csp_link.troubles import Trouble
from events.log import record
from events.models import Kind
from jobs.work import enqueue

CHECK: Final = "csp_link.check"
# What a person sets, in the order of the page. A change of the first ones makes every token worthless.
IDENTITY: Final = ("cloud", "partner_id", "app_id", "mode")
NOBODYS: Final[dict[str, Any]] = {
    "sealed_refresh_token": "",
    "sealed_access_token": "",
    "access_expires_at": None,
    "refreshed_at": None,
    "consented_at": None,
    "consented_by": "",
}


@dataclass(frozen=True)
class Wanted:
    """The settings as a person wants them; without a credential the one that is stored stays."""

    cloud: Cloud
    partner_id: uuid.UUID
    app_id: uuid.UUID
    mode: Mode
    credential_kind: CredentialKind
    credential: str = ""
    credential_expires_on: date | None = None

    def __repr__(self) -> str:
        return f"<Wanted {self.partner_id}>"  # the secret has no business in a log


def set_connection(actor: Actor, wanted: Wanted) -> Connection:
    """Make the reseller's connection, or change it, and have it tested as soon as it can work."""
    actor.require(Permission.TENANTS_EDIT)
    with transaction.atomic():
        Reseller.objects.select_for_update(no_key=True).get(pk=actor.reseller.pk)  # two at once would make two
        connection = _locked(actor) or Connection(reseller=actor.reseller)
        before = _texts(connection) if connection.pk else {}
        is_new = connection.pk is None or any(getattr(connection, name) != getattr(wanted, name) for name in IDENTITY)
        if connection.pk and is_new:
            abandon(actor.reseller.pk, "connection_changed")
        _write(connection, wanted, forget=is_new)
        changes = _changes(before, _texts(connection), bool(wanted.credential))
        if changes:
            record(actor, Kind.CONNECTION_CHANGED, connection.public_id, details={"changes": changes})
        if not connection.needs_consent:
            _ask_for_check(connection)
    return connection


def _write(connection: Connection, wanted: Wanted, *, forget: bool) -> None:
    values = {name: getattr(wanted, name) for name in IDENTITY}
    values |= {"credential_expires_on": wanted.credential_expires_on}
    if wanted.credential:
        values |= {"credential_kind": wanted.credential_kind, "sealed_credential": seal(wanted.credential)}
    values |= UNTROUBLED | (NOBODYS if forget else {})
    connection.set(**values)


def _texts(connection: Connection) -> dict[str, str]:
    """For the log, which its readers read in languages of their own."""
    expires = connection.credential_expires_on
    with translation.override("en"):
        return {
            "cloud": connection.get_cloud_display(),
            "partner_id": str(connection.partner_id),
            "app_id": str(connection.app_id),
            "mode": connection.get_mode_display(),
            "credential_expires_on": date_format(expires) if expires else "",
        }


def _changes(before: Mapping[str, str], after: Mapping[str, str], has_new_credential: bool) -> dict[str, list[str]]:
    """For the log: of the secret only that it is another."""
    changes = {name: [before.get(name, ""), after[name]] for name in after if before.get(name, "") != after[name]}
    return changes | (
        {"credential": ["…" if before else "", gettext_noop("(another one)")]} if has_new_credential else {}
    )


def ask_for_check(actor: Actor) -> None:
    """Have the connection tested by a worker, now."""
    actor.require(Permission.TENANTS_EDIT)
    with transaction.atomic():
        _ask_for_check(_existing(_locked(actor)))


def _ask_for_check(connection: Connection) -> None:
    connection.set(check_asked_at=timezone.now())
    enqueue(CHECK, reseller_id=connection.reseller_id, object_id=connection.pk)


def begin_consent(actor: Actor, returns_to: str) -> tuple[dict[str, Any], str]:
    """What the session keeps meanwhile, and where to send the person; Trouble when Microsoft can't be asked."""
    actor.require(Permission.TENANTS_EDIT)
    connection = _existing(Connection.objects.permitted(actor).first())
    if connection.mode != Mode.APP_AND_USER:
        raise Refused(_("This connection works without a user. Change it to “App and user” first."))
    return begin_sign_in(connection, returns_to)


def finish_consent(actor: Actor, flow: Mapping[str, Any] | None, returned: Mapping[str, str]) -> None:
    """Keep the tokens for which somebody has just consented; Trouble when that can't be, and all stays as it was."""
    actor.require(Permission.TENANTS_EDIT)
    if not flow:
        raise Trouble("sign_in_lost")
    with transaction.atomic():
        connection = _existing(_locked(actor))
        answer = finish_sign_in(connection, flow, returned)
        who = str(answer.get("id_token_claims", {}).get("preferred_username", ""))[:255]
        keep(connection, answer)
        connection.set(**UNTROUBLED, consented_at=timezone.now(), consented_by=who)
        record(actor, Kind.CONNECTION_CONSENTED, connection.public_id, details={"user": who})
        _ask_for_check(connection)


def remove_connection(actor: Actor) -> None:
    """Forget the connection with its secrets and tokens. The tenants and their links stay."""
    actor.require(Permission.TENANTS_EDIT)
    with transaction.atomic():
        if (connection := _locked(actor)) is None:
            return
        abandon(actor.reseller.pk, "connection_removed")
        record(actor, Kind.CONNECTION_REMOVED, connection.public_id)
        connection.delete()


def _existing(connection: Connection | None) -> Connection:
    if connection is None:
        raise Refused(_("There is no connection yet. Fill in its settings first."))
    return connection


def _locked(actor: Actor) -> Connection | None:
    return Connection.objects.select_for_update(no_key=True).filter(reseller=actor.reseller).first()
