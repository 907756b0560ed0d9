"""Celery's shells around the engine."""

from celery import shared_task

from imports import engine, receiving, uploads
from jobs.work import take_turn


@shared_task(name=receiving.READ)
def read(reseller_id: int, import_id: int) -> None:
    take_turn(receiving.READ, reseller_id, import_id, work=engine.read, give_up=engine.give_up)


@shared_task(name=receiving.CREATE)
def create(reseller_id: int, import_id: int) -> None:
    take_turn(receiving.CREATE, reseller_id, import_id, work=engine.create, give_up=engine.give_up)


@shared_task(name="imports.sweep_uploads")
def sweep_uploads() -> int:
    return uploads.sweep()
