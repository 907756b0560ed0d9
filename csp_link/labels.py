"""What the fields of connections and tenants are called where the log tells their changes."""

from typing import Final

from django.utils.translation import gettext_lazy as _

LABELS: Final = {
    "cloud": _("Cloud"),
    "partner_id": _("Partner tenant ID"),
    "app_id": _("Application (client) ID"),
    "mode": _("How to sign in"),
    "credential": _("Secret"),
    "credential_expires_on": _("Expires on"),
    "domain": _("Domain"),
    "relationship": _("Relationship"),
}
# Fields whose values the log keeps as English words, to be put into the reader's.
IN_WORDS: Final = frozenset({"cloud", "mode", "credential"})
