"""Reading TRUE and FALSE as people and spreadsheets write them in nine languages."""

from unicodedata import normalize

from organizations.problems import Problem, shortened

_TRUE = """
    true yes y 1 on
    wahr ja  sant  vrai oui  verdadero sí si  waar  sand  sann  tosi kyllä
"""
_FALSE = """
    false no n 0 off
    falsch nein  falskt nej  faux non  falso  onwaar nee  falsk  usann nei  epätosi ei
"""
WORDS = dict.fromkeys(_TRUE.split(), True) | dict.fromkeys(_FALSE.split(), False)


def read_boolean(text: str) -> bool | Problem:
    found = WORDS.get(normalize("NFC", text.casefold()))
    return Problem("boolean_unknown", {"value": shortened(text)}) if found is None else found
