"""The template as a workbook that checks while it is filled in: lists, dates, amounts, and numbers that stay text.

Checks warn where a file may hold more than the check knows, such as a country's code; they forbid what is never valid.
It is given out empty, or filled with organizations to be changed and imported again.
"""

import io
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from typing import Final

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.writer.excel import save_workbook

from organizations.fields import BESIDE, COUNTRIES, FIELDS, Field, Kind, template_headings
from organizations.xlsx_file import MOST_ROWS, Cell, boolean_cell, number_cell, poured, text_cell

COUNTRY_SHEET: Final = "Countries"
COUNTRY_LIST: Final = f"{COUNTRY_SHEET}!$A$1:$A${len(COUNTRIES)}"
LONGEST_MESSAGE: Final = 255
TEXT: Final = "@"
DATE: Final = "DD/MM/YYYY"
RED: Final = "C00000"
# Spreadsheets would take the zeros from the front of these and write long ones with an exponent.
NUMBER_LIKE: Final = {"registration_number", "customer_number", "postal_code"}
_SHADE: Final = PatternFill("solid", fgColor="F2F4F7")
_WIDTHS: Final = {
    "name": 34,
    "street_address": 34,
    "primary_domain": 28,
    "notification_email": 32,
    "contact_email": 32,
    "organization_id": 38,
}
# Spreadsheets count days from here, but believe in a 29 February 1900: before it they are a day behind.
_DAY_ZERO: Final = date(1899, 12, 30)
_FIRST_SURE_DAY: Final = 61


def xlsx_template(also_mandatory: Collection[str] = ()) -> bytes:
    content = io.BytesIO()
    save_workbook(_book(also_mandatory), content)
    return content.getvalue()


def filled_template(rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
    """With organizations in it: the texts of their fields, then their ids and groups, which find them again."""
    book = _book()
    sheet = book.worksheets[0]
    for name, heading, told in zip(BESIDE, BESIDE.values(), _beside(), strict=True):
        _head(sheet, sheet.max_column + 1, heading, name, told)
        sheet.column_dimensions[get_column_letter(sheet.max_column)].number_format = TEXT
    letters = map(get_column_letter, range(1, sheet.max_column + 1))
    styles = [sheet.column_dimensions[letter].style_id for letter in letters]
    kinds = [*(field.kind for field in FIELDS), *(Kind.TEXT for _name in BESIDE)]
    return poured(book, ([*map(_cell, kinds, styles, row)] for row in rows))


def _beside() -> tuple[str, str]:
    return (
        _("Leave it as it is: it finds the organization when the file is imported. New rows have none."),
        _("Separated by semicolons."),
    )


def _book(also_mandatory: Collection[str] = ()) -> Workbook:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Organizations"
    sheet.freeze_panes = "A2"
    _list_countries(book.create_sheet(COUNTRY_SHEET))
    for place, heading in enumerate(template_headings(also_mandatory), start=1):
        field = FIELDS[place - 1]
        is_mandatory = field.mandatory or field.name in also_mandatory
        _head(sheet, place, heading, field.name, f"{field.help}\n{field.example}", is_mandatory=is_mandatory)
        _prepare_column(sheet, get_column_letter(place), field)
    return book


def _list_countries(sheet: Worksheet) -> None:
    sheet.sheet_state = "hidden"
    for name in sorted(COUNTRIES.values()):
        sheet.append([name])


def _head(sheet: Worksheet, place: int, heading: str, name: str, told: str, *, is_mandatory: bool = False) -> None:
    cell = sheet.cell(1, place, heading)
    cell.font = Font(bold=True, color=RED if is_mandatory else None)
    cell.fill = _SHADE
    cell.comment = Comment(told, "Cloudbroker", height=110, width=300)
    sheet.column_dimensions[get_column_letter(place)].width = _WIDTHS.get(name, 24)


def _prepare_column(sheet: Worksheet, letter: str, field: Field) -> None:
    column = sheet.column_dimensions[letter]
    if field.name in NUMBER_LIKE or field.kind == Kind.PHONE:
        column.number_format = TEXT
    if field.kind == Kind.DATE:
        column.number_format = DATE
    if check := _check_of(field):
        check.add(f"{letter}2:{letter}{MOST_ROWS + 1}")
        sheet.add_data_validation(check)


def _check_of(field: Field) -> DataValidation | None:
    make = _CHECKS.get(field.kind)
    if make is None:
        return None
    check = make()
    check.allow_blank = check.showErrorMessage = True
    check.errorTitle, check.error = field.english_heading, str(field.help)[:LONGEST_MESSAGE]
    return check


_CHECKS: Final = {
    Kind.BOOLEAN: lambda: DataValidation("list", formula1='"TRUE,FALSE"', errorStyle="warning"),
    Kind.COUNTRY: lambda: DataValidation("list", formula1=COUNTRY_LIST, errorStyle="warning"),
    Kind.DATE: lambda: DataValidation("date", operator="greaterThanOrEqual", formula1="1", errorStyle="warning"),
    Kind.MONEY: lambda: DataValidation("decimal", operator="greaterThanOrEqual", formula1="0", errorStyle="stop"),
}


def _cell(kind: Kind, style: int, text: str) -> Cell | None:
    """The value as a spreadsheet keeps it, so that its checks and its sorting know it."""
    if text and kind == Kind.BOOLEAN:
        return boolean_cell(style, text == "TRUE")
    if text and kind == Kind.MONEY:
        return number_cell(style, text)
    if text and kind == Kind.DATE and (day := _day(text)) >= _FIRST_SURE_DAY:
        return number_cell(style, day)
    return text_cell(style, text)


def _day(text: str) -> int:
    day, month, year = map(int, text.split("/"))
    return (date(year, month, day) - _DAY_ZERO).days
