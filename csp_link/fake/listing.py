"""The list of customers, page by page, in each of the ways that have been seen to lead from one page to the next."""

import json
from typing import Any, Final

from csp_link.fake import shapes
from csp_link.fake.behaviour import Behaviour
from csp_link.fake.exchange import Answer, Asked, as_json
from csp_link.fake.faults import api_error
from csp_link.fake.signing import from_base64, to_base64
from csp_link.fake.world import Customer

MOST: Final = 500
PADDING: Final = "opaque" * 40  # real tokens are long
FIELDS: Final = {"CompanyName": "name", "Domain": "domain"}


def list_customers(asked: Asked, customers: list[Customer], behaviour: Behaviour) -> Answer:
    query = asked.query
    size = _size(query.get("size", ""))
    if size is None or (matching := _matching(customers, query.get("filter", ""))) is None:
        return api_error("2000")
    start = _start(asked, behaviour)
    if start is None or (start and start >= len(matching)):
        return api_error("2000")
    return as_json(_page(matching, start, size, behaviour))


def _size(text: str) -> int | None:
    if not text or text == "0":
        return MOST
    return min(int(text), MOST) if text.isascii() and text.isdigit() else None


def _matching(customers: list[Customer], text: str) -> list[Customer] | None:
    if not text:
        return customers
    try:
        wanted: dict[str, str] = json.loads(text)
        attribute, value = FIELDS[wanted["Field"]], wanted["Value"].lower()
    except (ValueError, KeyError, TypeError):
        return None
    if wanted.get("Operator", "").lower() not in ("starts_with", "startswith"):
        return None
    return [each for each in customers if getattr(each, attribute).lower().startswith(value)]


def _start(asked: Asked, behaviour: Behaviour) -> int | None:
    """Where the page begins; None where the request says nothing sensible."""
    if asked.query.get("seekOperation", "").lower() != "next":
        return 0
    token = asked.headers.get("ms-continuationtoken", "")
    if not token:
        return 0 if behaviour.without_next == "first" else None
    try:
        return int(json.loads(from_base64(token))["from"])
    except (ValueError, KeyError, TypeError):
        return None


def _page(customers: list[Customer], start: int, size: int, behaviour: Behaviour) -> dict[str, Any]:
    items = customers[start : start + size]
    page = shapes.collection([shapes.thin(each) for each in items])
    totals = {"page": len(items), "grand": len(customers), "zero": 0, "absent": None}
    page["totalCount"] = totals[behaviour.total]
    page["links"] = {"self": shapes.link(f"/customers?size={size}")}
    after = start + len(items)
    if after < len(customers) or (behaviour.end == "2000" and items):
        _lead_on(page, after, size, behaviour)
    return shapes.without_nulls(page)


def _lead_on(page: dict[str, Any], after: int, size: int, behaviour: Behaviour) -> None:
    token = to_base64(json.dumps({"from": after, "padding": PADDING}).encode())
    if behaviour.next_in != "link":
        page["continuationToken"] = token
    if behaviour.next_in != "body":
        uri = f"{behaviour.next_uri}?size={size}&seekOperation=Next"
        page["links"]["next"] = shapes.link(uri, MS_ContinuationToken=token)
