"""Every text that people read goes through the translations: pages are rendered in a language of brackets.

⟦Whatever is marked⟧ stands in brackets. What is left outside them is data, a name, or has been forgotten. The addresses
are those of test_every_url, without which no address passes.
"""

import re

import pytest
from django.test import Client
from django.utils import translation
from django.utils.translation import trans_real
from lxml import html
from support.catalogues import LANGUAGES
from test_every_url import TABLE
from test_every_url import ids as ids

from accounts.models import Reseller, User
from accounts.tenancy import acting_for
from csp_link.models import Tenant
from groups.models import Group
from imports.models import Import
from organizations.fields import FIELDS
from organizations.models import Organization, SavedView
from people.csv_file import HEADINGS

IN_FILES = ("Customer 1 AB", "Customer 2 AB", "Row AB", "Ida Invited", "ERP")
READ_ALOUD = ("title", "aria-label", "placeholder", "alt", "label")
# Not for people, or not in words: code, the names of time zones, and what says itself in which language it is.
UNREAD = ("script", "style", "code", "pre", "svg")
ENGLISH = ("api/v1/", "help/import/")  # what programs are told, and the guide
# Beside them: the environment's badge, and words that files use.
NAMES = """
Cloudbroker CSV XLSX XLS XML JSON Excel SHA English Deutsch Svenska UTC TRUE FALSE
test template
"""
ADDRESSES = re.compile(r"[\w.+-]+@[\w.-]+|https?://\S+")
SHAPES = re.compile(
    r"""[a-z_]+\.[a-z_]+(?=[,)\s]|$) | [\w-]+\.(example|csv)\b
    | [0-9a-f]{8}-[0-9a-f-]{27} | \{\w+\} | %\(\w+\)s | \b[A-Z]{3}\b(?=\ –) | [0-9a-f]{12}… | \b[A-Z]{2}\b""",
    re.VERBOSE,
)


class Brackets:
    """Translates into a language in which every message stands in brackets, and keeps what it was asked for."""

    def __init__(self, monkeypatch):
        self.asked = set()
        for name in ("gettext", "pgettext", "ngettext", "npgettext"):
            monkeypatch.setattr(translation._trans, name, self.bracketed(name, getattr(trans_real, name)))

    def bracketed(self, name, real):
        def translate(*args):
            if name == "gettext":
                self.asked.add(str(args[0]).replace("\r\n", "\n").replace("\r", "\n"))
            return f"⟦{real(*args)}⟧" if args[0] else real(*args)

        return translate

    @property
    def untranslated(self):
        """What no catalogue knows, neither ours nor a library's."""
        known = {code: trans_real.translation(code)._catalog for code in LANGUAGES}
        return sorted((code, text) for code in known for text in self.asked if text and text not in known[code])


def outside(page):
    """The page without brackets and what is in them, brackets in brackets too."""
    before = None
    while before != page:
        before, page = page, re.sub(r"⟦[^⟦⟧]*⟧", " ", page)
    return page


def texts_in(page):
    """What can be read on a page, or is read aloud."""
    for element in html.fromstring(page).iter():
        if not isinstance(element.tag, str) or any(each.tag in UNREAD for each in (element, *element.iterancestors())):
            continue
        if element.xpath("ancestor-or-self::select[@name='time_zone'] | ancestor-or-self::*[@lang][not(self::html)]"):
            continue
        texts = [element.text, *(child.tail for child in element), *(element.get(name) for name in READ_ALOUD)]
        words = [
            value for name, value in element.items() if name.startswith("data-") and " " in value and "|" not in value
        ]
        yield from (" ".join(text.split()) for text in (*texts, *words) if text and text.strip())


def names_of_things(cast):
    """What has a name of its own in this world."""
    with acting_for(cast.northwind.pk):
        named = [*Reseller.objects.all(), *User.objects.all(), *Group.objects.all(), *Organization.objects.all()]
        names = [thing.name for thing in [*named, *Tenant.objects.all(), *SavedView.objects.all()]]
        return [*names, *(job.file_name for job in Import.objects.all()), *IN_FILES, *HEADINGS.values()]


def unmarked(page, names):
    for text in texts_in(outside(page)):
        left = ADDRESSES.sub(" ", text)
        for name in sorted({*names, *(field.example for field in FIELDS if field.example)}, key=len, reverse=True):
            left = left.replace(name, " ")
        if set(re.findall(r"[^\W\d_]{2,}", SHAPES.sub(" ", left))) - set(NAMES.split()):
            yield text


@pytest.mark.timeout(120)
@pytest.mark.parametrize("person", ["reseller_admin", "nobody"])
def test_every_word_on_every_page_is_marked_and_translated(cast, ids, person, monkeypatch):
    brackets = Brackets(monkeypatch)
    client = cast.sign_in(person) if person != "nobody" else Client()
    found = {}
    for path, method, _ in TABLE:
        answer = getattr(client, method)("/" + path.format(**ids), follow=True)
        b"".join(answer.streaming_content if answer.streaming else [])
        is_page = not answer.streaming and answer.content.strip() and "text/html" in answer["Content-Type"]
        if is_page and not path.startswith(ENGLISH):
            found |= {text: path for text in unmarked(answer.text, names_of_things(cast)) if text not in found}
    assert not found, "\n".join(f"{path}: {text[:200]}" for text, path in found.items())
    assert brackets.untranslated == []


def test_a_forgotten_word_is_found():
    page = '<p>⟦Saved. <a href="/">⟦Back⟧ Acme AB</a>⟧ Forgotten <img alt="⟦A⟧ picture" src="a.png"> 12 Acme AB</p>'
    assert list(unmarked(page, ["Acme AB"])) == ["Forgotten", "picture"]
