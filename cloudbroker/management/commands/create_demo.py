"""Create the demo resellers, people and organizations, once."""

import uuid
from datetime import date, timedelta
from typing import Any, Final

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts.models import Membership, Reseller, User
from accounts.roles import Role
from accounts.tenancy import acting_for
from csp_link.clouds import Cloud
from csp_link.connecting import Wanted, set_connection
from csp_link.fake import partners
from csp_link.models import Connection, CredentialKind, Mode
from events.log import record
from events.models import Kind
from groups.access import actor_of
from groups.models import Assignment, Group
from organizations.intake import create_organizations
from organizations.models import Source

PASSWORD: Final = "cloudbroker-demo"  # noqa: S105 (meant to be known; production refuses a database that holds it)

NORTHWIND: Final = (
    ("admin", "Astrid Lindqvist", Role.RESELLER_ADMIN, ()),
    ("viewer", "Viggo Berg", Role.VIEW_ONLY_ADMIN, ()),
    ("kam", "Karin Holm", Role.KEY_ACCOUNT_MANAGER, ("Nordics",)),
    ("kamviewer", "Konrad Vik", Role.KEY_ACCOUNT_VIEWER, ("Nordics",)),
    ("limitedkam", "Lina Dahl", Role.LIMITED_KEY_ACCOUNT_MANAGER, ("Nordics",)),
    ("agent", "Anton Ek", Role.SALES_AGENT, ("Nordics",)),
)
FABRIKAM: Final = (("admin", "Friederike Brandt", Role.RESELLER_ADMIN, ()),)

