"""A reseller's connection: settings, consent, tests of it, troubles that pass and troubles that don't, and secrets."""

import logging
import subprocess
import uuid
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import connection as database
from django.utils import timezone
from support.connections import RETURN, wanted
from support.database import cluster
from support.programs import program

from accounts import sealed
from accounts.refusals import Refused
from accounts.roles import Permission
from accounts.sealed import SealedField, seal, unseal
from accounts.tenancy import acting_for
from cloudbroker.embedded import OWNER
from cloudbroker.embedded_places import programs_for
from cloudbroker.management.commands.rotate_secrets import sealed_columns
from csp_link.checking import LATEST, SOONEST
from csp_link.connecting import (
    ask_for_check,
    begin_consent,
    finish_consent,
    remove_connection,
    set_connection,
)
from csp_link.fake.partners import FABRIKAM, NORTHWIND
from csp_link.models import Connection, Mode
from csp_link.schedule import tick
from csp_link.troubles import TROUBLES, Trouble
from jobs import work
from jobs.models import Job

pytestmark = pytest.mark.django_db


# Settings


def test_a_connection_is_made_and_tested(link):
    link.connect()
    assert link.now.is_being_checked
    assert link.work() == ""
    assert not link.now.is_being_checked and link.now.succeeded_at
    assert link.jobs == []


@pytest.mark.parametrize("role", ["view_only_admin", "key_account_manager", "sales_agent"])
def test_only_those_who_may_change_it(link, role):
    link.connect()
    with acting_for(link.cast.northwind.pk):
        actor = link.cast.act_as(role)
        assert not actor.can(Permission.TENANTS_EDIT)
        for verb in (
            lambda: set_connection(actor, wanted()),
            lambda: ask_for_check(actor),
            lambda: begin_consent(actor, RETURN),
            lambda: finish_consent(actor, {}, {}),
            lambda: remove_connection(actor),
        ):
            with pytest.raises(PermissionDenied):
                verb()
    assert link.now.partner_id == uuid.UUID(NORTHWIND.id)


def test_the_neighbour_has_a_connection_of_its_own(link):
    link.connect()
    with acting_for(link.cast.fabrikam.pk):
        assert not Connection.objects.exists()
        set_connection(link.cast.neighbours_admin, wanted(FABRIKAM))
        assert Connection.objects.get().partner_id == uuid.UUID(FABRIKAM.id)
    assert link.now.partner_id == uuid.UUID(NORTHWIND.id)


def test_the_log_tells_the_changes_and_of_the_secret_only_that_it_is_another(link):
    link.connect()
    link.connect(credential="", app_id=uuid.UUID(int=7))
    first, second = (event.details["changes"] for event in link.events("connection.changed"))
    assert first["partner_id"] == ["", NORTHWIND.id] and first["credential"][1] == "(another one)"
    assert second == {"app_id": [NORTHWIND.app_id, str(uuid.UUID(int=7))]}


def test_a_secret_stays_until_another_is_given(link):
    link.connect()
    link.connect(credential="")
    assert unseal(link.now.sealed_credential) == NORTHWIND.secret
    link.connect(credential="another")
    assert unseal(link.now.sealed_credential) == "another"


@pytest.mark.parametrize(
    ("changes", "stays"),
    [
        ({}, True),
        ({"credential": "another"}, True),
        ({"app_id": uuid.UUID(int=7)}, False),
        ({"mode": Mode.APP_ONLY}, False),
    ],
)
def test_a_consent_is_worth_nothing_for_another_app(link, changes, stays):
    link.connect_as_user()
    link.connect(**{"mode": Mode.APP_AND_USER} | changes)
    assert bool(link.now.sealed_refresh_token) is bool(link.now.consented_by) is stays


