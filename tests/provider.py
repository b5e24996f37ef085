"""A small OpenID provider on this machine: whoever `account` names is at its keyboard, and what was asked is kept."""

import base64
import hashlib
import json
import secrets
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwk, jwt

CLIENT, SECRET = "holdfast", "a secret of the test"


class Provider:
    """Signs people in by code, with PKCE, and signs what it says of them with a key of its own."""

    def __init__(self, address):
        self.address, self.account, self.ended, self.codes = address, {}, [], {}
        self.key = jwk.RSAKey.generate_key(2048, {"kid": "1", "use": "sig", "alg": "RS256"})

    def described(self, _asked):
        places = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
        return 200, {
            "issuer": self.address,
            **{name: f"{self.address}/{path}" for name, path in places.items()},
            "end_session_endpoint": f"{self.address}/end",
            "code_challenge_methods_supported": ["S256"],
            "id_token_signing_alg_values_supported": ["RS256"],
        }

    def keys(self, _asked):
        return 200, {"keys": [self.key.as_dict(private=False)]}

    def authorize(self, asked):
        """Back to where the person came from, with a code that counts once."""
        code = secrets.token_urlsafe(16)
        self.codes[code] = {**asked, **self.account}
        return 302, f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def token(self, asked):
        """What is vouched for, to who has the code, the verifier and the client's secret."""
        known = self.codes.pop(asked["code"], {"code_challenge": ""})
        digest = hashlib.sha256(asked["code_verifier"].encode()).digest()
        if known["code_challenge"] != base64.urlsafe_b64encode(digest).rstrip(b"=").decode():
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        said = {k: known[k] for k in ("nonce", "email", "email_verified") if k in known}
        said |= {"iss": self.address, "aud": CLIENT, "sub": said["email"], "iat": now, "exp": now + 300}
        signed = jwt.encode({"alg": "RS256", "kid": "1"}, said, self.key)
        return 200, {"access_token": "x", "token_type": "Bearer", "expires_in": 300, "id_token": signed}

    def end(self, asked):
        self.ended.append(asked["client_id"])
        return 302, asked["post_logout_redirect_uri"]


@contextmanager
def running_provider():
    """A provider that answers until the end of the block."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Door)
    server.provider = Provider(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Door(BaseHTTPRequestHandler):
    def do_GET(self):
        self._answer(urlsplit(self.path).query)

    def do_POST(self):
        self._answer(self.rfile.read(int(self.headers["Content-Length"])).decode())

    def _answer(self, words):
        provider = self.server.provider
        routes = {"openid-configuration": provider.described, "keys": provider.keys, "authorize": provider.authorize}
        routes |= {"token": provider.token, "end": provider.end}
        name = urlsplit(self.path).path.split("/")[-1]
        asked = {k: v[0] for k, v in parse_qs(words).items()}
        status, said = routes[name](asked) if name in routes else (404, {})
        self.send_response(status)
        if status == 302:
            self.send_header("Location", said)
        body = b"" if status == 302 else json.dumps(said).encode()
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass
