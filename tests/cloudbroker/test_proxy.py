"""What the proxy says while nobody is behind it, and to whom it speaks without TLS."""

import base64
import hashlib
import os
import re
import shutil
import ssl
import subprocess

import pytest
import requests
from support.production import free_ports
from support.workers import until
from test_documents import ROOT

pytestmark = pytest.mark.processes
OPS = ROOT / "ops"
PAGE = (OPS / "away.html").read_text()


@pytest.fixture(scope="module")
def proxy(tmp_path_factory):
    """Its addresses with and without TLS, and a session that trusts it."""
    if not shutil.which("caddy"):
        pytest.skip("Not installed: caddy. The proxy is left out.")
    folder, (secure, plain, nobody) = tmp_path_factory.mktemp("proxy"), free_ports(3)
    options = f"admin off\n\tskip_install_trust\n\thttps_port {secure}\n\thttp_port {plain}"
    text = (OPS / "Caddyfile").read_text().replace("admin off", options).replace("try_duration 20s", "try_duration 1s")
    (folder / "Caddyfile").write_text(text)
    places = {"XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder), "PAGES": str(OPS)}
    environment = os.environ | places | {"CLOUDBROKER_URL": f"https://localhost:{secure}", "WEB": f"127.0.0.1:{nobody}"}
    command = ["caddy", "run", "--config", folder / "Caddyfile", "--adapter", "caddyfile"]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    session = requests.Session()
    session.trust_env, session.verify = False, str(folder / "caddy/pki/authorities/local/root.crt")
    try:
        until(lambda: answers(session, f"https://localhost:{secure}/livez"))
        yield session, f"https://localhost:{secure}", f"http://localhost:{plain}"
    finally:
        process.kill()
        process.wait()


def answers(session, url):
    try:
        return session.get(url, timeout=5).status_code == 404
    except (requests.ConnectionError, OSError, ssl.SSLError):
        return False


def test_who_comes_while_nobody_is_there_is_told_so_in_our_words(proxy):
    session, secure, _ = proxy
    for path in ("/", "/organizations/?search=x", "/static/css/app.css"):
        answer = session.get(secure + path, timeout=20)
        assert (answer.status_code, answer.text) == (503, PAGE)
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
        assert (answer.headers["Retry-After"], answer.headers["Cache-Control"]) == ("30", "no-store")
        assert "Server" not in answer.headers


def test_its_page_is_styled_by_what_its_policy_allows_and_by_nothing_else(proxy):
    session, secure, _ = proxy
    policy = session.get(secure, timeout=20).headers["Content-Security-Policy"]
    style = re.search("<style>(.*?)</style>", PAGE, re.DOTALL).group(1)
    allowed = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'sha256-{allowed}'" in policy and "unsafe" not in policy
    assert not re.search(r"<script|<link|<img|\sstyle=|\son\w+=|https?:", PAGE)


def test_a_program_gets_a_problem(proxy):
    session, secure, _ = proxy
    answer = session.get(f"{secure}/api/v1/organizations", timeout=20)
    assert (answer.status_code, answer.headers["Content-Type"]) == (503, "application/problem+json")
    assert answer.json()["code"] == "unavailable"


def test_without_tls_people_are_led_to_it_and_programs_refused(proxy):
    session, secure, plain = proxy
    answer = session.get(f"{plain}/organizations/?search=x", allow_redirects=False, timeout=5)
    assert (answer.status_code, answer.headers["Location"]) == (308, f"{secure}/organizations/?search=x")
    answer = session.get(f"{plain}/api/v1/organizations", allow_redirects=False, timeout=5)
    assert (answer.status_code, answer.json()["code"]) == (403, "https_required")
