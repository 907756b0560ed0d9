from django.urls import path

from imports import column_views, mend_views, undo_views, views

app_name = "imports"
urlpatterns = [
    path("create-multiple/", views.create_multiple, name="create_multiple"),
    path("templates/<str:format_name>/", views.template, name="template"),
    path("imports/", views.imports, name="history"),
    path("imports/<uuid:public_id>/", views.one_import, name="detail"),
    path("imports/<uuid:public_id>/progress/", views.progress, name="progress"),
    path("imports/<uuid:public_id>/start/", views.start, name="start"),
    path("imports/<uuid:public_id>/options/", views.options, name="options"),
    path("imports/<uuid:public_id>/columns/", column_views.columns, name="columns"),
    path("imports/<uuid:public_id>/rows/<int:number>/", mend_views.row, name="row"),
    path("imports/<uuid:public_id>/fix/", mend_views.fix, name="fix"),
    path("undo/<uuid:batch_id>/", undo_views.undo, name="undo"),
    path("undo/<uuid:batch_id>/progress/", undo_views.progress, name="undo_progress"),
    path("imports/<uuid:public_id>/cancel/", views.cancel, name="cancel"),
    path("imports/<uuid:public_id>/failed-rows/", views.failed_rows, name="failed_rows"),
]
