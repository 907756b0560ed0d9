"""Reads the request from the command line, answers, and never outlives its limits."""

import json
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from imports.workbook.content import check
from imports.workbook.limits import LONGEST_PAUSE, LONGEST_WAIT, bound_memory, bound_time
from imports.workbook.refusals import Refused
from imports.workbook.sheets import Answer, beginnings, rows


def main(request: dict[str, Any]) -> None:
    """Refusals are answers too. What hostile bytes make a library raise, a panic of Rust included, is the file's."""
    bound_time()
    bound_memory(0)
    try:
        for answer in _answers(**request):
            _say(*answer)
        _say("end", None)
    except BrokenPipeError:
        return  # nobody listens any more
    except Refused as refused:
        _say("refused", [refused.code, refused.params])
    except MemoryError:
        _say("refused", ["workbook_too_large", {}])
    except BaseException:
        _say("refused", ["workbook_damaged", {}])


def _answers(path: str, wanted: dict[str, Any]) -> Iterator[Answer]:
    file = Path(path)
    bound_memory(check(file))
    return rows(file, **wanted) if "sheet" in wanted else beginnings(file, **wanted)


def _say(kind: str, content: object) -> None:
    signal.alarm(LONGEST_WAIT)
    sys.stdout.write(json.dumps([kind, content]) + "\n")
    sys.stdout.flush()
    signal.alarm(LONGEST_PAUSE)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
