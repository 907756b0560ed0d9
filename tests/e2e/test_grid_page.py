"""The grid in a browser: paste, keys, undo, the row menu, drafts, and all of it without a script."""

import re

import pytest

pytestmark = [pytest.mark.timeout(120)]
PAGE = "/organizations/create-multiple/"
ROWS = f"{PAGE}rows/"
PASTE = """([text, where]) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/plain", text);
    const event = new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true });
    const started = performance.now();
    document.activeElement.dispatchEvent(event);
    document.querySelector(".cb-grid__sheet").getBoundingClientRect();
    return performance.now() - started;
}"""


def cell(page, heading, row):
    return page.get_by_label(f"{heading} row {row}", exact=True)


def paste(page, text, heading="Name", row=1):
    """Pastes into a cell; the milliseconds that it took until the page was laid out again."""
    cell(page, heading, row).focus()
    return page.evaluate(PASTE, [text, ""])


def count(page):
    return page.locator(".cb-grid__sheet tbody tr").count()


def values(page, heading):
    return [control.input_value() for control in page.get_by_label(re.compile(rf"^{heading} row \d+$")).all()]


def focused(page):
    return page.evaluate("document.activeElement.getAttribute('aria-label')")


def said(page):
    return page.inner_text("[data-grid-status]")


def tsv(tag, rows, width=4):
    """Name, domain, registration number, notification email, …"""
    lines = []
    for n in range(1, rows + 1):
        filler = ["", "", "", f"{tag}-{n}", f"Storgatan {n}", "111 22", "Malmö", "", "SE", "Anna", "", "", ""]
        line = [f"{tag} {n} AB", f"{tag}{n}.example", "", f"it@{tag}{n}.example", *filler]
        lines.append("\t".join(line[:width]))
    return "\n".join(lines)


def create(page):
    page.click("button:has-text('Create/Import Organizations')")


def test_rows_are_pasted_and_created_and_the_draft_is_forgotten(visit):
    page = visit()
    page.goto(PAGE)
    assert count(page) == 5
    paste(page, tsv("pasted", 7))
    assert count(page) == 7 and said(page) == "Rows pasted: 7."
    create(page)
    page.wait_for_url(re.compile(r"/rows/[0-9a-f-]{36}/"))
    assert "Created 7 organizations." in page.inner_text("main") and page.inner_text("h1") == "Created Organizations"
    assert page.locator("tbody a:has-text('pasted 3 AB')").count() == 1
    page.goto(ROWS)
    assert values(page, "Name") == [""] * 5


def test_headings_reorder_and_line_breaks_live_in_quotes(visit):
    page = visit()
    page.goto(ROWS)
    text = 'Notification Email\tSTREET ADDRESS\tWhatever\tname\r\na@b.example\t"Road ""1""\nFloor 2"\tx\t"A\nB"\r\n'
    paste(page, text, "City", 2)
    assert cell(page, "Notification email", 2).input_value() == "a@b.example"
    assert cell(page, "Street Address", 2).input_value() == 'Road "1"\nFloor 2'
    assert cell(page, "Name", 2).input_value() == "A B"
    assert values(page, "City") == [""] * 5
    assert "headings" in said(page) and said(page).endswith("left out: Whatever.")


def test_awkward_cells_arrive_as_they_were(visit):
    page = visit()
    page.goto(ROWS)
    cells = ['"', '6" pipe', '"quoted" word', "=1+1", "a\tb", "x\ny", '""', " both ", "00417", "😀 שלום", "'", 'a"\n"b']
    written = [f'"{text.replace(chr(34), chr(34) * 2)}"' if set(text) & set('"\t\n') else text for text in cells]
    paste(page, "\r\n".join(written) + "\r\n", "Street Address")
    assert values(page, "Street Address") == cells
    plain = ['"', '6" pipe', '"quoted" word']  # as programs write that quote nothing
    paste(page, "\n".join(plain), "Street Address")
    assert values(page, "Street Address")[:3] == plain


def test_more_than_two_hundred_rows_are_counted_and_offered_to_the_file_import(visit):
    page = visit()
    page.goto(ROWS)
    paste(page, tsv("many", 230), row=3)
    assert count(page) == 200
    words = page.inner_text("[data-grid-over]")
    assert "32 of the 230 pasted rows were left out" in words
    page.click("button:has-text('Import all of them as a file')")
    page.wait_for_url(re.compile("/imports/[0-9a-f-]{36}/"))
    page.wait_for_selector("button:has-text('Create/Import Organizations (230)')")


def test_pasting_two_hundred_full_rows_takes_less_than_half_a_second(visit):
    page, took = visit(), []
    for again in range(3):
        page.goto(ROWS)
        page.evaluate("document.querySelector('[data-grid-clear]').click()")
        took.append(paste(page, tsv(f"fast{again}", 200, width=17)))
    assert count(page) == 200 and cell(page, "Contact name", 200).input_value() == "Anna"
    assert min(took) < 500


