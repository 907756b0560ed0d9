"""Codes and tokens that the stand-in signs instead of keeping, so that a restart forgets nobody's consent."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any


def to_base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def from_base64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Signer:
    """JSON Web Tokens under a key that follows from the seed."""

    def __init__(self, seed: str) -> None:
        self._key = hashlib.sha256(f"stand-in for Partner Center: {seed}".encode()).digest()

    def sign(self, kind: str, claims: Mapping[str, Any]) -> str:
        head = to_base64(json.dumps({"alg": "HS256", "typ": "JWT"}).encode())
        body = to_base64(json.dumps({"kind": kind, **claims}).encode())
        return f"{head}.{body}.{self._signature(f'{head}.{body}')}"

    def read(self, kind: str, token: str) -> dict[str, Any] | None:
        """The claims; None for what was not signed here as this kind."""
        signed, _, signature = token.rpartition(".")
        if not hmac.compare_digest(self._signature(signed).encode(), signature.encode()):
            return None
        claims: dict[str, Any] = json.loads(from_base64(signed.partition(".")[2]))
        return claims if claims.get("kind") == kind else None

    def _signature(self, signed: str) -> str:
        return to_base64(hmac.new(self._key, signed.encode(), hashlib.sha256).digest())
