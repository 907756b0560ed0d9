"""The life of an API key: made and shown once, asked for at every request, rolled, revoked."""

import hashlib
import secrets
import uuid
from dataclasses import dataclass
from datetime import MAXYEAR, date, datetime, time, timedelta
from typing import Final

from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import ApiKey, Membership
from accounts.refusals import Refused
from accounts.roles import GROUP_BOUND, OF_NO_GROUP, PERMISSIONS, Permission, Role
from accounts.scopes import Scope, including, permissions_of
from events.log import record
from events.models import Kind
from groups.access import actor_of
from groups.models import Group

PREFIX: Final = "cb_"
BYTES: Final = 32
OVERLAPS: Final = (timedelta(0), timedelta(hours=1), timedelta(days=1), timedelta(days=7))


@dataclass(frozen=True)
class Wanted:
    """What a new key shall be. `groups` is None for a key that is not bound to groups."""

    name: str
    role: Role
    scopes: frozenset[Scope]
    groups: tuple[Group, ...] | None = None
    expires_at: datetime | None = None


def end_of(day: date) -> datetime:
    """When a key ends that is good until a day at the reseller's place; refused for a day that is over, and in the last
    year, for which some time zones have no end.
    """
    if day.year == MAXYEAR:
        raise Refused(_("Choose an earlier day."))
    end = timezone.make_aware(datetime.combine(day, time.max))
    if end < timezone.now():
        raise Refused(_("That day is over."))
    return end


def get_keys(actor: Actor) -> QuerySet[ApiKey]:
    """The reseller's keys, newest first, for those who may make them."""
    keys = ApiKey.objects.filter(reseller=actor.reseller).select_related("made_by__user").order_by("-created_at", "-id")
    return keys if actor.can(Permission.SETTINGS_EDIT) else keys.none()


def get_key(actor: Actor, public_id: uuid.UUID) -> ApiKey:
    found = get_keys(actor).filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return found


def make_key(actor: Actor, wanted: Wanted) -> tuple[ApiKey, str]:
    """A new key and its secret, which is told this once. Refused when it would be wider than its maker."""
    actor.require(Permission.SETTINGS_EDIT)
    return make_key_for(actor, wanted)


def make_key_for(maker: Actor, wanted: Wanted) -> tuple[ApiKey, str]:
    """As make_key, for the operator's command: the key is never wider than its maker, who need not be an admin."""
    _check_not_wider(maker, wanted)
    secret = _new_secret()
    groups = wanted.groups if wanted.groups is not None or wanted.role not in GROUP_BOUND else ()
    with transaction.atomic():
        key = ApiKey.objects.create(
            reseller=maker.reseller,
            name=wanted.name,
            made_by=maker.membership,
            role=wanted.role,
            scopes=sorted(wanted.scopes),
            group_ids=None if groups is None else [group.pk for group in groups],
            shown=secret[:12],
            hash=_hash(secret),
            expires_at=wanted.expires_at,
            allowance=settings.API_REQUESTS_PER_MINUTE,
        )
        _record(maker, Kind.API_KEY_MADE, key)
    return key, secret


def _check_not_wider(maker: Actor, wanted: Wanted) -> None:
    if not PERMISSIONS[wanted.role] <= maker.permissions:
        raise Refused(_("A key can't do more than who makes it. Choose another role."))
    if maker.group_ids is None:
        return
    if wanted.groups is None or not {group.pk for group in wanted.groups} <= maker.group_ids:
        raise Refused(_("A key can't see more than who makes it. Choose from your own groups."))


def roll_key(actor: Actor, key: ApiKey, overlap: timedelta) -> str:
    """A new secret for the key; the old one works on for `overlap`. Refused for a key that has ended."""
    actor.require(Permission.SETTINGS_EDIT)
    with transaction.atomic():
        now = ApiKey.objects.select_for_update().get(pk=key.pk)
        if not is_alive(now):
            raise Refused(_("This key has ended. Make a new one."))
        secret = _new_secret()
        now.old_hash, now.old_until = (now.hash, timezone.now() + overlap) if overlap else (None, None)
        now.hash, now.shown = _hash(secret), secret[:12]
        now.save(update_fields=["old_hash", "old_until", "hash", "shown"])
        _record(actor, Kind.API_KEY_ROLLED, now)
    return secret


