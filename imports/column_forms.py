"""The form of how a file is read: its layout, and for each of its columns the field that it fills."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from imports.headings import TITLES, match_headings
from imports.models import Import
from imports.readers.detect import DELIMITERS
from imports.readers.encoding import ENCODINGS
from imports.readers.shape import Layout
from imports.receiving import LAYOUT
from imports.unreadable import Unreadable
from organizations.fields import BY_NAME, DAY_FIRST, MONTH_FIRST
from organizations.forms import problems_of

DATE_ORDERS: Final = {DAY_FIRST: gettext_lazy("DD/MM/YYYY"), MONTH_FIRST: gettext_lazy("MM/DD/YYYY")}
# Whose choice a refusal is about, if it is about one.
ABOUT: Final = {"no_headings": "heading_row", "unknown_choice": "heading_row", "bad_byte": "encoding"}


class ColumnsForm(forms.Form):
    """What is left empty in the layout is detected; a column that is left empty is ignored."""

    def __init__(self, data: Mapping[str, Any] | None = None, *, job: Import) -> None:
        matched = {_name(place): meaning for place, meaning in enumerate(job.matched.meanings)}
        super().__init__(data, initial=job.chosen_layout | matched)
        self.job, self.layout = job, Layout.from_json(job.layout)
        self._add_layout()
        for place, heading in enumerate(job.headings):
            self.fields[_name(place)] = forms.ChoiceField(
                label=heading.strip() or _("Column %(number)s") % {"number": place + 1},
                choices=[*_FIELDS, *_own(matched[_name(place)])],
                required=False,
            )

    def _add_layout(self) -> None:
        layout, order = self.layout, self.job.date_order
        sheets = {name: name for name in (layout.sheet, *layout.others) if name}
        self._add("sheet", _("Sheet"), sheets, layout.sheet)
        self._add("encoding", _("Encoding"), ENCODINGS if layout.encoding else {}, layout.encoding)
        self._add("delimiter", _("Delimiter"), DELIMITERS if layout.delimiter else {}, layout.delimiter)
        if not layout.names_its_cells:
            self.fields["heading_row"] = _line_field(layout)
        self._add("date_order", _("Order of dates"), DATE_ORDERS, order)

    def _add(self, name: str, label: str, offered: Mapping[str, Any], found: str) -> None:
        """A select that says what was detected, unless something else was chosen."""
        if not offered:
            return
        is_chosen = name in self.job.chosen_layout or found not in offered
        detected = _("Detect it") if is_chosen else _("Detected: %(value)s") % {"value": offered[found]}
        self.fields[name] = forms.ChoiceField(label=label, choices=[("", detected), *offered.items()], required=False)

    @property
    def layout_fields(self) -> list[forms.BoundField]:
        return [field for field in self if field.name in LAYOUT]

    @property
    def columns(self) -> Iterable[dict[str, Any]]:
        """Each column of the file with some of its texts and its select."""
        for place, heading in enumerate(self.job.headings):
            samples = self.job.samples[place] if place < len(self.job.samples) else []
            yield {"heading": heading, "samples": samples, "field": self[_name(place)]}

    @property
    def chosen_layout(self) -> dict[str, str]:
        return {name: self.cleaned_data.get(name, "") for name in LAYOUT}

    @property
    def chosen_columns(self) -> dict[int, str | None]:
        """Of the columns that were posted; a program that leaves some out leaves them to detection."""
        places = range(len(self.job.headings))
        return {place: self.cleaned_data[_name(place)] or None for place in places if _name(place) in self.data}

    def tell(self, why: Unreadable) -> None:
        """Say why file and choices don't go together, at the fields that it is about."""
        about = self._rivals() if why.code == "columns_doubled" else [ABOUT.get(why.code, "")]
        known: list[str | None] = [name for name in about if name in self.fields]
        for name in known or [None]:
            self.add_error(name, why.sentence())

    def _rivals(self) -> list[str]:
        """The selects of which more than one chose the same field."""
        rivals = match_headings(self.job.headings, chosen=self.chosen_columns).rivals
        return [_name(place) for places in rivals.values() for place in places]

    @property
    def problems(self) -> list[dict[str, str]]:
        return problems_of(self)


def _name(place: int) -> str:
    return f"column_{place}"


def _own(meaning: str) -> list[tuple[str, str]]:
    """The choice that only a column of our own reports has."""
    return [] if not meaning or meaning in TITLES else [(meaning, _("Errors of an earlier import (not read)"))]


def _line_field(layout: Layout) -> forms.CharField:
    found = "" if "heading_row" in layout.chosen else _("Detected: line %(line)s.") % {"line": layout.heading_row}
    how = _("Leave it empty to have it detected.")
    return forms.CharField(
        label=_("Headings are in line"),
        help_text=f"{found} {how}".strip(),
        required=False,
        max_length=12,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )


def _titled(name: str) -> Any:
    return BY_NAME[name].heading if name in BY_NAME else TITLES[name]


_FIELDS: Final = [("", gettext_lazy("Ignore this column")), *((name, _titled(name)) for name in TITLES)]
