"""A file of people to invite, read by the readers of imports: its drafts, and which of its rows can't be read."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from django.utils.translation import gettext as _

from imports.readers import reader_of
from imports.readers.shape import SourceRow, Unreadable
from organizations.fields import fold
from organizations.fields.neutral import restore
from people.inviting import Draft

MOST_PEOPLE: Final = 1_000
MOST_BYTES: Final = 1024 * 1024
BETWEEN_GROUPS: Final = ";"
HEADINGS: Final = {"name": "Name", "email": "E-mail address", "role": "Role", "groups": "Groups"}
MANDATORY: Final = ("name", "email", "role")
SYNONYMS: Final = {
    "name": ("name", "full name", "person", "administrator", "namn", "nom", "nombre", "naam", "navn", "nimi"),
    "email": ("e-mail", "e-mail address", "mail", "address", "login", "e-post", "e-postadress", "correo", "courriel"),
    "role": ("role", "roles", "roll", "rolle", "rôle", "rol", "rooli"),
    "groups": ("groups", "group", "organization groups", "organization group", "grupper", "gruppen", "groupes"),
}


class NotAList(Exception):
    """The file is no list of people; the sentence says what to do."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def read_drafts(path: Path) -> list[Draft]:
    """One draft a row that isn't blank, in the file's order. Raises NotAList."""
    if path.stat().st_size > MOST_BYTES:
        raise NotAList(_("The file is larger than 1 MB. Split it and upload the parts one after the other."))
    try:
        reader = reader_of(path)
        layout = reader.detect(path)
        survey = reader.survey(path, layout, most_rows=MOST_PEOPLE)
        columns = _columns(survey.headings)
        return [_draft(columns, row) for row in reader.read_rows(path, survey.layout)]
    except Unreadable as error:
        raise NotAList(_sentence(error)) from error


def _sentence(error: Unreadable) -> str:
    """The reader's words, but for those that speak of organizations."""
    if error.code in ("empty", "no_rows", "no_headings"):
        return _("There is nobody in the file. Put headings in the first line and one person in each line below it.")
    return error.sentence()


def _columns(headings: Sequence[str]) -> dict[str, int]:
    """Where each field's column is; the first that fits counts."""
    columns: dict[str, int] = {}
    for place, heading in enumerate(headings):
        name = _KNOWN.get(_bare(heading))
        if name:
            columns.setdefault(name, place)
    missing = [HEADINGS[name] for name in MANDATORY if name not in columns]
    if missing:
        words = {"missing": ", ".join(missing), "all": ", ".join(HEADINGS.values())}
        raise NotAList(_("These columns are missing: %(missing)s. The headings are %(all)s.") % words)
    return columns


def _draft(columns: dict[str, int], row: SourceRow) -> Draft:
    cells = {name: restore(row.cells[place]) if place < len(row.cells) else "" for name, place in columns.items()}
    groups = [text.strip() for text in cells.get("groups", "").split(BETWEEN_GROUPS)]
    problem = row.problem.sentence() if row.problem else ""
    return Draft(cells["name"], cells["email"], cells["role"], tuple(filter(None, groups)), problem)


def _bare(heading: str) -> str:
    return "".join(filter(str.isalnum, fold(heading)))


_KNOWN: Final = {_bare(synonym): name for name, synonyms in SYNONYMS.items() for synonym in synonyms}


def pack(drafts: Sequence[Draft]) -> str:
    """Drafts as a text that the page carries from the preview to the question and back."""
    return json.dumps([[d.name, d.email, d.role, list(d.groups), d.problem] for d in drafts], ensure_ascii=False)


def unpack(text: str) -> list[Draft]:
    """Raises NotAList for what `pack` did not write."""
    try:
        rows: Any = json.loads(text)
        if not isinstance(rows, list) or not 0 < len(rows) <= MOST_PEOPLE:
            raise ValueError
        return [_unpacked(*row) for row in rows]
    except (ValueError, TypeError, RecursionError) as error:
        raise NotAList(_("The rows were lost on the way. Upload the file again.")) from error


def _unpacked(name: str, email: str, role: str, groups: list[str], problem: str) -> Draft:
    for text in (name, email, role, problem, *groups):
        str.encode(text)  # a TypeError for what is no text, a ValueError for half a character
    return Draft(name, email, role, tuple(groups), problem)
