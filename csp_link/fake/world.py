"""The customers of each partner: a few chosen for what is odd about them, then as many made-up ones as are wanted.

A seed makes the same world every time; /control/world changes it while it runs.
"""

import threading
import uuid
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from csp_link.fake.partners import PARTNERS


@dataclass(frozen=True)
class Customer:
    id: str
    name: str
    domain: str
    domains: tuple[str, ...] = ()  # beside the default one
    relationship: str = "reseller"
    country: str = "SE"
    city: str = "Stockholm"
    street: str = "Storgatan 1"
    postal_code: str = "111 22"
    phone: str | None = "08 123 45 67"
    contact: tuple[str, str] | None = ("Anna", "Berg")
    billing_email: str | None = None
    billing_name: str = ""
    registration_number: str = ""
    delegated: bool = True  # whether the partner was given rights in the tenant


# Name, default domain, and what is special. The first ones fit customers of the demo in different ways.
Chosen = tuple[str, str, dict[str, object]]
CHOSEN: Final[tuple[Chosen, ...]] = (
    ("Alvesta Åkeri", "alvestaakeri.onmicrosoft.com", {"domains": ("alvesta-akeri.se",), "city": "Alvesta"}),
    ("Bergström & Söner Bygg AB", "bergstromsoner.se", {"city": "Falun "}),
    ("Bodensee Optik", "bodenseeoptik.onmicrosoft.com", {"country": "DE", "city": "Konstanz", "delegated": False}),
    (
        "Elbe Maschinenbau Gesellschaft",
        "elbemb.onmicrosoft.com",
        {"country": "DE", "billing_email": "rechnung@elbe-maschinenbau.de", "city": "Dresden"},
    ),
    ("Contoso Bakery", "contosobakery.onmicrosoft.com", {"domains": ("contosobakery.example",)}),
    ("Contoso Bakery", "contoso-bakery.example", {"city": "Malmö", "registration_number": "556036-0793"}),
    ("Åäö Räksmörgås AB", "raksmorgas.onmicrosoft.com", {"domains": ("räksmörgås.example",)}),
    ("株式会社 日本商事", "nihonshoji.onmicrosoft.com", {"country": "JP", "city": "東京", "contact": ("花子", "山田")}),
    ('O\'Brien "Quotes" <Tags> & Co; =1+1', "obrien.onmicrosoft.com", {"country": "IE", "city": "Galway"}),
    ("Sandbox Test", "sandboxtest.ccsctp.net", {"delegated": False}),
    ("Former Friends Ltd", "formerfriends.example", {"relationship": "none", "country": "GB"}),
    ("No Domain At All", "", {"delegated": False, "billing_email": None, "contact": None}),
    ("Quiet Phone Oy", "quietphone.onmicrosoft.com", {"phone": "", "country": "FI", "contact": ("", "Virtanen")}),
    ("Gmail Traders", "gmailtraders.onmicrosoft.com", {"billing_email": "gmailtraders@gmail.com"}),
    ("Two Tenants AB", "twotenants.example", {"billing_email": "it@twotenants.example"}),
    ("Two Tenants AB (test)", "twotenantstest.onmicrosoft.com", {"billing_email": "it@twotenants.example"}),
    ("  Blanks Around  ", "blanks.onmicrosoft.com", {"phone": None}),
    ("X" * 200, "longname.onmicrosoft.com", {}),
)
_FIRST: Final = (
    "Adler Birken Castor Dahlgren Eklund Fjord Granit Havets Isbrytaren Järnet Kronan Lärkan Mistral Nordlys"
    " Orion Polar Quarnstedt Ribe Skagen Tärnan Ulven Västan Wallin Ymer Zenit Ängen Öresund"
)
_TRADE: Final = (
    "Bygg Data Energi Fisk Gods Handel Interiör Juridik Konsult Logistik Mekanik Optik Papper Rederi Skog Teknik Vin"
)
FORM: Final = (("AB", "SE"), ("A/S", "DK"), ("GmbH", "DE"), ("Oy", "FI"), ("AS", "NO"), ("B.V.", "NL"), ("Ltd", "GB"))
CITIES: Final = {
    "SE": ("Göteborg", "411 03"),
    "DK": ("Aarhus", "8000"),
    "DE": ("Köln", "50670"),
    "FI": ("Oulu", "90100"),
    "NO": ("Bergen", "5003"),
    "NL": ("Utrecht", "3511 AA"),
    "GB": ("Bristol", "BS1 4RR"),
}
PHONES: Final = {
    "SE": "031 701 00 00",
    "DK": "+45 86 12 34 56",
    "DE": "+49 221 1234567",
    "FI": "+358 8 123 4567",
    "NO": "+47 55 12 34 56",
    "NL": "+31 30 123 4567",
    "GB": "+44 117 496 0123",
}
FIRST, TRADE = _FIRST.split(), _TRADE.split()
NAMESPACE: Final = uuid.UUID("5f0c1c2e-0000-4000-8000-000000000000")


