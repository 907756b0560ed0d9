"""What a person reads when a file, or one row of it, can't be read: what is wrong, and what to do."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

Params = Mapping[str, int | str]

SENTENCES: dict[str, "StrPromise"] = {
    # The whole file.
    "empty": _("The file is empty. Put the headings in the first line and one organization in each line below it."),
    "no_rows": _("The file has headings but no rows below them. Add at least one organization and upload it again."),
    "no_headings": _("There is nothing in line %(line)d or below it. Choose the line that holds the headings."),
    "file_too_large": _("The file is larger than %(limit)s MB. Split it and upload the parts one after the other."),
    "no_room": _("There is no room left to keep the file. Nothing was imported; try again later."),
    "too_many_rows": _("The file has more than %(limit)s rows. Split it and upload the parts one after the other."),
    "too_many_lines": _(
        "The file has more than %(limit)s lines. Delete blank lines, or split it and upload the parts one "
        "after the other."
    ),
    "too_many_columns": _(
        "The headings have %(found)s columns; at most %(limit)s can be read. Delete the columns that aren't needed, "
        "or choose another delimiter."
    ),
    "cell_too_long": _(
        "A cell in the row that starts in line %(line)d is longer than %(limit)s characters. Probably a quotation "
        'mark (") is opened there and never closed: close it or delete it.'
    ),
    "row_too_long": _(
        "The row that starts in line %(line)d is longer than %(limit)s characters. Probably line breaks are missing, "
        'or a quotation mark (") is never closed: correct that line.'
    ),
    "open_quote": _(
        'A quotation mark (") is opened in the row that starts in line %(line)d and never closed. Close it or delete '
        "it; a quotation mark that belongs to the text is written twice."
    ),
    "bad_byte": _(
        "Line %(line)d holds a character (byte %(byte)s) that doesn't exist in the encoding %(encoding)s. Save the "
        "file as “CSV UTF-8” and upload it again, or choose another encoding."
    ),
    "nul": _(
        "Line %(line)d holds a NUL character, so the file is damaged, isn't a table, or is in another encoding. Save "
        "it as “CSV UTF-8” and upload it again, or choose another encoding."
    ),
    "unknown_choice": _("“%(value)s” can't be chosen here. Choose one of the values that are offered."),
    "columns_missing": _(
        "A mandatory column is missing: %(headings)s. Add it to the file, or choose which of its columns is meant."
    ),
    "columns_doubled": _(
        "More than one column is read as %(field)s: %(headings)s. Delete or rename all but one, or choose "
        "which is meant."
    ),
    # Something that is no table, whatever its name says.
    "is_xlsx": _("This is an XLSX workbook. Save it as CSV and upload that."),
    "is_xls": _("This is an old Excel workbook or another Office document. Save the table as CSV and upload that."),
    "is_ods": _("This is an OpenDocument file. Save the table as CSV or XLSX and upload that."),
    "is_word": _("This is a Word document, not a table. Put the organizations in a table and save it as CSV or XLSX."),
    "is_archive": _("This is a compressed archive, not a table. Unpack it and upload the CSV, XML or XLSX file in it."),
    "is_pdf": _("This is a PDF document, not a table. Upload the table it was made from, as CSV, XML or XLSX."),
    "is_picture": _("This is a picture, not a table. Upload the table as CSV, XML or XLSX."),
    "is_xml": _("This is an XML file. Save the table as CSV and upload that."),
    "is_html": _("This is a web page, not a table. Open it in a spreadsheet and save it as CSV or XLSX."),
    "is_json": _("This is a JSON file, not a table. Send it to the API, or save it as CSV, XML or XLSX."),
    "is_binary": _("This is not a text file. Save the table as “CSV UTF-8” or XLSX and upload that."),
    # One row.
    "surplus_cells": _(
        "The row has %(found)s cells, but there are %(expected)s headings. Probably a cell holds the delimiter: put "
        'it between quotation marks (").'
    ),
    "many_lines": _(
        'The row goes from line %(first)d to line %(last)d. Probably a quotation mark (") is opened there by mistake '
        "and the rows below it were taken for one cell."
    ),
}


class Unreadable(Exception):
    """The file can't become rows; `sentence()` tells its owner why and what to do. `code` and `params` go into JSON."""

    def __init__(self, code: str, **params: int | str) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params

    def sentence(self) -> str:
        return sentence(self.code, self.params)


def sentence(code: str, params: Params) -> str:
    shown = {name: _shown(name, value) for name, value in params.items()}
    return str(SENTENCES[code]) % shown


def _shown(name: str, value: int | str) -> int | str:
    return str(number_format(value, force_grouping=True)) if name == "limit" else value
