"""The files that pages load: what is vendored and under which licence, what is linked, and how much it weighs."""

import gzip
import re
from pathlib import Path

import pytest
from django import forms
from django.core.management import call_command
from django.template.loader import render_to_string

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "static"
VENDOR = STATIC / "vendor"
STYLES = STATIC / "css"
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
OWN_STYLES = sorted(STYLES.rglob("*.css"))

BUDGET = 110_000  # bytes of CSS and JS, compressed, that the first page may cost
LINKED = re.compile(r'(?:rel="stylesheet" href|<script[^>]* src)="/?static/([^"]+)"')
IMPORTED = re.compile(r'@import url\("([^"]+)"\)')


def first_page():
    return render_to_string("account/login.html", {"form": forms.Form()})


def with_imports(sheet):
    found = {sheet}
    for path in IMPORTED.findall(sheet.read_text()) if sheet.suffix == ".css" else []:
        found |= with_imports((sheet.parent / path).resolve())
    return found


def linked_files(html):
    return set().union(*(with_imports(STATIC / path) for path in LINKED.findall(html)))


def compressed(file):
    return len(gzip.compress(file.read_bytes(), 9))


def vendored_rows():
    rows = re.findall(
        r"^\| `([\w-]+)` \| `([^`]+)` \| ([\d.]+) \| (\S+) \|", (VENDOR / "README.md").read_text(), re.MULTILINE
    )
    return {
        folder: {"package": package, "version": version, "licence": licence}
        for folder, package, version, licence in rows
    }


def test_the_first_page_stays_within_its_budget():
    files = linked_files(first_page())
    weights = {file.relative_to(STATIC).as_posix(): compressed(file) for file in files}
    assert sum(weights.values()) <= BUDGET, weights


def test_the_first_page_links_its_style_and_its_scripts():
    suffixes = {file.suffix for file in linked_files(first_page())}
    assert suffixes == {".css", ".js"}


def test_every_vendored_folder_is_listed_with_its_version():
    assert set(vendored_rows()) == {folder.name for folder in VENDOR.iterdir() if folder.is_dir()}


@pytest.mark.parametrize("folder", sorted(folder.name for folder in VENDOR.iterdir() if folder.is_dir()))
def test_a_vendored_folder_has_its_licence(folder):
    assert (
        "Permission" in (VENDOR / folder / "LICENSE").read_text()
        or "licensed under" in (VENDOR / folder / "LICENSE").read_text()
    )


def test_the_listed_versions_are_those_of_the_files():
    rows = vendored_rows()
    assert f"Tabler v{rows['tabler']['version']} " in (VENDOR / "tabler/tabler.min.css").read_text()
    assert f'version:"{rows["htmx"]["version"]}"' in (VENDOR / "htmx/htmx.min.js").read_text()


def test_a_hashed_module_imports_its_neighbours_by_their_hashed_names(settings, tmp_path):
    backend = {"BACKEND": "cloudbroker.static_files.StaticFiles", "OPTIONS": {"location": str(tmp_path)}}
    settings.STORAGES = settings.STORAGES | {"staticfiles": backend}
    call_command("collectstatic", "--noinput", verbosity=0)
    hashed = re.compile(r'from "\./(\w+\.[0-9a-f]{12}\.js)"')
    (grid,) = tmp_path.glob("js/grid/grid.????????????.js")
    neighbours = hashed.findall(grid.read_text())
    assert len(neighbours) == grid.read_text().count("import {") > 5
    assert all((grid.parent / name).exists() for name in neighbours)


def test_every_own_stylesheet_is_imported_by_the_one_that_pages_link():
    imported = with_imports(STYLES / "app.css")
    assert set(OWN_STYLES) <= imported
    assert all(file.is_file() for file in imported)


def test_every_icon_that_a_template_names_is_in_the_sprite():
    sprite = set(re.findall(r'<symbol id="([^"]+)"', (VENDOR / "tabler-icons/icons.svg").read_text()))
    named = {name for file in TEMPLATES for name in re.findall(r'icon\.html" with name="([^"]+)"', file.read_text())}
    assert named
    assert named <= sprite


@pytest.mark.parametrize("file", TEMPLATES, ids=lambda file: file.relative_to(ROOT / "templates").as_posix())
def test_a_template_holds_nothing_that_the_content_security_policy_forbids(file):
    html = re.sub(r'<script[^>]*(?: src=|type="application/json")[^>]*>', "", file.read_text())
    assert not re.search(r"<style\b|<script\b|\sstyle=|\son[a-z]+=|javascript:", html)


@pytest.mark.parametrize("file", OWN_STYLES, ids=lambda file: file.relative_to(STYLES).as_posix())
def test_a_stylesheet_reads_from_right_to_left_as_well(file):
    side = r"(?:left|right)"
    physical = rf"(?:margin|padding|border)-{side}|(?:text-align|float):\s*{side}|^\s*{side}:"
    assert not re.search(physical, file.read_text(), re.MULTILINE)


@pytest.mark.parametrize("file", [file for file in OWN_STYLES if file.name != "tokens.css"], ids=lambda file: file.name)
def test_a_colour_is_named_in_the_tokens_and_nowhere_else(file):
    assert not re.search(r":[^;]*#[0-9a-f]{3,8}\b", file.read_text())
