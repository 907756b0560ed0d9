"""After an import: a mail to its person, the same file noticed, and old uploads that expire while the counts stay."""

from datetime import timedelta

import pytest
from django.core import mail as mails
from django.utils import timezone
from support.files import numbered, organizations, table, upload, work_on

from accounts.tenancy import acting_for
from events.models import Event
from imports import uploads
from imports.models import Import, ImportRow, RowEdit
from imports.tasks import create, mail, read, sweep_uploads, undo_batch
from jobs.models import Job

pytestmark = pytest.mark.django_db


def done(cast, content, role="reseller_admin", start=None, **data):
    """The address of an import that has been run to its end, and the import."""
    client = cast.sign_in(role)
    address = upload(client, content, **data).url
    work_on(cast, read)
    client.post(f"{address}start/", start or {})
    return client, address, work_on(cast, create)


def send(cast):
    """Do the mailing that is due, as a worker would."""
    for job in Job.objects.filter(task="imports.mail"):
        mail(cast.northwind.pk, job.object_id)
    return mails.outbox


# The mail


def test_the_person_gets_one_mail_with_counts_and_the_way_to_the_page(cast, settings):
    bad = numbered(3) | {"country": "Atlantis"}
    _, address, _ = done(cast, table(numbered(1), numbered(2), bad))
    (message,) = send(cast)
    assert message.to == ["reseller_admin@northwind.example"]
    assert message.subject == "The import of customers.csv has finished"
    for words in ("Created: 2", "With errors: 1", settings.URL + address, "Northwind Cloud"):
        assert words in message.body
    assert len(send(cast)) == 1


def test_who_wants_no_mail_gets_none_and_is_offered_the_same_the_next_time(cast):
    client, _, _ = done(cast, table(numbered(1)), start={"quiet": "yes"})
    assert send(cast) == []
    address = upload(client, table(numbered(2))).url
    work_on(cast, read)
    assert 'name="quiet" value="yes" checked' in client.get(address).text


def test_an_import_that_was_cancelled_or_could_not_be_read_sends_no_mail(cast):
    client = cast.sign_in()
    address = upload(client, table(count=2)).url
    work_on(cast, read)
    client.post(f"{address}cancel/")
    upload(client, table(count=5_000) + "a;b\0c;d;e\r\n")
    assert work_on(cast, read).state == "failed"
    assert send(cast) == []


def test_one_that_failed_on_the_way_says_so(cast, monkeypatch):
    client = cast.sign_in()
    address = upload(client, table(count=2)).url
    work_on(cast, read)
    client.post(f"{address}start/")
    member = cast.members["reseller_admin"]
    with acting_for(cast.northwind.pk):
        type(member).objects.filter(pk=member.pk).update(role="view_only_admin")
    assert work_on(cast, create).state == "failed"
    (message,) = send(cast)
    assert message.subject == "The import of customers.csv could not be finished"


def test_who_has_left_meanwhile_gets_no_mail(cast):
    done(cast, table(numbered(1)))
    member = cast.members["reseller_admin"]
    type(member).objects.filter(pk=member.pk).update(is_active=False)
    assert send(cast) == []


def test_a_file_name_cannot_write_headers(cast):
    done(cast, table(numbered(1)), name="a\r\nBcc: x@evil.example\r\n.csv")
    (message,) = send(cast)
    assert "\n" not in message.subject and message.message()["Bcc"] is None


# The same file


def test_the_same_file_is_noticed_with_a_way_on(cast):
    content = table(numbered(1), numbered(2))
    client, first, _ = done(cast, content, name="first.csv")
    second = upload(client, content, name="again.csv").url
    work_on(cast, read)
    page = client.get(second).text
    assert "The same file was handed in before." in page
    assert "Done, 2 created, 0 updated" in page and f'href="{first}"' in page
    third = upload(client, content + "\r\n").url
    work_on(cast, read)
    assert "The same file" not in client.get(third).text


def test_a_file_of_which_nothing_was_written_or_all_was_undone_is_no_news(cast):
    client = cast.sign_in()
    content = table(numbered(1))
    address = upload(client, content).url
    work_on(cast, read)
    client.post(f"{address}cancel/")
    address = upload(client, content).url
    work_on(cast, read)
    assert "The same file" not in client.get(address).text
    client.post(f"{address}start/")
    job = work_on(cast, create)
    client.post(f"/organizations/undo/{job.public_id}/")
    with acting_for(cast.northwind.pk):
        from imports.models import Undo

        undo = Undo.objects.get()
    undo_batch(cast.northwind.pk, undo.pk)
    address = upload(client, content).url
    work_on(cast, read)
    assert "The same file" not in client.get(address).text


