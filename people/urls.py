from django.urls import path

from people import change_views, erase_views, joining_views, views

app_name = "people"
urlpatterns = [
    path("administrators/", views.administrators, name="list"),
    path("administrators/invite/", views.invite, name="invite"),
    path("administrators/import/", views.invite_many, name="invite_many"),
    path("administrators/invitations/<uuid:public_id>/", views.invitation, name="invitation"),
    path("administrators/invitations/<uuid:public_id>/send-again/", change_views.send_again, name="send_again"),
    path("administrators/invitations/<uuid:public_id>/withdraw/", change_views.withdraw, name="withdraw"),
    path("administrators/<uuid:public_id>/", views.person, name="person"),
    path("administrators/<uuid:public_id>/role/", change_views.role, name="role"),
    path("administrators/<uuid:public_id>/groups/", change_views.groups, name="groups"),
    path("administrators/<uuid:public_id>/handover/", change_views.handover, name="handover"),
    path("administrators/<uuid:lender_id>/loans/<uuid:borrower_id>/end/", change_views.end_loan_now, name="end_loan"),
    path("administrators/<uuid:public_id>/deactivate/", change_views.deactivate, name="deactivate"),
    path("administrators/<uuid:public_id>/reactivate/", change_views.reactivate, name="reactivate"),
    path("administrators/<uuid:public_id>/remove/", change_views.remove, name="remove"),
    path("administrators/<uuid:public_id>/erase/", erase_views.erase, name="erase"),
    path("organizations/<uuid:public_id>/who-sees/", views.who_sees, name="who_sees"),
    path("invitations/<uuid:reseller_id>/<str:token>/", joining_views.join, name="join"),
]
