"""What a certificate must be to sign in with it: readable, with its own RSA key beside it."""

from datetime import date
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509 import load_pem_x509_certificate
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


class BadCertificate(Exception):
    def __init__(self, sentence: "StrPromise") -> None:
        super().__init__(str(sentence))
        self.sentence = sentence


def ends_on(pem: str) -> date:
    """The day on which the certificate ends, of a PEM text that has it and its key; raises BadCertificate."""
    key = _key(pem)
    try:
        certificate = load_pem_x509_certificate(_block(pem, "CERTIFICATE").encode())
    except ValueError:
        raise BadCertificate(_("There is no certificate in this text.")) from None
    if certificate.public_key() != key.public_key():
        raise BadCertificate(_("The key is not the key of this certificate.")) from None
    return certificate.not_valid_after_utc.date()


def _key(pem: str) -> RSAPrivateKey:
    try:
        key = load_pem_private_key(_block(pem, "PRIVATE KEY").encode(), None)
    except TypeError:
        raise BadCertificate(_("The key has a passphrase. Paste it without one.")) from None
    except ValueError:
        raise BadCertificate(_("There is no private key in this text.")) from None
    if not isinstance(key, RSAPrivateKey):
        raise BadCertificate(_("Microsoft takes RSA keys only."))
    return key


def _block(pem: str, kind: str) -> str:
    """The text from BEGIN to END of the first block whose name ends like this."""
    lines = pem.splitlines()
    begins = next((place for place, line in enumerate(lines) if line.startswith("-----BEGIN") and kind in line), None)
    if begins is None:
        raise ValueError(kind)
    ends = next((place for place, line in enumerate(lines) if place > begins and line.startswith("-----END")), begins)
    return "\n".join(lines[begins : ends + 1]) + "\n"
