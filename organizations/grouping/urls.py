from django.urls import path

from organizations.grouping import member_views, views

app_name = "groups"
urlpatterns = [
    path("groups/", views.groups, name="list"),
    path("groups/new/", views.new_group, name="new"),
    path("groups/dissolving/", views.dissolving, name="dissolving"),
    path("groups/<uuid:public_id>/", views.group, name="detail"),
    path("groups/<uuid:public_id>/edit/", views.edit, name="edit"),
    path("groups/<uuid:public_id>/delete/", views.delete, name="delete"),
    path("groups/<uuid:public_id>/members/", member_views.members, name="members"),
    path("groups/<uuid:public_id>/members/paste/", member_views.paste, name="paste"),
    path("organizations/<uuid:public_id>/groups/", member_views.groups_of, name="groups_of"),
]
