"""Broker › Settings: what a Reseller Admin decides for the reseller, what is refused, and what comes of it."""

import re
from datetime import UTC, datetime

import psycopg
import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.utils import timezone, translation
from support import database
from support.cast import customer
from support.files import newest, sentences, staged, table, upload, work_on

from accounts.models import Reseller
from accounts.tenancy import acting_for
from cloudbroker.embedded import OWNER
from events.models import Event
from imports.tasks import create, read
from organizations.changes import texts_of
from organizations.fields import NAMES
from organizations.models import Organization
from portal.reseller_settings import Refused, change_mandatory_fields, change_profile

PROFILE, COLUMNS = "/settings/", "/settings/mandatory-columns/"


def page(client):
    """The fields of the profile as a browser would send them back, those that remember what was shown among them."""
    form = client.get(PROFILE).context["form"]
    shown = {name: form.initial[name] for name in form.fields}
    return shown | {f"initial-{name}": value for name, value in shown.items()}


def save(client, **changes):
    return client.post(PROFILE, page(client) | changes)


def told(answer, field):
    return [str(error) for error in answer.context["form"].errors[field]]


def now(cast):
    return Reseller.objects.get(pk=cast.northwind.pk)


def changes_logged(cast):
    with acting_for(cast.northwind.pk):
        events = Event.objects.filter(subject_id=cast.northwind.public_id).order_by("id")
        return [(event.kind, event.actor_label, event.details["changes"]) for event in events]


@pytest.fixture
def limited(cast):
    with acting_for(cast.northwind.pk):
        (found,) = cast.create(cast.admin, approval_process="TRUE", approval_limit="0")
    return found


# The profile


def test_the_profile_is_saved_and_told_in_the_event_log(cast):
    answer = save(cast.sign_in(), name="  Northwind   Nordic ", country="NO", time_zone="Europe/Oslo", currency="NOK")
    assert (answer.status_code, answer.url) == (302, PROFILE)
    saved = now(cast)
    assert [saved.name, saved.country, saved.time_zone, saved.currency] == [
        "Northwind Nordic",
        "NO",
        "Europe/Oslo",
        "NOK",
    ]
    changes = {
        "name": ["Northwind Cloud", "Northwind Nordic"],
        "country": ["SE", "NO"],
        "time_zone": ["UTC", "Europe/Oslo"],
        "currency": ["SEK", "NOK"],
    }
    assert changes_logged(cast) == [("reseller.settings_changed", "Reseller Admin", changes)]


def test_the_event_log_calls_a_setting_what_the_page_calls_it(cast):
    client = cast.sign_in()
    save(client, time_zone="Europe/Oslo")
    tick(client, "city")
    log = client.get("/events/").text
    assert "<dt>Time zone</dt>" in log and "<dt>Mandatory columns</dt>" in log


def test_saving_without_a_change_writes_and_tells_nothing(cast):
    assert save(cast.sign_in()).status_code == 302
    assert changes_logged(cast) == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 256),
        ("name", "a\x07b"),
        ("name", "a\x00b"),
        ("country", "Sweden"),
        ("language", "tlh"),
        ("language", ""),
        ("time_zone", "Europe/Atlantis"),
        ("time_zone", "../../etc/passwd"),
        ("currency", "XXX"),
        ("currency", ""),
    ],
)
def test_a_value_that_can_not_be_is_refused_at_its_field_and_nothing_is_saved(cast, field, value):
    answer = save(cast.sign_in(), **({"country": "FI"} | {field: value}))
    assert answer.status_code == 422
    assert told(answer, field)
    assert f'href="#id_{field}"' in answer.text
    assert (now(cast).country, changes_logged(cast)) == ("SE", [])


def test_a_name_that_another_reseller_bears_is_refused_without_a_word_about_them(cast):
    answer = save(cast.sign_in(), name="fabrikam SERVICES", country="FI")
    assert answer.status_code == 422
    assert told(answer, "name") == ["This name is not free. Add what tells you apart, such as your city."]
    assert "Fabrikam Services" not in answer.text
    assert (now(cast).name, now(cast).country) == ("Northwind Cloud", "SE")


def test_two_admins_with_the_same_page_do_not_undo_each_other(cast):
    client = cast.sign_in()
    first, second = page(client), page(client)
    client.post(PROFILE, first | {"country": "NO"})
    client.post(PROFILE, second | {"time_zone": "Europe/Oslo"})
    assert (now(cast).country, now(cast).time_zone) == ("NO", "Europe/Oslo")


