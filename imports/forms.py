"""The upload form, and the form of how a checked file is to be written."""

from collections.abc import Mapping
from typing import Any, Final, cast

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.roles import Permission
from imports.beside import BESIDE, READ
from imports.headings import TITLES
from imports.judging import texts_of
from imports.models import Blanks, Import, ImportRow, Mode
from imports.receiving import Options
from organizations.access import get_grounds
from organizations.checking import APPROVAL
from organizations.fields import BY_NAME, NAMES, Reading, read_value
from organizations.forms import field_for, groups_field, problems_of

ACCEPTED = ".csv,.txt,.tsv,.xml,.xms,.xlsx,.xls,text/csv,text/xml,application/xml"


# What a person may fill in once for all rows that leave it blank and become new records.
DEFAULTS: Final = ("country", "notification_email", "billing_start_date", "approval_process", "approval_limit")


def mode_field() -> forms.ChoiceField:
    return forms.ChoiceField(
        label=_("What the rows do"),
        choices=Mode.choices,
        initial=Mode.CREATE,
        required=False,
        widget=forms.RadioSelect,
        help_text=_(
            "“Create and update” also changes organizations that exist already: found by organization id, customer "
            "number or primary domain, in this order. Nothing is changed before you have seen it."
        ),
    )


class UploadForm(forms.Form):
    """A file, and the groups that its organizations will belong to."""

    file = forms.FileField(
        label=_("Choose file"),
        allow_empty_file=True,  # an empty file has a sentence of its own
        error_messages={"required": _("Select a file.")},
        widget=forms.FileInput(attrs={"accept": ACCEPTED}),
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if actor.can(Permission.ORGANIZATIONS_EDIT):
            self.fields["mode"] = mode_field()
        if groups := get_grounds(actor):
            self.fields["group"] = groups_field(actor, [(str(group.public_id), group.name) for group in groups])
            self.fields["group"].required = False  # whether one is needed is the intake's to say

    @property
    def options(self) -> Options:
        return Options(mode=Mode(self.cleaned_data.get("mode") or Mode.CREATE))

    @property
    def chosen_groups(self) -> list[str]:
        return [value for value in cast(QueryDict, self.data).getlist("group") if value]

    @property
    def problems(self) -> list[dict[str, str]]:
        return problems_of(self)


class RowForm(forms.Form):
    """The cells of one row of a file; what is wrong with them was found when it was checked."""

    def __init__(self, row: ImportRow, errors: Mapping[str, list[str]]) -> None:
        texts = dict(zip(READ, texts_of(row), strict=False))
        super().__init__(texts)
        for name in NAMES:
            self.fields[name] = field_for(name, required=BY_NAME[name].mandatory)
            self.fields[name].help_text = ""
        for name in (name for name in BESIDE if name in texts):
            self.fields[name] = forms.CharField(label=TITLES[name], required=False)
        self.full_clean()
        self.errors.clear()
        for name, sentences in errors.items():
            self.add_error(name if name in self.fields else None, sentences)

    @property
    def problems(self) -> list[dict[str, str]]:
        return problems_of(self)


class OptionsForm(forms.Form):
    """How the rows of a checked file are to be written."""

    blanks = forms.ChoiceField(
        label=_("Empty cells of rows that update"), choices=Blanks.choices, widget=forms.RadioSelect
    )
    all_or_nothing = forms.ChoiceField(
        label=_("Rows with errors"),
        choices=[("valid", _("Import the valid rows")), ("all", _("All rows or nothing"))],
        widget=forms.RadioSelect,
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, actor: Actor, job: Import) -> None:
        initial = {"mode": job.mode, "blanks": job.blanks, "all_or_nothing": "all" if job.all_or_nothing else "valid"}
        super().__init__(data, initial=initial | job.defaults)
        self.actor = actor
        if actor.can(Permission.ORGANIZATIONS_EDIT):
            self.fields["mode"] = mode_field()
            self.fields["mode"].required = True
        else:
            del self.fields["blanks"]
        for name in DEFAULTS:
            if name not in APPROVAL or actor.can(Permission.APPROVAL_EDIT):
                self.fields[name] = field_for(name, required=False)
                self.fields[name].help_text = ""
        self.order_fields(["mode", "blanks", "all_or_nothing", *DEFAULTS])

    @property
    def how(self) -> list[forms.BoundField]:
        return [field for field in self if field.name not in DEFAULTS]

    @property
    def defaults(self) -> list[forms.BoundField]:
        return [field for field in self if field.name in DEFAULTS]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        reading = Reading(country=self.actor.reseller.country, mandatory=frozenset())
        for name in DEFAULTS:
            for problem in read_value(name, str(data.get(name, "")), reading).errors:
                self.add_error(name, problem.sentence())
        return data

    @property
    def problems(self) -> list[dict[str, str]]:
        return problems_of(self)

    @property
    def options(self) -> Options:
        data = self.cleaned_data
        given = {name: data[name].strip() for name in DEFAULTS if data.get(name, "").strip()}
        return Options(
            Mode(data.get("mode") or Mode.CREATE),
            Blanks(data.get("blanks") or Blanks.KEEP),
            data["all_or_nothing"] == "all",
            given,
        )
