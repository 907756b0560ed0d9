"""The codes of an authenticator app."""

import base64
import hashlib
import hmac
import struct
import time


def code_of(secret, at=None):
    """RFC 6238, as every authenticator app computes it."""
    counter = struct.pack(">Q", int(at or time.time()) // 30)
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    place = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[place : place + 4])[0] & 0x7FFFFFFF) % 10**6:06d}"
