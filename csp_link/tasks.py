"""Celery's shells around what workers do."""

from celery import shared_task

from csp_link import assessing, auto_linking, checking, connecting, profiles, schedule, sync, syncing
from jobs.work import take_turn


@shared_task(name=connecting.CHECK)
def check(reseller_id: int, connection_id: int) -> None:
    take_turn(connecting.CHECK, reseller_id, connection_id, work=checking.check, give_up=checking.give_up)


@shared_task(name=syncing.SYNC)
def read(reseller_id: int, sync_id: int) -> None:
    take_turn(syncing.SYNC, reseller_id, sync_id, work=sync.read, give_up=sync.give_up)


@shared_task(name=assessing.ASSESS)
def assess(reseller_id: int, assessment_id: int) -> None:
    take_turn(assessing.ASSESS, reseller_id, assessment_id, work=assessing.work, give_up=assessing.give_up)


@shared_task(name=profiles.PROFILE)
def profile(reseller_id: int, tenant_id: int) -> None:
    take_turn(profiles.PROFILE, reseller_id, tenant_id, work=profiles.fetch, give_up=profiles.give_up)


@shared_task(name=auto_linking.AUTO_LINK)
def auto_link(reseller_id: int, auto_link_id: int) -> None:
    take_turn(auto_linking.AUTO_LINK, reseller_id, auto_link_id, work=auto_linking.work, give_up=auto_linking.give_up)


@shared_task(name="csp_link.tick", expires=300)
def tick() -> int:
    return schedule.tick()
