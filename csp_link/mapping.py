"""What Partner Center tells of a customer, as the texts of an organization. Pure; what is left out is blank."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from csp_link.replies import text_of

# Domains that Microsoft lends to a tenant: they say nothing about whose it is.
LENT: Final = (".onmicrosoft.com", ".ccsctp.net", ".onmicrosoft.us", ".onmicrosoft.de", ".partner.onmschina.cn")


def is_lent(domain: str) -> bool:
    return domain.endswith(LENT)


def domains_of(customer: Mapping[str, Any]) -> list[str]:
    """All domains that we may see, the default one first."""
    more = customer.get("customDomains")
    listed = [text.strip().lower() for text in more if isinstance(text, str)] if isinstance(more, list) else []
    found = [text_of(_member(customer, "companyProfile"), "domain").lower(), *listed]
    return list(dict.fromkeys(domain for domain in found if domain and len(domain) <= 255))


def texts_of_customer(customer: Mapping[str, Any]) -> dict[str, str]:
    """The texts by field. The billing profile is the reseller's own record and comes before the company's."""
    company, billing = _member(customer, "companyProfile"), _member(customer, "billingProfile")
    address = _member(billing, "defaultAddress") or _member(company, "address")
    texts = {
        "name": text_of(company, "companyName") or text_of(billing, "companyName"),
        "primary_domain": best_domain(domains_of(customer)),
        "registration_number": text_of(company, "organizationRegistrationNumber"),
        "notification_email": text_of(billing, "email") or text_of(company, "email"),
        "street_address": "\n".join(filter(None, (text_of(address, "addressLine1"), text_of(address, "addressLine2")))),
        "postal_code": text_of(address, "postalCode"),
        "city": text_of(address, "city"),
        "state": text_of(address, "state") or text_of(address, "region"),
        "country": text_of(address, "country"),
        "contact_name": f"{text_of(billing, 'firstName')} {text_of(billing, 'lastName')}".strip(),
        "contact_phone": text_of(address, "phoneNumber"),
        "contact_email": text_of(billing, "email"),
    }
    return {name: text for name, text in texts.items() if text}


def best_domain(domains: Sequence[str]) -> str:
    """The customer's own domain; where Partner Center knows none, the one that Microsoft lent."""
    own = [domain for domain in domains if not is_lent(domain)]
    return next(iter([*own, *domains]), "")


def _member(given: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = given.get(name)
    return value if isinstance(value, dict) else {}
