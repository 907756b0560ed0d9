"""Countries by code or by name in several languages, whatever the capitals, accents and punctuation."""

import re
from functools import lru_cache
from unicodedata import combining, normalize

from organizations.fields.country_table import TABLE
from organizations.fields.country_translations import TABLE as TRANSLATIONS
from organizations.problems import Problem, shortened

# Well-known names beside the one in the table. "Congo" alone and "Korea" alone stay out: two countries bear each.
_ALSO = {
    "BO": "Plurinational State of Bolivia",
    "BN": "Brunei Darussalam",
    "CD": "DR Congo; DRC; Congo-Kinshasa; Congo, Democratic Republic of the; Congo (the Democratic Republic of the)",
    "CG": "Republic of the Congo; Congo-Brazzaville",
    "CI": "Ivory Coast",
    "CN": "People's Republic of China; PRC",
    "CV": "Cape Verde",
    "CZ": "Czech Republic",
    "FK": "Falkland Islands",
    "FM": "Federated States of Micronesia; Micronesia (Federated States of)",
    "GB": "UK; Great Britain; Britain; England; Scotland; Wales; Northern Ireland; "
    "United Kingdom of Great Britain and Northern Ireland",
    "GR": "EL; Hellas",
    "HK": "Hong Kong SAR",
    "IE": "Republic of Ireland",
    "IR": "Islamic Republic of Iran; Iran (Islamic Republic of)",
    "KN": "St Kitts and Nevis",
    "KP": "Democratic People's Republic of Korea; Korea (the Democratic People's Republic of); DPRK",
    "KR": "Republic of Korea; Korea, Republic of; Korea (the Republic of)",
    "LA": "Lao PDR; Lao People's Democratic Republic",
    "LC": "St Lucia",
    "MD": "Republic of Moldova; Moldova (the Republic of)",
    "MK": "Macedonia; Republic of North Macedonia",
    "MM": "Burma",
    "MO": "Macau; Macao SAR; Macau SAR",
    "NL": "Holland; Kingdom of the Netherlands",
    "NR": "Naoero",
    "PN": "Pitcairn Islands",
    "PS": "State of Palestine; Palestine, State of; Palestinian Territories",
    "RU": "Russian Federation",
    "SH": "Saint Helena, Ascension and Tristan da Cunha; St Helena",
    "GS": "South Georgia and the South Sandwich Islands",
    "MF": "Saint Martin; St Martin",
    "PM": "St Pierre and Miquelon",
    "ST": "São Tomé and Príncipe",
    "SX": "Sint Maarten",
    "SY": "Syrian Arab Republic",
    "SZ": "Swaziland",
    "TL": "East Timor",
    "TR": "Turkey; Republic of Turkey; Republic of Türkiye",
    "TW": "Taiwan (Province of China); Taiwan, Province of China",
    "TZ": "United Republic of Tanzania; Tanzania, United Republic of; Tanzania, the United Republic of",
    "AE": "UAE",
    "US": "United States; America; United States of America (the)",
    "VA": "Holy See; Vatican; Vatican City State",
    "VC": "St Vincent and the Grenadines",
    "VE": "Bolivarian Republic of Venezuela; Venezuela (Bolivarian Republic of)",
    "VG": "British Virgin Islands",
    "VI": "US Virgin Islands; United States Virgin Islands",
    "VN": "Viet Nam",
}


def _key(text: str) -> str:
    plain = "".join(character for character in normalize("NFKD", text) if not combining(character)).casefold()
    words = re.sub(r"\s*\(the\)\Z|\Athe\s+", "", plain).replace("&", " and ")
    return "".join(character for character in words if character.isalnum())


_ROWS = [line.split(" ", 2) for line in TABLE.splitlines()]
NAMES: dict[str, str] = {alpha_2: name for alpha_2, _, name in _ROWS}
_CODES = (
    {_key(name): line[:2] for line in TRANSLATIONS.splitlines() for name in line[3:].split(";")}
    | {_key(name): code for code, names in _ALSO.items() for name in names.split(";")}
    | {_key(name): code for code, _, name in _ROWS}
    | {_key(alpha_3): code for code, alpha_3, _ in _ROWS}
    | {_key(code): code for code in NAMES}
)


@lru_cache(2048)
def read_country(text: str) -> str | Problem:
    """The alpha-2 code."""
    found = _CODES.get(_key(text)) if len(text) <= 100 else None
    return found or Problem("country_unknown", {"value": shortened(text)})
