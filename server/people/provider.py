"""An OpenID Connect provider as we ask it: what it says of itself, its keys, and a token for a code.

OpenID Connect Discovery 1.0; RFC 7517 for the keys. Nothing that a browser hands over chooses an address here.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote_plus, urlsplit

import aiohttp
from joserfc.jwk import KeySet

from rooms.ids import Instant
from rooms.live.settings import MINUTE_MS
from server.people.oidc_faults import ProviderTrouble
from server.ports import Clock

TIMEOUT: Final = aiohttp.ClientTimeout(total=10)
MOST_BYTES: Final = 256 * 1024
FRESH_MS: Final = 60 * MINUTE_MS
AGAIN_MS: Final = MINUTE_MS  # a token names a key that we do not know: they may have been changed
LOCAL: Final = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(slots=True)
class _Known:
    document: Mapping[str, str] | None = None
    document_at: Instant = Instant(0)
    keys: KeySet | None = None
    keys_at: Instant = Instant(0)


@dataclass(frozen=True, slots=True)
class Provider:
    issuer: str
    client_id: str
    client_secret: str
    clock: Clock
    _known: _Known = field(default_factory=_Known)

    async def endpoint(self, name: str) -> str:
        """ "authorization_endpoint", "token_endpoint" or "jwks_uri", by https or on this machine."""
        url = (await self._document()).get(name, "")
        parts = urlsplit(url)
        if not (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOCAL)):
            raise ProviderTrouble(f"its {name} is not an https address")
        return url

    async def keys(self, is_unknown: bool = False) -> KeySet:
        """Kept for an hour; asked again at most once a minute where a token names an unknown key."""
        now, known = self.clock.now(), self._known
        age = now - known.keys_at
        if known.keys is None or age >= FRESH_MS or (is_unknown and age >= AGAIN_MS):
            document = await self._get(await self.endpoint("jwks_uri"))
            try:
                known.keys = KeySet.import_key_set(document)  # type: ignore[arg-type]
            except Exception as error:
                raise ProviderTrouble("its keys cannot be read") from error
            known.keys_at = now
        return known.keys

    async def exchange(self, code: str, verifier: str, redirect_uri: str) -> str:
        """The id_token for a code (RFC 6749 4.1.3, RFC 7636 4.5)."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
        }
        url = await self.endpoint("token_endpoint")
        # RFC 6749 2.3.1: both parts are form-encoded first.
        client = aiohttp.encode_basic_auth(quote_plus(self.client_id), quote_plus(self.client_secret))
        answer = await self._ask("POST", url, data=form, headers={"Authorization": client})
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise ProviderTrouble("it gave no id_token")
        return token

    async def _document(self) -> Mapping[str, str]:
        now, known = self.clock.now(), self._known
        if known.document is None or now - known.document_at >= FRESH_MS:
            document = await self._get(f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
            if document.get("issuer") != self.issuer:  # Discovery 4.3: exactly
                raise ProviderTrouble("it calls itself by another issuer")
            known.document = {name: value for name, value in document.items() if isinstance(value, str)}
            known.document_at = now
        return known.document

    async def _get(self, url: str) -> dict[str, Any]:
        return await self._ask("GET", url)

    async def _ask(self, method: str, url: str, **more: Any) -> dict[str, Any]:
        try:
            async with (
                aiohttp.ClientSession(timeout=TIMEOUT) as client,
                client.request(method, url, allow_redirects=False, **more) as response,
            ):
                if response.status != 200:
                    raise ProviderTrouble(f"it answered {response.status}")
                body = bytearray()
                async for chunk in response.content.iter_any():
                    body += chunk
                    if len(body) > MOST_BYTES:
                        raise ProviderTrouble("its answer is too long")
                found = json.loads(body)
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise ProviderTrouble(type(error).__name__) from error
        if not isinstance(found, dict):
            raise ProviderTrouble("its answer is not an object")
        return found