class World:
    def __init__(self, seed: str, size: int) -> None:
        self.seed, self.size = seed, size
        self.lock = threading.Lock()
        self.customers: dict[str, dict[str, Customer]] = {}
        self.gone: dict[str, dict[str, Customer]] = {}
        self.mutations: deque[str] = deque(maxlen=1000)
        self.reset()

    def reset(self) -> None:
        with self.lock:
            self.mutations.clear()
            for partner in PARTNERS:
                self.gone[partner] = {}
                self.customers[partner] = self._made(partner, self.size)

    def resize(self, partner: str, size: int) -> None:
        with self.lock:
            self.gone[partner] = {}
            self.customers[partner] = self._made(partner, size)

    def vanish(self, partner: str, ids: Iterable[str]) -> None:
        with self.lock:
            for each in ids:
                self.gone[partner][each] = self.customers[partner].pop(each)

    def come_back(self, partner: str, ids: Iterable[str]) -> None:
        with self.lock:
            for each in ids:
                self.customers[partner][each] = self.gone[partner].pop(each)

    def change(self, partner: str, which: str, **values: object) -> None:
        with self.lock:
            found = self.customers[partner][which]
            self.customers[partner][which] = replace(found, **values)  # type: ignore[arg-type]

    def move_domain(self, partner: str, source: str, target: str) -> None:
        """The default domain now belongs to another tenant; the first falls back on one of its own."""
        domain = self.customers[partner][source].domain
        self.change(partner, source, domain=f"moved-{source[:8]}.onmicrosoft.com")
        self.change(partner, target, domain=domain)

    def all_of(self, partner: str) -> list[Customer]:
        with self.lock:
            return list(self.customers[partner].values())

    def get(self, partner: str, which: str) -> Customer | None:
        with self.lock:
            return self.customers[partner].get(which.lower())

    def _made(self, partner: str, size: int) -> dict[str, Customer]:
        made = (self._customer(partner, number) for number in range(size))
        return {each.id: each for each in made}

    def _customer(self, partner: str, number: int) -> Customer:
        identity = str(uuid.uuid5(NAMESPACE, f"{self.seed}/{partner}/{number}"))
        if number < len(CHOSEN):
            name, domain, special = CHOSEN[number]
            values: dict[str, object] = {"billing_email": f"billing@{domain}" if domain else None} | special
            return Customer(identity, name, domain, **values)  # type: ignore[arg-type]
        return _ordinary(identity, number - len(CHOSEN))


def _ordinary(identity: str, number: int) -> Customer:
    form, country = FORM[number % len(FORM)]
    first, trade = FIRST[number % len(FIRST)], TRADE[number // len(FIRST) % len(TRADE)]
    more = number // (len(FIRST) * len(TRADE))
    plain = f"{first}{trade}{more or ''}".lower().translate(str.maketrans("åäöü", "aaou"))
    city, postal_code = CITIES[country]
    has_own_domain = number % 3 == 0
    return Customer(
        identity,
        f"{first} {trade} {f'{more + 1} ' if more else ''}{form}",
        f"{plain}.example" if has_own_domain else f"{plain}.onmicrosoft.com",
        (f"{plain}.onmicrosoft.com",) if has_own_domain else (f"{plain}.example",) if number % 3 == 1 else (),
        country=country,
        city=city,
        street=f"Hamngatan {number % 90 + 1}",
        postal_code=postal_code,
        phone=PHONES[country],
        billing_email=f"billing@{plain}.example" if number % 5 else None,
        delegated=number % 4 != 0,
    )
