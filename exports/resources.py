"""What an export holds of an organization: the seventeen fields, its id and its groups, each in one place.

An organization's groups are read from `groups`, which whoever reads the rows has prefetched as the actor may see them.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache, partial
from typing import Any, Final

from import_export.fields import Field
from import_export.resources import ModelResource, modelresource_factory

from groups.names import join_names
from organizations.as_json import value_as_json
from organizations.columns import COLUMNS
from organizations.fields import BESIDE, FIELDS, NAMES, text_of
from organizations.fields import Field as OrganizationField
from organizations.models import Organization

Content = Callable[[Organization], Any]
HEADINGS: Final = {field.name: field.english_heading for field in FIELDS} | BESIDE


def _resource(columns: Mapping[str, str], contents: Mapping[str, Content]) -> ModelResource:
    """What fills each column, by the column's name; never used to import: it would write past the intake."""
    fields = {
        name: Field(attribute=name, column_name=columns[name], dehydrate_method=content)
        for name, content in contents.items()
    }
    options = {"fields": list(fields), "export_order": list(fields)}
    return modelresource_factory(Organization, meta_options=options, custom_fields=fields)()


def _text(name: str, organization: Organization) -> str:
    return text_of(name, getattr(organization, name))


def _value(field: OrganizationField, organization: Organization) -> Any:
    return value_as_json(field, getattr(organization, field.name))


def _groups(organization: Organization) -> str:
    return join_names(group.name for group in organization.groups.all())


def _same(names: Iterable[str]) -> dict[str, str]:
    return {name: name for name in names}


_TEXTS: Final[dict[str, Content]] = {
    **{name: partial(_text, name) for name in NAMES},
    "organization_id": lambda organization: str(organization.public_id),
    "organization_groups": _groups,
}
_VALUES: Final[dict[str, Content]] = {
    **{field.name: partial(_value, field) for field in FIELDS},
    "id": lambda organization: str(organization.public_id),
    "groups": lambda organization: [str(group.public_id) for group in organization.groups.all()],
}
WITH_HEADINGS: Final = _resource(HEADINGS, _TEXTS)
WITH_NAMES: Final = _resource(_same(_TEXTS), _TEXTS)
AS_VALUES: Final = _resource(_same(_VALUES), _VALUES)


@lru_cache(64)
def with_columns(names: tuple[str, ...]) -> ModelResource:
    """The name and these columns of the list, under the headings that an import knows where it knows the column."""
    headings = {"name": HEADINGS["name"]} | {name: COLUMNS[name].english for name in names}
    contents = {"name": _TEXTS["name"]} | {name: COLUMNS[name].text for name in names}
    return _resource(headings, contents)
