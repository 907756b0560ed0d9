"""The catalogues of messages: what the source says, and locale/<language> brought up to it.

`make messages` runs it. It needs Babel, which comes with the tools for development, and no gettext of the system.
"""

import io
import re
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

from support.library_texts import TEXTS

ROOT = Path(__file__).resolve().parents[2]
LANGUAGES = ("de", "sv")
# By what names messages are marked, and which of their arguments are texts.
MARKS = dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop"))
MARKS |= dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2))
MARKS |= dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2))


def extracted():
    """Every message that the source marks, with the files that say it."""
    found = Catalog()
    for path, text in sources():
        for _, message, _, context in extract("python", io.BytesIO(text.encode()), MARKS):
            found.add(message, locations=[(path, 0)], context=context)
    for path, name in names():
        found.add(name, locations=[(path, 0)])
    return found


def sources():
    """The files that hold messages by their names, each as Python; of a template what Django says it marks."""
    for folder in sorted({path.parent for path in ROOT.glob("*/__init__.py")} - {ROOT / "tests"}):
        for path in sorted(folder.rglob("*.py")):
            if "migrations" not in path.parts:
                yield str(path.relative_to(ROOT)), path.read_text()
    for path in sorted((ROOT / "templates").rglob("*.*")):
        marked = templatize(path.read_text(), origin=str(path))
        yield str(path.relative_to(ROOT)), re.sub(r"^[ \t]+", "", marked, flags=re.MULTILINE)


def names():
    """What is marked nowhere: countries and currencies, put into words by their code, and texts of a library."""
    from accounts.currencies import NAMES as CURRENCIES
    from organizations.fields import COUNTRIES

    yield from (("organizations/fields/country_table.py", name) for name in COUNTRIES.values())
    yield from (("accounts/currencies.py", name) for name in CURRENCIES.values())
    yield from (("tests/support/library_texts.py", text) for text in TEXTS)


def catalogue(language):
    """What is translated into a language, as it is kept."""
    with path_of(language).open("rb") as file:
        return read_po(file, locale=language)


def path_of(language, ending="po"):
    return ROOT / "locale" / language / "LC_MESSAGES" / f"django.{ending}"


def compiled(language):
    """The bytes that Django reads; what isn't translated is left out, and so is read in English."""
    file, done = io.BytesIO(), catalogue(language)
    for message in list(done):
        if message.id and not all(texts(message)):
            done.delete(message.id, message.context)
    write_mo(file, done)
    return file.getvalue()


def update(language, source):
    """Take in what is new, drop what is no longer said, guess nothing; keep translations, and compile."""
    kept = catalogue(language)
    source.creation_date = kept.creation_date  # of the catalogue: a date that always changes is in everybody's way
    kept.update(source, no_fuzzy_matching=True, keep_user_comments=True)
    kept.obsolete.clear()
    for message in kept:
        if message.id and message.fuzzy:  # it had a plural before, or has one now
            message.string = ("", "") if isinstance(message.id, tuple) else ""
            message.flags.discard("fuzzy")
    kept.project, kept.version = "Cloudbroker", "0.1"
    with path_of(language).open("wb") as file:
        write_po(file, kept, width=110, sort_output=True, include_lineno=False)
    path_of(language, "mo").write_bytes(compiled(language))
    return [message.id for message in kept if message.id and not all(texts(message))]


def texts(message):
    """The translations of a message: one, or one for each plural form."""
    return message.string if isinstance(message.string, tuple | list) else (message.string,)


if __name__ == "__main__":
    import django

    django.setup()
    assert {code for code, _ in settings.LANGUAGES} == {"en", *LANGUAGES}
    source = extracted()
    for language in LANGUAGES:
        untranslated = update(language, source)
        print(f"{language}: {len(source)} messages, {len(untranslated)} untranslated")  # noqa: T201
