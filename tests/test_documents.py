"""The documents say what the code does: settings, links and commands."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]


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


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_between_documents_lead_somewhere(document):
    links = re.findall(r"\]\((?!http)([^)#]+)", document.read_text())
    assert [link for link in links if not (document.parent / link).exists()] == []


def test_the_two_commands_of_the_readme_are_targets():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"^make ([a-z-]+)", (ROOT / "README.md").read_text(), re.MULTILINE)) <= targets
