"""Every address × every person in one table. An address that is not in it fails the suite."""

import re
import uuid

import pytest
from django.http import QueryDict
from django.urls import URLPattern, get_resolver
from django.utils import timezone
from support.connections import wanted as connection
from support.files import newest, table, upload, work_on
from support.programs import program
from support.webhooks import wanted as webhook

from accounts.models import Membership, User
from accounts.tenancy import acting_for
from csp_link.auto_linking import prepare
from csp_link.connecting import set_connection
from csp_link.models import Tenant
from csp_link.syncing import refresh
from exports.making import start_export
from exports.tasks import make
from imports.tasks import read
from organizations.bulk import get_selection
from organizations.saved_views import save_view
from people.access import get_invitations
from people.inviting import Draft, invite_people
from webhooks.endpoints import make_endpoint

# In the order of the columns below.
PEOPLE = (
    "nobody",
    "reseller_admin",
    "view_only_admin",
    "key_account_manager",
    "key_account_viewer",
    "limited_key_account_manager",
    "sales_agent",
    "neighbour",
    "left",  # a membership that was ended: a person without a reseller
)
LOGIN = 302
# Whom the addresses of people mean. The probes run once for each column, each time in a world of its own.
PLACES = {"me": "reseller_admin", "person": "sales_agent", "other": "key_account_viewer"}
ALL = QueryDict("scope=all")
# Path, method, and the status for each of PEOPLE. {own}: an organization of Nordics, {dach}: of DACH, {job}: an import
# of the Reseller Admin's, {grid}: a grid of theirs in DACH; {export}: an export of theirs that is not made yet, {made}:
# one that is. The neighbour meets Northwind's ids and is told that they don't exist.
TABLE = [
    ("", "get", (LOGIN, 302, 302, 302, 302, 302, 302, 302, 403)),
    ("search/", "get", (LOGIN, 200, 200, 200, 200, 200, 200, 200, 403)),
    ("help/", "get", (LOGIN, 200, 200, 200, 200, 200, 200, 200, 403)),
    ("help/roles/", "get", (LOGIN, 200, 200, 200, 200, 200, 200, 200, 403)),
    ("help/import/", "get", (LOGIN, 200, 200, 200, 200, 200, 200, 200, 403)),
    ("help/no-such-page/", "get", (LOGIN, 404, 404, 404, 404, 404, 404, 404, 403)),
    ("accounts/sessions/", "get", (LOGIN, 200, 200, 200, 200, 200, 200, 200, 200)),
    ("accounts/sessions/", "post", (LOGIN, 302, 302, 302, 302, 302, 302, 302, 302)),
    ("organizations/", "get", (LOGIN, 200, 200, 200, 200, 200, 200, 200, 403)),
    ("organizations/new/", "get", (LOGIN, 200, 403, 200, 403, 200, 200, 200, 403)),
    ("organizations/new/", "post", (LOGIN, 422, 403, 422, 403, 422, 422, 422, 403)),
    ("organizations/new/hints/", "get", (LOGIN, 405, 405, 405, 405, 405, 405, 405, 403)),
    ("organizations/new/hints/", "post", (LOGIN, 200, 403, 200, 403, 200, 200, 200, 403)),
    ("organizations/bulk/", "get", (LOGIN, 405, 405, 405, 405, 405, 405, 405, 403)),
    ("organizations/bulk/", "post", (LOGIN, 302, 302, 302, 302, 302, 302, 302, 403)),
    ("organizations/columns/", "get", (LOGIN, 200, 200, 200, 200, 200, 200, 200, 403)),
    ("organizations/columns/", "post", (LOGIN, 302, 302, 302, 302, 302, 302, 302, 403)),
    ("organizations/views/", "get", (LOGIN, 200, 200, 200, 200, 200, 200, 200, 403)),
    ("organizations/views/", "post", (LOGIN, 302, 302, 302, 302, 302, 302, 302, 403)),
    ("organizations/views/new/", "get", (LOGIN, 200, 200, 200, 200, 200, 200, 200, 403)),
    ("organizations/views/new/", "post", (LOGIN, 422, 422, 422, 422, 422, 422, 422, 403)),
    ("organizations/views/{view}/", "get", (LOGIN, 200, 403, 403, 403, 403, 403, 404, 403)),
    ("organizations/views/{view}/", "post", (LOGIN, 422, 403, 403, 403, 403, 403, 404, 403)),
    ("organizations/views/{view}/update/", "get", (LOGIN, 405, 405, 405, 405, 405, 405, 405, 403)),
    ("organizations/views/{view}/update/", "post", (LOGIN, 302, 403, 403, 403, 403, 403, 404, 403)),
    ("organizations/views/{view}/delete/", "get", (LOGIN, 200, 403, 403, 403, 403, 403, 404, 403)),
    ("organizations/views/{private}/", "get", (LOGIN, 200, 404, 404, 404, 404, 404, 404, 403)),
    ("organizations/views/{private}/delete/", "post", (LOGIN, 302, 404, 404, 404, 404, 404, 404, 403)),
    ("organizations/{own}/", "get", (LOGIN, 200, 200, 200, 200, 200, 200, 404, 403)),
    ("organizations/{dach}/", "get", (LOGIN, 200, 200, 404, 404, 404, 404, 404, 403)),
    ("organizations/{own}/edit/", "get", (LOGIN, 200, 403, 200, 403, 200, 200, 404, 403)),
    ("organizations/{dach}/edit/", "get", (LOGIN, 200, 403, 404, 404, 404, 404, 404, 403)),
    ("organizations/{own}/edit/", "post", (LOGIN, 409, 403, 409, 403, 409, 409, 404, 403)),
    ("organizations/{own}/edit/hints/", "get", (LOGIN, 405, 405, 405, 405, 405, 405, 405, 403)),
    ("organizations/{own}/edit/hints/", "post", (LOGIN, 200, 403, 200, 403, 200, 200, 404, 403)),
    ("organizations/{dach}/edit/hints/", "post", (LOGIN, 200, 403, 404, 404, 404, 404, 404, 403)),
    ("organizations/{own}/archive/", "get", (LOGIN, 405, 405, 405, 405, 405, 405, 405, 403)),
    ("organizations/{own}/archive/", "post", (LOGIN, 302, 403, 403, 403, 403, 403, 404, 403)),
    ("organizations/{dach}/archive/", "post", (LOGIN, 302, 403, 404, 404, 404, 404, 404, 403)),
    ("organizations/{own}/restore/", "post", (LOGIN, 302, 403, 403, 403, 403, 403, 404, 403)),
    ("organizations/{own}/erase/", "get", (LOGIN, 409, 403, 403, 403, 403, 403, 404, 403)),
    ("organizations/{own}/erase/", "post", (LOGIN, 409, 403, 403, 403, 403, 403, 404, 403)),
    ("organizations/create-multiple/", "get", (LOGIN, 200, 403, 200, 403, 200, 403, 200, 403)),
    ("organizations/create-multiple/", "post", (LOGIN, 422, 403, 422, 403, 422, 403, 422, 403)),
    ("organizations/create-multiple/rows/", "get", (LOGIN, 200, 403, 200, 403, 200, 403, 200, 403)),
    ("organizations/create-multiple/rows/", "post", (LOGIN, 422, 403, 422, 403, 422, 403, 422, 403)),
    ("organizations/create-multiple/rows/{grid}/", "get", (LOGIN, 200, 200, 404, 404, 404, 404, 404, 403)),
    ("organizations/templates/csv/", "get", (LOGIN, 200, 403, 200, 403, 200, 403, 200, 403)),
    ("organizations/templates/xml/", "get", (LOGIN, 200, 403, 200, 403, 200, 403, 200, 403)),
    ("organizations/templates/xlsx/", "get", (LOGIN, 200, 403, 200, 403, 200, 403, 200, 403)),
    ("organizations/templates/exe/", "get", (LOGIN, 404, 403, 404, 403, 404, 403, 404, 403)),
    ("organizations/imports/", "get", (LOGIN, 200, 200, 200, 200, 200, 200, 200, 403)),
    ("organizations/imports/{job}/", "get", (LOGIN, 200, 200, 404, 404, 404, 404, 404, 403)),
    ("organizations/imports/{job}/progress/", "get", (LOGIN, 200, 200, 404, 404, 404, 404, 404, 403)),
    ("organizations/imports/{job}/failed-rows/", "get", (LOGIN, 200, 200, 404, 404, 404, 404, 404, 403)),
    ("organizations/imports/{job}/start/", "get", (LOGIN, 405, 405, 405, 405, 405, 405, 405, 403)),
    ("organizations/imports/{job}/start/", "post", (LOGIN, 302, 403, 404, 404, 404, 404, 404, 403)),
    ("organizations/imports/{job}/options/", "post", (LOGIN, 302, 403, 404, 404, 404, 404, 404, 403)),
    ("organizations/imports/{job}/columns/", "get", (LOGIN, 409, 403, 404, 404, 404, 404, 404, 403)),
    ("organizations/imports/{job}/columns/", "post", (LOGIN, 409, 403, 404, 404, 404, 404, 404, 403)),
    ("organizations/imports/{job}/rows/1/", "get", (LOGIN, 200, 403, 404, 404, 404, 404, 404, 403)),
    ("organizations/imports/{job}/rows/1/", "post", (LOGIN, 409, 403, 404, 404, 404, 404, 404, 403)),
    ("organizations/imports/{job}/fix/", "post", (LOGIN, 404, 403, 404, 404, 404, 404, 404, 403)),
    ("organizations/undo/{grid}/", "get", (LOGIN, 200, 403, 404, 404, 404, 404, 404, 403)),
    ("organizations/undo/{grid}/", "post", (LOGIN, 302, 403, 404, 404, 404, 404, 404, 403)),
    ("organizations/undo/{grid}/progress/", "get", (LOGIN, 200, 403, 404, 404, 404, 404, 404, 403)),
    ("organizations/imports/{job}/cancel/", "post", (LOGIN, 302, 403, 404, 404, 404, 404, 404, 403)),
    ("csp/", "get", (LOGIN, 200, 200, 403, 403, 403, 403, 200, 403)),
    ("csp/sync/", "get", (LOGIN, 200, 200, 403, 403, 403, 403, 200, 403)),
    ("csp/sync/refresh/", "get", (LOGIN, 405, 405, 405, 405, 405, 405, 405, 403)),
    ("csp/sync/refresh/", "post", (LOGIN, 302, 403, 403, 403, 403, 403, 409, 403)),
    ("csp/sync/{reading}/ended/", "get", (LOGIN, 405, 405, 405, 405, 405, 405, 405, 403)),
    ("csp/sync/{reading}/ended/", "post", (LOGIN, 409, 403, 404, 404, 404, 404, 404, 403)),
    ("csp/sync/{reading}/keep/", "post", (LOGIN, 409, 403, 404, 404, 404, 404, 404, 403)),
    ("csp/tenants/", "get", (LOGIN, 200, 200, 403, 403, 403, 403, 200, 403)),
    ("csp/tenants/comparing/", "get", (LOGIN, 200, 200, 403, 403, 403, 403, 200, 403)),
    ("csp/tenants/{tenant}/link/", "get", (LOGIN, 200, 403, 404, 404, 404, 404, 404, 403)),
    ("csp/tenants/{tenant}/link/", "post", (LOGIN, 422, 403, 404, 404, 404, 404, 404, 403)),
    ("csp/tenants/{tenant}/profile/", "get", (LOGIN, 200, 403, 404, 404, 404, 404, 404, 403)),
    ("csp/tenants/{tenant}/link-existing/", "get", (LOGIN, 405, 405, 405, 405, 405, 405, 405, 403)),
    ("csp/tenants/{tenant}/link-existing/", "post", (LOGIN, 404, 403, 404, 404, 404, 404, 404, 403)),
    ("csp/tenants/{tenant}/reject/", "get", (LOGIN, 405, 405, 405, 405, 405, 405, 405, 403)),
    ("csp/tenants/{tenant}/reject/", "post", (LOGIN, 404, 403, 404, 404, 404, 404, 404, 403)),
    ("csp/tenants/{tenant}/unlink/", "get", (LOGIN, 409, 403, 404, 404, 404, 404, 404, 403)),
    ("csp/tenants/{tenant}/unlink/", "post", (LOGIN, 409, 403, 404, 404, 404, 404, 404, 403)),
    ("csp/tenants/{tenant}/ignore/", "get", (LOGIN, 200, 403, 404, 404, 404, 404, 404, 403)),
    ("csp/tenants/{tenant}/ignore/", "post", (LOGIN, 422, 403, 404, 404, 404, 404, 404, 403)),
    ("csp/tenants/{tenant}/unignore/", "get", (LOGIN, 200, 403, 404, 404, 404, 404, 404, 403)),
    ("csp/tenants/{tenant}/unignore/", "post", (LOGIN, 302, 403, 404, 404, 404, 404, 404, 403)),
    ("csp/auto-link/", "get", (LOGIN, 405, 405, 405, 405, 405, 405, 405, 403)),
    ("csp/auto-link/", "post", (LOGIN, 302, 403, 403, 403, 403, 403, 302, 403)),
    ("csp/auto-link/{auto}/", "get", (LOGIN, 200, 200, 404, 404, 404, 404, 404, 403)),
    ("csp/auto-link/{auto}/progress/", "get", (LOGIN, 200, 200, 404, 404, 404, 404, 404, 403)),
    ("csp/auto-link/{auto}/start/", "get", (LOGIN, 405, 405, 405, 405, 405, 405, 405, 403)),
    ("csp/auto-link/{auto}/start/", "post", (LOGIN, 409, 403, 404, 404, 404, 404, 404, 403)),
    ("csp/tenants/complete/", "get", (LOGIN, 200, 403, 403, 403, 403, 403, 200, 403)),
    ("csp/tenants/complete/", "post", (LOGIN, 302, 403, 403, 403, 403, 403, 302, 403)),
    ("csp/connection/", "get", (LOGIN, 200, 200, 403, 403, 403, 403, 200, 403)),
    ("csp/connection/", "post", (LOGIN, 422, 403, 403, 403, 403, 403, 422, 403)),
    ("csp/connection/health/", "get", (LOGIN, 200, 200, 403, 403, 403, 403, 200, 403)),
    ("csp/connection/test/", "get", (LOGIN, 405, 405, 405, 405, 405, 405, 405, 403)),
    ("csp/connection/test/", "post", (LOGIN, 302, 403, 403, 403, 403, 403, 409, 403)),
    ("csp/connection/consent/", "get", (LOGIN, 409, 403, 403, 403, 403, 403, 409, 403)),
    ("csp/connection/consent/done/", "get", (LOGIN, 302, 403, 403, 403, 403, 403, 302, 403)),
    ("csp/connection/remove/", "get", (LOGIN, 200, 403, 403, 403, 403, 403, 200, 403)),
    ("csp/connection/remove/", "post", (LOGIN, 302, 403, 403, 403, 403, 403, 302, 403)),
    ("organizations/export/", "get", (LOGIN, 405, 405, 405, 405, 405, 405, 405, 403)),
    ("organizations/export/", "post", (LOGIN, 302, 302, 302, 302, 302, 302, 302, 403)),
    ("organizations/exports/", "get", (LOGIN, 200, 200, 200, 200, 200, 200, 200, 403)),
    ("organizations/exports/{export}/", "get", (LOGIN, 200, 404, 404, 404, 404, 404, 404, 403)),
    ("organizations/exports/{export}/progress/", "get", (LOGIN, 200, 404, 404, 404, 404, 404, 404, 403)),
    ("organizations/exports/{made}/download/", "get", (LOGIN, 200, 404, 404, 404, 404, 404, 404, 403)),
    ("events/", "get", (LOGIN, 200, 200, 200, 200, 200, 200, 200, 403)),
    ("events/export/", "get", (LOGIN, 405, 405, 405, 405, 405, 405, 405, 403)),
    ("events/export/", "post", (LOGIN, 200, 200, 200, 200, 200, 200, 200, 403)),
    ("will-not-be-billed/", "get", (LOGIN, 200, 200, 200, 200, 200, 200, 200, 403)),
    ("will-not-be-billed/export/", "get", (LOGIN, 405, 405, 405, 405, 405, 405, 405, 403)),
    ("will-not-be-billed/export/", "post", (LOGIN, 200, 200, 200, 200, 200, 200, 200, 403)),
    ("will-not-be-billed/mail/", "get", (LOGIN, 405, 405, 405, 405, 405, 405, 405, 403)),
    ("will-not-be-billed/mail/", "post", (LOGIN, 302, 302, 302, 302, 302, 302, 302, 403)),
    ("settings/", "get", (LOGIN, 200, 403, 403, 403, 403, 403, 200, 403)),
    ("settings/", "post", (LOGIN, 422, 403, 403, 403, 403, 403, 422, 403)),
    ("settings/mandatory-columns/", "get", (LOGIN, 200, 403, 403, 403, 403, 403, 200, 403)),
    ("settings/mandatory-columns/", "post", (LOGIN, 302, 403, 403, 403, 403, 403, 302, 403)),
    ("administrators/", "get", (LOGIN, 200, 200, 403, 403, 403, 403, 200, 403)),
    ("administrators/invite/", "get", (LOGIN, 200, 403, 403, 403, 403, 403, 200, 403)),
    ("administrators/invite/", "post", (LOGIN, 422, 403, 403, 403, 403, 403, 422, 403)),
    ("administrators/import/", "get", (LOGIN, 200, 403, 403, 403, 403, 403, 200, 403)),
    ("administrators/import/", "post", (LOGIN, 422, 403, 403, 403, 403, 403, 422, 403)),
    ("administrators/{person}/", "get", (LOGIN, 200, 200, 404, 404, 404, 404, 404, 403)),
    ("administrators/{person}/role/", "get", (LOGIN, 200, 403, 404, 404, 404, 404, 404, 403)),
    ("administrators/{person}/groups/", "get", (LOGIN, 200, 403, 404, 404, 404, 404, 404, 403)),
    ("administrators/{person}/handover/", "get", (LOGIN, 200, 403, 404, 404, 404, 404, 404, 403)),
    ("administrators/{person}/deactivate/", "get", (LOGIN, 200, 403, 404, 404, 404, 404, 404, 403)),
    ("administrators/{person}/reactivate/", "get", (LOGIN, 200, 403, 404, 404, 404, 404, 404, 403)),
    ("administrators/{person}/remove/", "get", (LOGIN, 200, 403, 404, 404, 404, 404, 404, 403)),
    ("administrators/{person}/role/", "post", (LOGIN, 422, 403, 404, 404, 404, 404, 404, 403)),
    ("administrators/{person}/groups/", "post", (LOGIN, 302, 403, 404, 404, 404, 404, 404, 403)),
    ("administrators/{person}/handover/", "post", (LOGIN, 422, 403, 404, 404, 404, 404, 404, 403)),
    ("administrators/{person}/loans/{other}/end/", "get", (LOGIN, 405, 405, 405, 405, 405, 405, 405, 403)),
    ("administrators/{person}/loans/{other}/end/", "post", (LOGIN, 302, 403, 404, 404, 404, 404, 404, 403)),
    ("administrators/{me}/role/", "get", (LOGIN, 409, 403, 404, 404, 404, 404, 404, 403)),
    ("administrators/{me}/deactivate/", "post", (LOGIN, 409, 403, 404, 404, 404, 404, 404, 403)),
    ("administrators/{me}/remove/", "post", (LOGIN, 409, 403, 404, 404, 404, 404, 404, 403)),
    ("administrators/{invited}/", "get", (LOGIN, 404, 404, 404, 404, 404, 404, 404, 403)),
    ("administrators/invitations/{invited}/", "get", (LOGIN, 200, 200, 404, 404, 404, 404, 404, 403)),
    ("administrators/invitations/{invited}/send-again/", "get", (LOGIN, 200, 403, 404, 404, 404, 404, 404, 403)),
    ("administrators/invitations/{invited}/withdraw/", "get", (LOGIN, 200, 403, 404, 404, 404, 404, 404, 403)),
    ("administrators/invitations/{invited}/send-again/", "post", (LOGIN, 302, 403, 404, 404, 404, 404, 404, 403)),
    ("administrators/invitations/{invited}/withdraw/", "post", (LOGIN, 302, 403, 404, 404, 404, 404, 404, 403)),
    ("administrators/{removed}/erase/", "get", (LOGIN, 200, 403, 404, 404, 404, 404, 404, 403)),
    ("administrators/{removed}/erase/", "post", (LOGIN, 422, 403, 404, 404, 404, 404, 404, 403)),
    ("groups/", "get", (LOGIN, 200, 200, 200, 200, 200, 200, 200, 403)),
    ("groups/dissolving/", "get", (LOGIN, 200, 403, 403, 403, 403, 403, 200, 403)),
    ("groups/new/", "get", (LOGIN, 200, 403, 403, 403, 403, 403, 200, 403)),
    ("groups/new/", "post", (LOGIN, 422, 403, 403, 403, 403, 403, 422, 403)),
    ("groups/{nordics}/", "get", (LOGIN, 200, 200, 200, 200, 200, 200, 404, 403)),
    ("groups/{its_dach}/", "get", (LOGIN, 200, 200, 404, 404, 404, 404, 404, 403)),
    ("groups/{nordics}/edit/", "get", (LOGIN, 200, 403, 403, 403, 403, 403, 404, 403)),
    ("groups/{nordics}/edit/", "post", (LOGIN, 409, 403, 403, 403, 403, 403, 404, 403)),
    ("groups/{its_dach}/edit/", "post", (LOGIN, 409, 403, 404, 404, 404, 404, 404, 403)),
    ("groups/{nordics}/members/", "get", (LOGIN, 200, 403, 403, 403, 403, 403, 404, 403)),
    ("groups/{nordics}/members/", "post", (LOGIN, 302, 403, 403, 403, 403, 403, 404, 403)),
    ("groups/{its_dach}/members/", "post", (LOGIN, 302, 403, 404, 404, 404, 404, 404, 403)),
    ("groups/{nordics}/members/paste/", "get", (LOGIN, 200, 403, 403, 403, 403, 403, 404, 403)),
    ("groups/{nordics}/members/paste/", "post", (LOGIN, 422, 403, 403, 403, 403, 403, 404, 403)),
    ("groups/{nordics}/delete/", "get", (LOGIN, 200, 403, 403, 403, 403, 403, 404, 403)),
    ("groups/{its_dach}/delete/", "post", (LOGIN, 302, 403, 404, 404, 404, 404, 404, 403)),
    ("organizations/{own}/groups/", "get", (LOGIN, 200, 403, 403, 403, 403, 403, 404, 403)),
    ("organizations/{own}/groups/", "post", (LOGIN, 302, 403, 403, 403, 403, 403, 404, 403)),
    ("organizations/{dach}/groups/", "post", (LOGIN, 409, 403, 404, 404, 404, 404, 404, 403)),
    ("organizations/{own}/who-sees/", "get", (LOGIN, 200, 200, 403, 403, 403, 403, 404, 403)),
    ("organizations/{dach}/who-sees/", "get", (LOGIN, 200, 200, 404, 404, 404, 404, 404, 403)),
    ("invitations/{reseller}/{token}/", "get", (404,) * 9),
    ("invitations/{reseller}/{token}/", "post", (404,) * 9),
    ("administrators/{person}/deactivate/", "post", (LOGIN, 302, 403, 404, 404, 404, 404, 404, 403)),
    ("administrators/{person}/reactivate/", "post", (LOGIN, 302, 403, 404, 404, 404, 404, 404, 403)),
    ("administrators/{person}/remove/", "post", (LOGIN, 302, 403, 404, 404, 404, 404, 404, 403)),
    ("settings/api-keys/", "get", (LOGIN, 200, 403, 403, 403, 403, 403, 200, 403)),
    ("settings/api-keys/new/", "get", (LOGIN, 200, 403, 403, 403, 403, 403, 200, 403)),
    ("settings/api-keys/new/", "post", (LOGIN, 422, 403, 403, 403, 403, 403, 422, 403)),
    ("settings/api-keys/{key}/", "get", (LOGIN, 200, 403, 403, 403, 403, 403, 404, 403)),
    ("settings/api-keys/{key}/", "post", (LOGIN, 422, 403, 403, 403, 403, 403, 404, 403)),
    ("settings/webhooks/", "get", (LOGIN, 200, 403, 403, 403, 403, 403, 200, 403)),
    ("settings/webhooks/new/", "get", (LOGIN, 200, 403, 403, 403, 403, 403, 200, 403)),
    ("settings/webhooks/new/", "post", (LOGIN, 422, 403, 403, 403, 403, 403, 422, 403)),
    ("settings/webhooks/{hook}/", "get", (LOGIN, 200, 403, 403, 403, 403, 403, 404, 403)),
    ("settings/webhooks/{hook}/", "post", (LOGIN, 422, 403, 403, 403, 403, 403, 404, 403)),
    ("settings/webhooks/{hook}/edit/", "get", (LOGIN, 200, 403, 403, 403, 403, 403, 404, 403)),
    ("settings/webhooks/{hook}/edit/", "post", (LOGIN, 422, 403, 403, 403, 403, 403, 404, 403)),
    ("settings/webhooks/{hook}/test/", "get", (LOGIN, 405, 405, 405, 405, 405, 405, 405, 403)),
    ("settings/webhooks/{hook}/test/", "post", (LOGIN, 302, 403, 403, 403, 403, 403, 404, 403)),
    ("settings/webhooks/{hook}/replay/", "get", (LOGIN, 405, 405, 405, 405, 405, 405, 405, 403)),
    ("settings/webhooks/{hook}/replay/", "post", (LOGIN, 302, 403, 403, 403, 403, 403, 404, 403)),
    ("settings/security/", "get", (LOGIN, 200, 403, 403, 403, 403, 403, 200, 403)),
    ("settings/security/", "post", (LOGIN, 302, 403, 403, 403, 403, 403, 302, 403)),
    ("resellers/switch/", "post", (LOGIN, 404, 404, 404, 404, 404, 404, 404, 404)),
    ("language/", "post", (302,) * 9),
    ("accounts/preferences/", "get", (LOGIN, 200, 200, 200, 200, 200, 200, 200, 200)),
    ("accounts/preferences/", "post", (LOGIN, 302, 302, 302, 302, 302, 302, 302, 302)),
    ("theme/", "post", (LOGIN, 302, 302, 302, 302, 302, 302, 302, 302)),
    ("operator/mail/", "get", (LOGIN, 302, 302, 302, 302, 302, 302, 302, 302)),
    ("operator/mail/a.log", "get", (LOGIN, 302, 302, 302, 302, 302, 302, 302, 302)),
    ("operator/", "get", (LOGIN, 302, 302, 302, 302, 302, 302, 302, 302)),
    ("operator/accounts/user/", "get", (LOGIN, 302, 302, 302, 302, 302, 302, 302, 302)),
    ("accounts/login/", "get", (200, 302, 302, 302, 302, 302, 302, 302, 302)),
    ("accounts/signup/", "get", (200, 302, 302, 302, 302, 302, 302, 302, 302)),
    ("accounts/logout/", "get", (LOGIN, 200, 200, 200, 200, 200, 200, 200, 200)),
    ("accounts/password/reset/", "get", (200, 200, 200, 200, 200, 200, 200, 200, 200)),
    ("api/v1/docs", "get", (LOGIN, 200, 200, 200, 200, 200, 200, 200, 403)),
    ("api/v1/openapi.json", "get", (200,) * 9),
]
# Below these prefixes a library has its own pages, and its own tests of who may see them.
# The API has a table of its own: tests/api/test_every_route.py.
THEIRS = re.compile(r"^(operator/|accounts/|api/v1/(?!openapi.json|docs))")


