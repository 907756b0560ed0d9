"""The house rules that a machine can hold, each with its reason."""

import ast
import configparser
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from django.apps import apps

from organizations.models import Source

ROOT = Path(__file__).resolve().parents[1]
RULES = configparser.ConfigParser()
RULES.read(ROOT / ".importlinter")
APPS = [name for name in RULES["importlinter"]["root_packages"].split("\n") if name]

# Who may make organizations, and as coming through which door. A new caller is a new door: give it a Source and a
# driver in test_every_door.py.
DOORS = {
    "organizations.api": {Source.API},
    "organizations.views": {Source.FORM},
    "organizations.grid": {Source.GRID},
    "imports.creating": {Source.IMPORT},
    "csp_link.linking": {Source.CSP},
    "cloudbroker.management.commands.create_demo": {Source.FORM},
}


def sources():
    """Every module of the project by its dotted name."""
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            yield ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"), path


@cache
def tree_of(path):
    return ast.parse(path.read_text())


def calls_in(path):
    return [node for node in ast.walk(tree_of(path)) if isinstance(node, ast.Call)]


def chain(node):
    """`Organization.objects.filter(…).first` as ["Organization", "objects", "filter", "first"]."""
    if isinstance(node, ast.Call):
        return chain(node.func)
    if isinstance(node, ast.Attribute):
        return [*chain(node.value), node.attr]
    return [node.id] if isinstance(node, ast.Name) else [""]


def strings_in(path):
    return [
        node.value for node in ast.walk(tree_of(path)) if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]


# Which way imports point


def test_imports_point_one_way():
    """As a program of its own: called as a function it silences every logger that other tests listen to."""
    program = Path(sys.executable).with_name("lint-imports")
    found = subprocess.run([program, "--no-cache", "--no-logo"], cwd=ROOT, capture_output=True, text=True)
    assert found.returncode == 0, found.stdout


def test_every_app_of_the_project_has_its_place_in_the_order():
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests"}
    assert set(APPS) == packages
    assert {name for name in APPS if name in RULES["importlinter:contract:apps"]["layers"]} == packages


# One intake


def callers_of(*names):
    return {
        module
        for module, path in sources()
        if module not in ("organizations.intake", "organizations.upserts")
        and any(chain(call)[-1] in names for call in calls_in(path))
    }


def test_only_the_doors_create_organizations():
    assert callers_of("create_organizations", "create_batch", "put_organizations") == set(DOORS)


def test_every_source_has_a_door():
    assert set().union(*DOORS.values()) == set(Source)


@pytest.mark.parametrize("module", DOORS)
def test_a_door_names_its_source(module):
    (path,) = [path for name, path in sources() if name == module]
    named = {
        chain(keyword.value)[-1] for call in calls_in(path) for keyword in call.keywords if keyword.arg == "source"
    }
    assert named == {source.name for source in DOORS[module]}


WRITES = {"create", "bulk_create", "get_or_create", "update_or_create", "update", "bulk_update", "delete", "save"}
KEPT_BY_THE_INTAKE = {"Organization", "GroupMembership"}
WRITING_SQL = re.compile(r"(INSERT INTO|UPDATE|DELETE FROM|COPY)\s+\"?organizations_", re.IGNORECASE)


def organization_writes(path):
    """Calls on the two models that write, models made by hand, and SQL that writes their tables."""
    for call in calls_in(path):
        parts = chain(call)
        if parts[0] in KEPT_BY_THE_INTAKE and (len(parts) == 1 or WRITES & set(parts)):
            yield ".".join(parts)
    yield from (text for text in strings_in(path) if WRITING_SQL.search(text))


def test_organizations_are_written_nowhere_but_in_the_intake_and_moved_nowhere_but_in_members():
    found = {module: list(organization_writes(path)) for module, path in sources() if ".migrations." not in module}
    assert [module for module, writes in found.items() if writes] == ["organizations.intake", "organizations.members"]


def test_nothing_in_organizations_saves_or_deletes_a_record_by_itself():
    """A record in hand has no name that a scan could know, so only the verbs use these two."""
    saved = {
        module
        for module, path in sources()
        for call in calls_in(path)
        if module.startswith("organizations.")
        and chain(call)[-1] in ("save", "delete")
        and len(chain(call)) > 1
        and chain(call)[0] not in {"router", *(tenant_owned() - KEPT_BY_THE_INTAKE)}  # what begins with another model
    }
    assert saved == {"organizations.changes"}


# Tenancy in the code (the database's own wall is tested in accounts/test_tenancy.py)