def test_removing_it_forgets_every_secret(link):
    link.connect_as_user()
    with acting_for(link.cast.northwind.pk):
        remove_connection(link.cast.admin)
        assert not Connection.objects.exists()
        with pytest.raises(Refused):
            ask_for_check(link.cast.admin)
    assert len(link.events("connection.removed")) == 1


def test_a_test_of_a_connection_that_was_removed_meanwhile_ends_quietly(link):
    from csp_link.tasks import check

    pk = link.connect().pk
    with acting_for(link.cast.northwind.pk):
        remove_connection(link.cast.admin)
    check(link.cast.northwind.pk, pk)


# Consent


def test_a_consent_is_kept_with_the_name_of_who_gave_it(link):
    link.connect_as_user()
    assert link.now.consented_by == NORTHWIND.user
    assert link.work() == ""
    assert link.now.is_mfa_compliant is True
    (event,) = link.events("connection.consented")
    assert event.details == {"user": NORTHWIND.user}


def consent(link, **changed):
    with acting_for(link.cast.northwind.pk):
        flow, address = begin_consent(link.cast.admin, RETURN)
        try:
            finish_consent(link.cast.admin, flow, link.come_back(address) | changed)
        except Trouble as trouble:
            return trouble.code
    return ""


def test_a_user_of_another_tenant_cannot_connect_this_one(link):
    link.connect(mode=Mode.APP_AND_USER)
    with acting_for(link.cast.northwind.pk):
        flow, address = begin_consent(link.cast.admin, RETURN)
        back = link.accept(address, who="guest")
        with pytest.raises(Trouble, match="wrong_tenant"):
            finish_consent(link.cast.admin, flow, back)
    assert link.now.needs_consent


def test_who_declines_changes_nothing(link):
    link.connect_as_user()
    kept = link.now.sealed_refresh_token
    link.microsoft.switch(consent="deny")
    assert consent(link) == "declined"
    assert link.now.sealed_refresh_token == kept


def test_an_answer_with_another_state_is_refused(link):
    link.connect(mode=Mode.APP_AND_USER)
    link.microsoft.switch(consent="grant")
    assert consent(link, state="another") == "sign_in_lost"
    with acting_for(link.cast.northwind.pk), pytest.raises(Trouble, match="sign_in_lost"):
        finish_consent(link.cast.admin, None, {"code": "x", "state": "y"})
    assert link.now.needs_consent


def test_an_app_without_a_user_needs_no_consent(link):
    link.connect(mode=Mode.APP_ONLY)
    with acting_for(link.cast.northwind.pk), pytest.raises(Refused):
        begin_consent(link.cast.admin, RETURN)


# Troubles


def test_missing_consent_is_said_before_microsoft_is_asked(link):
    link.connect(mode=Mode.APP_AND_USER)
    assert link.jobs == []
    assert link.check() == "consent_needed"
    assert link.events("connection.broken") == [] and "correlation_id" not in link.now.trouble_details
    assert link.microsoft.requests() == []


def test_a_consent_of_which_nobody_made_use_for_ninety_days_has_expired(link):
    link.connect_as_user()
    link.microsoft.switch(clock_days=91)
    link.forget_access_token()
    assert link.check() == "consent_expired"
    link.consent()
    assert link.work() == ""


def test_a_sign_in_without_a_second_factor(link):
    link.connect(mode=Mode.APP_AND_USER)
    link.microsoft.switch(has_mfa=False)
    link.consent()
    assert link.work() == "mfa_missing"
    assert link.now.is_mfa_compliant is False
    link.microsoft.switch(has_mfa=True)
    link.consent()
    assert link.work() == ""


def test_a_wrong_secret_and_the_right_one(link):
    link.connect(credential="wrong")
    assert link.work() == "wrong_secret"
    link.connect(credential=NORTHWIND.secret)
    assert link.now.trouble == ""
    assert link.work() == ""


def test_an_app_that_alone_is_not_enough(link):
    link.connect()
    link.microsoft.fail("customers", "900329")
    assert link.check() == "app_only"


