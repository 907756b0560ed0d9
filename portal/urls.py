from django.urls import path

from portal import erasing, views

urlpatterns = [
    path("", views.home, name="home"),
    path("help/", views.help_page, name="help"),
    path("resellers/switch/", views.switch_reseller, name="switch_reseller"),
    path("organizations/<uuid:public_id>/erase/", erasing.erase, name="erase"),
    path("theme/", views.theme, name="theme"),
]
