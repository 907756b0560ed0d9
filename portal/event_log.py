"""The event log as its page and file show it: which events an actor sees, narrowed by what the address asks for."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from django.db.models import QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from accounts.ids import uuid_of
from accounts.models import Membership
from accounts.roles import Permission, Role
from csp_link.access import get_tenants
from csp_link.labels import IN_WORDS
from csp_link.labels import LABELS as CONNECTION
from events.log import Entry, in_words, told_as
from events.models import Event, Kind
from exports.access import get_exports
from exports.formats import FORMATS
from groups.access import get_groups, get_own_group_ids
from groups.changes import LABELS as GROUP_LABELS
from imports.access import get_imports
from organizations.fields import BY_NAME, fold, retold
from organizations.models import Organization, OrganizationQuerySet
from organizations.pages import Order, address, asked_text, get_page, neighbours
from portal.reseller_settings import LABELS
from webhooks.endpoints import LABELS as WEBHOOK_LABELS

NEWEST_FIRST: Final = Order("at", descending=True)
SIZE: Final = 50
_TEXT: Final = ("search", "kind", "person", "subject", "from", "to")


def get_events(actor: Actor) -> QuerySet[Event]:
    """The events that the actor sees: the whole reseller's, or those of their groups and the organizations in them."""
    if not actor.can(Permission.EVENTS_SEE):
        return Event.objects.none()
    events = Event.objects.filter(reseller=actor.reseller)
    if not actor.is_group_bound:
        return events
    mine = _seen(actor).values("public_id").union(get_groups(actor).order_by().values("public_id"), all=True)
    return events.filter(subject_id__in=mine)


def _seen(actor: Actor) -> OrganizationQuerySet:
    return Organization.objects.permitted(actor, Permission.ORGANIZATIONS_SEE)


@dataclass(frozen=True)
class Asked:
    """The address in words. What makes no sense there narrows nothing."""

    search: str
    kind: str
    person: uuid.UUID | None
    subject: uuid.UUID | None
    since: date | None
    until: date | None

    @classmethod
    def of(cls, query: Mapping[str, Any]) -> "Asked":
        text = {name: asked_text(query, name) for name in _TEXT}
        return cls(
            search=text["search"],
            kind=text["kind"] if text["kind"] in Kind.values else "",
            person=uuid_of(text["person"]),
            subject=uuid_of(text["subject"]),
            since=_day(text["from"]),
            until=_day(text["to"]),
        )

    @property
    def parts(self) -> dict[str, str]:
        """The address's words for it, without what is empty."""
        values = (self.search, self.kind, self.person, self.subject, self.since, self.until)
        return {name: str(value) for name, value in zip(_TEXT, values, strict=True) if value}

    def url(self, **changes: str) -> str:
        return address(self.parts | changes)


def find(actor: Actor, asked: Asked) -> QuerySet[Event]:
    events = get_events(actor)
    if asked.search:
        named = _seen(actor).filter(search_text__contains=fold(asked.search))
        events = events.filter(subject_id__in=named.values("public_id"))
    narrowed = {
        "kind": asked.kind,
        "actor_id": asked.person,
        "subject_id": asked.subject,
        "at__gte": asked.since and _midnight(asked.since),
        "at__lt": asked.until and _midnight(asked.until + timedelta(days=1)),
    }
    return events.filter(**{name: value for name, value in narrowed.items() if value})


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def log_context(actor: Actor, query: QueryDict) -> dict[str, Any]:
    asked = Asked.of(query.dict())
    page = get_page(
        find(actor, asked), NEWEST_FIRST, size=SIZE, after=query.get("after", ""), before=query.get("before", "")
    )
    return {
        "events": _told(actor, page.rows),
        "asked": asked,
        "search": asked.search,
        "search_hidden": [{"name": "subject", "value": str(asked.subject)}] if asked.subject else [],
        "filters": _filters(actor, asked),
        "dates": [
            {"name": name, "label": label, "value": asked.parts.get(name, "")}
            for name, label in (("from", _("From")), ("to", _("To")))
        ],
        "chips": _chips(actor, asked),
        "clear_url": "?",
        "pager": neighbours(page, asked.url),
        "export_url": reverse("export_events"),
        "empty": "" if page.rows else "no_match" if asked.parts else "no_group" if _is_blind(actor) else "none_yet",
    }


def _is_blind(actor: Actor) -> bool:
    return actor.is_group_bound and not actor.group_ids


