"""The REST API of Partner Center, as far as linking customers needs it."""

import json
import re
import threading
import time
import uuid
from collections import defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from csp_link.fake import shapes
from csp_link.fake.behaviour import Switchboard
from csp_link.fake.clock import now
from csp_link.fake.exchange import Answer, Asked, as_json
from csp_link.fake.faults import api_error, gateway_error, of_the_api, throttled
from csp_link.fake.listing import list_customers
from csp_link.fake.partners import API_HOSTS, PARTNERS, Partner
from csp_link.fake.signing import Signer
from csp_link.fake.world import Customer, World

ID: Final = r"/v1/customers/(?P<id>[^/]+)"
BOTH, USER = False, True  # whether the operation is refused to an app that comes without a user
OPERATIONS: Final = tuple(
    (name, method, re.compile(pattern), needs_user)
    for name, method, pattern, needs_user in (
        ("customers", "GET", r"/v1/customers", BOTH),
        ("relationship_request", "GET", r"/v1/customers/relationshiprequests", USER),
        ("customer", "GET", ID, BOTH),
        ("change_customer", "PATCH", ID, USER),
        ("company_profile", "GET", ID + "/profiles/company", USER),
        ("billing_profile", "GET", ID + "/profiles/billing", BOTH),
        ("company_data", "GET", ID + "/organization", BOTH),
        ("custom_domains", "GET", ID + "/customDomains", BOTH),
        ("subscriptions", "GET", ID + "/subscriptions", BOTH),
        ("of_customer", "GET", ID + "/(users|subscribedskus|agreements|managedservices|qualifications)", USER),
        ("agreement_status", "GET", ID + "/directSignedMicrosoftCustomerAgreementStatus", USER),
        ("relationships", "GET", ID + "/relationships|/v1/relationships", USER),
        ("organization_profile", "GET", "/v1/profiles/organization", USER),
        ("mpn_profile", "GET", "/v1/profiles/mpn", USER),
        ("legal_profile", "GET", "/v1/profiles/legalbusiness", BOTH),
        ("domain", "HEAD", r"/v1/domains/(?P<id>[^/]+)", BOTH),
    )
)


@dataclass(frozen=True)
class Call:
    """A request whose token was good."""

    asked: Asked
    partner: Partner
    id: str


