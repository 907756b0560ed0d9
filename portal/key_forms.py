"""The form of a new API key."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.refusals import Refused
from accounts.roles import GROUP_BOUND, Role
from accounts.scopes import Scope
from api.keys import Wanted, end_of
from groups.models import Group
from organizations.grouping.forms import ToldForm


class KeyForm(ToldForm):
    name = forms.CharField(
        label=_("Name"),
        max_length=100,
        help_text=_("What the key is for; the event log names it."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    role = forms.ChoiceField(
        label=_("Role"), choices=Role.choices, help_text=_("The key may do what this role may, within its scopes.")
    )
    scopes = forms.MultipleChoiceField(
        label=_("Scopes"),
        choices=Scope.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one scope.")},
    )
    expires = forms.DateField(
        label=_("Last day"),
        required=False,
        help_text=_("Leave it empty for a key that works until it is revoked."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("Choose a day.")},
    )

    def __init__(self, *args: Any, groups: Collection[Group], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = {str(group.public_id): group for group in groups}
        if groups:
            self.fields["groups"] = forms.MultipleChoiceField(
                label=_("Organization groups"),
                choices=[(public_id, group.name) for public_id, group in self.known.items()],
                widget=forms.CheckboxSelectMultiple,
                required=False,
                help_text=_("The key sees only organizations of these groups. None: all of them, if its role may."),
            )
            self.order_fields(["name", "role", "scopes", "groups", "expires"])

    def clean_expires(self) -> datetime | None:
        """The end of that day at the reseller's place."""
        day = self.cleaned_data["expires"]
        if day is None:
            return None
        try:
            return end_of(day)
        except Refused as refused:
            raise forms.ValidationError(refused.sentence) from refused

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("role") in GROUP_BOUND and not data.get("groups"):
            self.add_error(
                "groups" if self.known else None, _("This role sees only organizations of groups. Choose one.")
            )
        return data

    @property
    def wanted(self) -> Wanted:
        data = self.cleaned_data
        groups = tuple(self.known[public_id] for public_id in data.get("groups", []))
        scopes = frozenset(map(Scope, data["scopes"]))
        return Wanted(data["name"], Role(data["role"]), scopes, groups or None, data["expires"])
