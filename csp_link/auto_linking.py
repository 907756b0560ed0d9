"""Auto create and link: the verbs that ask for a preview and start the run, and what a worker does for both."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import Reseller
from accounts.refusals import Refused
from accounts.roles import Permission
from api.keys import actor_of_key
from csp_link.assessing import assess, directory_of, open_tenants, reading_of
from csp_link.auto_plan import COUNTED, DONE, Plan, Step, steps
from csp_link.client import PartnerCenter
from csp_link.linking import attach, create_for
from csp_link.models import AutoLink, AutoState, Connection, Standing, Tenant
from csp_link.profiles import ask, keep
from csp_link.troubles import Trouble
from events.log import record
from events.models import Kind
from groups.access import actor_of
from jobs.work import Dropped, Turn, enqueue
from organizations.access import get_ground
from organizations.models import Organization

AUTO_LINK: Final = "csp_link.auto_link"
BUSY: Final = (AutoState.PREPARING, AutoState.RUNNING)
ACTING: Final = ("reseller", "membership__user", "api_key__made_by__user")
CHUNK: Final = 200
# So many profiles are read before what they said is committed.
PROFILES: Final = 20
MOST_ATTEMPTS: Final = 8
Told = tuple[Tenant, dict[str, Any] | Trouble]
# Troubles with one customer say nothing about the next one.
OF_ONE: Final = frozenset({"refused", "forbidden", "garbled"})


@transaction.atomic
def prepare(actor: Actor) -> AutoLink:
    """Ask for a preview; the one that goes on already, if there is one."""
    actor.require(Permission.TENANTS_EDIT)
    Reseller.objects.select_for_update(no_key=True).get(pk=actor.reseller.pk)
    runs = AutoLink.objects.permitted(actor)
    if running := runs.filter(state__in=BUSY).first():
        return running
    runs.filter(state=AutoState.READY).delete()  # what it says may not be true any more
    auto = AutoLink.objects.create(reseller=actor.reseller, membership=actor.membership, api_key=actor.key)
    enqueue(AUTO_LINK, reseller_id=actor.reseller.pk, object_id=auto.pk)
    return auto


@transaction.atomic
def start(actor: Actor, auto: AutoLink, groups: Sequence[str] = ()) -> None:
    """Do it. Raises NoGround for the groups; Refused when it is not waiting for that (any more)."""
    actor.require(Permission.TENANTS_EDIT)
    Reseller.objects.select_for_update(no_key=True).get(pk=actor.reseller.pk)
    current = AutoLink.objects.permitted(actor).select_for_update(of=("self",)).filter(pk=auto.pk).first()
    if current is None or current.state != AutoState.READY:
        raise Refused(_("This has been started already."))
    ground = get_ground(actor, groups)
    current.groups = [group.public_id for group in ground.groups]
    current.membership, current.api_key = actor.membership, actor.key
    current.state, current.place, current.seen = AutoState.RUNNING, 0, 0
    current.save()
    record(actor, Kind.AUTO_LINK_STARTED, current.public_id)
    enqueue(AUTO_LINK, reseller_id=actor.reseller.pk, object_id=current.pk)


def work(turn: Turn) -> None:
    with turn.step(gets_on=False):
        auto = _get(turn)
        _actor(auto).require(Permission.TENANTS_EDIT)
        if auto.resumes_at and auto.resumes_at > timezone.now():
            turn.rest(auto.resumes_at)
            return
        connection = Connection.objects.filter(reseller_id=turn.reseller_id).first()
    if auto.state == AutoState.PREPARING:
        _prepare(turn, auto, connection)
    else:
        _run(turn, auto)


def give_up(turn: Turn) -> None:
    _fail(_get(turn), Trouble("gave_up"))


# The preview


def _prepare(turn: Turn, auto: AutoLink, connection: Connection | None) -> None:
    """Read the profiles that are needed and not known yet, then count."""
    with turn.step(gets_on=False):
        auto = _get(turn, auto)
        if not auto.place:
            assess(auto.reseller)
            auto.total = _unread(auto).count()
            auto.save()
    if connection is not None and not connection.needs_consent:
        with PartnerCenter(connection) as center:
            auto, is_read = _read_profiles(turn, auto, center)
        if not is_read:
            return
    with turn.step():
        _count(_get(turn, auto))
        turn.finish()


def _unread(auto: AutoLink) -> Any:
    """Whoever has an organization beyond doubt needs no profile."""
    rows = Tenant.objects.filter(reseller_id=auto.reseller_id, profile_at=None, pk__gt=auto.place).open()
    return rows.exclude(finding=Standing.SUGGESTED).order_by("pk")


def _read_profiles(turn: Turn, auto: AutoLink, center: PartnerCenter) -> tuple[AutoLink, bool]:
    """How far it is, and whether all are read; else the turn is over, or waits, or has failed."""
    while True:
        with turn.step(gets_on=False):
            auto = _get(turn, auto)
            wanted = list(_unread(auto)[:PROFILES])
        if not wanted:
            return auto, True
        told: list[Told] = []
        for tenant in wanted:
            told.append((tenant, ask(center, tenant)))
            if _stops(told[-1][1]):
                break
        auto, goes_on = _keep(turn, auto, told)
        if not goes_on or turn.is_over:
            return auto, False


def _stops(told: dict[str, Any] | Trouble) -> bool:
    return isinstance(told, Trouble) and told.code not in OF_ONE


def _keep(turn: Turn, before: AutoLink, told: Sequence[Told]) -> tuple[AutoLink, bool]:
    """Commit what was said; a trouble that is not of one customer's waits or ends it."""
    with turn.step():
        auto = _get(turn, before)
        trouble = told[-1][1] if _stops(told[-1][1]) else None
        heard = told[:-1] if trouble else told
        for tenant, each in heard:
            keep(tenant, each)
        if heard:
            auto.place, auto.seen, auto.attempts = heard[-1][0].pk, auto.seen + len(heard), 0
            auto.trouble, auto.trouble_details, auto.resumes_at = "", {}, None
        if isinstance(trouble, Trouble):
            _meet(turn, auto, trouble)
        auto.save()
    return auto, trouble is None


