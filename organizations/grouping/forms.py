"""The forms of groups. What is wrong with a name, the verb says."""

from collections.abc import Collection
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from groups.changes import LABELS
from groups.models import Group


class ToldForm(forms.Form):
    """A form whose errors are also listed above it."""

    @property
    def problems(self) -> list[dict[str, str]]:
        found = [(field.id_for_label or f"{field.auto_id}_group", error) for field in self for error in field.errors]
        found += [("", error) for error in self.non_field_errors()]
        return [{"id": place, "label": "", "sentence": str(error)} for place, error in found]


class GroupForm(ToldForm):
    """The texts of a group."""

    name = forms.CharField(label=LABELS["name"], strip=False, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    description = forms.CharField(
        label=LABELS["description"], required=False, strip=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    @property
    def texts(self) -> dict[str, str]:
        return {name: self.data.get(name, "") for name in ("name", "description")}

    def tell(self, errors: ValidationError) -> None:
        self.full_clean()
        self.errors.clear()  # the form only carries texts
        self.add_error(None, errors)


class PasteForm(ToldForm):
    pasted = forms.CharField(
        label=_("Domains or customer numbers"),
        help_text=_("One on each line, or separated by commas, semicolons, tabs or spaces."),
        error_messages={"required": _("Paste a domain or a customer number.")},
        widget=forms.Textarea(attrs={"rows": 12, "autocomplete": "off", "spellcheck": "false"}),
    )
    do = forms.ChoiceField(
        label=_("What to do with them"),
        choices=[("add", _("Add to the group")), ("remove", _("Remove from the group"))],
        initial="add",
        widget=forms.RadioSelect,
    )


class ChangedTicks(ToldForm):
    """Ticked groups, and in `had` those that were when the page was made: only what the person changed counts."""

    had = forms.Field(widget=forms.MultipleHiddenInput, required=False)

    def __init__(self, *args: Any, groups: Collection[Group], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by_id = {str(group.public_id): group for group in groups}
        self.fields["groups"] = forms.MultipleChoiceField(
            label=_("Organization groups"),
            choices=[(public_id, group.name) for public_id, group in self.by_id.items()],
            widget=forms.CheckboxSelectMultiple,
            required=False,
        )

    @property
    def added(self) -> list[Group]:
        return self._in_first("groups", "had")

    @property
    def taken(self) -> list[Group]:
        return self._in_first("had", "groups")

    def _in_first(self, first: str, second: str) -> list[Group]:
        """A group that was deleted meanwhile is in neither."""
        missing = set(self.cleaned_data[second])
        named = dict.fromkeys(self.cleaned_data[first])
        return [self.by_id[name] for name in named if name not in missing and name in self.by_id]
