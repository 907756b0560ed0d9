"""Customers and partners as Partner Center writes them: nulls left out, list items thin, links relative."""

import uuid
from collections.abc import Sequence
from typing import Any

from csp_link.fake.partners import Partner
from csp_link.fake.world import NAMESPACE, Customer


def without_nulls(value: dict[str, Any]) -> dict[str, Any]:
    return {name: each for name, each in value.items() if each is not None}


def link(uri: str, **headers: str) -> dict[str, Any]:
    listed = [{"key": name.replace("_", "-"), "value": value} for name, value in headers.items()]
    return {"uri": uri, "method": "GET", "headers": listed}


def collection(items: Sequence[Any]) -> dict[str, Any]:
    return {"totalCount": len(items), "items": list(items), "attributes": {"objectType": "Collection"}}


def thin(customer: Customer) -> dict[str, Any]:
    """As a list has it."""
    return {
        "id": customer.id,
        "companyProfile": company(customer, sees_into=False),
        "relationshipToPartner": customer.relationship,
        "links": {"self": link(f"/customers/{customer.id}")},
        "attributes": {"objectType": "Customer"},
    }


def full(customer: Customer, sees_into: bool) -> dict[str, Any]:
    """As it is told by its id; address, e-mail and domains only to partners who were given rights in the tenant."""
    more = {
        "commerceId": str(uuid.uuid5(NAMESPACE, f"commerce {customer.id}")),
        "companyProfile": company(customer, sees_into),
        "billingProfile": billing(customer),
        "allowDelegatedAccess": False,
        "customDomains": domains(customer) if sees_into else None,
    }
    return without_nulls(thin(customer) | more)


def company(customer: Customer, sees_into: bool) -> dict[str, Any]:
    known = {
        "tenantId": customer.id,
        "domain": customer.domain or None,
        "companyName": customer.name,
        "links": {"self": link(f"/customers/{customer.id}/profiles/company")},
        "attributes": {"objectType": "CustomerCompanyProfile"},
    }
    if sees_into:
        known |= {
            "address": without_nulls(
                {
                    "country": customer.country,
                    "region": "",
                    "city": customer.city,
                    "addressLine1": customer.street,
                    "postalCode": customer.postal_code,
                    "phoneNumber": customer.phone,
                }
            ),
            "email": f"info@{customer.domain}" if customer.domain else None,
            "organizationRegistrationNumber": customer.registration_number or None,
        }
    return without_nulls(known)


def billing(customer: Customer) -> dict[str, Any]:
    """The reseller's own records, which survive without rights in the tenant."""
    first, last = customer.contact or (None, None)
    address = {
        "country": customer.country,
        "city": customer.city,
        "state": "",
        "addressLine1": customer.street,
        "postalCode": customer.postal_code,
        "firstName": first,
        "lastName": last,
        "phoneNumber": customer.phone,
    }
    return without_nulls(
        {
            "id": str(uuid.uuid5(NAMESPACE, f"billing {customer.id}")),
            "firstName": first,
            "lastName": last,
            "email": customer.billing_email,
            "culture": "en-US",
            "language": "en",
            "companyName": customer.billing_name or customer.name,
            "defaultAddress": without_nulls(address),
            "links": {"self": link(f"/customers/{customer.id}/profiles/billing")},
            "attributes": {"etag": "-4242348048554929329", "objectType": "CustomerBillingProfile"},
        }
    )


def company_data(customer: Customer) -> dict[str, Any]:
    mails = [customer.billing_email] if customer.billing_email else []
    return {
        "street": customer.street,
        "countryLetterCode": customer.country,
        "postalCode": customer.postal_code,
        "city": customer.city,
        "displayName": customer.name,
        "technicalNotificationMails": mails,
    }


def domains(customer: Customer) -> list[str]:
    return [name for name in (customer.domain, *customer.domains) if name]


def partner_profile(partner: Partner, kind: str) -> dict[str, Any]:
    return {
        "id": partner.id,
        "companyName": partner.name,
        "tenantId": partner.id,
        "domain": partner.domain,
        "email": partner.user,
        "culture": "en-US",
        "language": "en",
        "profileType": kind,
        "links": {"self": link("/profiles/organization")},
        "attributes": {"etag": "1", "objectType": kind},
    }
