"""What a file may say of an organization beside its fields: its id, its groups, and Microsoft's id of the customer."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from django.db import connection

from accounts.actors import Actor
from accounts.ids import uuid_of
from accounts.roles import Permission
from groups.access import get_groups
from groups.models import Group
from groups.names import split_names
from imports.headings import Columns
from imports.models import Import, KnownTenant, Mode, Verdict
from imports.staging import staged_rows
from organizations.access import Ground
from organizations.fields import NAMES
from organizations.models import Organization
from organizations.problems import Problem, shortened

BESIDE: Final = ("organization_id", "organization_groups", "microsoft_id")
# The texts of a row that are read, in their order; a row without any beside its fields may end with those.
READ: Final = (*NAMES, *BESIDE)
_GROUPS: Final = READ.index("organization_groups") + 1  # PostgreSQL counts from 1
Cells = tuple[str, ...]
Groups = Mapping[str, Group]


def is_read(job: Import, columns: Columns) -> bool:
    """Whether more than the fields of its rows is read."""
    return job.mode == Mode.UPDATE or not columns.extras.keys().isdisjoint(BESIDE[1:])


def places(job: Import, columns: Columns) -> tuple[int | None, ...]:
    """Where in a row of the file stands what is read beside its fields; none if that is not read."""
    return tuple(map(columns.extras.get, BESIDE)) if is_read(job, columns) else ()


def beside(cells: Sequence[str]) -> dict[str, str]:
    """The texts beside the fields, by name; blank where the row has none."""
    return dict.fromkeys(BESIDE, "") | dict(zip(BESIDE, map(str.strip, cells[len(NAMES) :]), strict=False))


def groups_known(actor: Actor, job: Import) -> Groups:
    """The groups that rows may name: roles bound to groups choose one for the whole file, and rows may repeat it."""
    groups = get_groups(actor)
    if actor.is_group_bound:
        groups = groups.filter(public_id__in=job.group_public_ids)
    return {group.name.casefold(): group for group in groups}


def problems_beside(cells: Sequence[str], groups: Groups, *, is_new: bool) -> Iterator[tuple[str, Problem]]:
    """What is wrong with the groups, which count for new organizations only, and with Microsoft's id."""
    told = beside(cells)
    unknown = [name for name in split_names(told["organization_groups"]) if name.casefold() not in groups]
    if unknown and is_new:
        yield "organization_groups", Problem("group_name_unknown", {"value": shortened(unknown[0])})
    if (text := told["microsoft_id"]) and uuid_of(text) is None:
        yield "microsoft_id", Problem("microsoft_id_malformed", {"value": shortened(text)})


def grown(ground: Ground, text: str, groups: Groups) -> Ground:
    """The groups of the whole file and those of a cell; one that is gone since it was checked is left out."""
    named = (groups[name.casefold()] for name in split_names(text) if name.casefold() in groups)
    return Ground(tuple(dict.fromkeys([*ground.groups, *named])))


def texts_of_groups(job: Import, upto: int) -> list[str]:
    """The different texts about groups in the valid rows from the import's place up to a number."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT DISTINCT coalesce(raw[{_GROUPS}], '') FROM imports_importrow WHERE reseller_id = %s"
            " AND import_id = %s AND verdict = 'valid' AND number > %s AND number <= %s ORDER BY 1",
            [job.reseller_id, job.pk, job.place, upto],
        )
        return [text for (text,) in cursor]


# SQL over staged rows: those with one of these texts about groups.
WITH_GROUPS: Final = f"coalesce(raw[{_GROUPS}], '') = %s"


def note_tenants(actor: Actor, job: Import, upto: int) -> None:
    """Keep Microsoft's ids of the organizations that were written from the import's place up to a number."""
    rows = staged_rows(job).filter(verdict=Verdict.VALID, number__gt=job.place, number__lte=upto)
    told = {
        public_id: uuid_of(beside(raw or ())["microsoft_id"]) for public_id, raw in rows.values_list("public_id", "raw")
    }
    written = Organization.objects.permitted(actor, Permission.ORGANIZATIONS_SEE).filter(public_id__in=told)
    KnownTenant.objects.bulk_create(
        (
            KnownTenant(reseller=actor.reseller, organization_id=key, tenant_id=tenant_id, batch_id=job.public_id)
            for key, public_id in written.values_list("pk", "public_id")
            if (tenant_id := told[public_id])
        ),
        ignore_conflicts=True,
    )


def forget_tenants(reseller_id: int, batch_id: uuid.UUID) -> None:
    """What an import that is undone said of Microsoft's ids."""
    KnownTenant.objects.filter(reseller_id=reseller_id, batch_id=batch_id).delete()
