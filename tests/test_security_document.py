"""docs/security.md answers every requirement that it says it answers, by tests that exist, and tells true numbers."""

import ast
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import URLPattern, get_resolver

from imports.readers import shape
from imports.uploads import MOST_BYTES
from imports.workbook import limits, package

ROOT = Path(__file__).resolve().parents[1]
DOCUMENT = (ROOT / "docs/security.md").read_text()
# OWASP Application Security Verification Standard 5.0.0: the requirements of these chapters at levels 1 and 2.
REQUIRED = {
    1: "4.1.1 4.4.1 5.2.1 5.2.2 5.3.1 5.3.2 8.1.1 8.2.1 8.2.2 8.3.1",
    2: "4.1.2 4.1.3 4.2.1 4.3.1 4.3.2 4.4.2 4.4.3 4.4.4 5.1.1 5.2.3 5.4.1 5.4.2 5.4.3 8.1.2 8.2.3 8.4.1",
}
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")] for line in DOCUMENT.splitlines() if re.match(r"\| V\d", line)
]
NAMED = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", DOCUMENT)


def test_every_requirement_is_answered_once_at_its_level():
    required = {f"V{number}": str(level) for level, numbers in REQUIRED.items() for number in numbers.split()}
    assert [row[0] for row in ROWS] == sorted(required)
    assert {row[0]: row[1] for row in ROWS} == required


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_an_answer_says_what_is_asked_how_it_is_met_and_what_proves_it(row):
    _, _, asked, how, tests = row
    assert asked and len(how) > 20
    assert re.findall(r"`tests/[\w/]+\.py::test_\w+`", tests)


@pytest.mark.parametrize(("file", "name"), sorted(set(NAMED)))
def test_a_test_that_is_named_exists(file, name):
    tree = ast.parse((ROOT / file).read_text())
    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_a_file_that_is_named_exists():
    files = re.findall(r"`((?:tests|accounts|\.ci)/[\w/.]+)(?:::\w+)?`", DOCUMENT)
    assert len(files) > 20
    assert [name for name in files if not (ROOT / name).exists()] == []


def test_the_limits_that_are_told_are_those_of_the_code():
    megabyte = 1024 * 1024
    told = DOCUMENT.partition("## Files that are taken in")[2].partition("\n## ")[0]
    for words in (
        f"{MOST_BYTES // megabyte} MB, {shape.MOST_ROWS:,} rows, {shape.MOST_COLUMNS} columns",
        f"{shape.LONGEST_CELL:,} characters a cell",
        f"unpacked {package.MOST_UNPACKED // megabyte} MB in {package.MOST_ENTRIES:,} parts",
        f"more than {package.HIGHEST_RATIO} times",
        f"{limits.MOST_MEMORY // megabyte} MB of memory and {limits.MOST_SECONDS} seconds of computing",
    ):
        assert words in told


def addresses(patterns, before=""):
    for pattern in patterns:
        here = before + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield here
        else:
            yield from addresses(pattern.url_patterns, here)


def test_there_is_neither_graphql_nor_a_websocket():
    found = list(addresses(get_resolver().url_patterns))
    assert len(found) > 100
    installed = " ".join(settings.INSTALLED_APPS) + (ROOT / "requirements.txt").read_text().lower()
    for word in ("graphql", "graphene", "strawberry", "ariadne", "websocket", "channels", "daphne", "uvicorn"):
        assert not re.search(rf"\b{word}", installed), word
        assert not any(word in address for address in found)
    assert getattr(settings, "ASGI_APPLICATION", None) is None
    scripts = [path.read_text() for path in (ROOT / "static/js").rglob("*.js")]
    assert not any("WebSocket(" in script or "EventSource(" in script for script in scripts)
