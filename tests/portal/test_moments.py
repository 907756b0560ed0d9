"""How long ago something was, as its reader would say it."""

from datetime import timedelta

import pytest
from django.template.loader import render_to_string
from django.utils import timezone, translation

from imports.history import lasted


def timeline(**age):
    entry = {"who": "Anna", "sentence": "created it.", "at": timezone.now() - timedelta(**age), "changes": []}
    return render_to_string("_partials/timeline.html", {"timeline": [entry]}).replace("\xa0", " ")


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "5 minutes ago"), ("de", "vor 5 Minuten"), ("sv", "5 minuter sedan")],
)
def test_a_timeline_says_how_long_ago_it_was_in_the_readers_language(language, words):
    with translation.override(language):
        assert words in timeline(minutes=5)


def test_after_a_week_the_date_alone_says_more():
    assert "ago" in timeline(days=6) and "ago" not in timeline(days=8)


@pytest.mark.parametrize(
    ("language", "seconds", "words"),
    [
        ("en", 0.2, "1 second"),
        ("en", 59, "59 seconds"),
        ("en", 60, "1 minute"),
        ("en", 7_500, "2 hours, 5 minutes"),
        ("de", 3, "3 Sekunden"),
        ("de", 200_000, "2 Tage, 7 Stunden"),
        ("sv", 125, "2 minuter"),
    ],
)
def test_how_long_an_import_took_is_said_in_the_readers_language(language, seconds, words):
    with translation.override(language):
        assert lasted(timedelta(seconds=seconds)).replace("\xa0", " ") == words
