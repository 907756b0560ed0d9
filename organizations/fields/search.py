"""What the database keeps beside a record to sort and find it: folded text, in which å is a and ß is ss."""

from unicodedata import combining, normalize

from organizations.fields.domains import unicode_domain
from organizations.fields.table import NAMES, Value

SORT_NAME_LENGTH = 255
# Letters that Unicode does not take apart into a base letter and an accent.
_LETTERS = str.maketrans(
    {"ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ħ": "h", "ı": "i", "ŧ": "t"}
)
_NAME, _DOMAIN, _NUMBER, _REGISTRATION = (
    NAMES.index(name) for name in ("name", "primary_domain", "customer_number", "registration_number")
)


def fold(text: str) -> str:
    """Text without capitals, accents and runs of white space; a search term is folded in the same way."""
    if text.isascii():
        return " ".join(text.lower().split())
    apart = normalize("NFKD", normalize("NFKD", text).casefold().translate(_LETTERS))
    bare = "".join(character for character in apart if not combining(character))
    return " ".join(normalize("NFC", bare).split())


def derived(public_id: str, values: tuple[Value, ...]) -> tuple[str, str, str]:
    """Sort name (at most 255 characters), key of the customer number (blank without one) and search text."""
    ascii_domain, number = str(values[_DOMAIN]), str(values[_NUMBER])
    shown_domain = unicode_domain(ascii_domain)
    name, domain, folded_number, registration = _folded(
        (str(values[_NAME]), shown_domain, number, str(values[_REGISTRATION]))
    )
    other_domain = "" if shown_domain == ascii_domain else ascii_domain
    found_by = (name, domain, other_domain, folded_number, registration, public_id.lower())
    return name[:SORT_NAME_LENGTH], number_key(number), "\n".join(filter(None, found_by))


def _folded(values: tuple[str, ...]) -> list[str]:
    """Each of them folded: all at once if they are ASCII, since values have no white space at their edges."""
    joined = "\n".join(values)
    if joined.isascii() and "  " not in joined and joined.count("\n") == len(values) - 1:
        return joined.lower().split("\n")
    return [fold(value) for value in values]


def number_key(number: str) -> str:
    """A customer number as it is compared: in any case."""
    return number.lower() if number.isascii() else normalize("NFC", number.casefold())
