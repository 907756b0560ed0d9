"""Celery's shells around the work."""

from celery import shared_task

from imports import creating, expiring, mailing, reading, receiving, steps, undo, uploads, whole
from jobs.work import take_turn


@shared_task(name=receiving.READ)
def read(reseller_id: int, import_id: int) -> None:
    take_turn(receiving.READ, reseller_id, import_id, work=reading.read, give_up=steps.give_up)


@shared_task(name=receiving.CREATE)
def create(reseller_id: int, import_id: int) -> None:
    take_turn(receiving.CREATE, reseller_id, import_id, work=creating.create, give_up=steps.give_up)


@shared_task(name=receiving.CREATE_WHOLE, time_limit=4 * 3600, soft_time_limit=None)
def create_whole(reseller_id: int, import_id: int) -> None:
    take_turn(receiving.CREATE_WHOLE, reseller_id, import_id, work=whole.create_whole, give_up=steps.give_up)


@shared_task(name=undo.UNDO)
def undo_batch(reseller_id: int, undo_id: int) -> None:
    take_turn(undo.UNDO, reseller_id, undo_id, work=undo.run_undo, give_up=undo.give_up)


@shared_task(name=mailing.MAIL)
def mail(reseller_id: int, import_id: int) -> None:
    take_turn(mailing.MAIL, reseller_id, import_id, work=mailing.mail, give_up=mailing.give_up)


@shared_task(name="imports.sweep_uploads")
def sweep_uploads() -> int:
    return expiring.expire_uploads() + uploads.sweep()
