from django.urls import path

from portal import (
    erasing,
    event_views,
    key_views,
    palette_views,
    preferences,
    sessions,
    settings_views,
    unbilled_views,
    views,
    webhook_views,
)

urlpatterns = [
    path("", views.home, name="home"),
    path("events/", event_views.event_log, name="events"),
    path("events/export/", event_views.export_events, name="export_events"),
    path("search/", palette_views.search, name="search"),
    path("help/", views.help_page, name="help"),
    path("help/roles/", views.roles_page, name="roles"),
    path("resellers/switch/", views.switch_reseller, name="switch_reseller"),
    path("organizations/<uuid:public_id>/erase/", erasing.erase, name="erase"),
    path("will-not-be-billed/", unbilled_views.unbilled, name="unbilled"),
    path("will-not-be-billed/export/", unbilled_views.export_unbilled, name="export_unbilled"),
    path("will-not-be-billed/mail/", unbilled_views.mail_unbilled, name="mail_unbilled"),
    path("settings/", settings_views.profile, name="settings"),
    path("settings/mandatory-columns/", settings_views.mandatory_columns, name="mandatory_columns"),
    path("settings/api-keys/", key_views.api_keys, name="api_keys"),
    path("settings/api-keys/new/", key_views.new_api_key, name="new_api_key"),
    path("settings/api-keys/<uuid:public_id>/", key_views.api_key, name="api_key"),
    path("settings/webhooks/", webhook_views.webhooks, name="webhooks"),
    path("settings/webhooks/new/", webhook_views.new_webhook, name="new_webhook"),
    path("settings/webhooks/<uuid:public_id>/", webhook_views.webhook, name="webhook"),
    path("settings/webhooks/<uuid:public_id>/edit/", webhook_views.edit_webhook, name="edit_webhook"),
    path("settings/webhooks/<uuid:public_id>/test/", webhook_views.test_webhook, name="test_webhook"),
    path("settings/webhooks/<uuid:public_id>/replay/", webhook_views.replay_webhook, name="replay_webhook"),
    path("settings/security/", settings_views.security, name="security"),
    path("accounts/sessions/", sessions.sessions, name="usersessions_list"),  # in place of allauth's
    path("accounts/preferences/", preferences.preferences, name="preferences"),
    path("language/", preferences.language, name="language"),
    path("theme/", views.theme, name="theme"),
]
