"""How a receiver knows that a notice is ours and unchanged: a JSON Web Token that holds the SHA-256 of the body."""

import base64
import hashlib

from joserfc import jwt
from joserfc.jwk import OctKey

from rooms.ids import Instant
from server.store.program_records import Delivery, Webhook

CONTENT_TYPE = "application/webhook+json"
GOOD_FOR_S = 300


def headers_of(hook: Webhook, delivery: Delivery, now: Instant) -> dict[str, str]:
    """`Authorization: Bearer` with an HS256 token: `iss` the webhook, `jti` the delivery, `sha256` of the body."""
    issued = now // 1_000
    claims: dict[str, str | int] = {
        "iss": hook.id,
        "jti": delivery.id,
        "iat": issued,
        "exp": issued + GOOD_FOR_S,
        "sha256": base64.b64encode(hashlib.sha256(delivery.payload.encode()).digest()).decode(),
    }
    token = jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(hook.secret))
    return {
        "Authorization": f"Bearer {token}",
        "Content-Type": CONTENT_TYPE,
        "Holdspace-Delivery": delivery.id,
        "Holdspace-Event": delivery.event,
    }
