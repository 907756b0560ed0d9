"""The stand-in's clock, which tests and demonstrations move ahead."""

import time

from csp_link.fake.behaviour import Switchboard


def now(switches: Switchboard) -> float:
    return time.time() + switches.now.clock_days * 86_400
