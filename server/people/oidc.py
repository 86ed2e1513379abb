"""Sign-in at the organisation's own identity provider: authorization code with PKCE, state and nonce.

OpenID Connect Core 1.0 section 3.1; RFC 7636 with S256; RFC 9700. It never makes an account: somebody is invited first,
and known from then on by issuer and subject.
"""

import base64
import hashlib
import secrets
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from joserfc import jwt
from joserfc.errors import JoseError

from rooms.ids import Instant
from rooms.live.settings import MINUTE_MS
from rooms.program.address import as_address
from server.people.oidc_faults import NotKnown, ProviderTrouble
from server.people.provider import Provider
from server.ports import Clock
from server.store.records import Account
from server.store.store import Store
from server.tokens import hash_of, new_token

FLOW_MS: Final = 10 * MINUTE_MS
LEEWAY_S: Final = 60
# Asymmetric ones alone: a secret that we share with the provider signs nothing.
ALGORITHMS: Final = ("RS256", "ES256", "PS256", "EdDSA")


@dataclass(frozen=True, slots=True)
class Departure:
    """Where the browser goes, and what its cookie keeps until it comes back."""

    url: str
    state: str


@dataclass(frozen=True, slots=True)
class OpenIdConnect:
    store: Store
    clock: Clock
    provider: Provider
    label: str
    redirect_uri: str

    async def depart(self) -> Departure:
        """Raises `ProviderTrouble`."""
        state, nonce, verifier = new_token(), new_token(), secrets.token_urlsafe(48)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        endpoint = await self.provider.endpoint("authorization_endpoint")
        await self.store.sign_ins.add_flow(hash_of(state), nonce, verifier, Instant(self.clock.now() + FLOW_MS))
        query = {
            "response_type": "code",
            "client_id": self.provider.client_id,
            "redirect_uri": self.redirect_uri,
            "scope": "openid email",
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        return Departure(f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(query)}", state)

    async def arrive(self, state: str, code: str) -> Account:
        """Whose account it is. `state` came back by the address and by the cookie, and the two were the same.

        Raises `ProviderTrouble`, also for a state that is unknown, used or late; `NotKnown`.
        """
        flow = await self.store.sign_ins.take_flow(hash_of(state), self.clock.now())
        if flow is None:
            raise ProviderTrouble("the state is unknown, used or late")
        nonce, verifier = flow
        claims = await self._claims(await self.provider.exchange(code, verifier, self.redirect_uri), nonce)
        return await self._account(claims)

    async def _claims(self, token: str, nonce: str) -> jwt.Claims:
        try:
            try:
                found = jwt.decode(token, await self.provider.keys(), algorithms=list(ALGORITHMS))
            except (JoseError, ValueError):
                found = jwt.decode(token, await self.provider.keys(is_unknown=True), algorithms=list(ALGORITHMS))
            registry = jwt.JWTClaimsRegistry(
                now=self.clock.now() // 1_000,
                leeway=LEEWAY_S,
                iss={"essential": True, "value": self.provider.issuer},
                aud={"essential": True, "value": self.provider.client_id},
                sub={"essential": True},
                exp={"essential": True},
                iat={"essential": True},
                nonce={"essential": True, "value": nonce},
            )
            registry.validate(found.claims)
        except (JoseError, ValueError) as error:
            raise ProviderTrouble(f"its id_token: {type(error).__name__}") from error
        audience = found.claims["aud"]
        # Core 3.1.3.7: another audience beside ours is another program's token.
        if audience not in (self.provider.client_id, [self.provider.client_id]):
            raise ProviderTrouble("its id_token is for others too")
        if not isinstance(found.claims["sub"], str) or not found.claims["sub"]:
            raise ProviderTrouble("its id_token names nobody")
        return found.claims

    async def _account(self, claims: jwt.Claims) -> Account:
        subject = hash_of(f"{self.provider.issuer}\n{claims['sub']}")
        account = await self.store.accounts.by_subject(subject)
        if account is None:
            address = as_address(str(claims.get("email", ""))) if claims.get("email_verified") is True else None
            account = None if address is None else await self.store.accounts.by_email(address)
            if account is None or not await self.store.accounts.set_subject(account.id, subject):
                raise NotKnown
        if account.disabled_at is not None:
            raise NotKnown
        return account