def test_what_the_lists_no_longer_have_survives_saving(cast):
    Reseller.objects.filter(pk=cast.northwind.pk).update(currency="BGN", time_zone="EST5EDT")
    assert save(cast.sign_in(), country="BG").status_code == 302
    assert (now(cast).currency, now(cast).time_zone, now(cast).country) == ("BGN", "EST5EDT", "BG")


# The currency


def test_the_currency_is_locked_while_there_is_a_limit_and_the_page_says_why(cast, limited):
    client = cast.sign_in()
    assert "Locked: 1 organization has an approval limit in SEK" in client.get(PROFILE).text
    answer = save(client, currency="NOK", country="NO")
    assert answer.status_code == 422
    assert told(answer, "currency")[0].startswith("Locked: 1 organization")
    assert (now(cast).currency, now(cast).country) == ("SEK", "SE")
    assert save(client, country="NO").status_code == 302
    with acting_for(cast.northwind.pk):
        Organization.objects.filter(pk=limited.pk).update(approval_limit=None)
    assert save(client, currency="NOK").status_code == 302
    assert now(cast).currency == "NOK"


def test_an_archived_limit_locks_and_a_neighbours_does_not(cast, limited):
    with acting_for(cast.northwind.pk):
        Organization.objects.filter(pk=limited.pk).update(archived_at=timezone.now())
    assert save(cast.sign_in(), currency="NOK").status_code == 422
    assert save(cast.sign_in("neighbour"), currency="CHF").status_code == 302


def test_the_verb_asks_for_limits_itself(cast, limited):
    with acting_for(cast.northwind.pk), pytest.raises(Refused, match="currency"):
        change_profile(cast.admin, {"currency": "NOK"})


def test_the_currency_is_locked_while_an_import_runs(cast):
    client = cast.sign_in()
    address = upload(client, table(count=2)).url
    work_on(cast, read)
    client.post(f"{address}start/")
    answer = save(client, currency="NOK")
    assert answer.status_code == 422
    assert told(answer, "currency")[0].startswith("Locked: an import is creating organizations")
    work_on(cast, create)
    assert save(client, currency="NOK").status_code == 302


# Mandatory columns


def tick(client, *names, shown=()):
    return client.post(COLUMNS, {"field": names, "shown": shown})


def test_the_page_shows_all_columns_with_ours_ticked_and_fixed(cast):
    answer = cast.sign_in().get(COLUMNS)
    boxes = dict(re.findall(r'name="field" value="(\w+)" id="\w+"([^>]*)>', answer.text))
    assert list(boxes) == list(NAMES)
    fixed = {name for name, state in boxes.items() if state == " checked disabled"}
    assert fixed == {"name", "primary_domain", "notification_email"}
    assert {state for name, state in boxes.items() if name not in fixed} == {""}


def test_ticks_are_kept_in_the_order_of_the_columns_and_told(cast):
    client = cast.sign_in()
    assert tick(client, "city", "customer_number", "name", "no_such_column").status_code == 302
    assert now(cast).mandatory_fields == ["customer_number", "city"]
    tick(client, "country", shown=["customer_number"])
    assert now(cast).mandatory_fields == ["city", "country"], "the other's new tick stays"
    assert [changes for _, _, changes in changes_logged(cast)] == [
        {"mandatory_fields": ["", "customer_number, city"]},
        {"mandatory_fields": ["customer_number, city", "city, country"]},
    ]


def test_a_newly_mandatory_column_is_demanded_by_form_and_file_and_by_no_edit(cast):
    client = cast.sign_in()
    assert client.post("/organizations/new/", customer("Before")).status_code == 302
    tick(client, "city")
    refused = client.post("/organizations/new/", customer("After"))
    assert (refused.status_code, told(refused, "city")) == (
        422,
        ["City is missing. Enter it: this field is mandatory."],
    )
    assert "City (required)" in client.get("/organizations/templates/csv/").content.decode("utf-8-sig")
    upload(client, table(customer("Filed") | {"city": ""}, customer("Whole") | {"city": "Umeå"}))
    job = work_on(cast, read)
    rows = staged(cast, newest(cast))
    assert (job.rows_invalid, job.rows_valid) == (1, 1)
    assert sentences(newest(cast), rows[1]) == {"city": ["City is missing. Enter it: this field is mandatory."]}
    with acting_for(cast.northwind.pk):
        (old,) = Organization.objects.all()
    texts = texts_of(old) | {"contact_name": "Anna", "version": "1"}
    assert client.post(f"/organizations/{old.public_id}/edit/", texts).status_code == 302