# name, domain, country, city, street, postal code
Customer = tuple[str, str, str, str, str, str]
NORDICS: Final[tuple[Customer, ...]] = (
    ("Alvesta Åkeri AB", "alvesta-akeri.se", "SE", "Alvesta", "Storgatan 14", "342 30"),
    ("Bergström & Söner Bygg AB", "bergstromsoner.se", "SE", "Falun", "Slaggatan 9", "791 71"),
    ("Björkö Mejeri AB", "bjorkomejeri.se", "SE", "Norrtälje", "Hamnvägen 3", "761 31"),
    ("Dalarna Energi AB", "dalarnaenergi.se", "SE", "Borlänge", "Kraftgatan 21", "784 33"),
    ("Ekströms Tandvård AB", "ekstromstandvard.se", "SE", "Umeå", "Kungsgatan 56", "903 26"),
    ("Göta Logistik AB", "gotalogistik.se", "SE", "Göteborg", "Lindholmsallén 10", "417 55"),
    ("Hälsinge Trä AB", "halsingetra.se", "SE", "Söderhamn", "Sågvägen 2", "826 40"),
    ("Kiruna Gruvteknik AB", "kirunagruvteknik.se", "SE", "Kiruna", "Malmvägen 7", "981 38"),
    ("Lundagård Förlag AB", "lundagardforlag.se", "SE", "Lund", "Biskopsgatan 1", "223 62"),
    ("Mälardalens Juristbyrå AB", "malarjurist.se", "SE", "Västerås", "Stora gatan 33", "722 12"),
    ("Roslagens Sjukgymnastik AB", "roslagensrehab.se", "SE", "Åkersberga", "Båtvägen 5", "184 34"),
    ("Aarhus Arkitekter ApS", "aarhusarkitekter.dk", "DK", "Aarhus", "Mejlgade 35", "8000"),
    ("Fyn Fødevarer A/S", "fynfodevarer.dk", "DK", "Odense", "Vestergade 80", "5000"),
    ("Limfjordens Maskinfabrik A/S", "limfjordmaskin.dk", "DK", "Aalborg", "Østre Havnegade 12", "9000"),
    ("Bergen Shipping AS", "bergenshipping.no", "NO", "Bergen", "Bryggen 19", "5003"),
    ("Fjellheim Hotell AS", "fjellheimhotell.no", "NO", "Voss", "Evangervegen 8", "5704"),
    ("Trøndelag Sjømat AS", "trondelagsjomat.no", "NO", "Trondheim", "Brattørkaia 15", "7010"),
    ("Oulun Ohjelmisto Oy", "oulunohjelmisto.fi", "FI", "Oulu", "Kirkkokatu 22", "90100"),
    ("Saimaan Saha Oy", "saimaansaha.fi", "FI", "Lappeenranta", "Satamatie 6", "53900"),
    ("Turun Telakka Oy", "turuntelakka.fi", "FI", "Turku", "Linnankatu 72", "20100"),
)
DACH: Final[tuple[Customer, ...]] = (
    ("Alpenblick Touristik GmbH", "alpenblick-touristik.at", "AT", "Innsbruck", "Maria-Theresien-Straße 18", "6020"),
    ("Bodensee Optik GmbH", "bodensee-optik.de", "DE", "Konstanz", "Seestraße 4", "78464"),
    ("Elbe Maschinenbau GmbH", "elbe-maschinenbau.de", "DE", "Dresden", "Könneritzstraße 25", "01067"),
    ("Hanse Spedition GmbH & Co. KG", "hanse-spedition.de", "DE", "Hamburg", "Am Sandtorkai 50", "20457"),
    ("Isar Steuerberatung PartG mbB", "isar-steuer.de", "DE", "München", "Sendlinger Straße 7", "80331"),
    ("Kölner Druckwerk GmbH", "koelner-druckwerk.de", "DE", "Köln", "Ehrenstraße 43", "50672"),
    ("Müller Präzisionstechnik GmbH", "mueller-praezision.de", "DE", "Stuttgart", "Industriestraße 11", "70565"),
    ("Rheintal Weingut KG", "rheintal-weingut.de", "DE", "Bacharach", "Oberstraße 2", "55422"),
    ("Spreewald Gurken eG", "spreewald-gurken.de", "DE", "Lübbenau", "Dammstraße 9", "03222"),
    ("Donau Pharma GmbH", "donaupharma.at", "AT", "Wien", "Handelskai 92", "1200"),
    ("Salzburger Klangwerkstatt GmbH", "klangwerkstatt.at", "AT", "Salzburg", "Steingasse 46", "5020"),
    ("Berner Uhrenmanufaktur AG", "berneruhren.ch", "CH", "Bern", "Kramgasse 61", "3011"),
    ("Luzern Medizintechnik AG", "luzernmedtech.ch", "CH", "Luzern", "Pilatusstrasse 30", "6003"),
    ("Züri Velo AG", "zuerivelo.ch", "CH", "Zürich", "Langstrasse 88", "8004"),
)
ELSEWHERE: Final[tuple[Customer, ...]] = (
    ("Bristol Sailcloth Ltd", "bristolsailcloth.co.uk", "GB", "Bristol", "12 Welsh Back", "BS1 4RR"),
    ("Atelier Garonne SARL", "ateliergaronne.fr", "FR", "Bordeaux", "18 quai des Chartrons", "33000"),
    ("Gruppo Bellavista S.r.l.", "gruppobellavista.it", "IT", "Bergamo", "Via Colleoni 5", "24129"),
    ("Tulip Logistics B.V.", "tuliplogistics.nl", "NL", "Rotterdam", "Wilhelminakade 173", "3072 AP"),
)


class Command(BaseCommand):
    help = "Create the demo resellers, people and organizations, unless they exist, and print the sign-ins."

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("Demo data has public passwords and is not created in production.")
        if not Reseller.objects.filter(is_demo=True).exists():
            self.create()
        if settings.PARTNER_CENTER_FAKE:
            connect()
        self.stdout.write(sign_ins())

    @transaction.atomic
    def create(self) -> None:
        sweden = {"country": "SE", "currency": "SEK", "time_zone": "Europe/Stockholm"}
        germany = {"country": "DE", "currency": "EUR", "time_zone": "Europe/Berlin"}
        northwind = Reseller.objects.create(name="Northwind Cloud", is_demo=True, **sweden)
        fabrikam = Reseller.objects.create(name="Fabrikam Services", is_demo=True, **germany)
        fill(northwind, "northwind.example", NORTHWIND, {"Nordics": NORDICS, "DACH": DACH, "": ELSEWHERE})
        fill(fabrikam, "fabrikam.example", FABRIKAM, {"": DACH, "Nordics": NORDICS[::2]})