def tenant_owned():
    models = [model for app in APPS if apps.is_installed(app) for model in apps.get_app_config(app).get_models()]
    owned = {model.__name__ for model in models if any(field.name == "reseller" for field in model._meta.fields)}
    return owned - {"Membership", "Job"}  # read before a reseller is entered; see tenancy.OUTSIDE


def queries_in(path):
    """The longest chains that begin at a tenant-owned model's manager."""
    return [
        chain(call) for call in calls_in(path) if chain(call)[0] in tenant_owned() and chain(call)[1:2] == ["objects"]
    ]


PAGES = {"views", "forms", "pages", "context", "urls"}


def test_pages_ask_access_and_never_the_models():
    asking = {module for module, path in sources() if module.split(".")[-1] in PAGES and queries_in(path)}
    assert asking == set()


def test_whoever_looks_for_organizations_or_groups_begins_with_permitted():
    free = [
        (module, ".".join(parts))
        for module, path in sources()
        if not module.startswith("cloudbroker.management") and not module.endswith(".models")
        for parts in queries_in(path)
        if parts[0] in ("Organization", "Group") and parts[2] != "permitted"
    ]
    assert free == []


# Names


def test_no_module_has_a_name_that_says_nothing():
    """Such modules attract whatever has no home; a module is named for what it knows."""
    banned = {"utils", "helpers", "services", "managers", "signals", "common", "misc"}
    assert [module for module, _ in sources() if banned & set(module.split("."))] == []


def test_every_module_says_what_it_alone_is_for():
    silent = {"urls", "operator_urls", "asgi"}
    untold = [
        module
        for module, path in sources()
        if tree_of(path).body and not ast.get_docstring(tree_of(path)) and module.split(".")[-1] not in silent
    ]
    assert [module for module in untold if ".migrations." not in module] == []


def test_no_app_listens_to_the_signals_of_its_own_models():
    """Writes go through verbs, and bulk statements send no signal: a receiver would miss most of them."""
    heard = {"post_save", "pre_save", "post_delete", "pre_delete", "m2m_changed"}
    names = {
        module: {node.id for node in ast.walk(tree_of(path)) if isinstance(node, ast.Name)}
        for module, path in sources()
    }
    assert [module for module, found in names.items() if heard & found] == []


# Templates: everything is escaped, and nothing needs an exception in the Content-Security-Policy

UNESCAPED = re.compile(r"\|\s*safe(seq)?\b|autoescape\s+off")
INLINE = re.compile(
    r"<style\b|\sstyle\s*=|<script(?![^>]*\bsrc=)[^>]*>|\son[a-z]+\s*=\s*[\"']|javascript:|\shx-on\b", re.IGNORECASE
)


def templates():
    found = [*(ROOT / "templates").rglob("*.html"), *(ROOT / "templates").rglob("*.txt")]
    assert len(found) > 50
    return found


@pytest.mark.parametrize("rule", [UNESCAPED, INLINE], ids=["unescaped", "inline"])
def test_no_template_breaks_the_rule(rule):
    broken = [(path.name, match.group()) for path in templates() for match in rule.finditer(path.read_text())]
    assert broken == []


@pytest.mark.parametrize(
    ("rule", "template"),
    [
        (UNESCAPED, "{{ name|safe }}"),
        (UNESCAPED, "{% autoescape off %}"),
        (INLINE, "<p style='color: red'>"),
        (INLINE, "<script>alert(1)</script>"),
        (INLINE, '<a onclick="go()">'),
        (INLINE, '<a href="javascript:go()">'),
        (INLINE, "<style>"),
    ],
)
def test_the_template_rules_see_what_they_forbid(rule, template):
    assert rule.search(template)
    assert not rule.search('<script defer src="/static/a.js"></script><p class="cb-style">{{ safe }}</p>')


def test_python_marks_nothing_as_safe():
    marked = {"mark_safe", "SafeString", "SafeText", "safestring"}
    found = [
        module
        for module, path in sources()
        for node in ast.walk(tree_of(path))
        if (isinstance(node, ast.Name) and node.id in marked) or (isinstance(node, ast.alias) and node.name in marked)
    ]
    assert found == []


# The project stands alone


def test_no_file_names_a_place_of_somebodys_machine():
    places = re.compile(r"(?<![\w.{])/(home/\w+|work/|root/|Users/\w+)")
    named = [str(path) for path in [*(path for _, path in sources()), *templates()] if places.search(path.read_text())]
    assert named == []
