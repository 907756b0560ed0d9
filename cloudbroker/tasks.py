"""Celery's shell around the counting."""

from celery import shared_task

from cloudbroker import stock


@shared_task(name="cloudbroker.take_stock")
def take_stock() -> None:
    stock.take_stock()
