"""What can be wrong with a value of an organization, as a code with parameters, and the one catalogue of sentences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

SHOWN_CHARACTERS = 60
TRANSLATED_PARAMS = ("heading", "country", "pattern")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong. `heading`, `country` and `pattern` among the params are English until they are shown."""

    code: str
    params: Mapping[str, str | int] = field(default_factory=dict)

    def sentence(self) -> str:
        params = _Forgiving(self.params, code=self.code)
        for name in TRANSLATED_PARAMS:
            if params.get(name):
                params[name] = gettext(str(params[name]))
        return str(MESSAGES.get(self.code, UNKNOWN)) % params

    def as_json(self) -> dict[str, Any]:
        return {"code": self.code, "params": dict(self.params)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Problem:
        return cls(str(data["code"]), dict(data.get("params") or {}))


def shortened(text: str) -> str:
    """The value as a sentence may quote it: at most 60 characters, none of them invisible to people or databases."""
    start = text[: SHOWN_CHARACTERS + 1]
    visible = "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in start)
    return visible if len(visible) <= SHOWN_CHARACTERS else visible[: SHOWN_CHARACTERS - 1] + "…"


class _Forgiving(dict[str, Any]):
    """A stored problem may lack a param that today's sentence mentions: better an ellipsis than a server error."""

    def __missing__(self, key: str) -> str:
        return "…"


UNKNOWN = _("This value was refused (%(code)s). Check it and try again.")

MESSAGES: dict[str, StrPromise] = {
    # any field
    "mandatory": _("%(heading)s is missing. Enter it: this field is mandatory."),
    "too_long": _("“%(value)s” has %(length)s characters. Shorten it to at most %(max)s."),
    "control_character": _(
        "“%(value)s” contains the invisible control character %(character)s. Delete it or type the value again."
    ),
    "broken_character": _(
        "“%(value)s” contains a broken character. Type the value again, or save the file as UTF-8 and read it again."
    ),
    # domains
    "domain_spaces": _("“%(value)s” contains a space. Enter one domain only, such as example.com."),
    "domain_ip": _("“%(value)s” is an IP address. Enter the customer's domain name, such as example.com."),
    "domain_one_label": _("“%(value)s” is not a complete domain. Add its ending, as in example.com."),
    "domain_public_suffix": _(
        "“%(value)s” is an ending under which many domains are registered. "
        "Enter the customer's own domain, such as example.%(value)s."
    ),
    "domain_underscore": _(
        "“%(value)s” contains an underscore, which a host name may not have. "
        "Check the spelling; perhaps a hyphen is meant."
    ),
    "domain_label": _(
        "The part “%(label)s” of “%(value)s” is not allowed in a domain. "
        "Each part between the dots needs 1 to 63 letters, digits or hyphens and may not start or end with a hyphen."
    ),
    "domain_too_long": _(
        "“%(value)s” is longer than the %(max)s characters that a domain may have. Enter a shorter one."
    ),
    "domain_malformed": _("“%(value)s” is not a domain. Enter it without http:// or www., such as example.com."),
    # email addresses
    "email_invalid": _("“%(value)s” is not an email address. Enter one such as name@example.com."),
    "email_many": _("“%(value)s” holds more than one email address. Enter exactly one."),
    # TRUE and FALSE
    "boolean_unknown": _("“%(value)s” is neither yes nor no. Enter TRUE or FALSE, or leave it empty for FALSE."),
    # amounts
    "amount_unreadable": _("“%(value)s” is not an amount. Enter a number such as 1000 or 1000.50, without a currency."),
    "amount_ambiguous": _("“%(value)s” can be read as two different amounts. Write %(whole)s or %(whole)s.00."),
    "amount_other_mark": _(
        "“%(value)s” does not fit the decimal mark of this column. "
        "Write every amount of the column the same way, as 1000.50."
    ),
    "amount_negative": _("“%(value)s” is below zero. Enter zero or more."),
    "amount_places": _("“%(value)s” has more than two decimal places. Round it to two, as 1000.50."),
    "amount_too_large": _("“%(value)s” is too large. Enter at most %(max)s, or leave it empty."),
    # dates
    "date_unreadable": _("“%(value)s” is not a date. Write it as %(pattern)s, for example %(example)s."),
    "date_impossible": _("“%(value)s” is a day that does not exist. Check the day, month and year (%(pattern)s)."),
    "date_order": _(
        "“%(value)s” has no month %(month)s. Dates are read as %(pattern)s: write it so, "
        "or choose the other order for the whole column."
    ),
    "date_with_time": _("“%(value)s” contains a time of day. Enter only the date, as %(pattern)s."),
    "date_out_of_range": _("“%(value)s” lies before the year %(first)s. Check the year."),
    # countries
    "country_unknown": _(
        "“%(value)s” is not a country that we know. "
        "Enter its English name or its two-letter code, such as Sweden or SE."
    ),
    # warnings: the value is kept
    "phone_invalid": _(
        "“%(value)s” is not a valid phone number in %(country)s. It is kept as typed; check it if calls are to be made."
    ),
    "phone_other_country": _(
        "“%(value)s” is a number of another country than %(country)s. "
        "It is kept as typed; check the number or the country."
    ),
    "phone_without_country": _(
        "“%(value)s” cannot be checked without a country. It is kept as typed; enter the country, or begin with + and "
        "the country's code."
    ),
    "phone_extension": _("“%(value)s” contains an extension. It is kept as typed and cannot be dialled automatically."),
    "registration_checksum": _(
        "“%(value)s” is not a correct registration number in %(country)s: its check digit does not match. "
        "It is kept as typed; check it for a slip."
    ),
    "approval_every_transaction": _(
        "The approval process is on without a limit: every transaction will need approval. "
        "Enter a limit if smaller ones shall pass."
    ),
    # rules that need the database
    "id_unknown": _("There is no organization with the id %(value)s. Correct it, or leave it out."),
    "id_malformed": _("“%(value)s” is not the id of an organization. Correct it, or leave it out."),
    "group_name_unknown": _(
        "There is no organization group “%(value)s”, or it is not one of yours that was chosen for the file. "
        "Correct the name, or leave it out."
    ),
    "microsoft_id_malformed": _("“%(value)s” is not the Microsoft ID of a customer. Correct it, or leave it out."),
    "number_differs": _("This is another customer number than the address names. Leave it out, or send the same."),
    "repeated": _("“%(value)s” is already on row %(first)s. Keep it on one row only."),
    "repeated_later": _("“%(value)s” is also on row %(other)s. Keep it on one row only."),
    "taken": _("“%(value)s” is already used by %(name)s. Enter another, or edit that organization."),
    "taken_hidden": _("“%(value)s” is already in use; ask an administrator."),
    "archived": _("“%(value)s” belongs to the archived organization %(name)s. Restore that one instead."),
    "approval_not_yours": _(
        "Your role may not set approval settings. Leave this field empty, or ask a Reseller Admin to set it."
    ),
    "not_created": _(
        "This row could not be created, because the records changed meanwhile. Check it and import it again."
    ),
    # the groups chosen for new organizations
    "group_unknown": _("One of the chosen organization groups does not exist or is not yours. Choose again."),
    "group_not_chosen": _("Choose a group."),
    "group_none_yet": _("You have not been given an organization group yet. Ask a Reseller Admin for one."),
    "group_missing": _("Choose one of your organization groups."),
    "group_only_one": _("Choose exactly one of your organization groups; a Reseller Admin can add more."),
    # the grid as a whole
    "grid_empty": _("The grid is empty. Fill in at least one row."),
    "grid_full": _(
        "The grid holds %(rows)s rows and may hold %(most)s. Nothing was created. Import them as a file instead."
    ),
    "grid_uneven": _(
        "The rows arrived incomplete, so nothing was created. Load this page again and paste or type them anew."
    ),
    "import_was_read": _("This import has begun or ended, so its file can't be read in another way any more."),
    "import_has_begun": _("This import has begun or ended, so its rows can't be repaired any more."),
    "all_or_nothing_invalid": _("All rows or none were to be imported, and some have errors. Repair them first."),
    # verbs on a record that is not in a state for them
    "changed_meanwhile": _(
        "Somebody else changed %(name)s while you were editing. Your texts are below; compare them with the record "
        "and save again."
    ),
    "is_archived": _("%(name)s is archived and can't be changed. Restore it first."),
    "not_archived": _("%(name)s must be archived before it can be erased."),
    "other_name": _("This is not the organization's name. Type %(name)s to erase it."),
}