def test_tokens_of_another_partner(link):
    link.connect_as_user()
    link.microsoft.fail("organization_profile", "900150")
    assert link.check() == "forbidden"
    assert link.now.trouble_details["number"] == "900150"


def test_the_log_hears_of_what_broke_and_was_mended_once_each(link):
    link.connect()
    link.work()
    link.microsoft.fail("customers", "1002")
    assert [link.check(), link.check()] == ["forbidden", "forbidden"]
    link.microsoft.switch(faults=[])
    assert [link.check(), link.check()] == ["", ""]
    assert [event.details["code"] for event in link.events("connection.broken")] == ["forbidden"]
    assert len(link.events("connection.mended")) == 1


def test_being_throttled_waits_as_long_as_it_was_told_and_mends_itself(link):
    link.connect()
    link.work()
    link.microsoft.fail("customers", "429", retry_after="40")
    assert link.check() == "throttled"
    assert 35 <= (link.now.resumes_at - timezone.now()).total_seconds() <= 40
    (job,) = link.jobs
    assert job.due_at == link.now.resumes_at  # nobody comes back sooner
    link.microsoft.switch(faults=[])
    assert link.work() == ""
    assert link.jobs == [] and link.now.resumes_at is None
    assert link.events("connection.broken") == []


@pytest.mark.parametrize("kind", ["503", "drop", "truncated", "cut_json"])
def test_an_outage_is_looked_at_again_ever_more_rarely_until_it_is_over(link, kind):
    link.connect()
    link.microsoft.fail("customers", kind)
    code = link.work()
    assert TROUBLES[code].passes
    assert link.now.resumes_at - timezone.now() <= SOONEST
    with acting_for(link.cast.northwind.pk):
        Connection.objects.update(trouble_since=timezone.now() - timedelta(minutes=10))
    link.work()
    assert SOONEST * 9 <= link.now.resumes_at - timezone.now() <= LATEST
    link.microsoft.switch(faults=[])
    assert link.work() == "" and link.jobs == []


def test_the_sweep_brings_a_waiting_test_back_when_it_is_time(link, monkeypatch):
    sent = []
    monkeypatch.setattr(work.current_app, "send_task", lambda task, args, **options: sent.append(task))
    link.connect()
    link.microsoft.fail("customers", "503")
    link.work()
    work.sweep()
    assert sent == []
    Job.objects.update(due_at=timezone.now())
    work.sweep()
    assert sent == ["csp_link.check"]


def test_an_error_of_our_own_ends_as_a_trouble_too(link, monkeypatch):
    link.connect()
    monkeypatch.setattr("csp_link.checking.PartnerCenter", lambda connection: 1 / 0)
    for _ in range(work.MOST_FAILURES):
        link.work()
    assert link.now.trouble == "gave_up" and link.jobs == []


def test_every_trouble_has_its_own_words():
    told = {(str(words.title), str(words.sentence)) for words in TROUBLES.values()}
    assert len(told) == len(TROUBLES)
    assert all(str(words.next_step) for words in TROUBLES.values())


# The schedule


def age(link, **columns):
    with acting_for(link.cast.northwind.pk):
        Connection.objects.update(**columns)


def test_a_token_is_kept_alive_every_day_and_no_more_often(link):
    link.connect_as_user()
    link.work()
    tick()
    assert link.jobs == []
    for day in range(1, 100, 9):
        age(link, checked_at=timezone.now() - timedelta(hours=25), access_expires_at=timezone.now())
        link.microsoft.switch(clock_days=day)
        tick()
        assert len(link.jobs) == 1
        assert link.work() == ""
    assert timezone.now() - link.now.refreshed_at < timedelta(minutes=1)


