"""2,000 customers of every awkward kind, each of them good, and the same in every format that can be uploaded.

Every value is one that all formats can carry: no control characters, and \\n as the one line break.
"""

import csv
import io
from itertools import count, islice
from random import Random
from unicodedata import normalize

import openpyxl
from lxml import etree

from organizations.fields import FIELDS, NAMES, neutralise
from support.workbooks import saved, xls

COUNT = 2_000
BLANK = ["", "", " ", "\N{NO-BREAK SPACE}"]
WORDS = [
    "Åkeri & Söner AB",
    normalize("NFD", "Café Äpple Ångström"),
    normalize("NFC", "Café Äpple Ångström"),
    "=1+1",
    '=HYPERLINK("http://evil.example";"click")',
    "+46 Företag",
    "-5% GmbH",
    "@home Ltd",
    "'s-Hertogenbosch BV",
    "'=quoted",
    "''twice",
    '"Quoted" Inc',
    "O\"Neil, O'Brien; & Sons | <Partners>",
    "<b>bold</b> &amp; ]]> <![CDATA[x]]> <!-- y -->",
    "شركة الاختبار",
    "חברה בע״מ",
    "株式会社テスト",
    "Ελληνική Εταιρεία",
    "Фирма «Тест»",
    "🦄 Unicorn 🏳️‍🌈 & 👩‍👩‍👧 Familj",
    "𝔉𝔯𝔞𝔨𝔱𝔲𝔯 𐍈",
    "ﬁligree ½ ™ ①",
    "Straße & İstanbul ı",
    "two  spaces\tand a tab".replace("\t", "\N{EM SPACE}"),
    "first line\nsecond line",
    "  padded  ",
    "NULL",
    "None",
    "TRUE",
    "007",
    "1e5",
    "3/4",
    "12.50",
    "#REF!",
    "%s %(name)s {0} {{ x }} \\n \\",
    "C:\\new\\table",
    "sep=;",
    "a\N{ZERO WIDTH JOINER}b\N{SOFT HYPHEN}c",
    "Ü" * 40,
]
YES_OR_NO = """
    TRUE FALSE true yes no Y n 1 0 on Off ja nein sant falskt oui non vrai faux sí no verdadero falso
    waar onwaar nee sand falsk sann usann tosi epätosi kyllä ei WAHR Falsch
"""
AMOUNTS = ["0", "1500,50", "1.500,5", "12", "0,01", "1 234 567,89", "1\N{NO-BREAK SPACE}000,00", "999999", "7,00"]
DATES = ["31/01/2026", "2026-01-31", "29/02/2028", "2024-02-29", "01/12/1999", "2100-12-31"]
COUNTRIES = [
    "SE",
    "se",
    "SWE",
    "Sweden",
    "GERMANY",
    "DEU",
    "Côte d'Ivoire",
    normalize("NFD", "Côte d'Ivoire"),
    "US",
    "fi",
]
PHONES = [
    "+46 8 123 45 67",
    "08-123 456 78",
    "(030) 12 34-56",
    "+1 (212) 555-0100 ext. 12",
    "007",
    "+46701740605",
    "-1",
]
POSTAL = ["01234", "111 22", "SW1A 1AA", "0", "1.0", "D-10115", "=9", "00000"]


def customers(number=COUNT, seed=2026):
    """Dicts of field to text; the same ones at every call."""
    chance = Random(seed)
    return [_customer(chance, at) for at in islice(count(1), number)]


def _customer(chance, at):
    host = _host(chance, at)
    values = {field.name: _text(chance, field) for field in FIELDS}
    values |= {
        "name": f"{_word(chance)} {at}",
        "primary_domain": _address_of(chance, host),
        "notification_email": chance.choice(["it@{}", "o'brien+tag@{}", "First.Last_x@{}"]).format(host),
        "approval_process": chance.choice([*YES_OR_NO.split(), *BLANK]),
        "approval_limit": chance.choice([*AMOUNTS, *BLANK]),
        "billing_start_date": chance.choice([*DATES, *BLANK]),
        "customer_number": _number(chance, at),
        "postal_code": chance.choice([*POSTAL, *BLANK]),
        "country": chance.choice([*COUNTRIES, *BLANK]),
        "contact_phone": chance.choice([*PHONES, *BLANK]),
        "contact_email": chance.choice([f"kontakt@{host}", "", " "]),
        "contact_cell_phone": chance.choice([*PHONES, *BLANK]),
    }
    return {name: values[name] for name in NAMES}


def _host(chance, at):
    return chance.choice(
        [
            "c{}.example",
            "kund-{}.se",
            "åkeri{}.se",
            "münchen-{}.de",
            "例え{}.jp",
            "a.b.c{}.co.uk",
            "пример{}.рф",
            "C{}.Example.COM",
        ]
    ).format(at)


def _address_of(chance, host):
    return chance.choice(["{}", "https://www.{}/", " {}. ", "http://user@{}:8080/path?x=1,2;3#y", "WWW.{}"]).format(
        host
    )


def _number(chance, at):
    return chance.choice(
        ["{:06d}", "{}E5", "={}+1", "-{}", "'{}", "@{}", "{}.0", "№ {}", '{}"x"', "0x{:X}", ""]
    ).format(at)


def _word(chance):
    return chance.choice(WORDS)


def _text(chance, field):
    """Words up to the greatest length, in some customers exactly that; blank in others."""
    text = chance.choice(
        [*BLANK, _word(chance), _word(chance), f"{_word(chance)}\n{_word(chance)}", "é" * field.max_length]
    )
    return text[: field.max_length - 20] if len(text) != field.max_length else text


def as_csv(rows):
    """As a spreadsheet of ours would write it: with the apostrophe before what another would run."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";")
    writer.writerow(NAMES)
    writer.writerows([neutralise(row[name]) for name in NAMES] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def as_xml(rows):
    root = etree.Element("organizations")
    for row in rows:
        element = etree.SubElement(root, "organization")
        for name in NAMES:
            etree.SubElement(element, name).text = row[name]
    return etree.tostring(root, encoding="utf-16", xml_declaration=True)


def as_xlsx(rows):
    """Text cells, as a person gets who formats the columns as text."""
    book = openpyxl.Workbook()
    for line in _lines(rows):
        book.active.append(line)
        for cell in book.active[book.active.max_row]:
            cell.data_type = "s"  # or =1+1 would be run
    return saved(book)


def as_xls(rows):
    return xls(*_lines(rows))


def _lines(rows):
    return [NAMES, *([row[name] for name in NAMES] for row in rows)]


WRITERS = {"csv": as_csv, "xml": as_xml, "xlsx": as_xlsx, "xls": as_xls}
