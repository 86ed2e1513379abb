"""What the store keeps for other programs: keys, kept answers, webhooks and their deliveries."""

from dataclasses import dataclass
from enum import StrEnum

from rooms.ids import Instant


@dataclass(frozen=True, slots=True)
class ApiKey:
    """`scopes` are words of `server.api.scopes`. Its secret is never stored, only the SHA-256."""

    id: str
    name: str
    scopes: str
    account: str
    created_at: Instant
    expires_at: Instant | None = None
    used_at: Instant | None = None
    revoked_at: Instant | None = None

    def is_good(self, now: Instant) -> bool:
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > now)


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """The answer to the first request with an Idempotency-Key; `status` None while that one is at work."""

    request_hash: str
    status: int | None
    body: str | None
    headers: str | None  # JSON


@dataclass(frozen=True, slots=True)
class Webhook:
    """`secret` signs what is sent, so it has to be kept as it is; it is shown once."""

    id: str
    url: str
    secret: str
    events: str  # words of `server.webhooks.events`
    is_active: bool
    version: int
    created_at: Instant


class DeliveryState(StrEnum):
    QUEUED = "queued"
    DELIVERED = "delivered"
    GIVEN_UP = "given-up"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event on its way to one webhook. `status` is what the other side answered last, if it did."""

    id: str
    webhook: str
    event: str
    payload: str
    state: DeliveryState
    attempts: int
    status: int | None
    next_at: Instant
    created_at: Instant
    ended_at: Instant | None = None
