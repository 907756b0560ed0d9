"""Looking at a page as everybody may have it: axe's rules, no sideways scroll, and a picture for people to look at."""

import os
import re
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe

RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
PICTURES = os.environ.get("PICTURES", "")  # the folder for them; `make pictures` names one
SHAPES = [(scheme, width) for scheme in ("light", "dark") for width in (320, 1280)]


def shaped(scheme, width):
    """The browser for a shape. axe writes styles of its own into the page, which our policy would forbid."""
    return {"bypass_csp": True, "color_scheme": scheme, "viewport": {"width": width, "height": 900}}


def check(page, where, within=None):
    """`within` leaves out what lies behind an open menu, partly covered until it closes; it was looked at without."""
    page.wait_for_load_state()  # without its styles every control is too small
    keep_picture(page, where)
    found = Axe().run(page, within, options=RULES).response["violations"]
    assert [(where, item["id"], item["nodes"][0]["html"][:200]) for item in found] == []
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{where} scrolls sideways"


def keep_picture(page, where):
    if PICTURES:
        scheme = "dark" if page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches") else "light"
        name = (
            re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "id", re.sub("^https?://[^/]+", "", where))
            .strip("/")
            .replace("/", "_")
        )
        page.screenshot(path=Path(PICTURES, f"{name} {scheme} {page.viewport_size['width']}.png"), full_page=True)
