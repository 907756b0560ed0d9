"""What a printer gets of the pages that are printed: no chrome, every column, nothing cut off."""

import pytest

from organizations.columns import COLUMNS

pytestmark = [pytest.mark.timeout(120)]
UPRIGHT, ACROSS = 680, 1009  # CSS pixels between the margins of A4
LOOK = """() => ({
  chrome: [...document.querySelectorAll('.cb-side, .cb-toolbar, .cb-views, .cb-pager, .cb-crumbs, .cb-foot, .btn')]
    .filter((part) => part.checkVisibility() && !part.querySelector('table, h1') && part.innerText.trim())
    .map((part) => part.className),
  cards: [...document.querySelectorAll('.cb-table td')].filter((one) => getComputedStyle(one).display == 'grid').length,
  headings: [...document.querySelectorAll('main th[scope=col]')].filter((one) => one.checkVisibility()).length,
  repeats: [...document.querySelectorAll('thead')].map((one) => getComputedStyle(one).display),
  over: document.documentElement.scrollWidth - document.documentElement.clientWidth,
})"""


@pytest.mark.parametrize(
    ("address", "width", "headings"),
    [
        ("/organizations/", UPRIGHT, 7),
        (f"/organizations/?columns={','.join(COLUMNS)}", ACROSS, len(COLUMNS) + 1),
        ("/will-not-be-billed/?reason=no_start", UPRIGHT, 8),
    ],
)
def test_a_printed_list_has_every_column_and_no_chrome(visit, address, width, headings):
    page = visit(viewport={"width": width, "height": 900})
    page.goto(address)
    page.emulate_media(media="print")
    found = page.evaluate(LOOK)
    assert found["chrome"] == [] and found["cards"] == 0
    assert found["headings"] >= headings and set(found["repeats"]) == {"table-header-group"}
    assert found["over"] <= 0


def test_a_printed_organization_is_what_is_known_of_it_and_nothing_to_press(visit):
    page = visit(viewport={"width": UPRIGHT, "height": 900})
    page.goto("/organizations/?search=bodensee")
    page.goto(page.locator("tbody a").first.get_attribute("href"))
    page.emulate_media(media="print")
    found = page.evaluate(LOOK)
    assert found["chrome"] == [] and found["over"] <= 0
    assert page.locator("text=Notification email").first.is_visible() and not page.locator("#purchase").is_visible()
