"""Where one is signed in, in words."""

import pytest

from portal.templatetags.browsers import browser

MOZILLA = "Mozilla/5.0"
GECKO = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        (f"{MOZILLA} (Windows NT 10.0; Win64) {GECKO} Chrome/130.0 Safari/537.36 Edg/130.0", "Edge on Windows"),
        (f"{MOZILLA} (X11; Linux x86_64) {GECKO} HeadlessChrome/156.0.0.0 Safari/537.36", "Chrome on Linux"),
        (f"{MOZILLA} (Linux; Android 14; Pixel 8) {GECKO} Chrome/130.0 Mobile Safari/537.36", "Chrome on Android"),
        (f"{MOZILLA} (iPhone; CPU iPhone OS 18_0 like Mac OS X) {GECKO} Version/18.0 Safari/604.1", "Safari on iPhone"),
        (f"{MOZILLA} (Macintosh; Intel Mac OS X 10.15; rv:132.0) Gecko/20100101 Firefox/132.0", "Firefox on macOS"),
        ("curl/8.5.0", "curl/8.5.0"),
        ("", "Unknown"),
    ],
)
def test_a_browser_is_named_as_its_user_would(told, shown):
    assert browser(told) == shown
