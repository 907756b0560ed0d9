"""Asks for known vulnerabilities of what is locked; when nobody can be asked it says so, and that is no failure."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

PATIENCE = 60.0
COMMAND = ("--disable-pip", "--require-hashes", "--progress-spinner", "off", "--format", "json")
OUT_OF_REACH = ("could not connect", "connection", "timed out", "max retries", "temporary failure")


def main(lock: str) -> int:
    program = str(Path(sys.executable).with_name("pip-audit"))
    try:
        done = subprocess.run(
            [program, *COMMAND, "--requirement", lock], capture_output=True, text=True, timeout=PATIENCE, check=False
        )
    except subprocess.TimeoutExpired:
        return skipped(f"there was no answer within {PATIENCE:.0f} seconds")
    if not done.stdout.strip():
        words = done.stderr.strip()
        return skipped("the index did not answer") if is_out_of_reach(words) else failed(words)
    return judge(json.loads(done.stdout)["dependencies"])


def judge(packages: list[dict[str, Any]]) -> int:
    known = [package for package in packages if "vulns" in package]
    if not known:
        return skipped(f"the index knows advisories for none of the {len(packages)} packages")
    bad = [f"{p['name']} {p['version']}: {vuln['id']}" for p in known for vuln in p["vulns"]]
    say(f"Audited {len(known)} of {len(packages)} packages; {len(bad)} known vulnerabilities.", *bad)
    return 1 if bad else 0


def is_out_of_reach(words: str) -> bool:
    return any(sign in words.lower() for sign in OUT_OF_REACH)


def skipped(reason: str) -> int:
    say(f"NOT AUDITED for vulnerabilities: {reason}.")
    return 0


def failed(words: str) -> int:
    say(words or "pip-audit said nothing.")
    return 1


def say(*lines: str) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
