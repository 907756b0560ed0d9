"""Partner Center for one connection: asks under the limit, renews a refused token, and tries again what passes."""

import random
import time
import uuid
from collections.abc import Mapping
from typing import Any, Final, Self

import requests

from csp_link import replies
from csp_link.clouds import PLACES, Cloud
from csp_link.lines import open_line
from csp_link.models import Connection
from csp_link.pace import take_place
from csp_link.tokens import get_access_token
from csp_link.troubles import Trouble

PAGE: Final = 500
# Seconds between tries on the spot, as Microsoft's own client waits; the longest that anybody waits here.
PAUSES: Final = (0.5, 1.5, 3.5)
PATIENCE: Final = 5.0


class PartnerCenter:
    """Reads only; nothing here changes anything at Microsoft. Not to be used inside a transaction."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.correlation_id = str(uuid.uuid4())
        self.is_mfa_compliant: bool | None = None  # what Partner Center thinks of the sign-in, once it has said so
        self._line = open_line()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._line.close()

    def get_page(self, token: str = "") -> replies.Page:
        """Up to 500 customers: the first ones, or those that a token leads to."""
        query = {"size": str(PAGE)} | ({"seekOperation": "Next"} if token else {})
        try:
            page = replies.page_of(self.get("/v1/customers", query, {replies.TOKEN_HEADER: token} if token else {}))
        except Trouble as trouble:
            if token and trouble.code == "refused" and trouble.details.get("number") == "2000":
                return replies.Page([], "", is_proven=False)  # how some lists end, and how some tokens do
            raise
        if token and page.following == token:
            raise Trouble("garbled", correlation_id=self.correlation_id)
        return page

    def get_customer(self, tenant_id: uuid.UUID) -> dict[str, Any]:
        """One customer with its profiles, as far as Partner Center shows them."""
        return _object(self.get(f"/v1/customers/{tenant_id}"))

    def get_partner_id(self) -> str:
        """The partner tenant for which Partner Center answers; asks as a user."""
        return str(_object(self.get("/v1/profiles/organization")).get("tenantId", "")).lower()

    def look(self) -> None:
        """The smallest question about customers; says nothing when all is well."""
        replies.page_of(self.get("/v1/customers", {"size": "1"}))

    def get(self, path: str, query: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None) -> Any:
        request_id = str(uuid.uuid4())
        for pause in (*PAUSES, None):
            try:
                return self._renewing(path, query or {}, {"MS-RequestId": request_id, **(headers or {})})
            except Trouble as trouble:
                wait = trouble.wait or (pause or 0.0) * random.uniform(0.8, 1.2)  # noqa: S311  no secret
                if pause is None or not trouble.is_brief or wait > PATIENCE:
                    if trouble.code != "consent_needed":  # nobody was asked
                        trouble.details.setdefault("correlation_id", self.correlation_id)
                    raise
                if trouble.code != "timeout":  # the same question only while it was not answered
                    request_id = str(uuid.uuid4())
            time.sleep(wait)
        raise AssertionError("the last try returns or raises")

    def _renewing(self, path: str, query: Mapping[str, str], headers: Mapping[str, str]) -> Any:
        """With another token when the first one was refused, once."""
        token = get_access_token(self.connection)
        try:
            return self._ask(token, path, query, headers)
        except Trouble as trouble:
            if trouble.code != "token_refused":
                raise
        return self._ask(get_access_token(self.connection, refused=token), path, query, headers)

    def _ask(self, token: str, path: str, query: Mapping[str, str], headers: Mapping[str, str]) -> Any:
        take_place(self.connection)
        sent = {
            "Authorization": f"Bearer {token}",
            "Accept": "application/json",
            "MS-CorrelationId": self.correlation_id,
            "MS-PartnerCenter-Application": "Cloudbroker",
            "ValidateMfa": "true",
        }
        base = PLACES[Cloud(self.connection.cloud)].api
        answer = self._line.get(base + path, params=dict(query), headers=sent | dict(headers))
        self._note_mfa(answer)
        return replies.read(answer)

    def _note_mfa(self, answer: requests.Response) -> None:
        if said := answer.headers.get("isMfaCompliant", "").lower():
            self.is_mfa_compliant = said == "true"


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Trouble("garbled")
    return value
