from django.urls import path

from csp_link import views

app_name = "csp_link"
urlpatterns = [
    path("", views.overview, name="overview"),
    path("sync/", views.sync, name="sync"),
    path("sync/refresh/", views.refresh, name="refresh"),
    path("sync/<uuid:public_id>/ended/", views.confirm, name="confirm_ended"),
    path("sync/<uuid:public_id>/keep/", views.keep, name="keep_missing"),
    path("connection/", views.connection, name="connection"),
    path("connection/health/", views.health, name="health"),
    path("connection/test/", views.test, name="test"),
    path("connection/consent/", views.consent, name="consent"),
    path("connection/consent/done/", views.consented, name="consented"),
    path("connection/remove/", views.remove, name="remove"),
]
