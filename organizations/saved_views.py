"""Saved views of the list of organizations, and each person's own choice of columns and of the view to begin with."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.http import Http404
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.refusals import Refused
from accounts.roles import Permission
from events.log import record
from events.models import Kind
from organizations.columns import known_columns
from organizations.models import ListChoice, SavedView

LONGEST_NAME: Final = 100
MOST: Final = 50  # of a person, and of those that are shared


def get_views(actor: Actor) -> list[SavedView]:
    """Own ones first, each kind by name."""
    return sorted(SavedView.objects.permitted(actor), key=lambda view: (view.is_shared, view.name.lower(), view.pk))


def view_named(views: Sequence[SavedView], public_id: str) -> SavedView | None:
    """The one that an address names."""
    return next((view for view in views if str(view.public_id) == public_id), None)


def get_view(actor: Actor, public_id: uuid.UUID | str, *, to_change: bool = False) -> SavedView:
    """The view, if the actor may see it: what may not be seen does not exist, what may not be changed is 403."""
    found = SavedView.objects.permitted(actor).filter(public_id=public_id).first()
    if found is None:
        raise Http404
    if to_change and not may_change(actor, found):
        raise PermissionDenied
    return found


def may_share(actor: Actor) -> bool:
    return actor.can(Permission.SETTINGS_EDIT)


def may_change(actor: Actor, view: SavedView) -> bool:
    """A shared view is the reseller's, whoever made it."""
    return may_share(actor) if view.is_shared else view.membership_id == actor.membership.pk


def save_view(
    actor: Actor, name: str, asked: Mapping[str, str], columns: Sequence[str], *, shared: bool = False
) -> SavedView:
    """Keep the list as it is asked for under a name. Raises ValidationError where the name is none or taken."""
    actor.require(Permission.ORGANIZATIONS_SEE)
    _check_sharing(actor, shared)
    _check_room(actor, shared)
    view = SavedView(reseller=actor.reseller, membership=actor.membership, is_shared=shared, name=_read_name(name))
    view.asked, view.columns = dict(asked), list(known_columns(columns))
    with transaction.atomic():
        try:
            with transaction.atomic():
                SavedView.objects.bulk_create([view])
        except IntegrityError:
            raise _name_is_taken() from None
        if shared:
            record(actor, Kind.VIEW_SHARED, view.public_id, details={"name": view.name})
    return view


def update_view(actor: Actor, view: SavedView, asked: Mapping[str, str], columns: Sequence[str]) -> None:
    """Let the view ask for something else."""
    _change(actor, view, asked=dict(asked), columns=list(known_columns(columns)))


def rename_view(actor: Actor, view: SavedView, name: str, *, shared: bool) -> None:
    """Another name, or shared from now on or no longer: it is then its maker's own again."""
    _check_sharing(actor, shared or view.is_shared)
    _change(actor, view, name=_read_name(name), is_shared=shared)


def delete_view(actor: Actor, view: SavedView) -> None:
    with transaction.atomic():
        view = get_view(actor, view.public_id, to_change=True)
        SavedView.objects.permitted(actor).filter(pk=view.pk).delete()
        if view.is_shared:
            record(actor, Kind.VIEW_DELETED, view.public_id, details={"name": view.name})


def _change(actor: Actor, view: SavedView, **values: object) -> None:
    """Write, and tell the log where others are concerned."""
    view = get_view(actor, view.public_id, to_change=True)
    with transaction.atomic():
        try:
            with transaction.atomic():
                SavedView.objects.permitted(actor).filter(pk=view.pk).update(**values)
        except IntegrityError:
            raise _name_is_taken() from None
        is_shared = values.get("is_shared", view.is_shared)
        if view.is_shared or is_shared:
            kind = Kind.VIEW_CHANGED if view.is_shared else Kind.VIEW_SHARED
            record(actor, kind, view.public_id, details={"name": values.get("name", view.name)})


def _check_sharing(actor: Actor, shared: bool) -> None:
    if shared and not may_share(actor):
        raise PermissionDenied


def _check_room(actor: Actor, shared: bool) -> None:
    seen = SavedView.objects.permitted(actor).filter(is_shared=shared)
    if seen.count() >= MOST:
        raise Refused(_("There are %(most)s views already. Delete one that nobody needs first.") % {"most": MOST})


def _read_name(name: str) -> str:
    read = " ".join(name.replace("\0", " ").split())
    if not read:
        raise ValidationError({"name": _("Enter a name.")})
    if len(read) > LONGEST_NAME:
        raise ValidationError({"name": _("A name has at most %(most)s characters.") % {"most": LONGEST_NAME}})
    return read


def _name_is_taken() -> ValidationError:
    return ValidationError({"name": _("There is a view with this name already. Choose another one.")})


# One's own


@dataclass(frozen=True)
class Own:
    """With what a person comes to the list: the views that they see, and their choice."""

    views: Sequence[SavedView]
    choice: ListChoice


def get_own(actor: Actor) -> Own:
    return Own(get_views(actor), get_choice(actor))


def get_choice(actor: Actor) -> ListChoice:
    """The person's choice; one that says nothing where they have made none."""
    found = ListChoice.objects.filter(reseller=actor.reseller, membership=actor.membership).first()
    return found or ListChoice(reseller=actor.reseller, membership=actor.membership)


def choose_columns(actor: Actor, columns: Sequence[str]) -> None:
    """The columns of every list that asks for no other; none are the usual ones."""
    actor.require(Permission.ORGANIZATIONS_SEE)
    _choose(actor, columns=list(known_columns(columns)))


def choose_density(actor: Actor, *, is_compact: bool) -> None:
    """How high the rows of every list are, whatever its columns."""
    actor.require(Permission.ORGANIZATIONS_SEE)
    _choose(actor, is_compact=is_compact)


def choose_default(actor: Actor, view: SavedView | None) -> None:
    """The view with which the list begins."""
    actor.require(Permission.ORGANIZATIONS_SEE)
    _choose(actor, default_view=view.public_id if view else None)


def _choose(actor: Actor, **values: object) -> None:
    ListChoice.objects.update_or_create(reseller=actor.reseller, membership=actor.membership, defaults=values)
