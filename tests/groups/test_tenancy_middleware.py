"""One request, one reseller, one transaction; and what becomes of the transaction when the view fails."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.test import Client
from django.urls import path
from support.cast import customer

from accounts.tenancy import SETTING, acting_for, streamed
from cloudbroker.urls import handler400, handler403, handler404, handler500  # noqa: F401 (the URL configuration's)
from cloudbroker.urls import urlpatterns as real
from groups.models import Assignment, Group
from organizations.models import Organization

pytestmark = pytest.mark.urls(__name__)
ENDS = {
    "well": lambda: HttpResponse("made"),
    "by-returning-500": lambda: HttpResponse("sorry", status=500),
    "by-returning-503": lambda: HttpResponse("sorry", status=503),
    "by-raising": lambda: 1 / 0,
    "by-404": lambda: _raise(Http404),
    "by-403": lambda: _raise(PermissionDenied),
    "by-a-broken-statement": lambda: _ask("SELECT * FROM no_such_table"),
    "by-a-422": lambda: HttpResponse("sorry", status=422),
}


def _raise(error):
    raise error


def _ask(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()[0]


def write_and_end(request, how):
    Group.objects.create(reseller=request.actor.reseller, name=f"made {how}")
    return ENDS[how]()


def inside(request):
    return HttpResponse(f"{connection.in_atomic_block} {_ask(f'SELECT current_setting({SETTING!r}, true)')}")


def names(request, where):
    rows = (f"{name}\n" for name in Organization.objects.order_by("name").values_list("name", flat=True).iterator())
    return StreamingHttpResponse(streamed(request.actor.reseller.pk, rows) if where == "entered" else rows)


def groups_of_actor(request):
    ids = request.actor.group_ids
    return HttpResponse("every group" if ids is None else str(sorted(ids)))


urlpatterns = [
    path("write/<str:how>", write_and_end),
    path("inside", inside),
    path("names/<str:where>", names),
    path("groups", groups_of_actor),
    *real,
]


def ask_for(client, url):
    client.raise_request_exception = False
    return client.get(url)


# An answer of 500 must not commit what led to it; Django's own atomic middleware would


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("how", "status", "is_kept"),
    [
        ("well", 200, True),
        ("by-a-422", 422, True),
        ("by-returning-500", 500, False),
        ("by-returning-503", 503, False),
        ("by-raising", 500, False),
        ("by-a-broken-statement", 500, False),
        ("by-404", 404, False),
        ("by-403", 403, False),
    ],
)
def test_what_a_view_wrote_is_kept_only_when_it_ended_well(cast, how, status, is_kept):
    answer = ask_for(cast.sign_in(), f"/write/{how}")
    assert answer.status_code == status
    with acting_for(cast.northwind.pk):
        assert Group.objects.filter(name=f"made {how}").exists() is is_kept
    assert connection.in_atomic_block is False


@pytest.mark.parametrize(
    ("how", "heading"),
    [
        ("by-raising", "Something went wrong"),
        ("by-a-broken-statement", "Something went wrong"),
        ("by-404", "Page not found"),
        ("by-403", "Error 403"),
    ],
)
def test_a_failure_is_a_page_of_ours(cast, how, heading):
    answer = ask_for(cast.sign_in(), f"/write/{how}")
    assert heading in answer.text
    assert "– Cloudbroker</title>" in answer.text


def test_a_request_works_inside_its_reseller_and_leaves_it(cast):
    assert ask_for(cast.sign_in(), "/inside").text == f"True {cast.northwind.pk}"
    assert ask_for(cast.sign_in("neighbour"), "/inside").text == f"True {cast.fabrikam.pk}"
    with transaction.atomic():
        assert (_ask(f"SELECT current_setting({SETTING!r}, true)") or "") == ""


# A streamed body is read when the request's transaction is over


@pytest.fixture
def two_names(cast):
    with acting_for(cast.northwind.pk):
        cast.create(cast.admin, customer("Alvesta AB"), customer("Bergen AS"))
    return cast


@pytest.mark.parametrize(("where", "body"), [("entered", "Alvesta AB\nBergen AS\n"), ("anywhere", "")])
def test_a_streamed_body_sees_rows_only_where_it_enters_the_reseller_itself(two_names, where, body):
    assert ask_for(two_names.sign_in(), f"/names/{where}").getvalue().decode() == body


@pytest.mark.django_db(transaction=True)
def test_it_does_so_on_a_connection_that_is_in_no_transaction(two_names):
    assert ask_for(two_names.sign_in(), "/names/entered").getvalue() == b"Alvesta AB\nBergen AS\n"
    assert connection.in_atomic_block is False


# Losing a role or a group takes effect on the next request


def test_groups_are_read_anew_at_every_request(cast):
    client = cast.sign_in("key_account_manager")
    assert ask_for(client, "/groups").text == f"[{cast.nordics.pk}]"
    with acting_for(cast.northwind.pk):
        Assignment.objects.filter(membership=cast.members["key_account_manager"]).delete()
    assert ask_for(client, "/groups").text == "[]"


def test_a_role_is_read_anew_at_every_request(cast):
    client, member = cast.sign_in(), cast.members["reseller_admin"]
    assert ask_for(client, "/organizations/new/").status_code == 200
    member.role = "view_only_admin"
    member.save()
    assert ask_for(client, "/organizations/new/").status_code == 403


def test_a_stranger_works_for_nobody(db):
    assert ask_for(Client(), "/inside").url.startswith("/accounts/login/")
