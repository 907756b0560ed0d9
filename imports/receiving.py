"""The verbs of a person with a file: hand it in, start it, cancel it. Workers do the rest (reading.py, creating.py)."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any, Final

from django.core.files import File
from django.db import transaction
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import new_id
from accounts.roles import Permission
from events.log import record
from events.models import Kind
from imports import uploads
from imports.headings import TITLES
from imports.models import Blanks, Import, Mode, State
from imports.readers import reader_by, reader_of
from imports.readers.shape import Layout, first_samples
from imports.remembering import recall
from imports.staging import staged_rows
from imports.unreadable import Unreadable
from jobs.work import enqueue
from organizations.access import get_ground
from organizations.changes import Refused
from organizations.problems import shortened

READ, CREATE, CREATE_WHOLE = "imports.read", "imports.create", "imports.create_whole"
# What may be chosen about how a file is laid out; the rest is detected.
LAYOUT: Final = ("encoding", "delimiter", "heading_row", "sheet", "date_order")


@dataclass(frozen=True)
class Beginning:
    """What the first lines of a file say: how it is laid out, and the headings of its columns."""

    layout: Layout
    headings: list[str]


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
    columns: Mapping[str, str | None] | None = None,
    options: Options = Options(),
) -> Import:
    """Keep the file and have it read in the background. No organization is created by this.

    A file whose columns can't be imported as they are is kept as a failed import, for a person to say which column is
    meant; a program's is not. Raises NoGround for groups the actor may not create in, and Unreadable, with the file
    thrown away.
    """
    options.require(actor)
    ground = get_ground(actor, groups)
    public_id = new_id()
    kept, sha256 = uploads.keep(content, f"{actor.reseller.public_id}/{public_id}")
    job = Import(
        reseller=actor.reseller,
        public_id=public_id,
        membership=actor.membership,
        api_key=actor.key,
        group_public_ids=[group.public_id for group in ground.groups],
        file_name=PurePath(content.name or "file").name[:255],
        file_size=content.size,
        sha256=sha256,
        upload=kept,
        **_stored(options),
    )
    try:
        refusal = _begin(actor, job, chosen or {}, columns or {})
    except Unreadable:
        uploads.storage().delete(kept)
        raise
    job.save()
    if refusal is None:
        enqueue(READ, reseller_id=actor.reseller.pk, object_id=job.pk)
    else:
        refuse(actor, job, refusal)
    return job


def _begin(
    actor: Actor, job: Import, chosen: Mapping[str, object], columns: Mapping[str, str | None]
) -> Unreadable | None:
    """Look at the file's beginning; answers, and to a program raises, why its columns can't be imported."""
    beginning = look_at_beginning(job.upload, chosen)
    job.layout, job.headings = beginning.layout.as_json(), beginning.headings
    job.chosen_layout = {name: chosen[name] for name in LAYOUT if chosen.get(name)}
    recall(actor, job)
    named = chosen_by_heading(job, columns)
    job.chosen_columns = job.chosen_columns | {str(place): name for place, name in named.items()}
    refusal = refusal_of(job)
    if refusal and actor.key:
        raise refusal
    return refusal


def chosen_by_heading(job: Import, columns: Mapping[str, str | None]) -> dict[int, str | None]:
    """What is chosen for the import's columns, with choices by heading over those of before."""
    for heading, name in columns.items():
        if heading not in job.headings or (name is not None and name not in TITLES):
            raise Unreadable("unknown_choice", value=shortened(f"{heading}: {name}" if name else heading))
    chosen = {int(place): name for place, name in job.chosen_columns.items()}
    return chosen | {place: columns[heading] for place, heading in enumerate(job.headings) if heading in columns}


def refusal_of(job: Import) -> Unreadable | None:
    """Why a file with these columns can't be imported; of XML only the survey knows them all."""
    if Layout.from_json(job.layout).names_its_cells:
        return None
    return job.matched.refusal(may_update=job.mode == Mode.UPDATE)


def refuse(actor: Actor, job: Import, why: Unreadable) -> None:
    """Keep the import as one that failed, with what a person needs to choose its columns by."""
    layout = Layout.from_json(job.layout)
    rows = reader_by(layout).read_rows(uploads.path_of(job.upload), layout)
    _forget_rows(job)
    job.samples = first_samples(rows, job.headings)
    job.state, job.error, job.finished_at = State.FAILED, why.as_json(), timezone.now()
    job.save()
    record(actor, Kind.IMPORT_FAILED, job.public_id, details={"created": 0, "failed": 0})


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
    _forget_rows(job)
    job.state, job.error, job.finished_at, job.cancel_requested = State.READING, None, None, False
    job.save()
    enqueue(READ, reseller_id=actor.reseller.pk, object_id=job.pk)


COUNTS: Final = ("rows_read", "rows_valid", "rows_invalid", "rows_warned", "rows_to_update", "rows_to_keep")


def _forget_rows(job: Import) -> None:
    staged_rows(job).delete()
    job.rows_total = None
    for name in COUNTS:
        setattr(job, name, 0)


def look_at_beginning(upload: str, chosen: Mapping[str, object]) -> Beginning:
    """Layout and headings of an upload; raises Unreadable when it can't become rows."""
    path = uploads.path_of(upload)
    reader = reader_of(path)
    layout = reader.detect(path, chosen=chosen)
    return Beginning(layout, reader.read_headings(path, layout))


def start_import(actor: Actor, job: Import, *, is_quiet: bool = False) -> bool:
    """Have the valid rows written in the background. False when it had been started before: once is enough.

    Whoever handed the file in gets a mail at the end, unless it shall be quiet. Raises Refused where all shall be
    written or nothing, and some rows have errors.
    """
    actor.require(Permission.ORGANIZATIONS_CREATE_MANY)
    get_ground(actor, job.group_public_ids)
    with transaction.atomic():
        waiting = Import.objects.select_for_update().filter(pk=job.pk, state=State.READY, rows_valid__gt=0).first()
        if waiting is None:
            return False
        waiting.state, waiting.started_at, waiting.is_quiet = State.IMPORTING, timezone.now(), is_quiet
        waiting.save(update_fields=["state", "started_at", "is_quiet"])
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