def revoke_key(actor: Actor, key: ApiKey) -> None:
    """Ends the key with its next request; for good."""
    actor.require(Permission.SETTINGS_EDIT)
    with transaction.atomic():
        now = ApiKey.objects.select_for_update().get(pk=key.pk)
        if now.revoked_at is None:
            now.revoked_at = timezone.now()
            now.save(update_fields=["revoked_at"])
            _record(actor, Kind.API_KEY_REVOKED, now)


def is_alive(key: ApiKey) -> bool:
    return key.revoked_at is None and (key.expires_at is None or key.expires_at > timezone.now())


def actor_of_key(key: ApiKey) -> Actor:
    """What the key may do right now, never more than its maker; to be asked inside acting_for(reseller).

    A maker who leaves keeps role and groups in their membership, and so the key lives on as it was.
    """
    role, most, groups = Role(key.role), PERMISSIONS[Role(key.made_by.role)], _group_ids(key)
    permissions = PERMISSIONS[role] & most & permissions_of(scopes_of(key)) if is_alive(key) else frozenset()
    if groups is not None:
        permissions -= OF_NO_GROUP
    return Actor(key.reseller, key.made_by, role, permissions, groups, key)


def _group_ids(key: ApiKey) -> frozenset[int] | None:
    """The groups to which the key is bound, as far as its maker has them; whoever was removed left what they had."""
    own = None if key.group_ids is None else frozenset(key.group_ids)
    if key.made_by.removed_at is not None:
        return own
    key.made_by.reseller = key.reseller
    makers = actor_of(key.made_by).group_ids
    if own is None or makers is None:
        return makers if own is None else own
    return own & makers


def get_living_keys(maker: Membership) -> list[ApiKey]:
    """The keys of a person that work now, by name."""
    made = ApiKey.objects.filter(reseller=maker.reseller, made_by=maker, revoked_at=None).order_by("name", "id")
    return [key for key in made.select_related("reseller", "made_by__user") if is_alive(key)]


def keep_sight_of_keys(maker: Membership) -> None:
    """Write down what a person's keys see today; to be called before the person's groups are taken for good."""
    for key in get_living_keys(maker):
        groups = _group_ids(key)
        key.group_ids = None if groups is None else sorted(groups)
        key.save(update_fields=["group_ids"])


def scopes_of(key: ApiKey) -> set[Scope]:
    return including({Scope(scope) for scope in key.scopes})


@dataclass(frozen=True)
class Admission:
    """Whose key a request carries, and after how many seconds it may come again when that was one too many."""

    key: ApiKey
    wait: float


# A bucket that holds a minute's requests and fills evenly; counting and finding the key are one statement.
_ADMIT: Final = """
WITH found AS (
    SELECT id, least(%(most)s, allowance + extract(epoch FROM clock_timestamp() - coalesce(last_used_at, created_at))
                     * %(most)s / 60.0) AS available
    FROM accounts_apikey
    WHERE (hash = %(hash)s OR old_hash = %(hash)s AND old_until > clock_timestamp())
      AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > clock_timestamp())
    FOR UPDATE
)
UPDATE accounts_apikey SET
    allowance = CASE WHEN available >= 1 THEN available - 1 ELSE available END,
    last_used_at = clock_timestamp()
FROM found WHERE accounts_apikey.id = found.id
RETURNING accounts_apikey.id, available
"""


def admit(secret: str) -> Admission | None:
    """The key of that secret, with this request counted; None when there is none, or it has ended."""
    if not secret.startswith(PREFIX):
        return None
    most = settings.API_REQUESTS_PER_MINUTE
    with connection.cursor() as cursor:
        cursor.execute(_ADMIT, {"hash": _hash(secret), "most": float(most)})
        row = cursor.fetchone()
    if row is None:
        return None
    key = ApiKey.objects.select_related("reseller", "made_by__user").get(pk=row[0])
    return Admission(key, 0 if row[1] >= 1 else (1 - row[1]) * 60 / most)


def _new_secret() -> str:
    return PREFIX + secrets.token_urlsafe(BYTES)


def _hash(secret: str) -> str:
    """Keys are long and random, so a plain hash is as hard to turn back as a slow one."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _record(actor: Actor, kind: Kind, key: ApiKey) -> None:
    record(actor, kind, key.public_id, details={"name": key.name, "shown": key.shown})
