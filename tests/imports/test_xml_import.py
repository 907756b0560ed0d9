"""An XML file's way through pages and engine: to organizations, and as a report back to the person who made it."""

import xml.etree.ElementTree as ElementTree

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.files import newest, numbered, organizations, sentences, staged, upload, work_on

from imports.readers import xml
from imports.readers.shape import Layout
from imports.reports.xml import write_xml
from imports.tasks import create, read
from organizations.xml_file import xml_file

GOOD = """
  <organization number="7">
    <name>Åkeri AB</name>
    <primary-domain>https://www.Åkeri.se/</primary-domain>
    <NotificationEmail>it@åkeri.se</NotificationEmail>
    <Customer.Number>00417</Customer.Number>
    <approval_process>sant</approval_process>
    <limit>1 500,50</limit>
    <street_address>'Storgatan 1\nc/o =1+1</street_address>
  </organization>"""
BAD = """
  <organization>
    <name>=1+1</name>
    <primary-domain>nodomain</primary-domain>
    <NotificationEmail>'=x@bad.se</NotificationEmail>
    <phone>1</phone><phone>2 &amp; &lt;3&gt;</phone>
  </organization>"""


def of(*rows, root="organizations"):
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} xmlns="urn:some:export">{"".join(rows)}\n</{root}>\n'


def report(client, address):
    answer = client.get(f"{address}failed-rows/")
    assert answer["Content-Type"] == "application/xml; charset=utf-8"
    assert answer["Content-Disposition"].endswith('.xml"')
    return answer.getvalue()


def test_an_xml_file_becomes_organizations(cast):
    client = cast.sign_in()
    answer = upload(client, of(GOOD.replace("limit", "approval_limit"), BAD), name="kunder.xms")
    job = work_on(cast, read)
    assert (job.state, job.rows_valid, job.rows_invalid) == ("ready", 1, 1)
    page = client.get(answer.url).text
    assert ">XML<" in page and ">UTF-8<" in page and "Heading in line" not in page
    assert "Ignored columns:" in page and "number" in page
    client.post(f"{answer.url}start/")
    work_on(cast, create)
    (made,) = organizations(cast).values()
    assert (made.name, made.primary_domain, made.customer_number) == ("Åkeri AB", "xn--keri-poa.se", "00417")
    assert (made.approval_process, str(made.approval_limit)) == (True, "1500.50")
    assert made.street_address == "'Storgatan 1\nc/o =1+1", "XML is not neutralised, so nothing is taken off"


def test_an_element_that_comes_again_is_told_in_its_row(cast):
    upload(cast.sign_in(), of(BAD))
    job = work_on(cast, read)
    told = sentences(job, staged(cast, job)[1])
    assert told["contact_phone"] == ["The element phone comes more than once for this organization. Keep one of them."]


def test_failed_rows_come_back_as_xml_and_can_be_mended(cast):
    client = cast.sign_in()
    address = upload(client, of(GOOD, BAD)).url
    work_on(cast, read)
    content = report(client, address)
    root = ElementTree.fromstring(content)
    (row,) = root
    cells = [(cell.tag, cell.text or "") for cell in row]
    assert ("name", "=1+1") in cells and ("NotificationEmail", "'=x@bad.se") in cells
    assert [text for tag, text in cells if tag == "phone"] == ["1", "2 & <3>"]
    assert cells[-1][0] == "errors" and "Primary domain: “nodomain” is not a complete domain" in cells[-1][1]

    again = upload(client, content).url
    assert work_on(cast, read).rows_invalid == 1, "a report that nobody mended fails as before"
    assert report(client, again) == content
    mended = content.replace(b"nodomain", b"bad.se").replace(b"'=x@", b"x@").replace(b"<phone>1</phone>", b"")
    url = upload(client, mended).url
    assert work_on(cast, read).rows_valid == 1
    client.post(f"{url}start/")
    work_on(cast, create)
    assert organizations(cast)["bad.se"].name == "=1+1"


def test_a_mandatory_element_that_no_row_has_fails_the_import_by_name(cast):
    upload(cast.sign_in(), of("<organization><name>A</name><primary_domain>a.se</primary_domain></organization>"))
    job = work_on(cast, read)
    assert (job.state, job.error["code"]) == ("failed", "columns_missing")
    page = cast.sign_in().get(f"/organizations/imports/{job.public_id}/").text
    assert "A mandatory column is missing: Notification email" in page


def test_a_mandatory_element_that_only_late_rows_have_is_found(cast):
    row = "<o><name>A</name><primary_domain>a{n}.se</primary_domain></o>"
    late = (
        "<o><name>L</name><primary_domain>l.example</primary_domain><notification_email>a@b.se</notification_email></o>"
    )
    upload(cast.sign_in(), of(*[row.format(n=n) for n in range(300)], late))
    job = work_on(cast, read)
    assert (job.state, job.rows_valid, job.rows_invalid) == ("ready", 1, 300)


def test_what_breaks_far_down_says_in_which_line(cast):
    rows = ["\n" + "".join(f"<{name}>{text}</{name}>" for name, text in numbered(n).items()) for n in range(3_000)]
    upload(cast.sign_in(), of(*[f"<o>{row}</o>" for row in rows])[:-20])
    job = work_on(cast, read)
    assert (job.state, job.error["code"]) == ("failed", "xml_cut_off")
    assert newest(cast).rows_read == 0, "a file is looked through before any of its rows is kept"


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
names = st.lists(st.from_regex(r"[a-zA-Z_åß][a-z0-9._å-]{0,8}", fullmatch=True), min_size=1, max_size=5, unique=True)
ugly = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@ugly
@given(names=names, data=st.data())
def test_what_is_written_reads_back_equal(tmp_path, names, data):
    characters = st.characters(exclude_categories=["Cs"], exclude_characters="\ufffe\uffff", min_codepoint=32)
    cell = st.text(characters | st.sampled_from("\t\n\r&<>'\""), max_size=12)
    filled = st.lists(cell, min_size=len(names), max_size=len(names)).filter(lambda row: "".join(row).strip())
    rows = data.draw(st.lists(filled, min_size=1, max_size=4))
    path = tmp_path / "report.xml"
    path.write_bytes(b"".join(write_xml(Layout("xml"), names, rows)))
    layout = xml.detect(path)
    assert xml.read_headings(path, layout) == names
    assert [row.cells for row in xml.read_rows(path, layout)] == rows


@ugly
@given(text=texts)
def test_what_no_xml_may_hold_is_replaced_and_never_breaks_the_file(text):
    (row,) = ElementTree.fromstring(b"".join(xml_file(["name"], [[text]])))
    assert len(row[0].text or "") == len(text)


@pytest.mark.parametrize("heading", ["phone#2", "contact/phone"])
def test_the_names_of_special_columns_can_be_written(heading):
    content = b"".join(write_xml(Layout("xml"), [heading, "Errors"], [["x", "y"]]))
    assert [cell.tag for cell in ElementTree.fromstring(content)[0]] in (
        ["phone", "errors"],
        ["contact.phone", "errors"],
    )


def test_what_is_ignored_may_come_again(cast):
    again = GOOD.replace("<limit>", "<tag>a</tag><tag>b</tag><approval_limit>").replace("</limit>", "</approval_limit>")
    upload(cast.sign_in(), of(again))
    assert work_on(cast, read).rows_valid == 1
