"""A workbook's way through the pages: what is read, what is told about it, and the workbook that comes back."""

import datetime
import io
import os
import signal
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from support.files import newest, organizations, sentences, staged, upload, work_on
from support.workbooks import xls, xlsx
from support.workers import children_of, until

from imports.readers import excel
from imports.tasks import create, read
from organizations.xlsx_file import xlsx_file

HEADINGS = ["Name", "Primary domain", "Notification email", "Customer number", "Billing start date"]
HEADINGS += ["Approval process", "Approval process limit", "Remark"]
GOOD = ["Åkeri AB", "akeri.se", "it@akeri.se", "00417", datetime.date(2026, 1, 31), True, 1000.5, "x"]


def failed_rows(client, job):
    answer = client.get(f"/organizations/imports/{job.public_id}/failed-rows/")
    assert answer["Content-Disposition"].endswith('.xlsx"')
    return answer.getvalue()


def rows_in(content):
    return [list(row) for row in openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True)]


@pytest.mark.parametrize("make", [xlsx, xls])
def test_a_workbook_becomes_organizations(cast, make):
    dated = [cell.isoformat() if make is xls and isinstance(cell, datetime.date) else cell for cell in GOOD]
    client = cast.sign_in()
    answer = upload(client, make(HEADINGS, dated), name="customers")
    assert work_on(cast, read).state == "ready"
    page = client.get(answer.url).text
    assert make.__name__.upper() in page and "Customers" in page
    client.post(f"{answer.url}start/")
    assert work_on(cast, create).rows_created == 1
    made = organizations(cast)["akeri.se"]
    assert (made.name, made.customer_number, made.billing_start_date) == (GOOD[0], "00417", GOOD[4])
    assert (made.approval_process, made.approval_limit) == (True, Decimal("1000.50"))


def test_errors_and_formulas_are_errors_of_their_row_and_column(cast):
    bad = ["B", "=A1", "it@b.se", "#REF!", "", "", "", "#N/A"]
    upload(cast.sign_in(), xlsx(HEADINGS, GOOD, bad))
    job = work_on(cast, read)
    assert (job.rows_valid, job.rows_invalid) == (1, 1)
    rows = staged(cast, job)
    found = sentences(newest(cast), rows[2])
    assert set(found) == {"primary_domain", "customer_number"}, "nothing is read from Remark, so its error is none"
    assert found["customer_number"] == ["The cell D3 holds the error #REF!. Correct its formula, or type the value."]
    assert found["primary_domain"][0].startswith("The cell B3 holds the formula =A1, which was never calculated.")
    page = cast.sign_in().get(f"/organizations/imports/{job.public_id}/").text
    assert "The cell D3 holds the error #REF!" in page


def read_anew(cast, client, address, mode):
    client.post(f"{address}options/", {"mode": mode, "blanks": "keep", "all_or_nothing": "valid"})
    assert (newest(cast).state, newest(cast).mode) == ("reading", mode)
    return work_on(cast, read)


def test_such_a_cell_stays_wrong_until_somebody_writes_over_it(cast):
    client = cast.sign_in()
    address = upload(client, xlsx(HEADINGS[:4], ["B", "bb.se", "it@bb.se", "#REF!"], ["=A2", "cc.se", "it@cc.se"])).url
    work_on(cast, read)
    client.post(f"{address}rows/1/", {"name": "Bertil AB", "customer_number": "#REF!"})
    assert set(staged(cast, newest(cast))[1].errors) == {"customer_number"}
    read_anew(cast, client, address, "update")
    assert set(staged(cast, newest(cast))[1].errors) == {"customer_number"}, "read anew, it is as wrong as before"
    client.post(f"{address}rows/1/", {"customer_number": "00042"})
    client.post(f"{address}rows/2/", {"name": "Cecilia AB"})
    assert not [row.errors for row in staged(cast, newest(cast)).values() if row.errors]
    assert read_anew(cast, client, address, "create").rows_valid == 2
    client.post(f"{address}start/")
    work_on(cast, create)
    assert (organizations(cast)["bb.se"].name, organizations(cast)["bb.se"].customer_number) == ("Bertil AB", "00042")


