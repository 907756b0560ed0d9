"""The template as XML."""

from collections.abc import Collection

from organizations.fields import FIELDS, Field
from organizations.xml_file import FOOT, HEAD


def xml_template(also_mandatory: Collection[str] = ()) -> bytes:
    """One organization to fill in and to copy; while it is blank it isn't a row."""
    elements = [_element(field, field.mandatory or field.name in also_mandatory) for field in FIELDS]
    return f"{HEAD}  <organization>\n{''.join(elements)}  </organization>\n{FOOT}".encode()


def _element(field: Field, is_mandatory: bool) -> str:
    mark = ' required="true"' if is_mandatory else ""
    return f"    <{field.name}{mark}></{field.name}>\n"
