from django.urls import path

from exports import views

app_name = "exports"
urlpatterns = [
    path("export/", views.export, name="export"),
    path("exports/", views.exports, name="list"),
    path("exports/<uuid:public_id>/", views.one_export, name="detail"),
    path("exports/<uuid:public_id>/progress/", views.progress, name="progress"),
    path("exports/<uuid:public_id>/download/", views.download, name="download"),
]
