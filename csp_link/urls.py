from django.urls import path

from csp_link import auto_views, tenant_views, views

app_name = "csp_link"
urlpatterns = [
    path("", views.overview, name="overview"),
    path("sync/", views.sync, name="sync"),
    path("sync/refresh/", views.refresh, name="refresh"),
    path("sync/<uuid:public_id>/ended/", views.confirm, name="confirm_ended"),
    path("sync/<uuid:public_id>/keep/", views.keep, name="keep_missing"),
    path("tenants/", tenant_views.tenants, name="tenants"),
    path("tenants/comparing/", tenant_views.comparing, name="comparing"),
    path("tenants/<uuid:tenant_id>/link/", tenant_views.link, name="link"),
    path("tenants/<uuid:tenant_id>/profile/", tenant_views.profile, name="profile"),
    path("tenants/<uuid:tenant_id>/link-existing/", tenant_views.link_existing, name="link_existing"),
    path("tenants/<uuid:tenant_id>/reject/", tenant_views.reject, name="reject"),
    path("tenants/<uuid:tenant_id>/unlink/", tenant_views.unlink, name="unlink"),
    path("tenants/<uuid:tenant_id>/ignore/", tenant_views.ignore, name="ignore"),
    path("tenants/<uuid:tenant_id>/unignore/", tenant_views.unignore, name="unignore"),
    path("auto-link/", auto_views.auto_preview, name="auto_preview"),
    path("auto-link/<uuid:public_id>/", auto_views.auto, name="auto"),
    path("auto-link/<uuid:public_id>/progress/", auto_views.auto_progress, name="auto_progress"),
    path("auto-link/<uuid:public_id>/start/", auto_views.auto_start, name="auto_start"),
    path("tenants/complete/", auto_views.completion, name="complete"),
    path("connection/", views.connection, name="connection"),
    path("connection/health/", views.health, name="health"),
    path("connection/test/", views.test, name="test"),
    path("connection/consent/", views.consent, name="consent"),
    path("connection/consent/done/", views.consented, name="consented"),
    path("connection/remove/", views.remove, name="remove"),
]
