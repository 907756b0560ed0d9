"""How a file is read, as a person chooses: its layout, and which of its columns is which field."""

from collections.abc import Mapping
from dataclasses import replace

from django.db import transaction

from accounts.actors import Actor
from accounts.roles import Permission
from imports import uploads
from imports.models import Import, State
from imports.readers.shape import Layout
from imports.receiving import LAYOUT, Beginning, look_at_beginning, read_again, refusal_of, refuse
from imports.remembering import recall, remember
from imports.unreadable import Unreadable
from organizations.changes import Refused
from organizations.fields import EVERY_ORDER


def may_be_chosen(job: Import) -> bool:
    """Whether the import waits to be started, or failed before that; its file must be there to be read again."""
    waits = job.state == State.READY or (job.state == State.FAILED and job.started_at is None)
    return waits and uploads.storage().exists(job.upload)


def choose(actor: Actor, job: Import, layout: Mapping[str, str], columns: Mapping[int, str | None]) -> None:
    """Have the file read anew in the background; what is not chosen is detected.

    Where the layout brings other headings, `columns` speaks of old ones, and what is remembered of the new ones counts.
    Raises Refused once it is too late, and Unreadable where file and choices don't go together, with nothing changed.
    """
    actor.require(Permission.ORGANIZATIONS_CREATE_MANY)
    if not may_be_chosen(job):
        raise Refused("import_was_read")
    if (order := layout.get("date_order")) and order not in EVERY_ORDER:
        raise Unreadable("unknown_choice", value=order[:40])
    beginning = look_at_beginning(job.upload, layout)
    with transaction.atomic():
        waiting = Import.objects.permitted(actor).select_for_update().get(pk=job.pk)
        if not may_be_chosen(waiting):
            raise Refused("import_was_read")
        _apply(actor, waiting, beginning, layout, columns)


def _apply(
    actor: Actor, job: Import, beginning: Beginning, layout: Mapping[str, str], columns: Mapping[int, str | None]
) -> None:
    same = _are_the_same(job, beginning)
    job.chosen_layout = {name: layout[name] for name in LAYOUT if layout.get(name)}
    if same:
        job.chosen_columns = {str(place): name for place, name in columns.items() if place < len(job.headings)}
    else:
        job.headings, job.chosen_columns = beginning.headings, {}
        recall(actor, job)
    job.layout = _with_headings(beginning.layout, job).as_json()
    refusal = refusal_of(job)
    if refusal and same:
        raise refusal
    if same:
        remember(actor, job)
    job.columns, job.samples = [], []
    if refusal:
        refuse(actor, job, refusal)
    else:
        read_again(actor, job)


def _are_the_same(job: Import, beginning: Beginning) -> bool:
    """Of XML the beginning names only some of the headings that the survey found."""
    found = len(beginning.headings) if beginning.layout.names_its_cells else len(job.headings)
    return job.headings[:found] == beginning.headings


def _with_headings(layout: Layout, job: Import) -> Layout:
    return replace(layout, elements=tuple(job.headings)) if layout.names_its_cells else layout
