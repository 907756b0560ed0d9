"""The form for one organization, made from fields.py. It holds texts; the intake says what is wrong with them."""

from typing import Any, Final, cast

from django import forms
from django.forms import BoundField
from django.http import QueryDict
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.roles import Permission
from organizations.access import get_grounds
from organizations.checking import APPROVAL
from organizations.fields import BY_NAME, FIELDS, SHORT_FORM, Field, Kind
from organizations.intake import Outcome
from organizations.problems import MESSAGES, Problem
from organizations.rules import also_mandatory

GROUPS: Final = "groups"


class GroundForm(forms.Form):
    """The groups of what is created, where there are some to choose from."""

    def __init__(self, *args: Any, actor: Actor, is_new: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if is_new and (groups := get_grounds(actor)):
            self.fields[GROUPS] = groups_field(actor, [(str(group.public_id), group.name) for group in groups])

    @property
    def groups_field(self) -> BoundField | None:
        return self[GROUPS] if GROUPS in self.fields else None

    @property
    def chosen_groups(self) -> list[str]:
        return [value for value in cast(QueryDict, self.data).getlist(GROUPS) if value]


class OrganizationForm(GroundForm):
    """Posted texts and where their errors belong; `short` shows at once, `more` behind More."""

    def __init__(self, *args: Any, actor: Actor, is_new: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, actor=actor, is_new=is_new, **kwargs)
        allowed = [field for field in FIELDS if field.name not in APPROVAL or actor.can(Permission.APPROVAL_EDIT)]
        for field in allowed:
            required = field.mandatory or (is_new and field.name in also_mandatory(actor))
            self.fields[field.name] = field_for(field.name, required=required)
        if "approval_limit" in self.fields:
            self._join_approval(actor.reseller.currency)
        if is_new:
            self.initial.setdefault("country", actor.reseller.country)

    def _join_approval(self, currency: str) -> None:
        """The limit is shown when the process is on (static/js/reveal.js), and says in which money it is."""
        limit = self.fields["approval_limit"]
        limit.help_text = format_lazy("{} {}", limit.help_text, format_lazy(_("In {currency}."), currency=currency))
        self.fields["approval_process"].widget.attrs["data-reveals"] = "approval_limit"

    @property
    def short(self) -> list[BoundField]:
        return [self[name] for name in SHORT_FORM]

    @property
    def more(self) -> list[BoundField]:
        return [self[name] for name in self.fields if name not in SHORT_FORM and name != GROUPS]

    @property
    def more_open(self) -> bool:
        return any(field.errors for field in self.more)

    @property
    def texts(self) -> dict[str, str]:
        """What was typed, as the intake wants it."""
        return {name: self.data.get(name, "").replace("\r\n", "\n") for name in self.fields if name != GROUPS}

    def tell(self, outcome: Outcome) -> None:
        """Put the errors of a refused row at their fields."""
        for name, problems in outcome.errors.items():
            self.tell_problems(name, problems)

    def tell_problems(self, name: str, problems: list[Problem]) -> None:
        for problem in problems:
            self.add_error(name if name in self.fields else None, problem.sentence())

    @property
    def problems(self) -> list[dict[str, str]]:
        """For the summary above the form, in the order of the page."""
        shown = [field for field in (self.groups_field, *self.short, *self.more) if field is not None]
        return [
            {"id": field.id_for_label, "label": _label_before(field, str(error)), "sentence": str(error)}
            for field in shown
            for error in field.errors
        ] + [{"id": "", "label": "", "sentence": str(error)} for error in self.non_field_errors()]


def problems_of(form: forms.Form) -> list[dict[str, str]]:
    """For the summary above the form."""
    return [
        {"id": field.id_for_label, "label": str(field.label), "sentence": str(error)}
        for field in form
        for error in field.errors
    ] + [{"id": "", "label": "", "sentence": str(error)} for error in form.non_field_errors()]


def _label_before(field: BoundField, sentence: str) -> str:
    """The label, unless the sentence begins with it anyway."""
    return "" if sentence.startswith(str(field.label)) else str(field.label)


def groups_field(actor: Actor, choices: list[tuple[str, str]]) -> forms.Field:
    """Roles bound to groups choose one, preselected when it is their only one; others any number."""
    label, errors = _("Organization groups"), {"invalid_choice": MESSAGES["group_unknown"]}
    if not actor.is_group_bound:
        widget = forms.CheckboxSelectMultiple
        return forms.MultipleChoiceField(
            choices=choices, widget=widget, required=False, label=label, error_messages=errors
        )
    help_text = _("If it belongs in more than one group, ask a Reseller Admin.")
    only = choices[0][0] if len(choices) == 1 else ""
    blank = [] if only else [("", _("Choose a group"))]
    return forms.ChoiceField(
        choices=[*blank, *choices], initial=only, label=label, help_text=help_text, error_messages=errors
    )


def field_for(name: str, *, required: bool) -> forms.Field:
    """A form field for one of the seventeen; it holds text and judges nothing."""
    field = BY_NAME[name]
    form_field: forms.Field
    if field.kind == Kind.BOOLEAN:
        undecided = [("", _("Choose yes or no")), ("FALSE", _("No"))] if required else [("", _("No"))]
        choices = [*undecided, ("TRUE", _("Yes"))]
        form_field = forms.ChoiceField(choices=choices)
    else:
        form_field = forms.CharField(strip=False, widget=_widget(field))
    form_field.label, form_field.help_text, form_field.required = field.form_heading, field.help, required
    form_field.widget.is_required = required
    # The browser's own length limit would cut a pasted value without a word; ours says so.
    form_field.widget.attrs |= {name: value for name, value in _attributes(field).items() if value}
    return form_field


def _widget(field: Field) -> forms.Widget:
    return forms.Textarea(attrs={"rows": 2}) if field.multiline else forms.TextInput()


def _attributes(field: Field) -> dict[str, str]:
    return {"autocomplete": field.autocomplete, "inputmode": field.inputmode}
