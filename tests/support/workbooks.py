"""Workbooks for tests, as bytes: by openpyxl and xlwt, and by hand where no library would write such a thing."""

import io
import zipfile

HEADINGS = ["Name", "Primary domain", "Notification email"]
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def xlsx(*rows, sheets=None, finish=None):
    """A workbook of these rows, or of several sheets {name: rows}; `finish` gets the workbook before it is saved."""
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, lines in (sheets or {"Customers": rows}).items():
        sheet = book.create_sheet(name)
        for line in lines:
            sheet.append(line)
    if finish:
        finish(book)
    return saved(book)


def xls(*rows, sheets=None, finish=None):
    import xlwt

    book = xlwt.Workbook()
    for name, lines in (sheets or {"Customers": rows}).items():
        sheet = book.add_sheet(name)
        for down, line in enumerate(lines):
            for across, value in enumerate(line):
                sheet.write(down, across, value)
    if finish:
        finish(book)
    return saved(book)


def saved(book):
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def packed(parts, compression=zipfile.ZIP_DEFLATED):
    """A zip of these parts."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", compression) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return content.getvalue()


def parts_of(workbook):
    with zipfile.ZipFile(io.BytesIO(workbook)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def by_hand(sheet_data, *, main=MAIN, document=DOCUMENT, target="worksheets/sheet1.xml", shared=None, after=""):
    """The least that is a workbook, around what stands in <sheetData>: no styles, no properties, no dimension."""
    where = "xl/" + target.removeprefix("/xl/")
    parts = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}"><Relationship Id="rId1"'
        f' Type="{document}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{document}"><sheets>'
        '<sheet name="Customers" sheetId="1" r:id="rId7"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}">'
        f'<Relationship Id="rId7" Type="{document}/worksheet" Target="{target}"/>'
        + (f'<Relationship Id="rId8" Type="{document}/sharedStrings" Target="sharedStrings.xml"/>' if shared else "")
        + "</Relationships>",
        where: f'<worksheet xmlns="{main}"><sheetData>{sheet_data}</sheetData>{after}</worksheet>',
    }
    if shared:
        items = "".join(f"<si>{item}</si>" for item in shared)
        parts["xl/sharedStrings.xml"] = f'<sst xmlns="{main}">{items}</sst>'
    return packed(parts)


def inline(place, text):
    return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


HEADING_ROW = '<row r="1">' + "".join(inline(f"{letter}1", text) for letter, text in zip("ABC", HEADINGS)) + "</row>"  # noqa: B905