def test_an_import_that_may_not_be_seen_is_not_told_of(cast):
    content = table(numbered(1))
    done(cast, content)
    client = cast.sign_in("key_account_manager")
    address = upload(client, content, group=str(cast.nordics.public_id)).url
    work_on(cast, read)
    assert "The same file" not in client.get(address).text
    neighbour = cast.sign_in("neighbour")
    upload(neighbour, content)
    with acting_for(cast.fabrikam.pk):
        theirs = Import.objects.get()
    read(cast.fabrikam.pk, theirs.pk)
    assert "The same file" not in neighbour.get(f"/organizations/imports/{theirs.public_id}/").text


# Expiry


def age(cast, job, days):
    then = timezone.now() - timedelta(days=days)
    with acting_for(cast.northwind.pk):
        Import.objects.filter(pk=job.pk).update(created_at=then)
        Import.objects.filter(pk=job.pk).exclude(finished_at=None).update(finished_at=then)


def left(cast, job):
    with acting_for(cast.northwind.pk):
        rows = ImportRow.objects.filter(batch_id=job.pk).count()
        return rows, RowEdit.objects.filter(batch_id=job.pk).count(), uploads.path_of(job.upload).exists()


def test_an_old_upload_expires_and_its_counts_and_events_stay(
    cast, settings, monkeypatch, django_capture_on_commit_callbacks
):
    monkeypatch.setattr("imports.expiring.AT_ONCE", 2)
    client, address, job = done(cast, table(*[numbered(n) for n in range(5)], numbered(9) | {"country": "Atlantis"}))
    with acting_for(cast.northwind.pk):
        RowEdit.objects.create(reseller=cast.northwind, batch=job, place=2, texts={"city": "Secret"})
        events = Event.objects.count()
    age(cast, job, settings.UPLOAD_DAYS - 1)
    with django_capture_on_commit_callbacks(execute=True):
        assert sweep_uploads() == 0
    assert left(cast, job) == (6, 1, True)
    age(cast, job, settings.UPLOAD_DAYS + 1)
    with django_capture_on_commit_callbacks(execute=True):
        assert sweep_uploads() == 1
    assert left(cast, job) == (0, 0, False)
    job = work_on(cast)
    assert (job.state, job.rows_created, job.rows_invalid, job.samples) == ("done", 5, 1, [])
    page = client.get(address).text
    assert f"deleted after {settings.UPLOAD_DAYS} days" in page
    assert "See the created organizations" in page and "Undo this import" in page
    assert client.get(f"{address}failed-rows/").status_code == 404
    assert "failed-rows" not in page and "failed-rows" not in client.get("/organizations/imports/").text
    with acting_for(cast.northwind.pk):
        assert Event.objects.count() == events
    assert len(organizations(cast)) == 5
    with django_capture_on_commit_callbacks(execute=True):
        assert sweep_uploads() == 0
    uploads.path_of(job.upload).write_text("left by a process that was killed before it could delete it")
    monkeypatch.setattr(uploads, "ORPHAN_AFTER", -1)
    assert sweep_uploads() == 1
    assert left(cast, job) == (0, 0, False)


def test_an_import_that_waited_too_long_cannot_be_started_any_more(cast, settings, django_capture_on_commit_callbacks):
    client = cast.sign_in()
    address = upload(client, table(count=3)).url
    job = work_on(cast, read)
    age(cast, job, settings.UPLOAD_DAYS + 1)
    with django_capture_on_commit_callbacks(execute=True):
        assert sweep_uploads() == 1
    client.post(f"{address}start/")
    assert work_on(cast, create).state == "cancelled"
    assert organizations(cast) == {}
    assert client.get(f"{address}columns/").status_code == 409
    assert "This import was cancelled" in client.get(address).text


def test_what_is_at_work_does_not_expire(cast, settings):
    client = cast.sign_in()
    address = upload(client, table(count=3)).url
    job = work_on(cast, read)
    client.post(f"{address}start/")
    age(cast, job, settings.UPLOAD_DAYS + 1)
    assert sweep_uploads() == 0
    assert work_on(cast, create).rows_created == 3


def test_a_file_that_is_gone_when_it_shall_be_read_again_is_a_sentence(cast):
    client = cast.sign_in()
    address = upload(client, table(count=3)).url
    job = work_on(cast, read)
    uploads.storage().delete(job.upload)
    assert client.get(f"{address}columns/").status_code == 409
    client.post(f"{address}options/", {"mode": "update", "blanks": "keep", "all_or_nothing": "valid"})
    assert work_on(cast, read).state == "failed"
    assert "The uploaded file was deleted meanwhile" in client.get(address).text
