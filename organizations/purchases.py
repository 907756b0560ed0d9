"""A small question that one can try on an organization's page: would this purchase need approval, and be billed?"""

from datetime import date
from decimal import Decimal
from typing import Any, Final, cast

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from organizations.approval import (
    PRICED,
    Period,
    approval_in_words,
    billing_in_words,
    may_run_billing,
    requires_approval,
)
from organizations.fields import Reading, Value, read_value
from organizations.forms import problems_of
from organizations.models import Organization

ASKED_BY: Final = "amount"  # whose presence in the address says that somebody asks


class PurchaseForm(forms.Form):
    """Texts as a person writes them, read like the organization's own amounts and dates."""

    amount = forms.CharField(label=_("Price"), max_length=32, error_messages={"required": _("Enter a price.")})
    period = forms.ChoiceField(
        label=_("It is the price"),
        choices=[(period.value, words) for period, words in PRICED.items()],
        error_messages={"required": _("Choose what the price is for."), "invalid_choice": _("Choose one of these.")},
    )
    on = forms.CharField(
        label=_("Bought on"),
        max_length=32,
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"required": _("Enter a date.")},
    )

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "purchase_%s"} | kwargs)
        self.fields["amount"].help_text = currency
        self.fields["amount"].widget.attrs |= {"inputmode": "decimal", "autocomplete": "off"}

    def clean_amount(self) -> Decimal:
        return cast(Decimal, _read("approval_limit", self.cleaned_data["amount"]))

    def clean_on(self) -> date:
        return cast(date, _read("billing_start_date", self.cleaned_data["on"]))


def _read(field: str, text: str) -> Value:
    answer = read_value(field, text, Reading(mandatory=frozenset({field})))
    if answer.errors:
        raise forms.ValidationError([problem.sentence() for problem in answer.errors])
    return answer.value


def purchase_context(actor: Actor, organization: Organization, query: QueryDict) -> dict[str, Any]:
    """The form, and the answers where a price was asked about; `problems` are what is wrong with the question."""
    currency = actor.reseller.currency
    if ASKED_BY not in query:
        today = {"on": actor.reseller.today().isoformat(), "period": Period.MONTH.value}
        return {"purchase": {"form": PurchaseForm(initial=today, currency=currency)}}
    form = PurchaseForm(query, currency=currency)
    if not form.is_valid():
        return {"purchase": {"form": form}, "problems": problems_of(form)}
    return {"purchase": {"form": form, "answers": _answers(organization, currency, **form.cleaned_data)}}


def _answers(
    organization: Organization, currency: str, *, amount: Decimal, period: str, on: date
) -> list[dict[str, str]]:
    """Each with the tone of what it means: somebody has to do something, or nobody has."""
    asked = Period(period)
    is_required = requires_approval(organization, amount, asked).required
    is_billed = may_run_billing(organization, on)
    return [
        {
            "text": approval_in_words(organization, amount, asked, currency),
            "tone": "warning" if is_required else "success",
        },
        {"text": billing_in_words(organization, on), "tone": "success" if is_billed else "warning"},
    ]
