"""The verbs of a person with a file: hand it in, start it, cancel it. Workers do the rest (engine.py)."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

from django.core.files import File
from django.db import transaction
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import new_id
from accounts.roles import Permission
from events.log import record
from events.models import Kind
from imports import uploads
from imports.headings import Columns, match_headings
from imports.models import Blanks, Import, Mode, State
from imports.readers import reader_of
from imports.readers.shape import Layout
from imports.staging import staged_rows
from imports.unreadable import Unreadable
from jobs.work import enqueue
from organizations.access import get_ground
from organizations.changes import Refused

READ, CREATE, CREATE_WHOLE = "imports.read", "imports.create", "imports.create_whole"


@dataclass(frozen=True)
class Beginning:
    """What the first lines of a file say: how it is laid out and which column is which field."""

    layout: Layout
    headings: list[str]
    columns: Columns


@dataclass(frozen=True)
class Options:
    """How the rows of a file are to be written. `defaults` are texts for what new records would leave blank."""

    mode: Mode = Mode.CREATE
    blanks: Blanks = Blanks.KEEP
    all_or_nothing: bool = False
    defaults: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, job: Import) -> "Options":
        return cls(Mode(job.mode), Blanks(job.blanks), job.all_or_nothing, job.defaults)

    @property
    def reading(self) -> tuple[object, ...]:
        """What makes a row mean something else: after a change of it every row is checked anew."""
        return self.mode, self.blanks, dict(self.defaults)

    def require(self, actor: Actor) -> None:
        actor.require(Permission.ORGANIZATIONS_CREATE_MANY)
        if self.mode == Mode.UPDATE:
            actor.require(Permission.ORGANIZATIONS_EDIT)


def receive_file(
    actor: Actor,
    content: "File[bytes]",
    *,
    groups: Sequence[uuid.UUID | str] = (),
    chosen: Mapping[str, object] | None = None,
    options: Options = Options(),
) -> Import:
    """Keep the file and have it read in the background. No organization is created by this.

    Raises NoGround for groups the actor may not create in, and Unreadable, with the file thrown away.
    """
    options.require(actor)
    ground = get_ground(actor, groups)
    public_id = new_id()
    kept, sha256 = uploads.keep(content, f"{actor.reseller.public_id}/{public_id}")
    try:
        beginning = look_at_beginning(kept, chosen or {}, options)
    except Unreadable:
        uploads.storage().delete(kept)
        raise
    job = Import.objects.create(
        reseller=actor.reseller,
        public_id=public_id,
        membership=actor.membership,
        api_key=actor.key,
        group_public_ids=[group.public_id for group in ground.groups],
        file_name=PurePath(content.name or "file").name[:255],
        file_size=content.size,
        sha256=sha256,
        upload=kept,
        layout=beginning.layout.as_json(),
        headings=beginning.headings,
        columns=list(beginning.columns.fields),
        **_stored(options),
    )
    enqueue(READ, reseller_id=actor.reseller.pk, object_id=job.pk)
    return job


def _stored(options: Options) -> dict[str, Any]:
    return vars(options) | {"defaults": dict(options.defaults)}


def set_options(actor: Actor, job: Import, options: Options) -> bool:
    """Change how a checked file is to be written. False when it is past that.

    Where rows mean something else now, they are all checked anew in the background.
    """
    options.require(actor)
    with transaction.atomic():
        waiting = Import.objects.select_for_update().filter(pk=job.pk, state=State.READY).first()
        if waiting is None:
            return False
        before = Options.of(waiting)
        if options == before:
            return True
        for name, value in _stored(options).items():
            setattr(waiting, name, value)
        waiting.save(update_fields=list(_stored(options)))
        if options.reading != before.reading:
            read_again(actor, waiting)
    return True


def read_again(actor: Actor, job: Import) -> None:
    """Throw the staged rows away and read the kept file anew; `job` is locked."""
    staged_rows(job).delete()
    job.state, job.rows_total = State.READING, None
    counts = ("rows_read", "rows_valid", "rows_invalid", "rows_warned", "rows_to_update", "rows_to_keep")
    for name in counts:
        setattr(job, name, 0)
    job.save(update_fields=["state", "rows_total", *counts])
    enqueue(READ, reseller_id=actor.reseller.pk, object_id=job.pk)


def look_at_beginning(upload: str, chosen: Mapping[str, object], options: Options = Options()) -> Beginning:
    """Layout and columns of an upload; raises Unreadable when it can't become rows, or lacks a mandatory column."""
    path = uploads.path_of(upload)
    reader = reader_of(path)
    layout = reader.detect(path, chosen=chosen)
    headings = reader.read_headings(path, layout)
    columns = match_headings(headings)
    if not layout.names_its_cells and (refusal := columns.refusal(may_update=options.mode == Mode.UPDATE)):
        raise refusal
    return Beginning(layout, headings, columns)


def start_import(actor: Actor, job: Import) -> bool:
    """Have the valid rows written in the background. False when it had been started before: once is enough.

    Raises Refused where all shall be written or nothing, and some rows have errors.
    """
    actor.require(Permission.ORGANIZATIONS_CREATE_MANY)
    get_ground(actor, job.group_public_ids)
    with transaction.atomic():
        waiting = Import.objects.select_for_update().filter(pk=job.pk, state=State.READY, rows_valid__gt=0).first()
        if waiting is None:
            return False
        waiting.state, waiting.started_at = State.IMPORTING, timezone.now()
        waiting.save(update_fields=["state", "started_at"])
        record(actor, Kind.IMPORT_STARTED, job.public_id, details={"rows": waiting.rows_valid})
        if waiting.all_or_nothing and waiting.rows_invalid:
            raise Refused("all_or_nothing_invalid")
        enqueue(CREATE_WHOLE if waiting.all_or_nothing else CREATE, reseller_id=actor.reseller.pk, object_id=job.pk)
    return True


def cancel_import(actor: Actor, job: Import) -> bool:
    """Stop reading or creating after the rows in hand; what was created stays. False when it had ended already."""
    actor.require(Permission.ORGANIZATIONS_CREATE_MANY)
    with transaction.atomic():
        going = Import.objects.select_for_update().get(pk=job.pk)
        if going.state in (State.READING, State.IMPORTING):
            going.cancel_requested = True
        elif going.state == State.READY:
            going.state, going.finished_at = State.CANCELLED, timezone.now()
            record(actor, Kind.IMPORT_CANCELLED, going.public_id)
        else:
            return False
        going.save(update_fields=["cancel_requested", "state", "finished_at"])
    return True
