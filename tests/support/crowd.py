"""Resellers by the dozen for a running portal, each with an administrator who is signed in, a group and a webhook.

Run inside the portal's own environment, by `manage.py shell`; prints what the tests need to know, as JSON.
"""

import json
import sys
import uuid


def made_in(portal, count, hooks=""):
    """The resellers, as dicts; `hooks` is where their webhooks go, each with the reseller's number at its end."""
    code = f"import sys; sys.path.insert(0, 'tests'); from support.crowd import make; make({count}, {hooks!r})"
    return json.loads(portal.manage("shell", "--no-imports", "-c", code, within=60 + 2 * count).splitlines()[-1])


def make(count, hooks):
    from django.db import transaction

    with transaction.atomic():
        made = [_make(hooks) for _ in range(count)]
    sys.stdout.write(json.dumps(made) + "\n")


def _make(hooks):
    from accounts.models import Membership, Reseller, User
    from accounts.roles import Role
    from accounts.tenancy import acting_for

    tag = uuid.uuid4().hex[:12]
    place = {"country": "SE", "currency": "SEK", "time_zone": "Europe/Stockholm"}
    reseller = Reseller.objects.create(name=f"Reseller {tag}", is_demo=True, **place)
    user = User.objects.create_user(f"admin@{tag}.example", None, name="Astrid Lindqvist")
    member = Membership.objects.create(reseller=reseller, user=user, role=Role.RESELLER_ADMIN)
    told = {"id": reseller.pk, "session": _session(user)}
    with acting_for(reseller.pk):
        told["group"] = _group(reseller)
    with acting_for(reseller.pk):
        if hooks:
            _webhook(member, f"{hooks}/{reseller.pk}")
        told["event"] = _last_event()
    return told


def _session(user):
    from django.conf import settings
    from django.contrib.sessions.backends.db import SessionStore

    session = SessionStore()
    session["_auth_user_id"] = str(user.pk)
    session["_auth_user_backend"] = settings.AUTHENTICATION_BACKENDS[-1]
    session["_auth_user_hash"] = user.get_session_auth_hash()
    session.save()
    return session.session_key


def _group(reseller):
    from groups.models import Group

    return str(Group.objects.create(reseller=reseller, name="Nordics").public_id)


def _webhook(member, url):
    from groups.access import actor_of
    from webhooks.endpoints import Wanted, make_endpoint
    from webhooks.kinds import OFFERED

    make_endpoint(actor_of(member), Wanted("ERP", url, frozenset(kind.value for kind in OFFERED)))


def _last_event():
    from events.models import Event

    return Event.objects.order_by("-id").values_list("id", flat=True).first() or 0
