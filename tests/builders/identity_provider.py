"""A provider of OpenID Connect on this machine, which checks what it is sent and can be made to lie."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey

CLIENT, SECRET = "saywhy", "s3cret-of-saywhy"


@dataclass
class IdentityProvider:
    """What the provider knows, and how it lies: `change` gets the claims, `sign` makes the token of them."""

    issuer: str = ""
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "1", "use": "sig"}))
    claims: dict[str, Any] = field(default_factory=lambda: {"email": "Ada@Example.com", "email_verified": True})
    metadata: dict[str, Any] = field(default_factory=dict)
    sign: Callable[[IdentityProvider, dict[str, Any]], str] | None = None
    change: Callable[[dict[str, Any]], Any] = lambda claims: claims
    begun: dict[str, dict[str, str]] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)

    def log_in(self, address: str) -> dict[str, str]:
        """What somebody who is sent to this address, and logs in, brings back: code and state."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert address.startswith(f"{self.issuer}/authorize?")
        assert asked["response_type"] == "code"
        assert asked["client_id"] == CLIENT
        assert asked["code_challenge_method"] == "S256"
        assert "openid" in asked["scope"].split()
        code = secrets.token_hex(8)
        self.begun[code] = asked
        return {"code": code, "state": asked["state"]}

    def token(self, form: dict[str, str], authorization: str) -> dict[str, Any] | None:
        """What is given for a code, once; None if anything about the request is wrong."""
        asked = self.begun.pop(form.get("code", ""), None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        expected = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if (
            asked is None
            or asked["code_challenge"] != challenge.rstrip(b"=").decode()
            or asked["redirect_uri"] != form.get("redirect_uri")
            or authorization != f"Basic {expected}"
        ):
            self.refused.append(form.get("code", ""))
            return None
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT, "sub": "17", "iat": now, "exp": now + 300, "nonce": asked["nonce"]}
        claims |= self.claims
        self.change(claims)
        token = (
            self.sign(self, claims)
            if self.sign
            else jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims, self.key)
        )
        return {"access_token": "x", "token_type": "Bearer", "id_token": token}

    def answer(self, path: str) -> dict[str, Any] | None:
        """What is at a path."""
        if path == "/.well-known/openid-configuration":
            addresses = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
            endpoints = {name: f"{self.issuer}/{end}" for name, end in addresses.items()}
            return {"issuer": self.issuer} | endpoints | self.metadata
        if path == "/keys":
            return dict(KeySet([self.key]).as_dict(private=False))
        return None


def unsigned(_: IdentityProvider, claims: dict[str, Any]) -> str:
    """A token with `alg: none`."""
    parts = ({"alg": "none"}, claims)
    return ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts) + "."


def signed_by_another(_: IdentityProvider, claims: dict[str, Any]) -> str:
    """A token of somebody else, who says that it is the key of the provider."""
    return jwt.encode({"alg": "RS256", "kid": "1"}, claims, RSAKey.generate_key(2048, {"kid": "1"}))


def signed_by_the_public_key(provider: IdentityProvider, claims: dict[str, Any]) -> str:
    """A token that takes the public key, which everybody knows, for a shared secret."""
    secret = OctKey.import_key(provider.key.as_pem(private=False), {"kid": "1"})
    return jwt.encode({"alg": "HS256", "kid": "1"}, claims, secret)


@contextmanager
def serving() -> Iterator[IdentityProvider]:
    """A provider that answers as long as the block runs."""
    provider = IdentityProvider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._send(provider.answer(self.path))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            self._send(provider.token(form, self.headers.get("Authorization", "")))

        def _send(self, content: dict[str, Any] | None) -> None:
            data = json.dumps(content or {"error": "invalid_grant"}).encode()
            self.send_response(200 if content else 400)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        provider.issuer = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield provider
        finally:
            server.shutdown()
            thread.join()
