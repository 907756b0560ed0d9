"""A company's OpenID Connect provider, as a program: prints its address, then answers until it is killed.

Whoever comes to /authorize is signed in as the person that /become?email=…&verified=… named last.
"""

import base64
import hashlib
import json
import secrets
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
CLIENT, SECRET = "cloudbroker", "a secret of the provider's"
PERSON = {"email": "", "verified": "true"}
CODES, TOKENS = {}, {}


class Provider(BaseHTTPRequestHandler):
    def log_message(self, *args):
        pass

    def do_GET(self):
        address = urlsplit(self.path)
        query = dict(parse_qsl(address.query))
        match address.path:
            case "/become":
                PERSON.update(query)
                self.answer({})
            case "/.well-known/openid-configuration":
                self.answer(configuration(self.issuer))
            case "/keys":
                self.answer({"keys": [json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key())) | {"kid": "1"}]})
            case "/authorize":
                self.authorize(query)
            case "/userinfo":
                token = self.headers.get("Authorization", "").removeprefix("Bearer ")
                self.answer(TOKENS[token]) if token in TOKENS else self.answer({"error": "invalid_token"}, 401)
            case _:
                self.answer({}, 404)

    def authorize(self, query):
        assert query["response_type"] == "code" and query["client_id"] == CLIENT
        code = secrets.token_urlsafe(16)
        CODES[code] = query | {"person": dict(PERSON)}
        self.send_response(302)
        self.send_header("Location", f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}")
        self.end_headers()

    def do_POST(self):
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        given = {name: values[0] for name, values in form.items()}
        asked = CODES.pop(given.get("code"), None)
        if asked is None or not self.is_client(given) or not verifies(asked, given):
            self.answer({"error": "invalid_grant"}, 400)
            return
        person = asked["person"]
        who = {"sub": person["email"], "email": person["email"], "email_verified": person["verified"] == "true"}
        token, now = secrets.token_urlsafe(16), int(time.time())
        TOKENS[token] = who
        claims = who | {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": asked.get("nonce")}
        self.answer(
            {
                "access_token": token,
                "token_type": "Bearer",
                "expires_in": 300,
                "id_token": jwt.encode(claims, KEY, algorithm="RS256", headers={"kid": "1"}),
            }
        )

    def is_client(self, given):
        basic = self.headers.get("Authorization", "").removeprefix("Basic ")
        named = base64.b64decode(basic).decode() if basic else f"{given.get('client_id')}:{given.get('client_secret')}"
        return named == f"{CLIENT}:{SECRET}"

    @property
    def issuer(self):
        return f"http://127.0.0.1:{self.server.server_port}"

    def answer(self, body, status=200):
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)


def configuration(issuer):
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/authorize",
        "token_endpoint": f"{issuer}/token",
        "userinfo_endpoint": f"{issuer}/userinfo",
        "jwks_uri": f"{issuer}/keys",
        "token_endpoint_auth_methods_supported": ["client_secret_basic"],
        "id_token_signing_alg_values_supported": ["RS256"],
    }


def verifies(asked, given):
    digest = hashlib.sha256(given.get("code_verifier", "").encode()).digest()
    return asked.get("code_challenge") == base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    sys.stdout.write(f"http://127.0.0.1:{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()
