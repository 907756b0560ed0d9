"""The template as a workbook that checks while it is filled in: lists, dates, amounts, and numbers that stay text.

Checks warn where a file may hold more than the check knows, such as a country's code; they forbid what is never valid.
"""

import io
from collections.abc import Collection
from typing import Final

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from imports.blanks.headings import template_headings
from imports.readers.excel import MOST_ROWS_OF_A_SHEET
from organizations.fields import COUNTRIES, FIELDS, Field, Kind

COUNTRY_SHEET: Final = "Countries"
COUNTRY_LIST: Final = f"{COUNTRY_SHEET}!$A$1:$A${len(COUNTRIES)}"
LONGEST_MESSAGE: Final = 255
TEXT: Final = "@"
DATE: Final = "DD/MM/YYYY"
RED: Final = "C00000"
# Spreadsheets would take the zeros from the front of these and write long ones with an exponent.
NUMBER_LIKE: Final = {"registration_number", "customer_number", "postal_code"}
_SHADE: Final = PatternFill("solid", fgColor="F2F4F7")
_WIDTHS: Final = {"name": 34, "street_address": 34, "primary_domain": 28, "notification_email": 32, "contact_email": 32}


def xlsx_template(also_mandatory: Collection[str] = ()) -> bytes:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Organizations"
    sheet.freeze_panes = "A2"
    _list_countries(book.create_sheet(COUNTRY_SHEET))
    for place, heading in enumerate(template_headings(also_mandatory), start=1):
        field = FIELDS[place - 1]
        cell = sheet.cell(1, place, heading)
        _head(cell, field, mandatory=field.mandatory or field.name in also_mandatory)
        _prepare_column(sheet, get_column_letter(place), field)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _list_countries(sheet: Worksheet) -> None:
    sheet.sheet_state = "hidden"
    for name in sorted(COUNTRIES.values()):
        sheet.append([name])


def _head(cell: Cell, field: Field, *, mandatory: bool) -> None:
    cell.font = Font(bold=True, color=RED if mandatory else None)
    cell.fill = _SHADE
    cell.comment = Comment(f"{field.help}\n{field.example}", "Cloudbroker", height=110, width=300)


def _prepare_column(sheet: Worksheet, letter: str, field: Field) -> None:
    column = sheet.column_dimensions[letter]
    column.width = _WIDTHS.get(field.name, 24)
    if field.name in NUMBER_LIKE or field.kind == Kind.PHONE:
        column.number_format = TEXT
    if field.kind == Kind.DATE:
        column.number_format = DATE
    if check := _check_of(field):
        check.add(f"{letter}2:{letter}{MOST_ROWS_OF_A_SHEET + 1}")
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