def test_what_is_broken_is_looked_at_every_hour_for_it_may_have_been_mended_at_microsoft(link):
    link.connect()
    link.microsoft.fail("customers", "1002")
    link.work()
    tick()
    assert link.jobs == []
    age(link, checked_at=timezone.now() - timedelta(minutes=61))
    tick()
    link.microsoft.switch(faults=[])
    assert len(link.jobs) == 1 and link.work() == ""


def test_a_connection_without_consent_is_left_alone(link):
    link.connect(mode=Mode.APP_AND_USER)
    link.check()
    age(link, checked_at=None)
    tick()
    assert link.jobs == []


# Secrets


def dump():
    """The database as the owner's backup has it."""
    server = cluster()
    url = server.url(database.settings_dict["NAME"], OWNER)
    command = [programs_for(server.account) / "pg_dump", "--dbname", url]
    return subprocess.run(command, capture_output=True, check=True, timeout=50).stdout.decode()


def everything_told(cast):
    """What pages, files and programs are shown of a connection."""
    browser, erp = cast.sign_in(), program(cast)
    for address in ("/csp/", "/csp/connection/", "/csp/tenants/", "/csp/sync/", "/csp/connection/health/", "/events/"):
        yield browser.get(address).content.decode()
    yield b"".join(browser.post("/events/export/").streaming_content).decode()
    for address in ("tenants", "events", "organizations"):
        yield erp.get(address).content.decode()


@pytest.mark.django_db(transaction=True)
def test_no_secret_or_token_is_written_down_anywhere(link, caplog):
    caplog.set_level(logging.DEBUG)
    logging.getLogger("msal").setLevel(logging.WARNING)  # as the settings do, whatever LOG_LEVEL says
    planted = "planted-secret-4711"
    link.connect_as_user()
    link.work()
    connection = link.now
    secrets = [
        NORTHWIND.secret,
        planted,
        unseal(connection.sealed_refresh_token),
        unseal(connection.sealed_access_token),
    ]
    link.microsoft.fail("customers", "401")
    link.check()
    link.connect(mode=Mode.APP_AND_USER, credential=planted)
    link.forget_access_token()
    assert link.check() == "wrong_secret"
    secrets += [unseal(link.now.sealed_refresh_token)]
    told = [
        dump(),
        caplog.text,
        *everything_told(link.cast),
        repr(connection.__dict__),
        repr(wanted(credential=planted)),
    ]
    written = "\n".join(told)
    assert NORTHWIND.app_id in told[0] and "connection.broken" in told[0] and "events" in written
    assert [secret[:20] for secret in secrets if secret in written] == []


def test_a_new_key_takes_over_every_secret(link, settings):
    from allauth.mfa.models import Authenticator

    link.connect_as_user()
    user = link.cast.admin.membership.user
    Authenticator.objects.create(user=user, type="totp", data={"secret": seal("totp secret")})
    Authenticator.objects.create(user=user, type="recovery_codes", data={"seed": seal("seed"), "used_mask": 0})
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "a new key", [settings.SECRET_KEY]
    call_command("rotate_secrets")
    settings.SECRET_KEY_FALLBACKS = []
    assert unseal(link.now.sealed_credential) == NORTHWIND.secret
    assert link.check() == ""
    assert unseal(Authenticator.objects.get(type="totp").data["secret"]) == "totp secret"
    assert unseal(Authenticator.objects.get(type="recovery_codes").data["seed"]) == "seed"


def test_what_cannot_be_read_is_left_and_told(link, settings, capsys):
    kept = link.connect().sealed_credential
    settings.SECRET_KEY = "a new key"
    with pytest.raises(CommandError, match="1 can't be read"):
        call_command("rotate_secrets")
    assert link.now.sealed_credential == kept


def test_every_column_of_secrets_is_known_by_its_type():
    known = {(model.__name__, name) for model, columns in sealed_columns() for name in columns}
    assert {("Connection", f"sealed_{what}") for what in ("credential", "refresh_token", "access_token")} <= known
    assert sealed.SealedField is SealedField
