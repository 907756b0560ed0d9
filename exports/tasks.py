"""Celery's shells around the engine and the sweep."""

from celery import shared_task

from exports import engine, expiring, making
from jobs.work import take_turn


@shared_task(name=making.MAKE)
def make(reseller_id: int, export_id: int) -> None:
    take_turn(making.MAKE, reseller_id, export_id, work=engine.make, give_up=engine.give_up)


@shared_task(name="exports.sweep")
def sweep() -> int:
    return expiring.sweep()
