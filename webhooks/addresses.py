"""Which addresses may be called: the public ones, whatever they are written like and wherever their name leads."""

import socket
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any, Final
from urllib.parse import urlsplit

import idna
from django.conf import settings
from django.utils.translation import gettext as _

# What the IPv6 internet consists of, without the tunnels in which any IPv4 address may hide.
_UNICAST: Final = IPv6Network("2000::/3")
_TUNNELS: Final = (IPv6Network("2001::/32"), IPv6Network("2002::/16"))
_TRANSLATED: Final = IPv6Network("64:ff9b::/96")  # IPv4 behind a translator


class NotCallable(Exception):
    """`code` is one of TROUBLES."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Target:
    """Where to send: the name for Host and certificate, and the path with its query."""

    is_secure: bool
    host: str
    port: int
    path: str


def target_of(url: str) -> Target:
    """The address taken apart; ValueError when it isn't one that can be called."""
    parts = urlsplit(url)
    if not url.isascii() or not url.isprintable() or " " in url or parts.username is not None or parts.fragment:
        raise ValueError
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.port == 0:
        raise ValueError
    port = parts.port or (443 if parts.scheme == "https" else 80)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme == "https", parts.hostname, port, path)


def written(url: str) -> str:
    """As it is kept: without blanks around it, and the host as the network knows it."""
    url = url.strip()
    try:
        host = urlsplit(url).hostname or ""
        return url if host.isascii() else url.replace(host, idna.encode(host, uts46=True).decode(), 1)
    except ValueError:  # idna's errors among them
        return url


def problem_with(url: str) -> str:
    """A sentence about what is wrong with an address, as far as its letters tell; or nothing."""
    try:
        target = target_of(url)
    except ValueError:
        return _("This is not an address that can be called, such as https://erp.example.com/cloudbroker.")
    if settings.PRODUCTION and not target.is_secure:
        return _("Use an address that begins with https://, so that nobody on the way can read along.")
    if any(not is_allowed(address) for address in _numeric(target.host)):
        return _("This address is not on the public internet, so we do not call it.")
    return ""


def _numeric(host: str) -> list[str]:
    """The address that the host is, in any notation the system knows (127.1, 0x7f000001, …); none for a name."""
    try:
        return _found(socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST))
    except OSError:
        return []


def addresses_of(target: Target) -> list[str]:
    """Where the name leads right now, asked once: whoever connects takes these. NotCallable unless all are allowed."""
    try:
        found = _found(socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM))
    except (OSError, UnicodeError):
        raise NotCallable("unknown_host") from None
    if not found or not all(map(is_allowed, found)):
        raise NotCallable("not_public")
    return found


def _found(answers: Iterable[tuple[Any, ...]]) -> list[str]:
    return list(dict.fromkeys(str(answer[4][0]) for answer in answers))


def is_allowed(address: str) -> bool:
    found = _unwrapped(ip_address(address.partition("%")[0]))
    if found.is_loopback:
        return bool(settings.WEBHOOKS_CALL_LOOPBACK)
    if isinstance(found, IPv6Address) and (found not in _UNICAST or any(found in tunnel for tunnel in _TUNNELS)):
        return False
    return found.is_global and not found.is_multicast


def _unwrapped(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address that is meant by an IPv6 address made of one."""
    if isinstance(address, IPv4Address):
        return address
    if address in _TRANSLATED:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address
