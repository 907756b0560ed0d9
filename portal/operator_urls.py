from django.urls import path

from portal import operator_mail

urlpatterns = [
    path("", operator_mail.mails, name="operator_mails"),
    path("<str:name>", operator_mail.mail, name="operator_mail"),
]
