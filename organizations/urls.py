from django.urls import path

from organizations import change_views, grid_views, list_views, views

app_name = "organizations"
urlpatterns = [
    path("", views.organizations, name="list"),
    path("new/", views.new_organization, name="new"),
    path("new/hints/", views.hints, name="hints"),
    path("create-multiple/rows/", grid_views.grid, name="grid"),
    path("create-multiple/rows/<uuid:batch_id>/", grid_views.created_together, name="created_together"),
    path("bulk/", change_views.bulk, name="bulk"),
    path("columns/", list_views.columns, name="columns"),
    path("views/", list_views.views, name="views"),
    path("views/new/", list_views.new_view, name="new_view"),
    path("views/<uuid:public_id>/", list_views.edit_view, name="edit_view"),
    path("views/<uuid:public_id>/update/", list_views.update, name="update_view"),
    path("views/<uuid:public_id>/delete/", list_views.delete, name="delete_view"),
    path("<uuid:public_id>/", views.organization, name="detail"),
    path("<uuid:public_id>/edit/", change_views.edit, name="edit"),
    path("<uuid:public_id>/edit/hints/", views.hints, name="edit_hints"),
    path("<uuid:public_id>/archive/", change_views.archive, name="archive"),
    path("<uuid:public_id>/restore/", change_views.restore, name="restore"),
]
