"""Reading email addresses: syntax only, no DNS. The local part stays as typed, the domain becomes Unicode."""

import re
from functools import lru_cache

from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email

from organizations.fields.domains import is_plain_host
from organizations.problems import Problem, shortened

LONGEST = 254
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LOCAL = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
_SPECIAL = tuple(f".{name}" for name in SPECIAL_USE_DOMAIN_NAMES)


def plain_email(text: str) -> str | None:
    """An address that needs nothing but a lower-case domain; None sends the text down the exact path."""
    local, _, host = text.partition("@")
    host = host.lower()
    if not is_plain_host(host) or len(local) > 64 or len(text) > LONGEST or host.endswith(_SPECIAL):
        return None
    return f"{local}@{host}" if _LOCAL.fullmatch(local) else None


@lru_cache(8192)
def read_email(text: str) -> str | Problem:
    value = shortened(text)
    if len(text) > LONGEST:
        return Problem("too_long", {"value": value, "length": len(text), "max": LONGEST})
    if text.count("@") > 1 and re.search(r"[,;\s]", text):
        return Problem("email_many", {"value": value})
    domain = _domain(text)
    email = f"{text.rpartition('@')[0]}@{domain}"
    # A domain without a dot is allowed by the syntax and receives no mail. The Unicode form may also be the longer one.
    return email if "." in domain and len(email) <= LONGEST else Problem("email_invalid", {"value": value})


def _domain(text: str) -> str:
    """The address's domain in Unicode, or nothing where the address is malformed."""
    try:
        # `test_environment` admits the reserved ending .test; `.example` needs no such permission.
        checked = validate_email(
            text, check_deliverability=False, globally_deliverable=False, test_environment=True, strict=True
        )
    except EmailNotValidError:
        return ""
    return str(checked.domain)
