"""The one way to Microsoft: sessions with a limit to every wait, whose failures are troubles that can be told."""

from typing import Any, Final
from urllib.parse import urlsplit

import requests
from django.conf import settings
from requests.adapters import HTTPAdapter

from csp_link.clouds import ADDRESSES
from csp_link.troubles import Trouble
from jobs.retry_after import seconds_of

TIMEOUT: Final = (5.0, 60.0)  # seconds to connect, and between two bytes


class Line(requests.Session):
    """Raises Trouble for whatever is wrong below the protocol: no way through, no end, too often, or an outage."""

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        options["timeout"] = options.get("timeout") or TIMEOUT
        options["allow_redirects"] = False  # a token goes where we send it, and nowhere else
        try:
            answer = super().send(request, **options)
        except requests.Timeout:
            raise Trouble("timeout") from None
        except requests.exceptions.ChunkedEncodingError:
            raise Trouble("cut_short") from None
        except requests.RequestException:
            raise Trouble("unreachable") from None
        if answer.status_code == 429:
            raise Trouble("throttled", wait=seconds_of(answer.headers.get("Retry-After", "")), **ids_of(answer))
        if answer.status_code >= 500:
            raise Trouble("outage", status=answer.status_code, **ids_of(answer))
        return answer


class StandIn(HTTPAdapter):
    """Sends what is meant for Microsoft to the stand-in, which learns from the Host header for whom it was."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self.address = address

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> requests.Response:
        meant = urlsplit(request.url or "")
        request.headers["Host"] = str(meant.netloc)
        request.url = f"{self.address}{meant.path!s}" + (f"?{meant.query!s}" if meant.query else "")
        return super().send(request, *args, **options)


def open_line() -> Line:
    line = Line()
    if settings.PARTNER_CENTER_FAKE:
        line.trust_env = False  # neither the proxies nor the certificates that lead to the real one
        for address in ADDRESSES:
            line.mount(f"{address}/", StandIn(settings.PARTNER_CENTER_FAKE))
    return line


def for_browser(url: str) -> str:
    """The address that a browser is sent to: Microsoft's, or the stand-in's."""
    if not settings.PARTNER_CENTER_FAKE:
        return url
    meant = urlsplit(url)
    return f"{settings.PARTNER_CENTER_FAKE}{meant.path}?{meant.query}"


def ids_of(answer: requests.Response) -> dict[str, str]:
    """What Microsoft's support asks for."""
    found = answer.headers.get("MS-CorrelationId", "")
    return {"correlation_id": found[:64]} if found else {}
