"""The history: files, grids and programs' bulk calls, newest first, narrowed by what the address asks for."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain
from typing import Any, Final

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.actors import Actor
from accounts.ids import uuid_of
from accounts.models import ApiKey, Membership
from accounts.roles import Permission
from imports.access import get_imports
from imports.models import Import, Mode, State, Undo
from imports.pages import TONES, failed_rows_url, job_context
from organizations.history import get_written_batches
from organizations.models import Source, WrittenBatch
from organizations.pages import Order, Page, address, asked_text, get_page, grouped, neighbours

SIZE: Final = 25
MINUTE: Final = 60  # seconds
NEWEST_FIRST: Final = Order("created_at", descending=True)
DOORS: Final = {
    "file": gettext_lazy("File"),
    Source.GRID.value: gettext_lazy("Grid"),
    Source.API.value: gettext_lazy("Bulk call of the API"),
}
NAMES: Final = ("search", "state", "door", "person")


@dataclass(frozen=True)
class Asked:
    """The address in words. What makes no sense there narrows nothing."""

    search: str
    state: str
    door: str
    person: str

    @classmethod
    def of(cls, query: Mapping[str, Any]) -> "Asked":
        text = {name: asked_text(query, name) for name in NAMES}
        return cls(
            search=text["search"],
            state=text["state"] if text["state"] in State.values else "",
            door=text["door"] if text["door"] in DOORS else "",
            person=str(uuid_of(text["person"]) or ""),
        )

    @property
    def parts(self) -> dict[str, str]:
        return {name: getattr(self, name) for name in NAMES if getattr(self, name)}

    def url(self, **changes: str) -> str:
        return address(self.parts | changes)


def history_context(actor: Actor, query: QueryDict) -> dict[str, Any]:
    asked = Asked.of(query.dict())
    page = _page(actor, asked, query)
    undone, choices = _undone(actor, page.rows), _choices(actor)
    return {
        "imports": [_row(actor, row, undone) for row in page.rows],
        "search": asked.search,
        "filters": _filters(choices, asked),
        "chips": _chips(choices, asked),
        "clear_url": "?",
        "pager": neighbours(page, asked.url),
        "new_url": reverse("imports:create_multiple") if actor.can(Permission.ORGANIZATIONS_CREATE_MANY) else "",
        "empty": "" if page.rows else "no_match" if asked.parts else "none_yet",
    }


Row = Import | WrittenBatch


def _page(actor: Actor, asked: Asked, query: QueryDict) -> Page[Any]:
    """One page of both kinds: as many of each as a page has, and of these the first."""
    after, before = query.get("after", ""), query.get("before", "")
    files = get_page(_imports(actor, asked), NEWEST_FIRST, size=SIZE, after=after, before=before)
    others = get_page(_others(actor, asked), NEWEST_FIRST, size=SIZE, after=after, before=before)
    return merged([files, others], SIZE, backwards=bool(before))


def merged(pages: Sequence[Page[Any]], size: int, *, backwards: bool) -> Page[Any]:
    """Pages of several lists at the same place as a page of all of them."""
    rows = sorted(chain(*(page.rows for page in pages)), key=lambda row: (row.created_at, row.public_id), reverse=True)
    shown = rows[-size:] if backwards else rows[:size]
    cut = len(rows) > size
    more_before = any(page.before for page in pages) or (cut and backwards)
    more_after = any(page.after for page in pages) or (cut and not backwards)
    if not shown:
        return Page([], "", "")
    return Page(
        shown,
        NEWEST_FIRST.cursor(shown[0]) if more_before else "",
        NEWEST_FIRST.cursor(shown[-1]) if more_after else "",
    )


def _imports(actor: Actor, asked: Asked) -> QuerySet[Import]:
    rows = get_imports(actor)
    if asked.door not in ("", "file"):
        return rows.none()
    rows = rows.filter(file_name__icontains=asked.search) if asked.search else rows
    rows = rows.filter(state=asked.state) if asked.state else rows
    return rows.filter(_by(asked.person)) if asked.person else rows


def _others(actor: Actor, asked: Asked) -> QuerySet[WrittenBatch]:
    """Grids and calls have no file name, and no state but that they are done or were undone."""
    rows = get_written_batches(actor)
    if asked.search or asked.door == "file" or asked.state not in ("", State.DONE, State.UNDONE):
        return rows.none()
    rows = rows.filter(source=asked.door) if asked.door else rows
    if asked.state:
        undone = Exists(Undo.objects.filter(reseller=actor.reseller, batch_id=OuterRef("public_id")))
        rows = rows.filter(undone) if asked.state == State.UNDONE else rows.exclude(undone)
    return rows.filter(_by(asked.person)) if asked.person else rows


def _by(person: str) -> Q:
    """Made by the person with this id, or by the key."""
    return Q(membership__user__public_id=person, api_key=None) | Q(api_key__public_id=person)


def _undone(actor: Actor, rows: Sequence[Row]) -> set[uuid.UUID]:
    ids = [row.public_id for row in rows if isinstance(row, WrittenBatch)]
    return set(Undo.objects.filter(reseller=actor.reseller, batch_id__in=ids).values_list("batch_id", flat=True))


def _row(actor: Actor, row: Row, undone: set[uuid.UUID]) -> dict[str, Any]:
    return _file(row) if isinstance(row, Import) else _other(actor, row, row.public_id in undone)


def _file(job: Import) -> dict[str, Any]:
    return job_context(job) | {
        "url": reverse("imports:detail", args=[job.public_id]),
        "sha256": job.sha256,
        "state_label": job.get_state_display(),
        "tone": TONES.get(State(job.state), ""),
        "mode_label": job.get_mode_display() if job.mode == Mode.UPDATE else "",
        "took": _took(job),
        "created_count": grouped(job.rows_created),
        "updated_count": grouped(job.rows_updated),
        "failed_count": grouped(job.rows_invalid + job.rows_failed),
        "failed_rows_url": failed_rows_url(job),
    }


def _took(job: Import) -> str:
    """How long it was written."""
    return lasted(job.finished_at - job.started_at) if job.started_at and job.finished_at else ""


def lasted(span: timedelta) -> str:
    """A time in words: seconds below a minute, else no more than two units."""
    seconds = max(1, round(span.total_seconds()))
    if seconds < MINUTE:
        return ngettext("%(n)s second", "%(n)s seconds", seconds) % {"n": seconds}
    start = timezone.now()
    return timesince(start, start + timedelta(seconds=seconds))


def _other(actor: Actor, batch: WrittenBatch, is_undone: bool) -> dict[str, Any]:
    state = State.UNDONE if is_undone else State.DONE
    undo_url = reverse("imports:undo", args=[batch.public_id]) if is_undone or _may_undo(actor, batch) else ""
    made_url = reverse("organizations:created_together", args=[batch.public_id])
    return {
        "file_name": DOORS[batch.source],
        "url": made_url if batch.created and not is_undone else undo_url,
        "undo_url": undo_url,
        "created": batch.created_at,
        "who": f"API key {batch.api_key.name}" if batch.api_key else str(batch.membership.user),
        "state_label": state.label,
        "tone": TONES[state],
        "created_count": grouped(batch.created),
        "updated_count": grouped(batch.updated),
        "failed_count": grouped(batch.failed),
    }


def _may_undo(actor: Actor, batch: WrittenBatch) -> bool:
    is_mine = (batch.membership_id, batch.api_key) == (actor.membership.pk, actor.key)
    return (is_mine and actor.can(Permission.ORGANIZATIONS_CREATE_MANY)) or actor.can(Permission.ORGANIZATIONS_ARCHIVE)


Choices = Mapping[str, Sequence[tuple[str, str]]]


def _choices(actor: Actor) -> Choices:
    """What each filter offers, by its name."""
    people = [("", _("Anybody")), *_people(actor)]
    return {
        "state": [("", _("Any state")), *((value, str(label)) for value, label in State.choices)],
        "door": [("", _("Files, grids and calls")), *((value, str(label)) for value, label in DOORS.items())],
    } | ({"person": people} if len(people) > 2 else {})


LABELS: Final = {
    "state": gettext_lazy("State"),
    "door": gettext_lazy("Came as"),
    "person": gettext_lazy("By"),
}


def _people(actor: Actor) -> list[tuple[str, str]]:
    """The people and keys that made something of what the actor sees, by name."""
    lists = (get_imports(actor), get_written_batches(actor))
    members = Membership.objects.filter(pk__in=_makers(lists, "membership"), reseller=actor.reseller)
    keys = ApiKey.objects.filter(pk__in=_makers(lists, "api_key"), reseller=actor.reseller)
    names = [(str(member.user.public_id), str(member.user)) for member in members.select_related("user")]
    names += [(str(key.public_id), f"API key {key.name}") for key in keys]
    return sorted(names, key=lambda named: named[1].casefold())


def _makers(lists: Sequence[QuerySet[Any]], column: str) -> set[int]:
    return set(chain(*(rows.order_by().values_list(column, flat=True).distinct() for rows in lists))) - {None}


def _filters(choices: Choices, asked: Asked) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "label": LABELS[name],
            "options": [
                {"value": value, "label": label, "selected": value == getattr(asked, name)} for value, label in offered
            ],
        }
        for name, offered in choices.items()
    ]


def _chips(choices: Choices, asked: Asked) -> list[dict[str, str]]:
    words = {name: dict(offered) for name, offered in choices.items()}
    told = {name: words.get(name, {}).get(value, value) for name, value in asked.parts.items()}
    return [{"label": label, "remove_url": asked.url(**{name: ""})} for name, label in told.items()]
