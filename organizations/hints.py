"""What can be said of a form while it is being typed: what a text will be kept as, and who has it already.

Nothing is refused here and nothing is missing yet: that is the intake's to say when the form is sent.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import new_id
from accounts.roles import Permission
from organizations import approval, fields, rules
from organizations.batches import given, record_of
from organizations.fields import BY_NAME, NAMES, Row
from organizations.intake import reading_for
from organizations.models import Organization, Source


@dataclass(frozen=True)
class Hint:
    """A sentence below a field; `organization` is the public id of another one, where the actor sees it."""

    field: str
    sentence: str
    organization: str = ""


def get_hints(actor: Actor, texts: Mapping[str, str], current: Organization | None = None) -> list[Hint]:
    """Hints on the texts of a new organization, or on those to be written over `current`."""
    row = fields.read_row([texts.get(name, "") for name in NAMES], reading_for(actor, Source.FORM))
    public_id = current.public_id if current else new_id()
    told = (
        _restated(row),
        _arithmetic(actor, texts, row),
        _taken(actor, row, public_id),
        _same_name(actor, row, public_id),
    )
    return list(chain.from_iterable(told))


def restated(row: Row) -> dict[str, str]:
    """What the row's texts are kept as, by field, where that is not what was typed."""
    read = zip(NAMES, row.raw, row.values, strict=True)
    said = {name: fields.restated(name, text, value) for name, text, value in read if name not in row.errors}
    return {name: text for name, text in said.items() if text}


def told_restated(row: Row) -> list[str]:
    """The same in sentences, for after it was written."""
    words = _("%(heading)s: “%(typed)s” was kept as %(kept)s.")
    return [
        words % {"heading": BY_NAME[name].form_heading, "typed": row.raw[NAMES.index(name)].strip(), "kept": kept}
        for name, kept in restated(row).items()
    ]


def _restated(row: Row) -> Iterator[Hint]:
    for name, kept in restated(row).items():
        yield Hint(name, _("Will be kept as %(kept)s.") % {"kept": kept})


def _arithmetic(actor: Actor, texts: Mapping[str, str], row: Row) -> Iterator[Hint]:
    is_on = row["approval_process"] is True
    if "approval_limit" not in texts or "approval_limit" in row.errors or not is_on:
        return
    limit: Any = row["approval_limit"]
    yield Hint("approval_limit", approval.in_words(is_on, limit, actor.reseller.currency))


def _taken(actor: Actor, row: Row, public_id: UUID) -> Iterator[Hint]:
    """Blank values, and those that could not be read, are nobody's."""
    for conflict in rules.get_conflicts(actor, given([(1, *record_of(public_id, row))])):
        problem = conflict.problem
        yield Hint(conflict.field, problem.sentence(), str(problem.params.get("organization", "")))


def _same_name(actor: Actor, row: Row, public_id: UUID) -> Iterator[Hint]:
    """Two customers may have one name, but mostly they are the same one."""
    sort_name, *_others = fields.derived(str(public_id), row.values)
    seen = Organization.objects.permitted(actor, Permission.ORGANIZATIONS_SEE).exclude(public_id=public_id)
    if sort_name and (other := seen.filter(sort_name=sort_name).order_by("public_id").first()):
        domain = fields.shown("primary_domain", other.primary_domain)
        sentence = _("%(name)s (%(domain)s) has this name already.") % {"name": other.name, "domain": domain}
        yield Hint("name", sentence, str(other.public_id))
