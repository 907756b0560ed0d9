"""German and Swedish say everything that English says, with the same names in it. If this fails: `make messages`."""

import re

import pytest
from support.catalogues import LANGUAGES, catalogue, compiled, extracted, path_of, texts

NAMED = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}|</?\w+|href='\{\}'")


@pytest.fixture(scope="module")
def source():
    return extracted()


@pytest.fixture(scope="module", params=LANGUAGES)
def language(request):
    return request.param


@pytest.fixture(scope="module")
def messages(language):
    return [message for message in catalogue(language) if message.id]


def english(message):
    """The texts that the translations stand for, one for each of them."""
    singular, plural = message.id if isinstance(message.id, tuple) else (message.id, message.id)
    return singular, *[plural] * (len(texts(message)) - 1)


def test_every_message_of_the_source_is_in_the_catalogue_and_no_other(source, messages):
    def named(catalogue):
        return {(message.context, message.id) for message in catalogue if message.id}

    assert len(named(source)) > 1_500
    assert named(source) - named(messages) == set()
    assert named(messages) - named(source) == set()


def test_every_message_is_translated_and_nothing_guessed(messages):
    assert [message.id for message in messages if not all(texts(message)) or message.fuzzy] == []


def test_a_translation_names_what_the_message_names_and_keeps_its_tags(messages):
    """A singular may say its number in words or figures, as it likes."""
    wrong = []
    for message in messages:
        for original, text in zip(english(message), texts(message), strict=True):
            if sorted(NAMED.findall(original)) != sorted(NAMED.findall(text)):
                wrong.append((original, text))
    assert wrong == []


def test_a_message_with_a_plural_has_all_forms(messages):
    forms = {len(texts(message)) for message in messages if isinstance(message.id, tuple)}
    assert forms == {2}


def test_a_translation_begins_and_ends_as_the_message_does(messages):
    """White space joins sentences, a full stop ends them."""

    def ends(text):
        return re.match(r"\s*", text)[0], re.search(r"[.:]?\s*$", text)[0]

    pairs = [pair for message in messages for pair in zip(english(message), texts(message), strict=True)]
    assert [(original, text) for original, text in pairs if ends(original) != ends(text)] == []


def test_what_django_reads_is_what_people_edit(language):
    assert path_of(language, "mo").read_bytes() == compiled(language)
