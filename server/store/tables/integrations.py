"""What other programs use: keys, answers that are kept for a repeated request, webhooks."""

from sqlalchemy import Column, Index, Integer, PrimaryKeyConstraint, String, Table

from server.store.tables.columns import at, flag, id_, metadata, ref, text, word

api_keys = Table(
    "api_keys",
    metadata,
    id_(),
    text("name"),
    Column("secret_hash", String(64), nullable=False, unique=True),
    text("scopes"),  # words, separated by spaces
    ref("account", "accounts.id"),  # with whose rights, at most
    at("created_at"),
    at("expires_at", nullable=True),
    at("used_at", nullable=True),
    at("revoked_at", nullable=True),
)

idempotency = Table(
    "idempotency",
    metadata,
    ref("api_key", "api_keys.id"),
    Column("key", String(128), nullable=False),
    Column("request_hash", String(64), nullable=False),
    Column("status", Integer, nullable=True),  # NULL: still at work
    text("body", nullable=True),
    text("headers", nullable=True),
    at("created_at"),
    PrimaryKeyConstraint("api_key", "key"),
    Index(None, "created_at"),
)

webhooks = Table(
    "webhooks",
    metadata,
    id_(),
    text("url"),
    text("secret"),
    text("events"),  # words, separated by spaces
    flag("is_active"),
    Column("version", Integer, nullable=False),
    at("created_at"),
)

deliveries = Table(
    "deliveries",
    metadata,
    id_(),
    ref("webhook", "webhooks.id"),
    word("event"),
    text("payload"),
    word("state"),  # queued, delivered, given-up
    Column("attempts", Integer, nullable=False),
    Column("status", Integer, nullable=True),  # what the other side answered last
    at("next_at"),
    at("created_at"),
    at("ended_at", nullable=True),
    Index(None, "state", "next_at"),
)
