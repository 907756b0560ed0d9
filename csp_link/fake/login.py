"""The login server: discovery, authorize with a consent page, and tokens for the three grants."""

import hashlib
import json
import re
import threading
import uuid
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from csp_link.fake import assertions, consent_page
from csp_link.fake.behaviour import Fault, Switchboard
from csp_link.fake.clock import now
from csp_link.fake.exchange import Answer, Asked, as_json, as_page, moved
from csp_link.fake.faults import of_the_line
from csp_link.fake.partners import API_HOSTS, LOGIN_HOSTS, PARTNERS, Partner
from csp_link.fake.signing import Signer, to_base64

OPERATIONS: Final = (
    ("instance_discovery", "GET", re.compile(r"/common/discovery/instance")),
    ("discovery", "GET", re.compile(r"/(?P<tenant>[^/]+)/v2\.0/\.well-known/openid-configuration")),
    ("authorize", "GET", re.compile(r"/(?P<tenant>[^/]+)/oauth2/v2\.0/authorize")),
    ("consent", "POST", re.compile(r"/(?P<tenant>[^/]+)/oauth2/v2\.0/consent")),
    ("token", "POST", re.compile(r"/(?P<tenant>[^/]+)/oauth2/v2\.0/token")),
)
# Entra's numbers: the OAuth error, what the description says, and a suberror.
ENTRA: Final = {
    "700082": ("invalid_grant", "The refresh token has expired due to inactivity.", "token_expired"),
    "50173": ("invalid_grant", "The provided grant has expired due to it being revoked.", "bad_token"),
    "70043": ("invalid_grant", "The refresh token has expired due to sign-in frequency checks.", "bad_token"),
    "50076": ("invalid_grant", "You must use multi-factor authentication to access the resource.", "basic_action"),
    "50079": ("invalid_grant", "You must enrol in multi-factor authentication.", "basic_action"),
    "50078": ("invalid_grant", "Presented multi-factor authentication has expired.", "basic_action"),
    "50020": ("invalid_grant", "The user account does not exist in the tenant.", ""),
    "53003": ("invalid_grant", "Access has been blocked by Conditional Access policies.", "message_only"),
    "65001": (
        "invalid_grant",
        "The user has not consented to use the application.",
        "consent_required",
    ),
    "65004": ("access_denied", "User declined to consent to access the app.", ""),
    "70000": ("invalid_grant", "The provided authorization code or refresh token is not valid.", ""),
    "70008": ("invalid_grant", "The provided authorization code has expired or was used already.", ""),
    "501481": ("invalid_grant", "The code_verifier does not match the code_challenge.", ""),
    "70011": ("invalid_scope", "The provided value for the input parameter 'scope' is not valid.", ""),
    "50011": ("invalid_request", "The redirect URI does not match the ones configured for the application.", ""),
    "900144": ("invalid_request", "The request body must contain a parameter that is missing.", ""),
    "70003": ("unsupported_grant_type", "The app requested an unsupported grant type.", ""),
    "7000215": ("invalid_client", "Invalid client secret provided.", ""),
    "7000222": ("invalid_client", "The provided client secret keys for the app are expired.", ""),
    "700027": ("invalid_client", "The certificate with that thumbprint is not registered, or did not sign this.", ""),
    "700016": ("unauthorized_client", "The application was not found in the directory.", ""),
    "90002": ("invalid_request", "The tenant was not found.", ""),
    "90038": ("invalid_request", "The tenant belongs to another national cloud.", ""),
}
CODE_SECONDS: Final = 600


class Refusal(Exception):
    """One of Entra's numbers."""


