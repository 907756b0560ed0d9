"""Schemathesis reads what the API says of itself and tries to find it wrong, with the key of every role.

Its stateful phase follows the document's links: what one call creates, others read, change and delete.
It asks the same each time; `make fuzz` asks anew, and SCHEMATHESIS_EXAMPLES=100 makes it the long form.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from support.workers import until

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = os.environ.get("SCHEMATHESIS_EXAMPLES", "")
PEOPLE = ("admin", "viewer", "kam", "kamviewer", "limitedkam", "agent")
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "allow_header_conformance",
    "use_after_free",
    "ensure_resource_availability",
    "ignored_auth",
)
pytestmark = pytest.mark.timeout(120 + 60 * int(EXAMPLES or 0))


@pytest.mark.parametrize("person", PEOPLE)
def test_nothing_breaks_the_contract(api_portal, person, record_property):
    until(api_portal.is_ready)
    secret = api_portal.manage("create_api_key", "--email", f"{person}@northwind.example")
    # With everything that may be written the admin is looked at more closely than those who may write less.
    phases = "examples,coverage,fuzzing,stateful" if EXAMPLES else "examples,stateful"
    if person == "admin" and not EXAMPLES:
        phases = "coverage,stateful"
    done = subprocess.run(
        [
            Path(sys.executable).with_name("schemathesis"),
            *("run", ROOT / "docs" / "openapi.json", "--origin", api_portal.url, "--no-color"),
            *("--header", f"Authorization: Bearer {secret}", "--checks", ",".join(CHECKS)),
            # One worker: CPython 3.11 loses count of its recursion when two threads parse (python/cpython#106905).
            *("--phases", phases, "--max-examples", EXAMPLES or "2", "--request-timeout", "30", "--workers", "1"),
            *("--suppress-health-check", "all", "--warnings", "off", "--generation-database", "none"),
            *(() if "FUZZ" in os.environ else ("--seed", "1")),
        ],
        capture_output=True,
        text=True,
        timeout=110 + 60 * int(EXAMPLES or 0),
        cwd=api_portal.home,
        env=os.environ | {"PYTHONPATH": str(ROOT / "tests"), "SCHEMATHESIS_HOOKS": "support.short_addresses"},
    )
    told = done.stdout[-6000:]
    record_property("schemathesis", told[-400:])
    assert done.returncode == 0, told
    assert "No issues found" in told
