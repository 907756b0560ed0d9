"""What a person reads when a file, or one row of it, can't be read: what is wrong, and what to do."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

Params = Mapping[str, int | str]
# Something stands in these cells, but no text that could be taken for it.
UNREAD_CELLS = ("error_cell", "formula_cell")

SENTENCES: dict[str, "StrPromise"] = {
    # The whole file.
    "empty": _("The file is empty. Put the headings in the first line and one organization in each line below it."),
    "upload_gone": _("The uploaded file was deleted meanwhile, as it held a customer who was erased. Upload it again."),
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
        "file in UTF-8 (a spreadsheet calls that “CSV UTF-8”) and upload it again, or choose another encoding."
    ),
    "nul": _(
        "Line %(line)d holds a NUL character, so the file is damaged, isn't a table, or is in another encoding. Save "
        "it in UTF-8 (a spreadsheet calls that “CSV UTF-8”) and upload it again, or choose another encoding."
    ),
    "unknown_choice": _("“%(value)s” can't be chosen here. Choose one of the values that are offered."),
    "columns_missing": _(
        "A mandatory column is missing: %(headings)s. Add it to the file, or choose which of its columns is meant."
    ),
    "columns_doubled": _(
        "More than one column is read as %(field)s: %(headings)s. Delete or rename all but one, or choose "
        "which is meant."
    ),
    # XML.
    "doctype": _(
        "The file has a DOCTYPE, which can make a program read other files or fill its memory, so it isn't read. "
        "Delete all that belongs to <!DOCTYPE and upload the file again."
    ),
    "xml_no_root": _(
        "No element was found at the beginning of this XML file. Let the organizations follow the first line: "
        "<organizations><organization><name>…"
    ),
    "unknown_encoding": _(
        "The file says that its encoding is “%(encoding)s”, which can't be read here. Save it in UTF-8, UTF-16 or "
        "Windows-1252 and upload it again."
    ),
    "xml_broken": _(
        "The XML is not well-formed at line %(line)d (%(reason)s). Correct it there and upload the file again."
    ),
    "xml_cut_off": _(
        "The XML ends at line %(line)d, before all elements are closed. Probably only a part of the file arrived: "
        "export it and upload it again."
    ),
    "xml_too_deep": _(
        "Elements lie more than %(limit)s levels deep at line %(line)d. Let the organizations lie directly in the "
        "outermost element, and their values directly in them."
    ),
    "xml_rows_too_deep": _(
        "There are no values directly in the elements of the first level. Let the organizations lie directly in the "
        "outermost element, and their values directly in them."
    ),
    "xml_row_too_long": _(
        "The element that begins about line %(line)d is longer than %(limit)s characters. Let each organization lie "
        "directly in the outermost element, and check that every element is closed."
    ),
    "element_too_long": _(
        "A value in the element that begins in line %(line)d is longer than %(limit)s characters. Shorten it and "
        "upload the file again."
    ),
    "too_many_elements": _(
        "The organizations have more than %(limit)s different elements. Delete those that aren't needed and upload the "
        "file again."
    ),
    "too_many_blank": _(
        "More than %(limit)s of the elements that should hold organizations are empty. Delete those and upload the "
        "file again."
    ),
    "stray_text": _(
        "In or behind the element that begins in line %(line)d stands text that is in no element of its own: "
        "“%(text)s”. Put it into one or delete it, and upload the file again."
    ),
    # Workbooks.
    "too_many_rows_in_sheet": _(
        "The sheet has more than %(limit)s rows. Save it as CSV, which may have %(most)s, and upload that; or split it."
    ),
    "sheet_cell_too_long": _(
        "The cell %(cell)s is longer than %(limit)s characters. Shorten it and upload the file again."
    ),
    "workbook_damaged": _(
        "The workbook is damaged or cut off. Open it in a spreadsheet, save it as XLSX or CSV, and upload that."
    ),
    "workbook_encrypted": _("The workbook is protected by a password. Save it without one and upload that."),
    "workbook_too_large": _(
        "The workbook needs more memory than an upload may take. Save the sheet as CSV, which may have %(limit)s rows, "
        "and upload that."
    ),
    "workbook_too_slow": _(
        "The workbook takes too long to read. Save the sheet as CSV, which may have %(limit)s rows, and upload that."
    ),
    "archive_too_large": _(
        "The workbook is larger than %(limit)s MB when it is unpacked. Copy the organizations into a new workbook, or "
        "save the sheet as CSV, and upload that."
    ),
    "archive_too_dense": _(
        "A part of the workbook unpacks to more than %(limit)s times its size, as no table of organizations does. Copy "
        "the organizations into a new workbook, or save the sheet as CSV, and upload that."
    ),
    "archive_of_too_many": _(
        "The workbook consists of more than %(limit)s parts. Copy the organizations into a new workbook, or save the "
        "sheet as CSV, and upload that."
    ),
    # Something that is no table, whatever its name says.
    "is_xlsb": _("This is a binary workbook (XLSB). Save it as XLSX or CSV and upload that."),
    "is_office": _("This is an Office document, but not a workbook. Save the table as CSV or XLSX and upload that."),
    "is_ods": _("This is an OpenDocument file. Save the table as CSV or XLSX and upload that."),
    "is_word": _("This is a Word document, not a table. Put the organizations in a table and save it as CSV or XLSX."),
    "is_archive": _("This is a compressed archive, not a table. Unpack it and upload the CSV, XML or XLSX file in it."),
    "is_pdf": _("This is a PDF document, not a table. Upload the table it was made from, as CSV, XML or XLSX."),
    "is_picture": _("This is a picture, not a table. Upload the table as CSV, XML or XLSX."),
    "is_xml_spreadsheet": _("This is a spreadsheet saved as XML. Save it as XLSX or CSV and upload that."),
    "is_html": _("This is a web page, not a table. Open it in a spreadsheet and save it as CSV or XLSX."),
    "is_json": _("This is a JSON file, not a table. Send it to the API, or save it as CSV, XML or XLSX."),
    "is_binary": _("This is not a text file. Save the table as “CSV UTF-8” or XLSX and upload that."),
    # One cell.
    "error_cell": _("The cell %(cell)s holds the error %(value)s. Correct its formula, or type the value."),
    "formula_cell": _(
        "The cell %(cell)s holds the formula %(value)s, which was never calculated. Open the file in a spreadsheet and "
        "save it, or type the value."
    ),
    # One row.
    "no_heading_above": _(
        "There is text in column %(column)s, which has no heading. Give the column a heading, or delete the text."
    ),
    "surplus_cells": _(
        "The row has %(found)s cells, but there are %(expected)s headings. Probably a cell holds the delimiter: put "
        'it between quotation marks (").'
    ),
    "element_again": _("The element %(element)s comes more than once for this organization. Keep one of them."),
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

    def as_json(self) -> dict[str, Any]:
        return {"code": self.code, "params": self.params}


def sentence(code: str, params: Params) -> str:
    shown = {name: _shown(name, value) for name, value in params.items()}
    return str(SENTENCES[code]) % shown


def _shown(name: str, value: int | str) -> int | str:
    return str(number_format(value, force_grouping=True)) if name in ("limit", "most") else value