class Login:
    def __init__(self, switches: Switchboard, signer: Signer) -> None:
        self.switches, self.signer = switches, signer
        self.used_codes: set[str] = set()
        self.certificates: set[str] = set()  # thumbprints that were registered
        self.lock = threading.Lock()

    def answer(self, asked: Asked) -> tuple[str, Answer] | None:
        """The operation's name and the answer; None when the path is not the login server's."""
        for name, method, pattern in OPERATIONS:
            if asked.method == method and (found := pattern.fullmatch(asked.path)):
                return name, self._answer(name, asked, found.groupdict().get("tenant", ""))
        return None

    def _answer(self, name: str, asked: Asked, tenant: str) -> Answer:
        try:
            fault = self.switches.fault(name)
            if fault and fault.kind.isdigit() and fault.kind in ENTRA:
                raise Refusal(fault.kind)
            partner = None if name == "instance_discovery" else _partner(asked, tenant)
            good: Answer = getattr(self, f"_{name}")(asked, partner)
            return _spoilt(fault, good) if fault else good
        except Refusal as refusal:
            return _as_error(str(refusal))

    def _instance_discovery(self, asked: Asked, partner: None) -> Answer:
        return as_json({"tenant_discovery_endpoint": f"https://{asked.host}/common", "metadata": []})

    def _discovery(self, asked: Asked, partner: Partner) -> Answer:
        host = asked.host if asked.host in LOGIN_HOSTS else "login.microsoftonline.com"
        base = f"https://{host}/{partner.id}"
        return as_json(
            {
                "issuer": f"{base}/v2.0",
                "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
                "token_endpoint": f"{base}/oauth2/v2.0/token",
                "jwks_uri": f"{base}/discovery/v2.0/keys",
                "response_types_supported": ["code"],
            }
        )

    def _authorize(self, asked: Asked, partner: Partner) -> Answer:
        query = asked.query
        if not (returns := _redirect_of(query)):
            return as_page("<h1>AADSTS50011</h1><p>The redirect URI is missing or not allowed.</p>", 400)
        if query.get("client_id") != partner.app_id:
            return as_page("<h1>AADSTS700016</h1><p>This application was not found in the directory.</p>", 400)
        match self.switches.now.consent:
            case "grant":
                return self._grant(partner, query, "member" if self.switches.now.has_mfa else "no_mfa")
            case "deny":
                return _declined(returns, query)
        return as_page(consent_page.page(partner, query))

    def _consent(self, asked: Asked, partner: Partner) -> Answer:
        form = asked.form
        if not (returns := _redirect_of(form)) or form.get("client_id") != partner.app_id:
            raise Refusal("50011")
        if form.get("answer") != "accept":
            return _declined(returns, form)
        return self._grant(partner, form, form.get("as", "member"))

    def _grant(self, partner: Partner, asked: Mapping[str, str], who: str) -> Answer:
        elsewhere = who == "guest"
        claims = {
            "id": str(uuid.uuid4()),
            "at": now(self.switches),
            "app": partner.app_id,
            "partner": partner.id,
            "tid": "0e15e000-9999-4000-8000-000000000009" if elsewhere else partner.id,
            "upn": "somebody@elsewhere.example" if elsewhere else partner.user,
            "mfa": who != "no_mfa",
            "redirect_uri": asked["redirect_uri"],
            "challenge": asked.get("code_challenge", ""),
            "nonce": asked.get("nonce", ""),
        }
        sent = {
            "code": self.signer.sign("code", claims),
            "state": asked.get("state", ""),
            "session_state": claims["id"],
        }
        return moved(f"{asked['redirect_uri']}?{urlencode(sent)}")

    def _token(self, asked: Asked, partner: Partner) -> Answer:
        form = asked.form
        self._check_client(partner, form, asked)
        audience = _audience(form.get("scope", ""))
        match form.get("grant_type"):
            case "client_credentials":
                return as_json(self._access(partner, audience, {"idtyp": "app"}))
            case "authorization_code":
                return as_json(self._tokens(partner, audience, self._redeemed(partner, form), form["scope"]))
            case "refresh_token":
                return as_json(self._tokens(partner, audience, self._refreshed(partner, form), form["scope"]))
        raise Refusal("70003")

    def _check_client(self, partner: Partner, form: Mapping[str, str], asked: Asked) -> None:
        if form.get("client_id") != partner.app_id:
            raise Refusal("700016")
        if "client_assertion" in form:
            audience = f"https://{asked.host}/{partner.id}/oauth2/v2.0/token"
            if not assertions.is_good(form["client_assertion"], partner.app_id, audience, self.certificates):
                raise Refusal("700027")
        elif form.get("client_secret") != partner.secret:
            raise Refusal("7000215")

    def _redeemed(self, partner: Partner, form: Mapping[str, str]) -> dict[str, Any]:
        claims = self.signer.read("code", form.get("code", ""))
        if claims is None or claims["partner"] != partner.id:
            raise Refusal("70000")
        with self.lock:
            if claims["id"] in self.used_codes or now(self.switches) > claims["at"] + CODE_SECONDS:
                raise Refusal("70008")
            self.used_codes.add(claims["id"])
        if claims["redirect_uri"] != form.get("redirect_uri"):
            raise Refusal("50011")
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if claims["challenge"] and to_base64(digest) != claims["challenge"]:
            raise Refusal("501481")
        return claims

    def _refreshed(self, partner: Partner, form: Mapping[str, str]) -> dict[str, Any]:
        claims = self.signer.read("refresh", form.get("refresh_token", ""))
        if claims is None or claims["partner"] != partner.id or claims["app"] != form["client_id"]:
            raise Refusal("70000")
        if now(self.switches) > claims["at"] + self.switches.now.refresh_days * 86_400:
            raise Refusal("700082")
        return claims

    def _tokens(self, partner: Partner, audience: str, claims: Mapping[str, Any], scope: str) -> dict[str, Any]:
        """Access, refresh and id token of a user. The refresh token before this one stays good, as Entra's does."""
        oid = str(uuid.uuid5(uuid.NAMESPACE_DNS, claims["upn"]))
        who = {"tid": claims["tid"], "oid": oid, "preferred_username": claims["upn"]}
        kept = {name: claims[name] for name in ("app", "partner", "tid", "upn", "mfa")}
        refresh = kept | {"id": str(uuid.uuid4()), "at": now(self.switches)}
        identity = who | {"aud": partner.app_id, "nonce": claims.get("nonce", ""), "exp": self._ends()}
        user = {"idtyp": "user", "upn": claims["upn"], "amr": ["pwd", "mfa"] if claims["mfa"] else ["pwd"]}
        return self._access(partner, audience, user) | {
            "scope": scope.split(" ")[0],
            "refresh_token": self.signer.sign("refresh", refresh),
            "id_token": self.signer.sign("id", identity),
            "client_info": to_base64(json.dumps({"uid": oid, "utid": claims["tid"]}).encode()),
        }

    def _access(self, partner: Partner, audience: str, more: Mapping[str, Any]) -> dict[str, Any]:
        seconds = self.switches.now.access_seconds
        claims = {"aud": audience, "tid": partner.id, "appid": partner.app_id, "exp": self._ends(), **more}
        token = self.signer.sign("access", claims | {"jti": str(uuid.uuid4())})
        return {"token_type": "Bearer", "expires_in": seconds, "ext_expires_in": seconds, "access_token": token}

    def _ends(self) -> int:
        return int(now(self.switches)) + self.switches.now.access_seconds


