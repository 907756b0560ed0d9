"""Reading domains: from whatever was copied out of a browser to the bare host, in the ASCII form of IDNA 2008."""

import ipaddress
import re
from functools import cache, lru_cache

import idna

from organizations.problems import Problem, shortened

LONGEST = 253
_LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
# Hosts to which IDNA changes nothing. Digits alone never end a domain; "--" may be punycode and takes the exact path.
_PLAIN_HOST = re.compile(rf"(?!.*--)(?:{_LABEL}\.)+(?=[a-z]){_LABEL}")
_SCHEME = re.compile(r"\A(?:[a-z][a-z0-9+.-]*:)?//", re.IGNORECASE)
_AFTER_HOST = re.compile(r"[/?#\\]")
_PORT = re.compile(r":[0-9]*\Z")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")


def plain_domain(text: str) -> str | None:
    """A host that needs nothing but lower case; None sends the text down the exact path."""
    host = text.lower()
    return host if is_plain_host(host) and not host.startswith("www.") and not is_public_suffix(host) else None


@lru_cache(8192)  # the addresses of a row mostly have its domain
def is_plain_host(host: str) -> bool:
    return len(host) <= LONGEST and _PLAIN_HOST.fullmatch(host) is not None


@lru_cache(8192)
def read_domain(text: str) -> str | Problem:
    host = _bare(text)
    try:
        # Full-width characters and ideographic dots hide schemes, ports and labels until they are mapped.
        host = _bare(idna.uts46_remap(host, std3_rules=False, transitional=False))
    except (idna.IDNAError, UnicodeError):
        return _problem("domain_malformed", text)
    if code := _fault(host):
        return _problem(code, host, max=LONGEST) if code == "domain_too_long" else _problem(code, host)
    return _encoded(host)


def _bare(text: str) -> str:
    """Without scheme, path, user-info, port and trailing dot."""
    host = _AFTER_HOST.split(_SCHEME.sub("", text.strip()), maxsplit=1)[0]
    host = host.rpartition("@")[2]
    return _PORT.sub("", host).removesuffix(".")


def _fault(host: str) -> str | None:
    if re.search(r"\s", host):
        return "domain_spaces"
    if _is_ip(host):
        return "domain_ip"
    if "_" in host:
        return "domain_underscore"
    if host and "." not in host:
        return "domain_one_label"
    if len(host.removeprefix("www.")) > LONGEST:  # before IDNA, which takes long over long labels
        return "domain_too_long"
    return None if host else "domain_malformed"


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return "." in host and _NUMBER.fullmatch(host.rpartition(".")[2]) is not None
    return True


def _encoded(host: str) -> str | Problem:
    labels = []
    for label in host.split("."):
        try:
            labels.append(idna.alabel(label).decode("ascii"))
        except (idna.IDNAError, UnicodeError):
            return _problem("domain_label", host, label=shortened(label))
    domain = _without_www(".".join(labels))
    if len(domain) > LONGEST:
        return _problem("domain_too_long", domain, max=LONGEST)
    return _problem("domain_public_suffix", domain) if is_public_suffix(domain) else domain


def _without_www(domain: str) -> str:
    """www.se is a domain itself: www. goes only where a customer's domain remains."""
    while domain.startswith("www."):
        rest = domain.removeprefix("www.")
        if "." not in rest or is_public_suffix(rest):
            break
        domain = rest
    return domain


def _problem(code: str, host: str, **params: str | int) -> Problem:
    return Problem(code, {"value": shortened(host), **params})


def is_public_suffix(host: str) -> bool:
    """Whether anybody may register below this name, by the ICANN part of the bundled Public Suffix List."""
    suffixes = _suffixes()
    if host in suffixes:
        return True
    return f"*.{host.partition('.')[2]}" in suffixes and f"!{host}" not in suffixes


@cache
def _suffixes() -> frozenset[str]:
    # Imported here because it takes a quarter of a second, which commands that read no domain need not wait for.
    from tldextract import TLDExtract

    rules = TLDExtract(suffix_list_urls=(), cache_dir=None).tlds
    return frozenset(rule if rule.isascii() else idna.encode(rule, uts46=True).decode("ascii") for rule in rules)


@lru_cache(8192)
def unicode_domain(domain: str) -> str:
    """The domain as people read it, if that reads back as the same domain."""
    if "xn--" not in domain:
        return domain
    try:
        shown = idna.decode(domain)
    except (idna.IDNAError, UnicodeError):
        return domain
    return shown if read_domain(shown) == domain else domain