def patterns(resolver=None, prefix=""):
    """Every route of the project as it is written in a urls.py."""
    for found in (resolver or get_resolver()).url_patterns:
        route = prefix + str(found.pattern)
        if isinstance(found, URLPattern):
            yield route
        else:
            yield from patterns(found, route)


@pytest.fixture
def ids(cast):
    with acting_for(cast.northwind.pk):
        (own,) = cast.create(cast.admin, name="Own AB", groups=[cast.nordics])
        (dach,) = cast.create(cast.admin, name="Dach GmbH", groups=[cast.dach])
    upload(cast.sign_in(), table(count=2))
    work_on(cast, read)
    with acting_for(cast.northwind.pk):
        draft = Draft("Ida Invited", "ida@northwind.example", "sales_agent")
        invite_people(cast.admin, [draft])
        (invited,) = get_invitations(cast.admin)
        set_connection(cast.admin, connection(mode="app_only"))
        reading = refresh(cast.admin)
        tenant = Tenant.objects.create(reseller=cast.northwind, tenant_id=uuid.uuid4(), name="Tenant AB")
        auto = prepare(cast.admin)
        hook, _ = make_endpoint(cast.admin, webhook())
        view = save_view(cast.admin, "Shared", {}, [], shared=True)
        private = save_view(cast.admin, "Private", {}, [])
        export, made = (start_export(cast.admin, get_selection(cast.admin, ALL), name) for name in ("csv", "json"))
    make(cast.northwind.pk, made.pk)
    key = program(cast).key
    people = {name: cast.members[role].user.public_id for name, role in PLACES.items()}
    found = {"own": own, "dach": dach, "job": newest(cast), "invited": invited, "reseller": cast.northwind, "key": key}
    found |= {"nordics": cast.nordics, "its_dach": cast.dach}
    found |= {"view": view, "private": private, "hook": hook, "reading": reading, "export": export, "made": made}
    sent = {"name": "Row AB", "primary_domain": "row.example", "notification_email": "it@row.example"}
    grid = cast.sign_in().post("/organizations/create-multiple/rows/", sent | {"groups": str(cast.dach.public_id)})
    gone = User.objects.create_user("gone@northwind.example", name="Gone")
    once = {"removed_at": timezone.now(), "is_active": False, "role": "sales_agent"}
    Membership.objects.create(reseller=cast.northwind, user=gone, **once)
    people |= {
        "removed": gone.public_id,
        "token": "nonsense",
        "grid": grid.url.split("/")[-2],
        "tenant": tenant.tenant_id,
        "auto": auto.public_id,
    }
    return people | {name: row.public_id for name, row in found.items()}


