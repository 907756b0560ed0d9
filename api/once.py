"""Idempotency-Key: of equal requests only one has its effect, and all get its answer.

The answer is a row in the transaction of the effect. A second request with the same key waits at that row until the
first has committed or rolled back; so neither a restart nor fifty at once can make it happen twice.
"""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from django.db import OperationalError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from accounts.actors import Actor
from api.models import Answer
from api.problems import problem

Answering = Callable[[HttpRequest], HttpResponseBase]
KEPT: Final = timedelta(hours=24)
WAIT: Final = "10s"
HEADERS: Final = ("Content-Type", "ETag", "Location")

# Ours if nobody asked before, or so long ago that the answer has expired.
_CLAIM: Final = """
INSERT INTO api_answer (reseller_id, key_id, name, asked, at, status, headers, body)
VALUES (%s, %s, %s, %s, now(), 0, '{}', '')
ON CONFLICT (reseller_id, key_id, name) DO UPDATE SET asked = excluded.asked, at = now(), status = 0
WHERE api_answer.at < now() - %s
RETURNING id
"""


def answer_once(request: HttpRequest, answer: Answering) -> HttpResponseBase:
    """The answer to the request, from memory if the same was asked in the last 24 hours."""
    name = request.headers.get("Idempotency-Key", "")
    if request.method != "POST" or not name:
        return _undone_if_refused(request, answer)
    if len(name) > 255 or not name.isprintable():
        return problem(400, "malformed", "An Idempotency-Key has at most 255 printable characters.")
    actor: Actor = request.actor  # type: ignore[attr-defined]
    asked = _fingerprint(request)
    try:
        mine = _claim(actor, name, asked)
    except OperationalError:
        return problem(409, "idempotency_in_progress", "The first request with this Idempotency-Key is still at work.")
    if mine is None:
        return _remembered(actor, name, asked)
    response = _undone_if_refused(request, answer)
    _remember(mine, response)
    return response


def _undone_if_refused(request: HttpRequest, answer: Answering) -> HttpResponseBase:
    with transaction.atomic():
        response = answer(request)
        if response.status_code >= 400:
            transaction.set_rollback(True)
    return response


def _claim(actor: Actor, name: str, asked: str) -> int | None:
    assert actor.key is not None
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [WAIT])
        claim: list[Any] = [actor.reseller.pk, actor.key.pk, name, asked, KEPT]
        cursor.execute(_CLAIM, claim)
        row = cursor.fetchone()
        cursor.execute("SELECT set_config('lock_timeout', '0', true)")
    return row[0] if row else None


def _remembered(actor: Actor, name: str, asked: str) -> HttpResponse:
    before = Answer.objects.get(reseller=actor.reseller, key=actor.key, name=name)
    if before.asked != asked:
        return problem(409, "idempotency_key_reused", "This Idempotency-Key was sent with another request.")
    headers = before.headers | {"Idempotency-Replayed": "true"}
    return HttpResponse(before.body, status=before.status, headers=headers)


def _remember(mine: int, response: HttpResponseBase) -> None:
    """A server error is not remembered: the middleware rolls everything back, and the request may come again."""
    if response.status_code >= 500 or not isinstance(response, HttpResponse):
        return
    headers = {header: response[header] for header in HEADERS if header in response}
    Answer.objects.filter(pk=mine).update(
        status=response.status_code, headers=headers, body=response.content.decode("utf-8")
    )


def _fingerprint(request: HttpRequest) -> str:
    """Method, address and body; of an upload its fields and files, which lie on disk and are never read into memory."""
    told = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode())
    if request.content_type != "multipart/form-data":
        told.update(request.body)
        return told.hexdigest()
    for field, values in sorted(request.POST.lists()):
        told.update(repr((field, values)).encode())
    for field, file in sorted(request.FILES.items()):
        told.update(repr((field, getattr(file, "name", ""))).encode())
        for chunk in file.chunks():  # type: ignore[union-attr]
            told.update(chunk)
        file.seek(0)  # type: ignore[union-attr]
    return told.hexdigest()
