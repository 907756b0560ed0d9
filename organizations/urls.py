from django.urls import path

from organizations import views

app_name = "organizations"
urlpatterns = [
    path("", views.organizations, name="list"),
    path("new/", views.new_organization, name="new"),
    path("<uuid:public_id>/", views.organization, name="detail"),
]