def browser(cast, person):
    from django.test import Client

    if person == "nobody":
        return Client()
    if person == "left":
        cast.members["sales_agent"].is_active = False
        cast.members["sales_agent"].save()
        return cast.sign_in("sales_agent")
    return cast.sign_in(person)


@pytest.mark.timeout(180)
@pytest.mark.parametrize("person", PEOPLE)
def test_everybody_gets_exactly_what_is_theirs(cast, ids, person):
    client, column = browser(cast, person), PEOPLE.index(person)
    wrong = []
    for path, method, expected in TABLE:
        answer = getattr(client, method)("/" + path.format(**ids))
        b"".join(answer.streaming_content if answer.streaming else [])  # a file that nobody reads stays open
        if answer.status_code != expected[column]:
            wrong.append((method, path, answer.status_code, expected[column]))
    assert wrong == []


def test_every_address_is_in_the_table():
    def written(path):
        return re.sub(r"<[^>]+>", "*", path)

    tabled = {re.sub(r"\{\w+\}", "*", path) for path, _, _ in TABLE}
    ours = {written(route) for route in patterns() if not THEIRS.match(route)}
    known = {re.sub(r"templates/\w+/", "templates/*/", path) for path in tabled}
    known |= {re.sub(r"rows/\d+/", "rows/*/", path) for path in tabled}
    known |= {re.sub(r"help/import/", "help/*/", path) for path in tabled}
    assert len(ours) > 15
    assert ours - known == set()


def test_a_number_of_probes_and_refusals_is_told(record_property):
    answers = [status for _, _, row in TABLE for status in row]
    refused = sum(status in (302, 403, 404, 405) for status in answers)
    record_property("told", f"{len(answers)} probes, {refused} refused")
    assert len(answers) == len(TABLE) * len(PEOPLE)