def test_a_mandatory_yes_or_no_has_to_be_chosen_and_may_be_no(cast):
    client = cast.sign_in()
    tick(client, "approval_process")
    assert client.post("/organizations/new/", customer() | {"approval_process": ""}).status_code == 422
    assert "Choose yes or no" in client.get("/organizations/new/").text
    assert client.post("/organizations/new/", customer() | {"approval_process": "FALSE"}).status_code == 302


def test_a_role_that_may_not_set_approval_is_not_asked_for_it(cast):
    tick(cast.sign_in(), "approval_limit", "city")
    limited = cast.sign_in("limited_key_account_manager")
    chosen = {"groups": [str(cast.nordics.public_id)], "city": "Umeå"}
    assert limited.post("/organizations/new/", customer("Limited") | chosen).status_code == 302
    assert cast.sign_in("key_account_manager").post("/organizations/new/", customer() | chosen).status_code == 422
    headings = limited.get("/organizations/templates/csv/").content.decode("utf-8-sig")
    assert "City (required)" in headings and "Approval process limit," in headings


# Who may


@pytest.mark.parametrize("role", ["view_only_admin", "key_account_manager", "sales_agent"])
def test_only_a_reseller_admin_changes_settings_and_sees_them_in_the_menu(cast, role):
    assert f'href="{PROFILE}"' in cast.sign_in().get("/organizations/").text
    assert f'href="{PROFILE}"' not in cast.sign_in(role).get("/organizations/").text
    with acting_for(cast.northwind.pk):
        with pytest.raises(PermissionDenied):
            change_profile(cast.act_as(role), {"country": "NO"})
        with pytest.raises(PermissionDenied):
            change_mandatory_fields(cast.act_as(role), demand=["city"], release=[])
    assert (now(cast).country, now(cast).mandatory_fields) == ("SE", [])


def test_settings_are_those_of_ones_own_reseller(cast):
    tick(cast.sign_in("neighbour"), "city")
    save(cast.sign_in("neighbour"), country="AT")
    assert (now(cast).country, now(cast).mandatory_fields) == ("SE", [])


# What comes of it: times and dates


def timeline_of(client, organization):
    text = client.get(f"/organizations/{organization.public_id}/").text
    return re.search(r"<time[^>]*>([^<]+)</time>", text)[1]


@pytest.fixture
def at_midnight(cast):
    """An organization that came in at 23:30 of New Year's Eve, Greenwich time."""
    with acting_for(cast.northwind.pk):
        (found,) = cast.create(cast.admin)
    moment = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
    with psycopg.connect(database.cluster().url(connection.settings_dict["NAME"], OWNER), autocommit=True) as owner:
        owner.execute("UPDATE events_event SET at = %s WHERE subject_id = %s", [moment, found.public_id])
    return found


@pytest.mark.django_db(transaction=True)
def test_pages_tell_times_by_the_resellers_clocks(cast, at_midnight):
    client = cast.sign_in()
    assert timeline_of(client, at_midnight) == "31 Dec 2026, 23:30"
    save(client, time_zone="Europe/Stockholm")
    assert timeline_of(client, at_midnight) == "1 Jan 2027, 00:30"
    assert timezone.get_current_timezone_name() == "UTC", "the next request of this thread is somebody else's"


@pytest.mark.django_db(transaction=True)
def test_dates_are_written_as_the_resellers_language_writes_them(cast, at_midnight, settings):
    settings.LANGUAGES = [("en", "English"), ("de", "Deutsch")]
    client = cast.sign_in()
    save(client, language="de")
    assert timeline_of(client, at_midnight) == "31.12.2026, 23:30"
    assert '<html lang="de"' in client.get(PROFILE).text
    assert translation.get_language() == "en"


def test_a_time_zone_that_this_machine_does_not_know_breaks_no_page(cast):
    Reseller.objects.filter(pk=cast.northwind.pk).update(time_zone="Mars/Olympus_Mons")
    client = cast.sign_in()
    assert client.get("/organizations/").status_code == 200
    assert "Mars/Olympus_Mons" in client.get(PROFILE).text


@pytest.mark.parametrize(("field", "value"), [("currency", "EURO"), ("time_zone", "CET+1"), ("language", "sv-x")])
def test_an_operator_is_told_of_a_value_that_can_not_be(db, field, value):
    Reseller(name="Contoso").full_clean()
    with pytest.raises(ValidationError) as refused:
        Reseller(**{"name": "Contoso", field: value}).full_clean()
    assert list(refused.value.message_dict) == [field]