def _meet(turn: Turn, auto: AutoLink, trouble: Trouble) -> None:
    auto.attempts += 1
    if not trouble.passes or auto.attempts > MOST_ATTEMPTS:
        _fail(auto, trouble)
        turn.finish()
        return
    auto.trouble, auto.trouble_details = trouble.code, trouble.details
    auto.resumes_at = timezone.now() + timedelta(seconds=trouble.wait or 15 * auto.attempts)
    turn.rest(auto.resumes_at)


def _count(auto: AutoLink) -> None:
    assess(auto.reseller)
    for name in (*COUNTED.values(), "lent"):
        setattr(auto, name, 0)
    for step in steps(open_tenants(auto.reseller), directory_of(auto.reseller), reading_of(auto.reseller)):
        setattr(auto, COUNTED[step.plan], getattr(auto, COUNTED[step.plan]) + 1)
        auto.lent += step.plan is Plan.CREATE and step.has_lent_domain
    auto.total = auto.to_link + auto.to_create + auto.to_decide + auto.to_skip
    auto.state, auto.seen, auto.place, auto.trouble, auto.resumes_at = AutoState.READY, 0, 0, "", None
    auto.save()


# The run


def _run(turn: Turn, auto: AutoLink) -> None:
    while not (turn.is_finished or turn.is_over):
        with turn.step():
            auto = _get(turn, auto)
            actor = _actor(auto)
            actor.require(Permission.TENANTS_EDIT)
            rows = Tenant.objects.filter(reseller_id=auto.reseller_id, pk__gt=auto.place).open().order_by("pk")
            chunk = list(rows.select_for_update(of=("self",))[:CHUNK])
            if chunk:
                _do(actor, auto, chunk)
            else:
                _finish(actor, auto)
                turn.finish()


def _do(actor: Actor, auto: AutoLink, chunk: Sequence[Tenant]) -> None:
    planned = list(steps(chunk, directory_of(auto.reseller), reading_of(auto.reseller)))
    creating = [step for step in planned if step.plan is Plan.CREATE]
    lost = _create(actor, auto, creating)
    lost |= _link(actor, auto, [step for step in planned if step.plan is Plan.LINK], creating)
    for step in planned:
        name = DONE[Plan.SKIP if step.tenant.pk in lost else step.plan]
        setattr(auto, name, getattr(auto, name) + 1)
    auto.place, auto.seen = chunk[-1].pk, auto.seen + len(chunk)
    auto.save()


def _link(actor: Actor, auto: AutoLink, planned: Sequence[Step], created: Sequence[Step]) -> set[int]:
    """To those that there were and those that were created just now; returns the tenants that found none."""
    ids = {step.organization.public_id for step in planned if step.organization}
    seen = Organization.objects.permitted(actor, Permission.ORGANIZATIONS_SEE).filter(public_id__in=ids)
    found = {row.public_id: row for row in seen.select_for_update(of=("self",)).order_by("pk")}
    found |= {step.tenant.public_id: step.tenant.organization for step in created if step.tenant.organization}
    lost = set()
    for step in planned:
        if step.organization and (organization := found.get(step.organization.public_id)):
            attach(actor, step.tenant, organization, auto.public_id)
        else:
            lost.add(step.tenant.pk)
    return lost


def _create(actor: Actor, auto: AutoLink, planned: Sequence[Step]) -> set[int]:
    """Through the intake as every row; returns the tenants for which it refused one."""
    if not planned:
        return set()
    wanted = [(step.tenant, step.texts or {}) for step in planned]
    outcomes = create_for(actor, wanted, auto.groups, auto.public_id)
    return {step.tenant.pk for step, outcome in zip(planned, outcomes, strict=True) if outcome.public_id is None}


def _finish(actor: Actor, auto: AutoLink) -> None:
    assess(auto.reseller)
    auto.state, auto.finished_at = AutoState.DONE, timezone.now()
    auto.save()
    details = {name: getattr(auto, name) for name in DONE.values()}
    record(actor, Kind.AUTO_LINK_FINISHED, auto.public_id, details=details)


def _fail(auto: AutoLink, trouble: Trouble) -> None:
    auto.state, auto.finished_at, auto.resumes_at = AutoState.FAILED, timezone.now(), None
    auto.trouble, auto.trouble_details = trouble.code, trouble.details
    auto.save()


def _actor(auto: AutoLink) -> Actor:
    """Who acts in it, as far as they still may."""
    if auto.api_key is not None:
        auto.api_key.reseller = auto.reseller
        return actor_of_key(auto.api_key)
    auto.membership.reseller = auto.reseller
    return actor_of(auto.membership)


def _get(turn: Turn, before: AutoLink | None = None) -> AutoLink:
    """Locked, and where it was; Dropped when somebody else has moved it on."""
    rows = AutoLink.objects.select_for_update(of=("self",)).select_related(*ACTING)
    found = rows.filter(pk=turn.object_id, state__in=BUSY).first()
    if found is None or (before and (found.state, found.place) != (before.state, before.place)):
        raise Dropped
    return found
