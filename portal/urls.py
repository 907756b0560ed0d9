from django.urls import path

from portal import views

urlpatterns = [
    path("", views.home, name="home"),
    path("help/", views.help_page, name="help"),
    path("resellers/switch/", views.switch_reseller, name="switch_reseller"),
    path("theme/", views.theme, name="theme"),
]
