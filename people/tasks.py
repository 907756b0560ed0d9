"""Celery's shell around the mails."""

from celery import shared_task

from jobs.work import take_turn
from people import changes, inviting, key_mail, mailing


@shared_task(name=inviting.MAIL)
def mail_invitation(reseller_id: int, invitation_id: int) -> None:
    take_turn(inviting.MAIL, reseller_id, invitation_id, work=mailing.mail_invitation, give_up=mailing.give_up)


@shared_task(name=changes.MAIL)
def mail_about_keys(reseller_id: int, membership_id: int) -> None:
    take_turn(changes.MAIL, reseller_id, membership_id, work=key_mail.mail_about_keys, give_up=key_mail.give_up)
