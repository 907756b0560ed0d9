"""What the stand-in does wrong, and which of several lawful things it does; /control/behaviour changes it."""

import re
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any


@dataclass
class Fault:
    """Something that happens instead of an answer: `on` is a pattern of operations, `kind` is in faults.py or a number
    of Entra's; after `skip` good answers it happens `times` times, or for ever when that is negative."""

    on: str
    kind: str
    times: int = -1
    skip: int = 0
    seconds: float = 0.0
    retry_after: str = ""
    to: str = ""  # where a 302 leads

    def strikes(self, operation: str) -> bool:
        if not self.times or not re.fullmatch(self.on, operation):
            return False
        if self.skip:
            self.skip -= 1
            return False
        self.times -= 1
        return True


@dataclass
class Behaviour:
    consent: str = "ask"  # ask (a page), grant, deny
    has_mfa: bool = True
    access_seconds: int = 3599
    refresh_days: int = 90
    clock_days: float = 0.0  # how far the clock is ahead
    byte_order_mark: bool = True
    charset: bool = True
    next_in: str = "both"  # both, body, link: where a page names the next one
    next_uri: str = "/v1/customers"  # or /customers, as until 2021
    without_next: str = "first"  # what seekOperation=Next without a token gets: the first page, or 400
    end: str = "clean"  # or 2000: one more page, which is answered with 400 and code 2000
    total: str = "page"  # page, grand, zero, absent
    delegated: bool | None = None  # None: each customer as its own entry says
    echoes_ids: bool = True
    rate_limit: int = 500
    rate_window: float = 60.0
    faults: list[Fault] = field(default_factory=list)


class Switchboard:
    """The behaviour of now, shared by all threads."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.now = Behaviour()

    def reset(self) -> None:
        with self.lock:
            self.now = Behaviour()

    def change(self, wanted: Mapping[str, Any]) -> None:
        """Raises ValueError for a name that is no switch; `faults` replaces all of them."""
        known = {each.name for each in fields(Behaviour)}
        if unknown := set(wanted) - known:
            raise ValueError(f"no such switch: {', '.join(sorted(unknown))}")
        faults = [Fault(**each) for each in wanted["faults"]] if "faults" in wanted else self.now.faults
        with self.lock:
            self.now = Behaviour(**(vars(self.now) | dict(wanted) | {"faults": faults}))

    def shown(self) -> dict[str, Any]:
        return asdict(self.now)

    def fault(self, operation: str) -> Fault | None:
        with self.lock:
            return next((each for each in self.now.faults if each.strikes(operation)), None)
