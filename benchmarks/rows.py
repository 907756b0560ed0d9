"""Customers as resellers have them: all seventeen fields, some blank, from several countries; and files of them."""

import csv
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from xml.sax.saxutils import escape

from organizations.fields import FIELDS, NAMES

COUNTRIES = (
    ("SE", "Stockholm", "111 22", "+46 8 123 456 {:02}"),
    ("DE", "München", "80331", "+49 89 123456{:02}"),
    ("NO", "Oslo", "0150", "+47 22 12 34 {:02}"),
    ("GB", "Bristol", "BS1 4RR", "+44 117 496 00{:02}"),
)
STEMS = ("Åkeri", "Bygg", "Logistik", "Mejeri", "Optik", "Shipping", "Maschinenbau", "Consulting", "Förlag", "Energi")
ENDINGS = ("AB", "GmbH", "AS", "Ltd")
PEOPLE = ("Astrid Lindqvist", "Friederike Brandt", "Karin Holm", "Oliver Smith", "Jürgen Müller")


def customers(count: int, seed: int = 1) -> Iterator[tuple[str, ...]]:
    """Rows of texts in the order of FIELDS, of which no two share a domain or a customer number."""
    random = Random(seed)
    for number in range(1, count + 1):
        place = random.randrange(len(COUNTRIES))
        country, city, code, phone = COUNTRIES[place]
        stem, person = random.choice(STEMS), random.choice(PEOPLE)
        domain = f"customer-{seed}-{number}.example"
        values = {
            "name": f"{stem} {number} {ENDINGS[place]}",
            "primary_domain": domain,
            "notification_email": f"it@{domain}",
            "approval_process": "Yes" if number % 3 == 0 else "No",
            "approval_limit": f"{random.randrange(1000, 99_999)}.50" if number % 3 == 0 else "",
            "billing_start_date": f"2026-{1 + number % 12:02}-{1 + number % 28:02}",
            "customer_number": f"{seed:03}{number:07}",
            "street_address": f"Storgatan {number % 200 + 1}",
            "postal_code": code,
            "city": city,
            "country": country,
            "contact_name": person,
            "contact_phone": phone.format(number % 100),
            "contact_email": f"{person.split()[0].lower().replace('ü', 'u')}@{domain}",
            "contact_cell_phone": "" if number % 2 else phone.format((number + 7) % 100),
        }
        yield tuple(values.get(name, "") for name in NAMES)


def write_csv(path: Path, count: int, seed: int) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow([field.english_heading for field in FIELDS])
        writer.writerows(customers(count, seed))


def write_xml(path: Path, count: int, seed: int) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write('<?xml version="1.0" encoding="UTF-8"?>\n<organizations>\n')
        for row in customers(count, seed):
            cells = "".join(f"<{n}>{escape(text)}</{n}>" for n, text in zip(NAMES, row, strict=True) if text)
            file.write(f"<organization>{cells}</organization>\n")
        file.write("</organizations>\n")


def write_xlsx(path: Path, count: int, seed: int) -> None:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet("Organizations")
    sheet.append([field.english_heading for field in FIELDS])
    for row in customers(count, seed):
        sheet.append(row)
    book.save(path)


WRITERS: dict[str, Callable[[Path, int, int], None]] = {"csv": write_csv, "xml": write_xml, "xlsx": write_xlsx}