def test_ten_rows_are_created_with_the_keyboard_alone(visit):
    page = visit()
    page.goto(ROWS)
    for _ in range(60):
        page.keyboard.press("Tab")
        if focused(page) == "Name row 1":
            break
    for number in range(1, 11):
        page.keyboard.type(f"Keys {number} AB")
        page.keyboard.press("Tab")
        page.keyboard.type(f"keys{number}.example")
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        page.keyboard.type(f"it@keys{number}.example")
        page.keyboard.press("Enter")
        assert focused(page) == f"Notification email row {number + 1}"
        for _ in range(3):
            page.keyboard.press("ArrowLeft")
    assert count(page) == 11, "Enter on the last row adds one"
    page.keyboard.press("Control+Enter")
    page.wait_for_url(re.compile(r"/rows/[0-9a-f-]{36}/"))
    assert "Created 10 organizations." in page.inner_text("main")


def test_keys_move_and_leave_editing_alone(visit):
    page = visit()
    page.goto(ROWS)
    cell(page, "Name", 2).focus()
    page.keyboard.press("ArrowDown")
    assert focused(page) == "Name row 3"
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Shift+Enter")
    assert focused(page) == "Name row 1"
    page.keyboard.press("Control+End")
    assert focused(page) == "Contact cell phone row 5"
    page.keyboard.press("Control+Home")
    assert focused(page) == "Name row 1"
    page.keyboard.type("abc")
    page.keyboard.press("ArrowLeft")
    page.keyboard.type("x")
    assert cell(page, "Name", 1).input_value() == "abxc", "the arrow moved the cursor"
    page.keyboard.press("Control+a")
    page.keyboard.press("ArrowRight")
    assert focused(page) == "Primary domain row 1"
    page.keyboard.press("ArrowLeft")
    page.keyboard.type("y")
    page.keyboard.press("Escape")
    assert cell(page, "Name", 1).input_value() == "abxc", "Esc gives back what stood there"
    cell(page, "Street Address", 1).focus()
    page.keyboard.type("a")
    page.keyboard.press("Alt+Enter")
    page.keyboard.type("b")
    assert cell(page, "Street Address", 1).input_value() == "a\nb"


def test_fill_down_and_paste_are_undone_and_redone(visit):
    page = visit()
    page.goto(ROWS)
    cell(page, "City", 1).fill("Umeå")
    cell(page, "City", 2).focus()
    page.keyboard.press("Control+d")
    assert values(page, "City")[:3] == ["Umeå", "Umeå", ""]
    paste(page, "Lund\nLund\nLund\nLund\nLund\nLund", "City", 3)
    assert values(page, "City") == ["Umeå", "Umeå"] + ["Lund"] * 6
    page.keyboard.press("Control+z")
    assert values(page, "City") == ["Umeå", "Umeå", "", "", ""]
    page.keyboard.press("Control+z")
    assert values(page, "City") == ["Umeå", "", "", "", ""] and said(page) == "Undone."
    page.keyboard.press("Control+y")
    page.keyboard.press("Control+Shift+z")
    assert values(page, "City") == ["Umeå", "Umeå"] + ["Lund"] * 6 and said(page) == "Redone."
    page.keyboard.press("Control+y")
    assert said(page) == "There is nothing to redo."


def test_the_row_menu_duplicates_inserts_and_deletes_selected_rows(visit):
    page = visit()
    page.goto(ROWS)
    paste(page, "A\nB\nC\nD\nE")
    cell(page, "City", 2).focus()
    page.keyboard.press("Shift+Space")
    cell(page, "City", 4).focus()
    page.keyboard.press("Shift+Space")
    assert said(page) == "Row 4 is selected. Rows selected: 2."
    page.get_by_role("button", name="Row 2, selected").press("Enter")
    page.wait_for_function("document.activeElement.getAttribute('role') === 'menuitem'")  # it goes there by itself
    page.get_by_role("menuitem", name="Delete").press("Enter")
    assert values(page, "Name") == ["A", "C", "E"] and focused(page) == "Name row 2"
    page.keyboard.press("Control+z")
    assert values(page, "Name") == ["A", "B", "C", "D", "E"]
    page.get_by_role("button", name="Row 3").click()
    page.get_by_role("menuitem", name="Duplicate").click()
    page.get_by_role("button", name="Row 1").click()
    page.get_by_role("menuitem", name="Insert").click()
    assert values(page, "Name") == ["", "A", "B", "C", "C", "D", "E"]
    page.get_by_role("button", name="Row 1").click()
    page.keyboard.press("Escape")
    assert page.locator("[data-grid-menu]").is_hidden()
    assert page.get_by_role("button", name="Row 1").evaluate("button => button === document.activeElement")


