"""Which addresses webhooks may call, and that what is connected to is what was looked at."""

import socket
import ssl
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from webhooks import posting
from webhooks.addresses import NotCallable, addresses_of, is_allowed, problem_with, target_of, written
from webhooks.posting import Letter, post
from webhooks.signing import new_secret

INSIDE = [
    "127.0.0.1",
    "127.1.2.3",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",  # where clouds keep their machines' secrets
    "100.64.0.1",
    "0.0.0.0",
    "255.255.255.255",
    "224.0.0.1",
    "192.0.2.1",
    "198.18.0.1",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:0:10.0.0.1",
    "64:ff9b::10.0.0.1",
    "64:ff9b::169.254.169.254",
    "64:ff9b:1::1",
    "fe80::1",
    "fe80::1%eth0",
    "fc00::1",
    "fd12:3456::1",
    "fec0::1",
    "ff02::1",
    "2001:db8::1",
    "2001::1",  # Teredo
    "2002:7f00:1::1",  # 6to4, of 127.0.0.1
    "2002:0a00:1::1",
    "100::1",
]


@pytest.mark.parametrize("address", INSIDE)
def test_what_is_not_on_the_public_internet_is_not_called(address):
    assert not is_allowed(address)


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "8.8.8.8", "2606:4700:4700::1111", "::ffff:1.1.1.1", "64:ff9b::8.8.8.8"]
)
def test_what_is_on_the_public_internet_may_be_called(address):
    assert is_allowed(address)


@given(st.integers(0, 2**32 - 1))
def test_an_ipv4_address_is_judged_alike_in_every_disguise(number):
    plain = IPv4Address(number)
    disguises = [IPv6Address(f"::ffff:{plain}"), IPv6Address(f"64:ff9b::{plain}")]
    assert {is_allowed(str(address)) for address in disguises} == {is_allowed(str(plain))}
    assert not is_allowed(str(IPv6Address((0x2002 << 112) | (number << 80) | 1)))


@given(st.integers(0, 2**128 - 1).map(IPv6Address) | st.integers(0, 2**32 - 1).map(IPv4Address))
def test_nothing_that_is_private_is_ever_allowed(address):
    if is_allowed(str(address)):
        assert not (address.is_private or address.is_loopback or address.is_link_local or address.is_multicast)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "[::1]", "[::ffff:7f00:1]", "10.1", "0"]
)
def test_no_notation_hides_an_address_inside(host):
    assert "not on the public internet" in problem_with(f"https://{host}/x")
    with pytest.raises(NotCallable, match="not_public"):
        addresses_of(target_of(f"https://{host}/x"))


@pytest.mark.parametrize(
    "url",
    [
        "",
        "erp.example",
        "ftp://erp.example/",
        "file:///etc/passwd",
        "https://",
        "https:///x",
        "https://erp.example:0/",
        "https://erp.example:99999/",
        "https://erp.example:x/",
        "https://me:secret@erp.example/",
        "https://@erp.example/",
        "https://erp.example/#part",
        "https://erp.example/a b",
        "https://erp.example/a\r\nHost: x",
        "https://[::1/",
        "javascript:alert(1)",
    ],
)
def test_what_is_no_address_is_refused_with_a_sentence(url):
    assert "not an address that can be called" in problem_with(url)


@given(st.text() | st.text().map(lambda text: f"https://{text}"))
def test_no_text_can_make_the_check_fail(text):
    problem_with(written(text))


def test_a_name_in_letters_of_its_own_is_kept_as_the_network_knows_it():
    assert written(" https://åkeri.example/hook ") == "https://xn--keri-poa.example/hook"
    assert problem_with(written("https://åkeri.example/hook")) == ""


def test_only_a_secure_address_will_do_in_production(settings):
    settings.PRODUCTION = True
    assert "https://" in problem_with("http://erp.example/")
    assert problem_with("https://erp.example/") == ""