def test_a_second_sheet_is_told_and_a_text_without_heading_is_an_error_of_its_row(cast):
    aside = ["B", "b.se", "it@b.se", "", "", "", "", "", "ask Bob"]
    client = cast.sign_in()
    address = upload(client, xlsx(sheets={"Kunder": [HEADINGS, GOOD, aside], "Old & gone": [["y"]]})).url
    job = work_on(cast, read)
    page = client.get(address).text
    assert "Only the sheet “Kunder” is read. These sheets hold something too: “Old &amp; gone”." in page
    assert "There is text in column I, which has no heading." in page
    assert (job.rows_valid, job.rows_invalid) == (1, 1)
    _, row = rows_in(failed_rows(client, job))
    assert (row[0], row[9]) == ("B", "ask Bob")
    assert row[8].startswith("Row: There is text in column I")


@pytest.mark.parametrize("make", [xlsx, xls])
def test_the_failed_rows_come_back_as_a_workbook_that_can_be_mended(cast, make):
    client = cast.sign_in()
    formula = "=HYPERLINK(1)"
    bad = [
        [formula, "no domain", "it@b.se", "00042", "", "", "", "_x0041_"],
        ["C", "cc.se", "wrong", "", "", "", "", ""],
    ]
    good = ["A", "aa.se", "it@aa.se", "", "", "", "", ""]
    as_text = lambda book: [setattr(row[0], "data_type", "s") for row in book.active.iter_rows()]  # noqa: E731
    content = (
        xlsx(HEADINGS, bad[0], good, bad[1], finish=as_text) if make is xlsx else xls(HEADINGS, bad[0], good, bad[1])
    )
    upload(client, content)
    job = work_on(cast, read)
    assert (job.rows_valid, job.rows_invalid) == (1, 2)
    report = failed_rows(client, job)
    sheet = openpyxl.load_workbook(io.BytesIO(report)).active
    assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value} == {"s"}
    headings, first, second = rows_in(report)
    assert headings == [*HEADINGS, "Errors"]
    assert first[:4] == [formula, "no domain", "it@b.se", "00042"]
    assert "“no domain” contains a space" in first[-1] and "“wrong”" in second[-1]
    first[1], second[2] = "bb.se", "it@cc.se"
    mended = b"".join(xlsx_file(headings, [[cell or "" for cell in row] for row in (first, second)], sheet="x"))
    address = upload(client, mended).url
    assert work_on(cast, read).rows_valid == 2
    client.post(f"{address}start/")
    assert work_on(cast, create).rows_created == 2
    assert organizations(cast)["bb.se"].name == formula


def test_a_workbook_without_a_mandatory_column_is_refused_while_one_waits(cast):
    answer = upload(cast.sign_in(), xlsx(["Name", "City"], ["A", "B"]))
    assert answer.status_code == 422
    assert "A mandatory column is missing: Primary domain, Notification email" in answer.text


def test_the_upload_page_names_the_formats_and_their_limits(cast):
    page = cast.sign_in().get("/organizations/create-multiple/").text
    assert "CSV or XML with up to 1,000,000 rows, XLSX or XLS with up to 200,000; at most 100 MB." in page
    assert ".xlsx,.xls" in page


def test_a_cancelled_import_leaves_no_process_behind(cast, monkeypatch):
    monkeypatch.setattr("imports.steps.CHUNK", 100)
    rows = [[f"C{n}", f"c{n}.se", f"it@c{n}.se"] for n in range(3_000)]
    others = set(children_of(os.getpid()))  # servers of other tests
    address = upload(cast.sign_in(), xlsx(HEADINGS[:3], *rows)).url
    cast.sign_in().post(f"{address}cancel/")
    assert work_on(cast, read).state == "cancelled"
    until(lambda: set(children_of(os.getpid())) <= others)


@pytest.mark.processes
def test_a_killed_worker_takes_the_process_with_it(tmp_path):
    path = tmp_path / "upload"
    path.write_bytes(xlsx(HEADINGS, *[GOOD] * 5_000))
    reading = (
        "import sys, time; from pathlib import Path; from imports.readers import excel; path = Path(sys.argv[1]);"
        "rows = excel.read_rows(path, excel.detect(path)); next(rows); print('reading', flush=True); time.sleep(60)"
    )
    root = Path(excel.__file__).parents[2]
    with subprocess.Popen([sys.executable, "-c", reading, str(path)], cwd=root, stdout=subprocess.PIPE) as worker:
        assert worker.stdout.readline() == b"reading\n"
        (child,) = children_of(worker.pid)
        os.kill(worker.pid, signal.SIGKILL)
    until(lambda: not is_alive(child))


def is_alive(pid):
    """A zombie has no command line any more, and waits for nobody of ours."""
    try:
        return bool(Path(f"/proc/{pid}/cmdline").read_bytes())
    except OSError:
        return False