def test_errors_stay_at_their_cells_and_both_twins_are_marked(visit):
    page = visit()
    page.goto(ROWS)
    paste(page, "Twin A\ttwins.example\t\tx\nTwin B\thttps://www.Twins.example/\t\tit@twins.example\n" + tsv("good", 1))
    assert page.locator(".cb-grid__twin").all_inner_texts() == ["Also on row 2.", "Also on row 1."]
    create(page)
    page.wait_for_selector("#problems-title")
    assert page.title().startswith("Error:") and "1 organization was created" in page.inner_text("main")
    assert "also on row 2" in page.inner_text("td:has([aria-label='Primary domain row 1'])")
    page.click(".cb-problems a >> nth=0")
    assert focused(page) == "Notification email row 1"
    page.keyboard.press("Alt+ArrowDown")
    assert focused(page) == "Primary domain row 2"
    page.keyboard.type("twin-b.example")
    cell(page, "Notification email", 1).fill("it@twins.example")
    assert page.locator(".cb-grid__sheet [aria-invalid]").count() == 0, "what was changed is no longer called wrong"
    create(page)
    page.wait_for_url(re.compile(r"/rows/[0-9a-f-]{36}/"))
    assert "3 organizations" in page.inner_text("main")


def test_rows_survive_a_reload_and_leaving_asks(visit):
    page = visit()
    page.goto(ROWS)
    paste(page, tsv("draft", 8))
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.goto(PAGE)
    assert asked == ["beforeunload"]
    assert said(page) == "The rows that you had not created yet are back."
    assert values(page, "Name")[7] == "draft 8 AB"
    page.click("button:has-text('Start over')")
    asked.clear()
    page.reload()
    assert values(page, "Name") == [""] * 5 and asked == []
    other = visit("kam@northwind.example")
    other.goto(ROWS)
    assert values(other, "Name") == [""] * 5


def test_a_double_click_creates_nothing_twice(visit):
    page = visit()
    page.goto(ROWS)
    paste(page, tsv("twice", 3))
    page.locator("button:has-text('Create/Import Organizations')").dblclick()
    page.wait_for_url(re.compile(r"/rows/[0-9a-f-]{36}/"))
    assert "Created 3 organizations." in page.inner_text("main")
    page.goto("/organizations/?search=twice")
    assert "3 organizations" in page.inner_text("main")


def test_the_grid_works_without_javascript(visit):
    page = visit("kam@northwind.example", java_script_enabled=False)
    page.goto(PAGE)
    cell(page, "Name", 1).fill("Ohne Skript AB")
    page.select_option("select[name=count]", "25")
    page.click("button:has-text('Generate Rows')")
    assert count(page) == 30 and cell(page, "Name", 1).input_value() == "Ohne Skript AB"
    create(page)
    assert page.title().startswith("Error:")
    cell(page, "Primary domain", 1).fill("ohne-skript.example")
    cell(page, "Notification email", 1).fill("it@ohne-skript.example")
    for select in page.locator("#id_groups").all():
        if not select.input_value():
            select.select_option(index=1)
    create(page)
    assert page.inner_text("h1") == "Created Organizations" and "Ohne Skript AB" in page.inner_text("main")


@pytest.mark.parametrize("wanted", [5, 10, 25, 50, 100, 200])
def test_so_many_rows_are_added_and_nothing_that_was_typed_goes(visit, wanted):
    page = visit()
    page.goto(ROWS)
    cell(page, "Name", 5).fill("Typed AB")
    page.select_option("select[name=count]", str(wanted))
    page.click("button:has-text('Generate Rows')")
    assert count(page) == min(5 + wanted, 200)
    assert cell(page, "Name", 5).input_value() == "Typed AB"
    if wanted == 200:
        assert said(page) == "The grid holds 200 rows at most."


PLACES = """() => {
    const boxes = [".cb-grid__sheet", ".cb-grid__sheet thead th:last-child", ".cb-grid__sheet tbody tr:last-child th"]
        .map((place) => document.querySelector(place).getBoundingClientRect());
    const all = [...boxes, document.activeElement.getBoundingClientRect()];
    return all.map(({ x, y, bottom, right }) => [x, y, bottom, right]);
}"""


def test_headings_and_row_numbers_stay_in_sight_and_never_cover_the_focus(visit):
    page = visit(reduced_motion="reduce")
    page.goto(ROWS)
    paste(page, tsv("sticky", 60, width=17))
    page.keyboard.press("Control+End")
    sheet, heading, number, _ = page.evaluate(PLACES)
    assert heading[1] == pytest.approx(sheet[1], abs=2) and number[0] == pytest.approx(sheet[0], abs=2)
    for _ in range(59):
        page.keyboard.press("ArrowUp")
        _, heading, _, focus = page.evaluate(PLACES)
        assert focus[1] >= heading[2] - 1, "below the headings"
    for _ in range(17):
        page.keyboard.press("Shift+Tab")
        _, _, number, focus = page.evaluate(PLACES)
        assert focus[0] >= number[3] - 1 or focus[0] == pytest.approx(number[0], abs=12), "beside the numbers"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_only_the_sheet_scrolls_sideways(visit, scheme):
    page = visit(color_scheme=scheme, viewport={"width": 320, "height": 700})
    page.goto(ROWS)
    paste(page, tsv("phone", 3))
    cell(page, "Contact cell phone", 3).focus()
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0
    row, head = page.locator(".cb-grid__row").first, page.locator(".cb-grid__sheet thead th").first
    sheet = page.locator(".cb-grid__sheet").bounding_box()
    assert row.bounding_box()["x"] < sheet["x"] + 30 and head.bounding_box()["x"] == pytest.approx(sheet["x"], abs=2)
