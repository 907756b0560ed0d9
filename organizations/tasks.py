"""Celery's shell around the work on organizations."""

from celery import shared_task

from jobs.work import Turn, take_turn
from organizations.members import DISSOLVE, empty_deleted_group


@shared_task(name=DISSOLVE)
def empty_group(reseller_id: int, group_id: int) -> None:
    take_turn(DISSOLVE, reseller_id, group_id, work=empty_deleted_group, give_up=_leave_hidden)


def _leave_hidden(_turn: Turn) -> None:
    """After repeated errors the group stays hidden with what is in it; nobody sees through it."""
