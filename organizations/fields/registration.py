"""Check digits of registration numbers, in the countries whose company or tax numbers have them. A warning, no more."""

from collections.abc import Callable
from functools import cache, lru_cache
from importlib import import_module
from operator import mul

from stdnum.exceptions import InvalidChecksum, ValidationError

from organizations.fields.countries import NAMES as COUNTRY_NAMES
from organizations.problems import Problem, shortened

# Modules of python-stdnum. A country stands here only if no other usual company number of its own could be mistaken for
# one with a check digit: Polish KRS numbers look like tax numbers, Dutch KVK numbers like personal ones.
_NUMBERS = {
    "AT": ("at.uid", "at.businessid"),
    "AU": ("au.abn", "au.acn"),
    "BE": ("be.vat",),
    "BR": ("br.cnpj",),
    "CH": ("ch.uid", "ch.vat"),
    "DE": ("de.vat",),
    "DK": ("dk.cvr",),
    "EE": ("ee.registrikood", "ee.kmkr"),
    "ES": ("es.nif",),
    "FI": ("fi.ytunnus", "fi.alv"),
    "FR": ("fr.siren", "fr.siret", "fr.tva"),
    "GB": ("gb.vat",),
    "IE": ("ie.vat",),
    "IS": ("is_.kennitala",),
    "IT": ("it.iva", "it.codicefiscale"),
    "LU": ("lu.tva",),
    "NL": ("nl.btw",),
    "NO": ("no.orgnr", "no.mva"),
    "PT": ("pt.nif",),
    "SE": ("se.orgnr", "se.vat", "se.personnummer"),
}


@lru_cache(8192)
def registration_warning(text: str, country: str) -> Problem | None:
    """A warning when a check digit fails and the number is right in no other way."""
    failed = False
    for validate in _validators(country):
        outcome = _outcome(validate, text)
        if outcome:
            return None
        failed = failed or outcome is False
    if not failed:
        return None
    return Problem("registration_checksum", {"value": shortened(text), "country": COUNTRY_NAMES[country]})


def _outcome(validate: Callable[[str], str], text: str) -> bool | None:
    """None: not a number of this sort at all, so nothing can be said about its digits."""
    try:
        validate(text)
    except InvalidChecksum:
        return False
    except ValidationError:
        return None
    return True


@cache
def _validators(country: str) -> tuple[Callable[[str], str], ...]:
    return tuple(import_module(f"stdnum.{name}").validate for name in _NUMBERS.get(country, ()))


_LUHN = bytes.maketrans(b"0123456789", b"0246813579")
_SHAPES = {"SE": 10, "NO": 9, "DK": 8, "FI": 8}
_WEIGHTS = {"NO": (3, 2, 7, 6, 5, 4, 3, 2, 1), "DK": (2, 7, 6, 5, 4, 3, 2, 1), "FI": (7, 9, 10, 5, 8, 4, 2, 1)}
_ZEROS = {country: sum(weights) * ord("0") for country, weights in _WEIGHTS.items()}


def plain_registration(text: str, country: str) -> bool:
    """Whether the number is certainly right or its country has no check digits; summed in place for the Nordic ones.

    False says nothing: ask `registration_warning`.
    """
    if country not in _SHAPES:
        return country not in _NUMBERS
    digits = text.replace("-", "", 1)
    if len(digits) != _SHAPES[country] or not digits.isdecimal() or not digits.isascii():
        return False
    code = digits.encode()
    if country == "SE":
        return (sum(code[1::2]) + sum(code[::2].translate(_LUHN))) % 10 == 0
    return digits[0] != "0" and (sum(map(mul, _WEIGHTS[country], code)) - _ZEROS[country]) % 11 == 0
