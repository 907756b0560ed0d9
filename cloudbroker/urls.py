"""All addresses on one screen: an include() an app."""

from django.contrib import admin
from django.urls import include, path

from cloudbroker.api import api, docs, openapi

urlpatterns = [
    path("", include("portal.urls")),
    path("", include("people.urls")),
    path("", include("organizations.grouping.urls")),
    path("csp/", include("csp_link.urls")),
    path("organizations/", include("exports.urls")),
    path("organizations/", include("imports.urls")),
    path("organizations/", include("organizations.urls")),
    path("accounts/", include("allauth.urls")),
    path("operator/mail/", include("portal.operator_urls")),
    path("operator/", admin.site.urls),
    path("api/v1/openapi.json", openapi, name="openapi"),
    path("api/v1/docs", docs, name="api_docs"),
    path("api/v1/", api.urls),
]
handler400 = "portal.errors.bad_request"
handler403 = "portal.errors.forbidden"
handler404 = "portal.errors.not_found"
handler500 = "portal.errors.server_error"
