"""Credentials for a TURN relay that shares a secret with us (coturn's use-auth-secret).

The relay knows a user by the name alone: the time when it expires and something random, keyed by the secret (the scheme
of draft-uberti-behave-turn-rest-00). Nothing in it tells who somebody is, and nothing is kept anywhere.
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass, field

from sfu.node import IceServer


@dataclass(frozen=True, slots=True)
class Relay:
    """`urls` as in RFC 7065. `is_only`: browsers connect through the relay alone."""

    urls: tuple[str, ...]
    secret: str = field(repr=False)
    ttl_s: int = 3600
    is_only: bool = False

    def server(self, now: float, opaque: str) -> IceServer:
        """Good for `ttl_s` from `now`, which is seconds since 1970 on the relay's clock too."""
        username = f"{int(now) + self.ttl_s}:{opaque}"
        # SHA-1 is what the scheme and STUN's integrity say; as HMAC nothing is known against it.
        digest = hmac.digest(self.secret.encode(), username.encode(), hashlib.sha1)
        return IceServer(self.urls, username, base64.b64encode(digest).decode())
