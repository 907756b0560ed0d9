"""Remembering that somebody didn't answer, so that the next in line needn't find out by waiting."""

import time


class Absence:
    """True for some seconds after it was noted. Each process finds out for itself."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._over_at = 0.0

    def note(self) -> None:
        self._over_at = time.monotonic() + self.seconds

    def __bool__(self) -> bool:
        return time.monotonic() < self._over_at
