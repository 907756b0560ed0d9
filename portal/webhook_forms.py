"""The form of a webhook: its name, its address, and the events it wants, a field for each area."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from organizations.grouping.forms import ToldForm
from webhooks.addresses import problem_with, written
from webhooks.endpoints import Wanted
from webhooks.kinds import AREAS, OFFERED, area_of, in_words
from webhooks.models import Endpoint


class WebhookForm(ToldForm):
    name = forms.CharField(
        label=_("Name"),
        max_length=100,
        help_text=_("What it is for; mails and the event log name it."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    url = forms.CharField(
        label=_("Address"),
        max_length=2000,
        help_text=_("Each event is posted there as JSON, for example https://erp.example.com/cloudbroker."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "url", "spellcheck": "false"}),
    )
    each_organization = forms.BooleanField(
        label=_("Each organization of large imports too"),
        required=False,
        help_text=_("Otherwise an import of more than 1,000 rows sends only what happens to the import itself."),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for area, label in AREAS.items():
            kinds = [(kind.value, f"{in_words(kind)} ({kind.value})") for kind in OFFERED if area_of(kind) == area]
            boxes = forms.CheckboxSelectMultiple
            self.fields[area] = forms.MultipleChoiceField(label=label, choices=kinds, required=False, widget=boxes)
        self.order_fields(["name", "url", *AREAS])

    @classmethod
    def showing(cls, endpoint: Endpoint) -> "WebhookForm":
        same = {name: getattr(endpoint, name) for name in ("name", "url", "each_organization")}
        return cls(initial=same | dict.fromkeys(AREAS, endpoint.kinds))

    @classmethod
    def empty(cls) -> "WebhookForm":
        """With the events ticked that keep a copy of the customers in step."""
        return cls(initial={"organization": [kind.value for kind in OFFERED if area_of(kind) == "organization"]})

    def clean_url(self) -> str:
        url = written(self.cleaned_data["url"])
        if problem := problem_with(url):
            raise forms.ValidationError(problem)
        return url

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors and not self._kinds(data):
            self.add_error("organization", _("Choose at least one event."))
        return data

    def _kinds(self, data: dict[str, Any]) -> frozenset[str]:
        return frozenset(kind for area in AREAS for kind in data.get(area, []))

    @property
    def wanted(self) -> Wanted:
        data = self.cleaned_data
        return Wanted(data["name"], data["url"], self._kinds(data), data["each_organization"])