class PartnerCenter:
    def __init__(self, world: World, switches: Switchboard, signer: Signer) -> None:
        self.world, self.switches, self.signer = world, switches, signer
        self.calls: dict[str, deque[float]] = defaultdict(deque)
        self.lock = threading.Lock()

    def answer(self, asked: Asked) -> tuple[str, Answer] | None:
        """The operation's name and the answer; None when the path is not Partner Center's."""
        if not asked.path.startswith("/v1/"):
            return None
        for name, method, pattern, needs_user in OPERATIONS:
            if asked.method == method and (found := pattern.fullmatch(asked.path)):
                answer = self._answer(name, asked, found.groupdict().get("id") or "", needs_user)
                return name, self._marked(asked, answer)
        return "unknown", self._marked(asked, gateway_error(404, "Resource not found"))

    def _answer(self, name: str, asked: Asked, which: str, needs_user: bool) -> Answer:
        claims = self._claims(asked)
        if refused := self._refusal(claims, asked, needs_user):
            return refused
        fault = self.switches.fault(name)
        if fault and fault.kind in ("401", "403"):
            return api_error({"401": "400", "403": "1002"}[fault.kind])
        call = Call(asked, PARTNERS[claims["tid"]], which)
        good: Answer = getattr(self, f"_{name}")(call)
        return of_the_api(fault, good) if fault else good

    def _claims(self, asked: Asked) -> dict[str, Any]:
        scheme, _, token = asked.headers.get("authorization", "").partition(" ")
        return (self.signer.read("access", token) if scheme == "Bearer" else None) or {}

    def _refusal(self, claims: Mapping[str, Any], asked: Asked, needs_user: bool) -> Answer | None:
        if not claims or claims["exp"] < now(self.switches) or claims["tid"] not in PARTNERS:
            return api_error("400")
        if claims["aud"] == "https://graph.windows.net":
            return api_error("900420")
        if asked.host in API_HOSTS and claims["aud"] != f"https://{asked.host}":
            return api_error("800001")
        if wait := self._wait(claims["tid"]):
            return throttled(str(wait))
        if claims["idtyp"] == "app":
            return api_error("900329") if needs_user else None
        if "mfa" in claims["amr"]:
            return None
        refused = api_error("900421")
        if asked.headers.get("validatemfa", "").lower() == "true":
            refused.headers["isMfaCompliant"] = "false"
        return refused

    def _wait(self, partner: str) -> int:
        """Seconds until the next call is allowed; a call that is refused counts as well."""
        limit, window = self.switches.now.rate_limit, self.switches.now.rate_window
        with self.lock:
            calls, moment = self.calls[partner], time.monotonic()
            while calls and calls[0] <= moment - window:
                calls.popleft()
            calls.append(moment)
            return 0 if len(calls) <= limit else max(1, round(calls[0] + window - moment))

    def _marked(self, asked: Asked, answer: Answer) -> Answer:
        """With the headers that every answer has, and the byte order mark of the good ones."""
        switches = self.switches.now
        for name in ("MS-RequestId", "MS-CorrelationId"):
            sent = asked.headers.get(name.lower(), "") if switches.echoes_ids else ""
            answer.headers[name] = sent or str(uuid.uuid4())
        answer.headers |= {"MS-CV": uuid.uuid4().hex[:16] + ".0", "MS-ServerId": "000000", "X-Locale": "en-US"}
        claims = self._claims(asked)
        if asked.headers.get("validatemfa", "").lower() == "true" and answer.status == 200 and "amr" in claims:
            answer.headers["isMfaCompliant"] = str("mfa" in claims["amr"]).lower()
        if not switches.charset and "Content-Type" in answer.headers:
            answer.headers["Content-Type"] = answer.headers["Content-Type"].partition(";")[0]
        if switches.byte_order_mark and answer.status < 300 and answer.body:
            answer.body = b"\xef\xbb\xbf" + answer.body
        return answer

    def _customers(self, call: Call) -> Answer:
        return list_customers(call.asked, self.world.all_of(call.partner.id), self.switches.now)

    def _customer(self, call: Call) -> Answer:
        found = self._found(call)
        return found if isinstance(found, Answer) else as_json(shapes.full(found, self._sees_into(found)))

    def _company_profile(self, call: Call) -> Answer:
        found = self._found(call)
        return found if isinstance(found, Answer) else as_json(shapes.company(found, self._sees_into(found)))

    def _billing_profile(self, call: Call) -> Answer:
        found = self._found(call)
        return found if isinstance(found, Answer) else as_json(shapes.billing(found))

    def _company_data(self, call: Call) -> Answer:
        found = self._found(call)
        if isinstance(found, Answer):
            return found
        return as_json([shapes.company_data(found)]) if self._sees_into(found) else api_error("900308")

    def _custom_domains(self, call: Call) -> Answer:
        found = self._found(call)
        if isinstance(found, Answer):
            return found
        return as_json(shapes.domains(found)) if self._sees_into(found) else api_error("900308")

    def _subscriptions(self, call: Call) -> Answer:
        return self._of_customer(call)

    def _of_customer(self, call: Call) -> Answer:
        found = self._found(call)
        return found if isinstance(found, Answer) else as_json(shapes.collection([]))

    def _agreement_status(self, call: Call) -> Answer:
        found = self._found(call)
        return found if isinstance(found, Answer) else as_json({"isSigned": True})

    def _relationship_request(self, call: Call) -> Answer:
        url = f"https://admin.microsoft.com/Adminportal/Home?invType=ResellerRelationship&partnerId={call.partner.id}"
        return as_json({"url": url, "attributes": {"objectType": "RelationshipRequest"}})

    def _relationships(self, call: Call) -> Answer:
        return api_error("1002")  # these exist between indirect partners only

    def _change_customer(self, call: Call) -> Answer:
        """Noted, so that a test can tell that nobody ever asks for it."""
        self.world.mutations.append(f"{call.asked.method} {call.asked.target}")
        return as_json(json.loads(call.asked.body or b"{}"))

    def _organization_profile(self, call: Call) -> Answer:
        return as_json(shapes.partner_profile(call.partner, "OrganizationProfile"))

    def _legal_profile(self, call: Call) -> Answer:
        return as_json(shapes.partner_profile(call.partner, "LegalBusinessProfile") | {"vettingStatus": "authorized"})

    def _mpn_profile(self, call: Call) -> Answer:
        return as_json({"mpnId": "4000000", "partnerName": call.partner.name, "profileType": "MpnProfile"})

    def _domain(self, call: Call) -> Answer:
        taken = {name.lower() for each in self.world.all_of(call.partner.id) for name in shapes.domains(each)}
        return Answer(200 if call.id.lower() in taken else 404)

    def _found(self, call: Call) -> Customer | Answer:
        found = self.world.get(call.partner.id, call.id)
        if found is None:
            was_ours = call.id.lower() in self.world.gone[call.partner.id]
            return api_error("20002" if was_ours else "1000")
        return found

    def _sees_into(self, customer: Customer) -> bool:
        wanted = self.switches.now.delegated
        return customer.delegated if wanted is None else wanted
