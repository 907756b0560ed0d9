"""Which organizations may be a tenant's, and why. Pure: what is known is put in, and nothing is asked of a database."""

import re
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from csp_link.mapping import is_lent
from organizations.fields import Reading, fold, read_value


class Reason(TextChoices):
    """Why an organization may be a tenant's, the strongest first."""

    TENANT_ID = "tenant_id", _("has this tenant's ID")
    DOMAIN = "domain", _("has the same domain")
    LENT_DOMAIN = "lent_domain", _("has the same domain from Microsoft")
    REGISTRATION = "registration_number", _("has the same registration number")
    EMAIL = "email_domain", _("has an email address with the same domain")
    NAME = "name", _("has the same name")


# Of these, one organization alone is proof enough to link without asking.
PROOFS: Final = frozenset({Reason.TENANT_ID, Reason.DOMAIN})
# Anybody may have an address there.
PUBLIC_MAIL: Final = frozenset(
    """
    gmail.com googlemail.com outlook.com hotmail.com live.com msn.com yahoo.com icloud.com me.com aol.com gmx.de gmx.net
    web.de t-online.de freenet.de proton.me protonmail.com mail.com telia.com bredband.net orange.fr wanadoo.fr free.fr
    laposte.net libero.it ziggo.nl kpnmail.nl online.no
    """.split()  # noqa: SIM905  a list of words is read more easily
)
_FORMS: Final = frozenset(
    """
    ab publ as asa aps is ks ans da gmbh mbh ag kg ohg ug gbr ev eg ek se oy oyj ltd limited llc llp inc plc corp
    corporation co company bv nv vof sa sarl sas srl spa sl sro doo kft hb kb pty
    """.split()  # noqa: SIM905
)
_WORD: Final = re.compile(r"[^\W_]+")
_ANYTHING: Final = Reading(mandatory=frozenset())


@dataclass(frozen=True)
class Known:
    """What counts of an organization."""

    public_id: uuid.UUID
    name: str
    domain: str
    emails: tuple[str, ...] = ()
    registration_number: str = ""
    customer_number: str = ""
    tenant_ids: tuple[str, ...] = ()
    is_archived: bool = False


@dataclass(frozen=True)
class Sought:
    """What counts of a tenant."""

    tenant_id: uuid.UUID
    name: str
    domains: Sequence[str] = ()
    email: str = ""
    registration_number: str = ""


@dataclass(frozen=True)
class Candidate:
    organization: Known
    reason: Reason
    value: str


class Directory:
    """Organizations by everything that may lead from a tenant to them."""

    def __init__(self, known: Iterable[Known] = ()) -> None:
        self._by: defaultdict[tuple[Reason, str], list[Known]] = defaultdict(list)
        for each in known:
            self.add(each)

    def add(self, known: Known) -> None:
        for reason, key in _keys_of(known):
            self._by[reason, key].append(known)

    def candidates(self, sought: Sought) -> list[Candidate]:
        """Each organization once, with its strongest reason."""
        found: dict[uuid.UUID, Candidate] = {}
        for reason, key in _keys_sought(sought):
            for known in self._by.get((reason, key), ()):
                found.setdefault(known.public_id, Candidate(known, reason, key))
        return list(found.values())


def proven(candidates: Sequence[Candidate], rejected: Collection[uuid.UUID] = ()) -> Known | None:
    """The one organization whose tenant it is beyond doubt."""
    proofs = [each for each in candidates if each.reason in PROOFS and each.organization.public_id not in rejected]
    only = proofs[0].organization if len(proofs) == 1 else None
    return only if only and not only.is_archived else None


def _keys_of(known: Known) -> Iterable[tuple[Reason, str]]:
    numbers = {known.customer_number.lower(), known.registration_number.lower(), *known.tenant_ids} - {""}
    yield from ((Reason.TENANT_ID, number) for number in numbers)
    yield (Reason.LENT_DOMAIN if is_lent(known.domain) else Reason.DOMAIN), known.domain
    # A tenant's e-mail is looked for among domains, an organization's e-mails among the tenant's domains.
    yield Reason.EMAIL, known.domain
    yield from ((Reason.EMAIL, f"@{domain}") for domain in {email_domain(email) for email in known.emails} if domain)
    if number := plain_number(known.registration_number):
        yield Reason.REGISTRATION, number
    yield Reason.NAME, core_name(known.name)


def _keys_sought(sought: Sought) -> Iterable[tuple[Reason, str]]:
    domains = [normal_domain(domain) for domain in sought.domains if domain]
    own = [domain for domain in domains if not is_lent(domain)]
    yield Reason.TENANT_ID, str(sought.tenant_id)
    yield from ((Reason.DOMAIN, domain) for domain in own)
    yield from ((Reason.LENT_DOMAIN, domain) for domain in domains if is_lent(domain))
    if number := plain_number(sought.registration_number):
        yield Reason.REGISTRATION, number
    if domain := email_domain(sought.email):
        yield Reason.EMAIL, domain
    yield from ((Reason.EMAIL, f"@{domain}") for domain in own)
    if name := core_name(sought.name):
        yield Reason.NAME, name


def core_name(name: str) -> str:
    """The name as it is compared: folded, without punctuation and the legal form at its end."""
    words = _WORD.findall(fold(name).replace(".", "").replace("/", ""))
    while len(words) > 1 and words[-1] in _FORMS:
        words.pop()
    return " ".join(words)


def plain_number(number: str) -> str:
    """A registration number without what people put between its digits; too short a one says nothing."""
    plain = "".join(_WORD.findall(number)).casefold()
    return plain if len(plain) >= 5 else ""


def email_domain(email: str) -> str:
    domain = normal_domain(email.rpartition("@")[2]) if "@" in email else ""
    return "" if domain in PUBLIC_MAIL or is_lent(domain) else domain


@lru_cache(maxsize=50_000)
def normal_domain(domain: str) -> str:
    """As organizations keep theirs, so that IDNs meet; what is no domain stays as it is."""
    return str(read_value("primary_domain", domain, _ANYTHING).value or domain)
