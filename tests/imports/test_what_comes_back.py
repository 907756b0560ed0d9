"""What of an uploaded file comes back in a download: the texts of its cells, and nothing else."""

import io
import zipfile

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from support.files import URL, newest, table, upload, work_on
from support.workbooks import HEADINGS, packed, parts_of, xlsx

from imports import uploads
from imports.tasks import read

# The text that every scanner knows as a test of itself; in two pieces, so that none takes this file for the thing.
HARMFUL = ("X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-" + "ANTIVIRUS-TEST-FILE!$H+H*").encode()
FAILING = ["Åkeri AB", "", "it@akeri.se"]
NAMES = [
    "../../../../tmp/customers.csv",
    "..\\..\\customers.csv",
    "/etc/cron.d/customers",
    'a".csv\r\nX-Injected: yes',
    "customers.php",
    ".htaccess",
    "\u202egpj.csv",
    "c" * 250 + ".csv",
]


def report(cast, job):
    answer = cast.sign_in().get(f"/organizations/imports/{job.public_id}/failed-rows/")
    return answer, answer.getvalue()


def test_of_a_workbook_nothing_but_its_cells_comes_back(cast):
    harmful = {"xl/vbaProject.bin": HARMFUL, "docProps/thumbnail.jpeg": HARMFUL, "xl/media/image1.png": HARMFUL}
    upload(cast.sign_in(), packed(parts_of(xlsx(HEADINGS, FAILING)) | harmful), name="customers.xlsx")
    _, content = report(cast, work_on(cast, read))
    parts = parts_of(content)
    assert not set(parts) & set(harmful)
    assert not any(HARMFUL in part for part in parts.values())
    assert any("Åkeri AB".encode() in part for part in parts.values()), "its cells do come back"


def test_a_cell_that_a_spreadsheet_would_run_comes_back_as_text(cast):
    upload(cast.sign_in(), table({"name": "=cmd|' /C calc'!A0", "primary_domain": "", "notification_email": "x"}))
    _, content = report(cast, work_on(cast, read))
    assert b"'=cmd" in content


@pytest.mark.parametrize("name", NAMES)
def test_the_name_of_a_file_leads_nowhere_and_stands_in_no_header(cast, name):
    file = SimpleUploadedFile("customers.csv", table(dict(zip(HEADINGS, FAILING, strict=True))).encode())
    file._name = name  # as a program may send it, and no browser would
    cast.sign_in().post(URL, {"file": file})
    job = work_on(cast, read)
    folder = uploads.path_of(str(cast.northwind.public_id)).resolve()
    place = uploads.path_of(job.upload).resolve()
    assert place.parent == folder and job.public_id.hex in place.name.replace("-", "")
    answer, _ = report(cast, job)
    assert answer["Content-Disposition"] == f'attachment; filename="failed-rows-{job.public_id}.csv"'
    assert "X-Injected" not in answer.headers


def test_no_address_leads_to_an_upload(cast):
    upload(cast.sign_in(), table(count=1))
    name = newest(cast).upload
    place = uploads.path_of(name)
    assert settings.STATICFILES_DIRS[0] not in place.parents and not settings.MEDIA_URL.strip("/")
    client = cast.sign_in()
    for path in (f"/uploads/{name}", f"/static/{name}", f"/static/../uploads/{name}", f"/media/{name}", f"/{name}"):
        assert client.get(path).status_code == 404


def test_what_is_given_out_is_a_whole_workbook(cast):
    upload(cast.sign_in(), xlsx(HEADINGS, FAILING), name="customers.xlsx")
    answer, content = report(cast, work_on(cast, read))
    assert zipfile.ZipFile(io.BytesIO(content)).testzip() is None
    assert answer["X-Content-Type-Options"] == "nosniff"
