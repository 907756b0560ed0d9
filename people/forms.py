"""The forms of people: invite, role, groups, handover, join. What is wrong with an invitation, the verb says."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any, cast

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from accounts.models import Membership, User
from accounts.roles import Role
from groups.models import Group
from organizations.grouping.forms import ChangedTicks, ToldForm
from people.inviting import LONGEST_EMAIL, LONGEST_NAME, Draft

NOW, UNTIL = "now", "until"
NO_EFFECT = _("Reseller Admins and View-only Admins see everything; for them a group only says who looks after it.")


def group_field(groups: Collection[Group], counts: Mapping[int, int]) -> forms.MultipleChoiceField:
    """The groups to tick, each with the number of its organizations."""
    return forms.MultipleChoiceField(
        label=_("Organization groups"),
        choices=[(str(group.public_id), _with_count(group.name, counts.get(group.pk, 0))) for group in groups],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )


def _with_count(name: str, count: int) -> str:
    words = ngettext("%(name)s (%(count)s organization)", "%(name)s (%(count)s organizations)", count)
    return words % {"name": name, "count": count}


class InviteForm(ToldForm):
    """Holds the texts of one invitation."""

    name = forms.CharField(label=_("Name"), widget=forms.TextInput(attrs={"autocomplete": "off"}))
    email = forms.CharField(
        label=_("E-mail address"), widget=forms.TextInput(attrs={"inputmode": "email", "autocomplete": "off"})
    )
    role = forms.ChoiceField(label=_("Role"), choices=[("", _("Choose a role")), *Role.choices])

    def __init__(self, *args: Any, groups: Collection[Group], counts: Mapping[int, int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if groups:
            self.fields["groups"] = group_field(groups, counts)
            self.fields["groups"].help_text = NO_EFFECT

    @property
    def draft(self) -> Draft:
        data = cast(QueryDict, self.data)
        texts = {name: data.get(name, "") for name in ("name", "email", "role")}
        return Draft(**texts, groups=tuple(data.getlist("groups")))

    def tell(self, errors: Mapping[str, list[str]]) -> None:
        for name, sentences in errors.items():
            for sentence in sentences:
                self.add_error(name if name in self.fields else None, sentence)


class RoleForm(ToldForm):
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)
    was = forms.CharField(widget=forms.HiddenInput)


class GroupsForm(ChangedTicks):
    """The groups of a person, each with the number of its organizations."""

    def __init__(self, *args: Any, groups: Collection[Group], counts: Mapping[int, int], **kwargs: Any) -> None:
        super().__init__(*args, groups=groups, **kwargs)
        self.fields["groups"] = group_field(groups, counts)


class HandoverForm(ToldForm):
    """Which of a person's groups go to whom, for good or until a day."""

    groups = forms.MultipleChoiceField(
        label=_("Groups"), widget=forms.CheckboxSelectMultiple, error_messages={"required": _("Tick a group.")}
    )
    to = forms.ChoiceField(
        label=pgettext_lazy("person", "To"), error_messages={"required": _("Choose who takes them.")}
    )
    how = forms.ChoiceField(
        label=_("How"),
        choices=[(NOW, _("Hand over now, for good")), (UNTIL, _("Lend to a stand-in until a day"))],
        initial=NOW,
        widget=forms.RadioSelect,
    )
    until = forms.DateField(
        label=_("Last day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Only for lending. The stand-in sees the groups up to and including this day."),
        error_messages={"invalid": _("Enter a day as YYYY-MM-DD.")},
    )

    def __init__(
        self, *args: Any, groups: Collection[Group], people: Collection[Membership], today: date, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.by_id = {str(group.public_id): group for group in groups}
        self.people = {str(person.user.public_id): person for person in people}
        self.today = today
        ticked, to = cast(forms.MultipleChoiceField, self.fields["groups"]), cast(forms.ChoiceField, self.fields["to"])
        ticked.choices = [(name, group.name) for name, group in self.by_id.items()]
        ticked.initial = list(self.by_id)
        names = [(name, f"{one.user} ({one.get_role_display()})") for name, one in self.people.items()]
        to.choices = [("", _("Choose a person")), *names]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("how") == UNTIL and "until" not in self.errors:
            until = cleaned.get("until")
            if until is None:
                self.add_error("until", _("Enter the last day."))
            elif until < self.today:
                self.add_error("until", _("That day is over. Choose today or a later day."))
        return cleaned

    @property
    def chosen_groups(self) -> list[Group]:
        return [self.by_id[name] for name in self.cleaned_data["groups"]]

    @property
    def chosen_person(self) -> Membership:
        return self.people[self.cleaned_data["to"]]

    @property
    def until_day(self) -> date | None:
        """The last day of a loan; None for good."""
        return self.cleaned_data["until"] if self.cleaned_data["how"] == UNTIL else None


class JoinForm(ToldForm):
    """What somebody who is new chooses; the address is the invitation's."""

    name = forms.CharField(
        label=_("Your name"), max_length=LONGEST_NAME, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        help_text=_("At least 12 characters, and not one that many people use."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("Password again"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email[:LONGEST_EMAIL]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        password = cleaned.get("password")
        if password and cleaned.get("again") and password != cleaned["again"]:
            self.add_error("again", _("The two passwords are not the same."))
        if password:
            try:
                validate_password(password, User(email=self.email, name=cleaned.get("name", "")))
            except forms.ValidationError as error:
                self.add_error("password", error)
        return cleaned


class FileForm(ToldForm):
    file = forms.FileField(
        label=_("Choose file"),
        allow_empty_file=True,
        error_messages={"required": _("Select a file.")},
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,text/csv"}),
    )
