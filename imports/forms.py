"""The upload form."""

from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from organizations.access import get_grounds
from organizations.forms import groups_field

ACCEPTED = ".csv,.txt,.tsv,text/csv"


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
        if groups := get_grounds(actor):
            self.fields["group"] = groups_field(actor, [(str(group.public_id), group.name) for group in groups])
            self.fields["group"].required = False  # whether one is needed is the intake's to say

    @property
    def chosen_groups(self) -> list[str]:
        return [value for value in cast(QueryDict, self.data).getlist("group") if value]

    @property
    def problems(self) -> list[dict[str, str]]:
        """For the summary above the form."""
        return [
            {"id": field.id_for_label, "label": str(field.label), "sentence": str(error)}
            for field in self
            for error in field.errors
        ]