def _partner(asked: Asked, tenant: str) -> Partner:
    partner = PARTNERS.get(tenant.lower())
    if partner is None:
        raise Refusal("90002")
    if LOGIN_HOSTS.get(asked.host, partner.cloud) != partner.cloud:  # a browser comes to the stand-in's own name
        raise Refusal("90038")
    return partner


def _audience(scope: str) -> str:
    resource = urlsplit(scope.split(" ")[0])
    if resource.netloc not in (*API_HOSTS, "graph.windows.net"):
        raise Refusal("70011")
    return f"https://{resource.netloc}"


def _redirect_of(asked: Mapping[str, str]) -> str:
    """The address to return to: https, or this machine. Anything else could be made to leak codes."""
    address = urlsplit(asked.get("redirect_uri", ""))
    is_allowed = address.scheme == "https" or (address.scheme == "http" and address.hostname == "localhost")
    return asked["redirect_uri"] if is_allowed else ""


def _declined(returns: str, asked: Mapping[str, str]) -> Answer:
    words = {"error": "access_denied", "error_description": "AADSTS65004: User declined to consent to access the app."}
    return moved(f"{returns}?{urlencode(words | {'state': asked.get('state', '')})}")


def _as_error(number: str) -> Answer:
    error, words, suberror = ENTRA[number]
    trace, correlation = str(uuid.uuid4()), str(uuid.uuid4())
    body: dict[str, Any] = {
        "error": error,
        "error_description": f"AADSTS{number}: {words} Trace ID: {trace} Correlation ID: {correlation}",
        "error_codes": [int(number)],
        "timestamp": "2026-01-05 09:00:00Z",
        "trace_id": trace,
        "correlation_id": correlation,
    }
    return as_json(body | ({"suberror": suberror} if suberror else {}), 401 if error == "invalid_client" else 400)


def _spoilt(fault: Fault, good: Answer) -> Answer:
    return of_the_line(fault, good) or _as_error("70000")
