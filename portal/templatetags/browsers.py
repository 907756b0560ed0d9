"""What a browser calls itself, in words that a person recognises."""

from typing import Final

from django import template
from django.utils.text import Truncator
from django.utils.translation import gettext as _

register = template.Library()

# The first that is found counts: most browsers also name those that they want to be taken for.
_BROWSERS: Final = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS: Final = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


@register.filter
def browser(user_agent: str) -> str:
    """“Firefox on Windows”; what is not known stays as it is, shortened."""
    name = next((name for sign, name in _BROWSERS if sign in user_agent.replace("Headless", "")), "")
    system = next((system for sign, system in _SYSTEMS if sign in user_agent), "")
    if name and system:
        return _("%(browser)s on %(system)s") % {"browser": name, "system": system}
    return name or Truncator(user_agent).chars(60) or _("Unknown")
