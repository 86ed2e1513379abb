"""A small OpenID Connect provider on this machine: it signs what a test tells it to, right or wrong."""

import base64
import hashlib
import json
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, quote_plus, urlencode, urlsplit

from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

CLIENT_ID, CLIENT_SECRET = "holdspace", "a secret of the client"

# RFC 6749 2.3.1: both parts form-encoded, then as RFC 7617 has it.
_CLIENT = base64.b64encode(f"{quote_plus(CLIENT_ID)}:{quote_plus(CLIENT_SECRET)}".encode()).decode()

Claims = dict[str, Any]


@dataclass
class IdentityProvider:
    """`forge` may change the claims before they are signed, `sign` may sign them another way."""

    now_s: Callable[[], int]
    subject: str = "ines-at-university"
    email: str = "ines@example.org"
    is_verified: bool = True
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "first"}))
    forge: Callable[[Claims], Claims] = field(default=lambda claims: claims)
    sign: Callable[[Claims], str] | None = None
    issuer: str = ""
    issuer_told: str | None = None
    asked: list[str] = field(default_factory=list)
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def approve(self, url: str) -> str:
        """Somebody signs in at the provider: the query with which their browser goes back."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        assert query["response_type"] == "code"
        assert query["client_id"] == CLIENT_ID
        assert query["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(16)
        self._codes[code] = query
        return urlencode({"code": code, "state": query["state"]})

    async def document(self, _request: web.Request) -> web.Response:
        self.asked.append("document")
        return web.json_response(
            {
                "issuer": self.issuer if self.issuer_told is None else self.issuer_told,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
            }
        )

    async def keys(self, _request: web.Request) -> web.Response:
        self.asked.append("keys")
        return web.json_response({"keys": [self.key.as_dict(private=False)]})

    async def token(self, request: web.Request) -> web.Response:
        """RFC 6749 4.1.3 and RFC 7636 4.6, as strictly as a real one: once, this client, this verifier."""
        form = await request.post()
        query = self._codes.pop(str(form["code"]), None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(str(form["code_verifier"]).encode()).digest()).rstrip(b"=")
        is_client = request.headers["Authorization"] == f"Basic {_CLIENT}"
        fits = query is not None and query["code_challenge"] == challenge.decode() and is_client
        if query is None or not fits or form["redirect_uri"] != query["redirect_uri"]:
            return web.json_response({"error": "invalid_grant"}, status=400)
        claims = self.forge(
            {
                "iss": self.issuer,
                "aud": CLIENT_ID,
                "sub": self.subject,
                "email": self.email,
                "email_verified": self.is_verified,
                "nonce": query["nonce"],
                "iat": self.now_s(),
                "exp": self.now_s() + 300,
            }
        )
        signed = self.sign(claims) if self.sign is not None else self.signed(claims)
        return web.json_response({"id_token": signed, "access_token": "unused", "token_type": "Bearer"})

    def signed(self, claims: Claims) -> str:
        return jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims, self.key)

    def signed_critical(self, claims: Claims) -> str:
        """Well signed, with a critical header that nobody knows (RFC 7515 4.1.11)."""
        said = _parts({"alg": "RS256", "kid": self.key.kid, "crit": ["mind"], "mind": True}, claims)
        private = self.key.private_key
        assert private is not None
        signature = private.sign(said.encode(), PKCS1v15(), SHA256())
        return f"{said}.{_b64(signature)}"

    def signed_by_secret(self, claims: Claims) -> str:
        """With the secret of the client, which the provider knows too: never good enough."""
        return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(CLIENT_SECRET), algorithms=["HS256"])


def unsigned(claims: Claims) -> str:
    """ "alg": "none" (RFC 7518 3.6)."""
    return _parts({"alg": "none", "typ": "JWT"}, claims) + "."


def _parts(header: dict[str, Any], claims: Claims) -> str:
    return ".".join(_b64(json.dumps(part).encode()) for part in (header, claims))


def _b64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


@asynccontextmanager
async def identity_provider(now_s: Callable[[], int]) -> AsyncIterator[IdentityProvider]:
    provider = IdentityProvider(now_s)
    app = web.Application()
    app.add_routes(
        [
            web.get("/.well-known/openid-configuration", provider.document),
            web.get("/keys", provider.keys),
            web.post("/token", provider.token),
        ]
    )
    async with TestServer(app) as server:
        provider.issuer = str(server.make_url("")).rstrip("/")
        yield provider
