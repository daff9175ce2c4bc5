"""An identity provider that says whatever a test wants it to say, also what is false."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, OKPKey, RSAKey

from riskreg.lib.dates import now
from riskreg.settings import Provider

RSA = RSAKey.generate_key(2048, {"kid": "rsa"})
EC = ECKey.generate_key("P-256", {"kid": "ec"})
ED = OKPKey.generate_key("Ed25519", {"kid": "ed"})
KEYS: Mapping[str, tuple[str, Any]] = {
    "RS256": ("rsa", RSA),
    "ES256": ("ec", EC),
    "Ed25519": ("ed", ED),
}
Claims = dict[str, Any]


class FalseProvider:
    """Signs in whoever asks; `claims`, `token`, `metadata` and `profile` make it lie."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer
        self.person: Claims = {"sub": "ada-at-home", "auth_time": int(now().timestamp())}
        self.claims: Claims = {}
        self.algorithm = "RS256"
        self.token: Callable[[Claims], str] | None = None
        self.metadata: Claims = {}
        self.profile: Claims = {"sub": "ada-at-home"}
        self.answer: bytes | None = None  # to everything, instead of what is true
        self.nonce = ""
        self.challenge = ""
        self.codes: set[str] = {"a code"}
        self.asked: list[str] = []

    def settings(self, **values: Any) -> Provider:
        """What riskreg is told about it."""
        defaults = {"client_id": "riskreg", "client_secret": "a: secret%", "name": "Home"}
        return Provider(**{"issuer": self.issuer, **defaults, **values})

    def look_at(self, location: str) -> dict[str, str]:
        """Take note of what a browser was sent with."""
        asked = {name: found[0] for name, found in parse_qs(urlsplit(location).query).items()}
        self.nonce, self.challenge = asked["nonce"], asked["code_challenge"]
        return asked

    def reply(self, path: str, form: Mapping[str, str], authorization: str) -> Any:
        """The answer to a request."""
        self.asked.append(path)
        match path:
            case "/.well-known/openid-configuration":
                here = {
                    name: f"{self.issuer}/{name}"
                    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")
                }
                profile = {"userinfo_endpoint": f"{self.issuer}/userinfo_endpoint"}
                return {"issuer": self.issuer, **here, **profile, **self.metadata}
            case "/jwks_uri":
                return {"keys": [key.as_dict(private=False) for _kid, key in KEYS.values()]}
            case "/userinfo_endpoint":
                return self.profile
            case "/token_endpoint":
                return self._redeem(form, authorization)
        return {"error": "not_found"}

    def _redeem(self, form: Mapping[str, str], authorization: str) -> Claims:
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        known = base64.b64encode(b"riskreg:a%3A%20secret%25").decode()
        if authorization != f"Basic {known}":
            return {"error": "invalid_client"}
        if challenge != self.challenge or form["code"] not in self.codes:
            return {"error": "invalid_grant"}
        self.codes.remove(form["code"])
        return {"access_token": "open", "token_type": "Bearer", "id_token": self._id_token()}

    def _id_token(self) -> str:
        instant = int(now().timestamp())
        claims = {
            "iss": self.issuer,
            "aud": "riskreg",
            "iat": instant,
            "exp": instant + 300,
            "nonce": self.nonce,
            **self.person,
            **self.claims,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        if self.token is not None:
            return self.token(claims)
        kid, key = KEYS[self.algorithm]
        header = {"alg": self.algorithm, "kid": kid}
        return jwt.encode(header, claims, key, algorithms=[self.algorithm])


def unsigned(claims: Claims) -> str:
    """A token that nobody signed."""
    parts = [{"alg": "none"}, claims]
    return ".".join(_plain(json.dumps(part).encode()) for part in parts) + "."


def signed_with_the_public_key(claims: Claims) -> str:
    """HS256 with what everybody knows as the secret."""
    parts = [{"alg": "HS256", "kid": "rsa"}, claims]
    content = ".".join(_plain(json.dumps(part).encode()) for part in parts)
    signature = hmac.new(RSA.as_pem(private=False), content.encode(), "sha256").digest()
    return f"{content}.{_plain(signature)}"


def signed_by_a_stranger(claims: Claims) -> str:
    """The right name of the key, and another key."""
    key = RSAKey.generate_key(2048, {"kid": "rsa"})
    return jwt.encode({"alg": "RS256", "kid": "rsa"}, claims, key, algorithms=["RS256"])


def changed_afterwards(claims: Claims) -> str:
    """Signed, then about somebody else."""
    token = jwt.encode({"alg": "RS256", "kid": "rsa"}, claims, RSA, algorithms=["RS256"])
    head, _body, signature = token.split(".")
    return f"{head}.{_plain(json.dumps({**claims, 'sub': 'amal'}).encode())}.{signature}"


def _plain(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


@contextmanager
def false_provider() -> Iterator[FalseProvider]:
    """Serve one until the end of the with block."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            size = int(self.headers.get("Content-Length", 0))
            sent = parse_qs(self.rfile.read(size).decode())
            form = {name: found[0] for name, found in sent.items()}
            authorization = self.headers.get("Authorization", "")
            content = provider.answer
            if content is None:
                content = json.dumps(provider.reply(self.path, form, authorization)).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            with suppress(BrokenPipeError):  # whoever asked has gone
                self.wfile.write(content)

        do_POST = do_GET  # noqa: N815

        def log_message(self, *_details: object) -> None:
            """In silence."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider = FalseProvider(f"http://127.0.0.1:{server.server_port}")
    thread = Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