def leads_to(monkeypatch, *answers):
    """A name server that gives these answers in turn, each a list of addresses; how often it was asked."""
    asked, ask = [], socket.getaddrinfo

    def answer(host, port, *args, flags=0, **kwargs):
        with suppress(ValueError):
            ip_address(host)  # nobody is asked for what is an address already
            return ask(host, port, *args, flags=flags, **kwargs)
        if flags & socket.AI_NUMERICHOST:
            raise socket.gaierror
        found = answers[min(len(asked), len(answers) - 1)]
        asked.append(host)
        return [
            (socket.AF_INET6 if ":" in one else socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in found
        ]

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    return asked


def letter(url):
    return Letter(1, url, "msg_1", b"{}", (new_secret(),))


@pytest.mark.parametrize("found", [["10.0.0.1"], ["1.1.1.1", "127.0.0.1"], ["fe80::1"], []])
def test_a_name_that_leads_inside_is_not_called(monkeypatch, found):
    leads_to(monkeypatch, found)
    monkeypatch.setattr(socket, "create_connection", lambda *args, **kwargs: pytest.fail("it was called"))
    assert post(letter("https://erp.example/")).trouble == "not_public"


def test_a_name_is_asked_once_and_that_answer_is_connected_to(monkeypatch, receiver):
    """A name server that says something harmless first and leads inside when it is asked again gains nothing."""
    connected, connect = [], socket.create_connection

    def note(address, **options):
        connected.append(address[0])
        return connect(("127.0.0.1", receiver.server_address[1]), **options)

    asked = leads_to(monkeypatch, ["1.1.1.1"], ["10.0.0.1"])
    monkeypatch.setattr(socket, "create_connection", note)
    assert post(letter("http://erp.example/hook")).trouble == ""
    assert (asked, connected) == (["erp.example"], ["1.1.1.1"])
    assert receiver.requests[0]["headers"]["host"] == "erp.example"


def test_a_name_that_leads_nowhere_is_told(monkeypatch):
    def fail(*args, **kwargs):
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    assert post(letter("https://erp.example/")).trouble == "unknown_host"


# Certificates


def self_signed(name, folder):
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, SHA256())
    )
    path = folder / "server.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(private + made.public_bytes(Encoding.PEM))
    return path


@pytest.fixture
def secure(receiver, tmp_path, monkeypatch):
    """The receiver behind a certificate for erp.example; returns who was asked for in the handshake."""
    path, asked = self_signed("erp.example", tmp_path), []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    context.sni_callback = lambda made, name, context: asked.append(name)
    receiver.socket = context.wrap_socket(receiver.socket, server_side=True)
    trust = ssl.create_default_context(cafile=str(path))
    monkeypatch.setattr(posting, "_trust", lambda: trust)
    leads_to(monkeypatch, ["127.0.0.1"])
    receiver.port = receiver.server_address[1]
    return asked


def test_the_certificate_is_asked_for_by_name(receiver, secure):
    assert post(letter(f"https://erp.example:{receiver.port}/hook")).trouble == ""
    assert secure == ["erp.example"]
    assert receiver.requests[0]["headers"]["host"] == f"erp.example:{receiver.port}"


def test_a_certificate_for_another_name_is_not_accepted(receiver, secure):
    assert post(letter(f"https://crm.example:{receiver.port}/hook")).trouble == "certificate"
    assert receiver.requests == []


def test_a_certificate_of_nobody_known_is_not_accepted(receiver, secure, monkeypatch):
    monkeypatch.setattr(posting, "_trust", ssl.create_default_context)
    assert post(letter(f"https://erp.example:{receiver.port}/hook")).trouble == "certificate"
    assert receiver.requests == []


# Time and size


@pytest.mark.parametrize("how", ["hang", "trickle"])
def test_whoever_keeps_us_waiting_is_hung_up_on(receiver, monkeypatch, how):
    monkeypatch.setattr(posting, "TOTAL", 0.5)
    receiver.how = how
    answer = post(letter(receiver.url))
    assert answer.trouble == "timeout" and answer.took < 3_000


def test_of_an_endless_answer_only_the_beginning_is_read(receiver):
    receiver.how = "endless"
    answer = post(letter(receiver.url))
    assert (answer.status, answer.trouble, answer.excerpt) == (200, "", "x" * 500)


def test_a_redirect_is_not_followed(receiver):
    receiver.how = receiver.url.replace("hooks", "inside")
    answer = post(letter(receiver.url))
    assert (answer.status, answer.trouble) == (307, "redirected")
    assert [request["path"].partition("?")[0] for request in receiver.requests] == ["/hooks"]


@pytest.mark.parametrize(
    ("how", "status", "trouble"), [("refuse", 500, "refused"), ("gone", 410, "gone"), ("cut", None, "cut_short")]
)
def test_other_answers_are_told_by_name(receiver, how, status, trouble):
    receiver.how = how
    answer = post(letter(receiver.url))
    assert (answer.status, answer.trouble) == (status, trouble)
    assert "\0" not in answer.excerpt


def test_a_door_that_is_closed_is_told(receiver):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert post(letter(f"http://127.0.0.1:{port}/")).trouble == "unreachable"