def _told(actor: Actor, events: Iterable[Event]) -> list[dict[str, Any]]:
    events = list(events)
    subjects, own = names_of(actor, {event.subject_id for event in events}), get_own_group_ids(actor)
    return [_line(in_words(actor, event, own), subjects.get(event.subject_id)) for event in events]


def _line(entry: Entry, subject: "Subject | None") -> dict[str, Any]:
    changes = [
        {
            "label": _label(change.field),
            "before": _said(change.field, change.before),
            "after": _said(change.field, change.after),
        }
        for change in entry.changes
    ]
    return {"who": entry.who, "sentence": entry.sentence, "at": entry.at, "changes": changes, "subject": subject}


_LABELS: Final = GROUP_LABELS | LABELS | CONNECTION | WEBHOOK_LABELS | {"role": gettext_lazy("Role")}
WORDS: Final = IN_WORDS | {"demands_second_factor", "each_organization"}


def _label(field: str) -> str:
    return str(BY_NAME[field].heading if field in BY_NAME else _LABELS.get(field, field))


def _said(field: str, text: str) -> str:
    """What the log keeps in English, or as files write it, as the reader writes it."""
    if field in BY_NAME:
        return retold(field, text)
    if field == "role":
        return str(dict(Role.choices).get(text, text))
    return _(text) if text and field in WORDS else text


@dataclass(frozen=True)
class Subject:
    """What an event is about, as far as the actor sees it today."""

    name: str
    url: str


def names_of(actor: Actor, ids: set[uuid.UUID]) -> dict[uuid.UUID, Subject]:
    """The records behind public ids, a query for each kind of record; what is gone or not seen has no name."""
    found: dict[uuid.UUID, Subject] = {}
    for row in _seen(actor).filter(public_id__in=ids).only("public_id", "name"):
        found[row.public_id] = Subject(row.name, reverse("organizations:detail", args=[row.public_id]))
    for group in get_groups(actor).filter(public_id__in=ids).only("public_id", "name"):
        found[group.public_id] = Subject(group.name, reverse("groups:detail", args=[group.public_id]))
    for job in get_imports(actor).filter(public_id__in=ids).select_related(None).only("public_id", "file_name"):
        found[job.public_id] = Subject(job.file_name, reverse("imports:detail", args=[job.public_id]))
    for tenant in get_tenants(actor).filter(public_id__in=ids).only("public_id", "name", "tenant_id"):
        found[tenant.public_id] = Subject(str(tenant), "")
    for export in get_exports(actor).filter(public_id__in=ids).only("public_id", "format"):
        found[export.public_id] = Subject(
            _("%(format)s file") % {"format": FORMATS[export.format].label},
            reverse("exports:detail", args=[export.public_id]),
        )
    return found


def _filters(actor: Actor, asked: Asked) -> list[dict[str, Any]]:
    kinds = [(kind.value, _capital(told_as(kind, {}))) for kind in Kind]
    choices = {"kind": (_("What happened"), asked.kind, [("", _("Anything")), *kinds])}
    if people := _people(actor):
        choices["person"] = (_("Who"), str(asked.person or ""), [("", _("Anybody")), *people])
    return [
        {
            "name": name,
            "label": label,
            "options": [{"value": value, "label": text, "selected": value == chosen} for value, text in options],
        }
        for name, (label, chosen, options) in choices.items()
    ]


def _people(actor: Actor) -> list[tuple[str, str]]:
    """Only for those who see the administrators: others learn no names that their events don't hold."""
    if not actor.can(Permission.PEOPLE_SEE):
        return []
    members = Membership.objects.filter(reseller=actor.reseller).select_related("user")
    return sorted(((str(row.user.public_id), str(row.user)) for row in members), key=lambda person: person[1])


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _chips(actor: Actor, asked: Asked) -> list[dict[str, str]]:
    subject = asked.subject and names_of(actor, {asked.subject}).get(asked.subject)
    people = dict(_people(actor)) if asked.person else {}
    labels = {
        "search": f"“{asked.search}”",
        "kind": _capital(told_as(asked.kind, {})) if asked.kind else "",
        "person": people.get(str(asked.person)) or _("One person"),
        "subject": subject.name if subject else _("One record"),
        "from": _("From %(day)s") % {"day": date_format(asked.since)} if asked.since else "",
        "to": _("To %(day)s") % {"day": date_format(asked.until)} if asked.until else "",
    }
    return [{"label": labels[name], "remove_url": asked.url(**{name: ""})} for name in asked.parts]


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 1970 <= day.year < 9999 else None
