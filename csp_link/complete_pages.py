"""What the page Complete tenants shows: the grid in which what is missing is filled in."""

from typing import Any

from django.utils.translation import gettext as _

from accounts.actors import Actor
from csp_link.completing import Completion
from csp_link.tenant_pages import tenant_crumbs
from organizations.cells import problems_in, row_of
from organizations.fields import FIELDS, MANDATORY
from organizations.forms import GroundForm
from organizations.rules import also_mandatory


def completion_context(actor: Actor, form: GroundForm, given: Completion | None = None) -> dict[str, Any]:
    """The grid as it is first offered, or what is left of it after an answer."""
    shown = given or Completion.offered(actor)
    mandatory = MANDATORY | also_mandatory(actor)
    title = _("Complete tenants")
    return {
        "title": title,
        "form": form,
        "columns": [{"heading": field.heading, "mandatory": field.name in mandatory} for field in FIELDS],
        "rows": [row_of(number, line) | {"tenant": line.tenant.tenant_id} for number, line in enumerate(shown.left, 1)],
        "problems": problems_in(shown.left) if given else [],  # before, the cells say enough
        "breadcrumbs": tenant_crumbs((title, "")),
    }
