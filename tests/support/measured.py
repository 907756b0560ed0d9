"""One reading of one file in a process of its own, which says what came of it, how long it took and how much it held.

Run as a program it is that process; `read_measured` starts it.
"""

import json
import os
import re
import resource
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]


class Measured(NamedTuple):
    """`code` is that of the refusal, or None when `rows` were read; seconds are of processor time."""

    code: str | None
    sentence: str
    rows: int
    seconds: float
    megabytes: float


def read_measured(path):
    environment = os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}"}
    command = [sys.executable, "-m", "support.measured", str(path)]
    answer = subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, timeout=50)
    return Measured(**json.loads(answer.stdout))


def _read(path):
    """As an import goes: layout, headings, the survey, every row."""
    from imports.readers import reader_of
    from imports.unreadable import Unreadable

    rows = 0
    try:
        reader = reader_of(path)
        layout = reader.detect(path)
        reader.read_headings(path, layout)
        survey = reader.survey(path, layout)
        rows = sum(1 for _row in reader.read_rows(path, survey.layout))
    except Unreadable as refused:
        return {"code": refused.code, "sentence": refused.sentence(), "rows": rows}
    return {"code": None, "sentence": "", "rows": rows}


def _spent():
    """Of this process and of those that it started and waited for."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    # Our own `ru_maxrss` would be that of who started us, if that was more.
    (own,) = re.findall(r"VmHWM:\s*(\d+) kB", Path("/proc/self/status").read_text())
    return {
        "seconds": sum(usage.ru_utime + usage.ru_stime for usage in used),
        "megabytes": max(int(own), used[1].ru_maxrss) / 1024,
    }


if __name__ == "__main__":
    from django.conf import settings

    settings.configure(USE_I18N=False)
    json.dump(_read(Path(sys.argv[1])) | _spent(), sys.stdout)
