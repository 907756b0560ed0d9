"""Reading Partner Center's answers, tolerant of everything that was seen there: byte order marks, three shapes of
errors, members that are left out, names with anything in them."""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import requests

from csp_link.lines import ids_of
from csp_link.troubles import Trouble

# Codes that say more than their status.
_BY_CODE: Final = {
    "900420": "wrong_audience",
    "900421": "mfa_missing",
    "10001": "mfa_missing",
    "900329": "app_only",
    "900309": "blocked",
    "900124": "agreement",
}
_BY_STATUS: Final = {401: "token_refused", 403: "forbidden"}
TOKEN_HEADER: Final = "MS-ContinuationToken"  # noqa: S105  the name of a header


def read(answer: requests.Response) -> Any:
    """The value of a good answer; Trouble for any other."""
    if not 200 <= answer.status_code < 300:
        raise _trouble(answer)
    try:
        return json.loads(answer.content)  # bytes: with or without a byte order mark
    except ValueError:
        raise Trouble("garbled", **ids_of(answer)) from None


def _trouble(answer: requests.Response) -> Trouble:
    number = _code(answer)
    code = _BY_CODE.get(number) or _BY_STATUS.get(answer.status_code, "refused")
    return Trouble(code, status=answer.status_code, number=number, **ids_of(answer))


def _code(answer: requests.Response) -> str:
    """The code of an error, which is a number or a text, or is not there."""
    try:
        body = json.loads(answer.content)
    except ValueError:
        body = None
    found = body.get("code") if isinstance(body, dict) else None
    text = str(found) if isinstance(found, str | int) else ""
    if not text and answer.status_code == 401 and b"MFA" in answer.content[:2000]:
        return "900421"  # as it was said in 2020, in no shape at all
    return text[:16]


@dataclass(frozen=True)
class Customer:
    """An item of the list."""

    tenant_id: uuid.UUID
    name: str
    domain: str
    relationship: str


@dataclass(frozen=True)
class Page:
    """Customers, and the token of the page after them; the last page has none. `is_end` is false where the list
    broke off in a way that does not prove that it was complete."""

    customers: list[Customer]
    following: str
    is_proven: bool = True


def page_of(body: Any) -> Page:
    if not isinstance(body, dict) or not isinstance(items := body.get("items"), list):
        raise Trouble("garbled")
    return Page([_customer(item) for item in items], _following(body))


def _customer(item: Any) -> Customer:
    """Trouble for an item without an id: who it was can't be known, so nobody may be called gone."""
    try:
        profile = item.get("companyProfile") or {}
        identity = uuid.UUID(str(item.get("id") or profile.get("tenantId")))
        name, domain = text_of(profile, "companyName"), text_of(profile, "domain").lower()
        return Customer(identity, name, domain, text_of(item, "relationshipToPartner")[:32])
    except (ValueError, AttributeError):
        raise Trouble("garbled") from None


def text_of(given: Mapping[str, Any], name: str) -> str:
    """A member as one line of at most 255 characters; empty when it isn't there or is no text."""
    value = given.get(name)
    if not isinstance(value, str):
        return ""
    clean = value if value.isprintable() else "".join(c if c.isprintable() else " " for c in value)
    return " ".join(clean.split())[:255]


def _members(given: object) -> Mapping[str, Any]:
    return given if isinstance(given, dict) else {}


def _following(body: Mapping[str, Any]) -> str:
    """The next page's token, from either of its two places."""
    link = _members(body.get("links")).get("next")
    headers = _members(link).get("headers")
    pairs = map(_members, headers if isinstance(headers, list) else [])
    linked = [each.get("value") for each in pairs if str(each.get("key", "")).lower() == TOKEN_HEADER.lower()]
    token = body.get("continuationToken") or next(iter(linked), None)
    if link and not token:
        raise Trouble("garbled")
    return str(token or "")
