"""The form of the reseller's profile. Each control remembers what the page showed, so that only changes are sent on."""

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any, Final
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.currencies import NAMES as CURRENCIES
from accounts.models import Reseller
from organizations.fields import COUNTRIES, Reading, read_value
from organizations.forms import problems_of
from portal.reseller_settings import PROFILE

Choices = list[tuple[str, Any]]

# The rest of the database of time zones are aliases and offsets that no place is called by.
REGIONS: Final = frozenset(
    ("Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")
)


class ProfileForm(forms.Form):
    """`currency_lock` is the sentence that says why the currency may not change, or empty."""

    name = forms.CharField(
        label=PROFILE["name"],
        show_hidden_initial=True,
        help_text=_("Your people see it on every page."),
        error_messages={"required": _("Enter a name.")},
    )
    country = forms.ChoiceField(
        label=PROFILE["country"],
        required=False,
        show_hidden_initial=True,
        help_text=_("Phone numbers of customers without a country are read as numbers of this one."),
    )
    language = forms.ChoiceField(
        label=PROFILE["language"], show_hidden_initial=True, help_text=_("Pages and dates are written in it.")
    )
    time_zone = forms.ChoiceField(
        label=PROFILE["time_zone"], show_hidden_initial=True, help_text=_("Times on pages are those of its clocks.")
    )
    currency = forms.ChoiceField(
        label=PROFILE["currency"], show_hidden_initial=True, help_text=_("Approval limits are amounts in it.")
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, reseller: Reseller, currency_lock: str = "") -> None:
        super().__init__(data, initial={name: getattr(reseller, name) for name in PROFILE})
        self.fields["name"].widget.attrs["autocomplete"] = "organization"
        for name, choices in (
            ("country", [("", gettext("Not told")), *_named(COUNTRIES)]),
            ("language", list(settings.LANGUAGES)),
            ("time_zone", time_zones()),
            ("currency", [(code, f"{code} – {title}") for code, title in _named(CURRENCIES)]),
        ):
            self.fields[name].choices = with_current(choices, str(self.initial[name]))  # type: ignore[attr-defined]
        if currency_lock:
            self._lock(reseller.currency, currency_lock)

    def _lock(self, currency: str, why: str) -> None:
        """Leaves one choice; a page from before the lock gets the same sentence when it sends another."""
        field = self.fields["currency"]
        field.choices = [choice for choice in field.choices if choice[0] == currency]  # type: ignore[attr-defined]
        field.help_text = field.error_messages["invalid_choice"] = why

    def clean_name(self) -> str:
        """As the name of an organization: trimmed, without control characters."""
        answer = read_value("name", self.cleaned_data["name"], Reading())
        if answer.errors:
            raise forms.ValidationError([problem.sentence() for problem in answer.errors])
        return str(answer.value)

    @property
    def changes(self) -> dict[str, str]:
        """What the person changed on the page, valid."""
        return {name: self.cleaned_data[name] for name in self.changed_data}

    @property
    def problems(self) -> list[dict[str, str]]:
        """For the summary above the form."""
        return problems_of(self)


def _named(names: Mapping[str, str]) -> Choices:
    return sorted(((code, gettext(name)) for code, name in names.items()), key=lambda choice: choice[1].casefold())


def time_zones() -> Choices:
    places = sorted(zone for zone in available_timezones() if zone.partition("/")[0] in REGIONS)
    regions = groupby(places, key=lambda zone: zone.partition("/")[0])
    return [("UTC", "UTC"), *((region, [(zone, _place(zone)) for zone in zones]) for region, zones in regions)]


def _place(zone: str) -> str:
    return zone.partition("/")[2].replace("_", " ").replace("/", ", ")


def with_current(choices: Choices, current: str) -> Choices:
    """What is set stays choosable, though a list may have changed since: saving must not change it unasked."""
    return choices if current in _values(choices) else [*choices, (current, current)]


def _values(choices: Choices) -> Iterable[str]:
    for value, label in choices:
        yield from (value for value, _ in label) if isinstance(label, list) else [value]
