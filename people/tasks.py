"""Celery's shell around the mailing."""

from celery import shared_task

from jobs.work import take_turn
from people import inviting, mailing


@shared_task(name=inviting.MAIL)
def mail_invitation(reseller_id: int, invitation_id: int) -> None:
    take_turn(inviting.MAIL, reseller_id, invitation_id, work=mailing.mail_invitation, give_up=mailing.give_up)
