"""Whether an app proved itself with a certificate that was registered, by signing with its key."""

import base64
import hashlib
import json
import time
from collections.abc import Collection

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import Certificate, load_der_x509_certificate, load_pem_x509_certificate

from csp_link.fake.signing import from_base64


def thumbprint(pem: str) -> str:
    return _thumbprint(load_pem_x509_certificate(pem.encode()))


def is_good(assertion: str, app_id: str, audience: str, registered: Collection[str]) -> bool:
    signed, _, signature = assertion.rpartition(".")
    head, claims = (json.loads(from_base64(part)) for part in signed.split("."))
    if claims.get("iss") != app_id or claims.get("aud") != audience or claims.get("exp", 0) < time.time():
        return False
    certificate = load_der_x509_certificate(base64.b64decode(_first(head.get("x5c", ""))))
    return _thumbprint(certificate) in registered and _is_signed(certificate, signed, signature)


def _first(chain: str | list[str]) -> str:
    return chain if isinstance(chain, str) else chain[0]


def _thumbprint(certificate: Certificate) -> str:
    return hashlib.sha256(certificate.public_bytes(Encoding.DER)).hexdigest()


def _is_signed(certificate: Certificate, signed: str, signature: str) -> bool:
    key = certificate.public_key()
    if not isinstance(key, rsa.RSAPublicKey):
        return False
    try:
        key.verify(from_base64(signature), signed.encode(), padding.PSS(padding.MGF1(SHA256()), 32), SHA256())
    except InvalidSignature:
        return False
    return True
