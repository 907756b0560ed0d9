"""The documents say what the code does: settings, links and commands."""

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
PICTURE = re.compile(r"!\[[^\]]+\]\((?:\.\./|docs/)screenshots/([^)]+)\)")


def settings_read():
    texts = [(ROOT / "cloudbroker" / name).read_text() for name in ("settings.py", "environment.py", "serving.py")]
    texts += [path.read_text() for path in (ROOT / "cloudbroker").glob("embedded*.py")]
    pattern = r'(?:env\.\w+|required|environ\.get|given\.get)\(\s*"([A-Z][A-Z_]+)"'
    return {name for text in texts for name in re.findall(pattern, text)} - {"CLOUDBROKER_PG_UID"}


@pytest.mark.parametrize("document", ["docs/operations.md", ".env.example"])
def test_every_setting_is_documented(document):
    text = (ROOT / document).read_text()
    assert len(settings_read()) > 10
    assert [name for name in settings_read() if not re.search(rf"(?<![A-Z_]){name}(?![A-Z_])", text)] == []


def test_the_example_names_only_settings_that_are_read():
    named = set(re.findall(r"^(?:# )?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert named - settings_read() <= {"HOST", "PORT", "CLOUDBROKER_PG_BIN"}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_between_documents_lead_somewhere(document):
    links = re.findall(r"\]\((?!http)([^)#]+)", document.read_text())
    assert [link for link in links if not (document.parent / link).exists()] == []


def test_every_picture_is_shown_somewhere_and_taken_by_make_screenshots():
    shown = {name for document in DOCUMENTS for name in PICTURE.findall(document.read_text())}
    tour = re.search(r"TOUR = \{(.*?)\n\}", (ROOT / "tests/e2e/screenshots.py").read_text(), re.DOTALL)
    taken = {f"{name.replace('_', '-')}.png" for name in re.findall(r"\b[a-z_]+\b", tour[1])}
    assert {path.name for path in (ROOT / "docs/screenshots").iterdir()} == shown == taken


def test_the_contents_of_the_guide_name_every_page():
    guide = ROOT / "docs" / "guide"
    named = set(re.findall(r"\]\(([^)#/]+\.md)\)", (guide / "README.md").read_text()))
    assert named == {path.name for path in guide.glob("*.md")} - {"README.md"}


@pytest.mark.parametrize("page", sorted((ROOT / "docs/guide").glob("*.md")), ids=lambda path: path.stem)
def test_the_words_that_the_guide_prints_bold_are_the_portals(page):
    """What is on a button; a sentence of the guide's own ends with a full stop, its headwords with a colon."""
    with (ROOT / "locale/de/LC_MESSAGES/django.po").open("rb") as file:
        said = " ".join(str(message.id) for message in read_po(file))
    printed = [" ".join(words.split()) for words in re.findall(r"\*\*([^*]+)\*\*", page.read_text())]
    assert [words for words in printed if words[-1] not in ".:" and words not in said] == []


def test_the_two_commands_of_the_readme_are_targets():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"^make ([a-z-]+)", (ROOT / "README.md").read_text(), re.MULTILINE)) <= targets
