"""Partner Center for one connection: asks under the limit, renews a refused token, and tries again what passes.

Questions are sent by a thread that knows nothing of the database, so that its owner may go on with something else while
one is under way. Everything else is done by who uses the client.
"""

import random
import time
import uuid
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, Final, Self

import requests

from csp_link import replies
from csp_link.clouds import PLACES, Cloud
from csp_link.lines import open_line
from csp_link.models import Connection
from csp_link.pace import book_place
from csp_link.tokens import get_access_token
from csp_link.troubles import Trouble

PAGE: Final = 500
# Seconds between tries on the spot, as Microsoft's own client waits; the longest that anybody waits here.
PAUSES: Final = (0.5, 1.5, 3.5)
PATIENCE: Final = 5.0


def _random_id() -> str:
    return str(uuid.uuid4())


@dataclass(frozen=True)
class _Question:
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    request_id: str = field(default_factory=_random_id, compare=False)


@dataclass(frozen=True)
class _Leave:
    """To make one call: with this access token, and not before the clock says so."""

    token: str
    begins: float


@dataclass(frozen=True)
class _Sent:
    """A question under way."""

    question: _Question
    leave: _Leave
    answer: "Future[requests.Response]"


class PartnerCenter:
    """Reads only; nothing here changes anything at Microsoft. Not to be used inside a transaction."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.correlation_id = _random_id()
        self.is_mfa_compliant: bool | None = None  # what Partner Center thinks of the sign-in, once it has said so
        self._line = open_line()
        self._sender = ThreadPoolExecutor(max_workers=1)
        self._ahead: _Sent | None = None
        self._leave: _Leave | None = None  # for what is asked ahead next

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._sender.shutdown(cancel_futures=True)
        self._line.close()

    def get_page(self, token: str = "") -> replies.Page:
        """Up to 500 customers: the first ones, or those that a token leads to."""
        try:
            page = replies.page_of(self._answer(_page(token)))
        except Trouble as trouble:
            if token and trouble.code == "refused" and trouble.details.get("number") == "2000":
                return replies.Page([], "", is_proven=False)  # how some lists end, and how some tokens do
            raise
        if token and page.following == token:
            raise Trouble("garbled", correlation_id=self.correlation_id)
        return page

    @property
    def is_ahead(self) -> bool:
        """Whether a question is under way whose answer nobody has taken."""
        return self._ahead is not None

    def ask_ahead(self, token: str) -> None:
        """Send the question for a page that `get_page` will be asked for next; it takes the answer.

        While it is under way there is time to get leave for the one after it. The last one goes unused.
        """
        with suppress(Trouble, Connection.DoesNotExist):  # `get_page` will find out, and say so
            leave, self._leave = self._leave or self._get_leave(), None
            self._ahead = self._send(_page(token), leave)
            self._leave = self._get_leave()

    def get_customer(self, tenant_id: uuid.UUID) -> dict[str, Any]:
        """One customer with its profiles, as far as Partner Center shows them."""
        return _object(self._answer(_Question(f"/v1/customers/{tenant_id}")))

    def get_partner_id(self) -> str:
        """The partner tenant for which Partner Center answers; asks as a user."""
        return str(_object(self._answer(_Question("/v1/profiles/organization"))).get("tenantId", "")).lower()

    def look(self) -> None:
        """The smallest question about customers; says nothing when all is well."""
        replies.page_of(self._answer(_Question("/v1/customers", {"size": "1"})))

    def _answer(self, question: _Question) -> Any:
        sent = self._sent_ahead(question)
        question = sent.question if sent else question
        for pause in (*PAUSES, None):
            try:
                return self._renewing(sent or self._send(question, self._get_leave()))
            except Trouble as trouble:
                wait = trouble.wait or (pause or 0.0) * random.uniform(0.8, 1.2)  # noqa: S311  no secret
                if pause is None or not trouble.is_brief or wait > PATIENCE:
                    if trouble.code != "consent_needed":  # nobody was asked
                        trouble.details.setdefault("correlation_id", self.correlation_id)
                    raise
                if trouble.code != "timeout":  # the same question only while it was not answered
                    question = replace(question, request_id=_random_id())
            sent = None
            time.sleep(wait)
        raise AssertionError("the last try returns or raises")

    def _sent_ahead(self, question: _Question) -> _Sent | None:
        sent, self._ahead = self._ahead, None
        return sent if sent and sent.question == question else None

    def _renewing(self, sent: _Sent) -> Any:
        """With another token when the first one was refused, once."""
        try:
            return self._read(sent)
        except Trouble as trouble:
            if trouble.code != "token_refused":
                raise
        return self._read(self._send(sent.question, self._get_leave(refused=sent.leave.token)))

    def _get_leave(self, *, refused: str = "") -> _Leave:
        token = get_access_token(self.connection, refused=refused)
        return _Leave(token, time.monotonic() + book_place(self.connection))

    def _send(self, question: _Question, leave: _Leave) -> _Sent:
        return _Sent(question, leave, self._sender.submit(self._ask, question, leave))

    def _ask(self, question: _Question, leave: _Leave) -> requests.Response:
        time.sleep(max(0.0, leave.begins - time.monotonic()))
        sent = {
            "Authorization": f"Bearer {leave.token}",
            "Accept": "application/json",
            "MS-RequestId": question.request_id,
            "MS-CorrelationId": self.correlation_id,
            "MS-PartnerCenter-Application": "Cloudbroker",
            "ValidateMfa": "true",
        }
        base = PLACES[Cloud(self.connection.cloud)].api
        return self._line.get(base + question.path, params=dict(question.query), headers=sent | dict(question.headers))

    def _read(self, sent: _Sent) -> Any:
        answer = sent.answer.result()
        if said := answer.headers.get("isMfaCompliant", "").lower():
            self.is_mfa_compliant = said == "true"
        return replies.read(answer)


def _page(token: str) -> _Question:
    query = {"size": str(PAGE)} | ({"seekOperation": "Next"} if token else {})
    return _Question("/v1/customers", query, {replies.TOKEN_HEADER: token} if token else {})


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Trouble("garbled")
    return value