def connect() -> None:
    """Connections to the stand-in for Microsoft: Fabrikam's works at once, Northwind's waits for somebody's consent."""
    for partner, mode in ((partners.NORTHWIND, Mode.APP_AND_USER), (partners.FABRIKAM, Mode.APP_ONLY)):
        members = Membership.objects.select_related("reseller", "user").filter(reseller__name=partner.name)
        admin = members.filter(role=Role.RESELLER_ADMIN, reseller__is_demo=True).first()
        if admin is None:
            continue
        with acting_for(admin.reseller_id):
            if not Connection.objects.exists():
                set_connection(actor_of(admin), _wanted(partner, mode))


def _wanted(partner: partners.Partner, mode: Mode) -> Wanted:
    ids = uuid.UUID(partner.id), uuid.UUID(partner.app_id)
    return Wanted(Cloud.COMMERCIAL, *ids, mode, CredentialKind.SECRET, partner.secret)


def sign_ins() -> str:
    """Who may sign in to the demo, as people read it in their terminal."""
    people = [("Northwind Cloud", "northwind.example", NORTHWIND), ("Fabrikam Services", "fabrikam.example", FABRIKAM)]
    lines = [
        f"    {f'{name}@{domain}':<31} {role.label}, {reseller}"
        for reseller, domain, rows in people
        for name, _, role, _ in rows
    ]
    return "\n".join([f"  Sign in with the password {PASSWORD} as", *lines])


def fill(reseller: Reseller, domain: str, people: Any, customers: dict[str, tuple[Customer, ...]]) -> None:
    """One reseller's people, groups and customers, through the doors that everybody uses."""
    members = {name: _member(reseller, f"{name}@{domain}", person, role) for name, person, role, _ in people}
    with acting_for(reseller.pk):
        actor = actor_of(members["admin"])
        groups = {name: Group.objects.create(reseller=reseller, name=name) for name in customers if name}
        for group in groups.values():
            record(actor, Kind.GROUP_CREATED, group.public_id)
        for name, _, _, assigned in people:
            for group_name in assigned:
                Assignment.objects.create(reseller=reseller, group=groups[group_name], membership=members[name])
        for group_name, rows in customers.items():
            chosen = [groups[group_name].public_id] if group_name else []
            texts = [_texts(row, number) for number, row in enumerate(rows, start=1)]
            outcomes = create_organizations(actor, texts, source=Source.FORM, groups=chosen)
            assert all(outcome.public_id for outcome in outcomes), [outcome.errors for outcome in outcomes]


def _member(reseller: Reseller, email: str, name: str, role: Role) -> Membership:
    user = User.objects.create_user(email, PASSWORD, name=name)
    return Membership.objects.create(reseller=reseller, user=user, role=role)


def _texts(row: Customer, number: int) -> dict[str, str]:
    name, domain, country, city, street, postal_code = row
    texts = {"name": name, "primary_domain": domain, "notification_email": f"it@{domain}", "country": country}
    texts |= {"city": city, "street_address": street, "postal_code": postal_code}
    texts["customer_number"] = f"{country}-{number:05}"
    if number % 3 == 0:
        texts |= {"approval_process": "TRUE", "approval_limit": str(number * 1500)}
    if number % 4:
        texts["billing_start_date"] = (date(2025, 1, 1) + timedelta(days=31 * number)).strftime("%d/%m/%Y")
    return texts
