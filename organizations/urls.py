from django.urls import path

from organizations import change_views, views

app_name = "organizations"
urlpatterns = [
    path("", views.organizations, name="list"),
    path("new/", views.new_organization, name="new"),
    path("bulk/", change_views.bulk, name="bulk"),
    path("<uuid:public_id>/", views.organization, name="detail"),
    path("<uuid:public_id>/edit/", change_views.edit, name="edit"),
    path("<uuid:public_id>/archive/", change_views.archive, name="archive"),
    path("<uuid:public_id>/restore/", change_views.restore, name="restore"),
]
