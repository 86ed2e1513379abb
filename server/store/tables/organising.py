"""The organisation, its accounts, and how they sign in."""

from sqlalchemy import Column, Index, Integer, LargeBinary, String, Table

from server.store.tables.columns import at, flag, id_, metadata, ref, text, word

# One row: an installation serves one organisation.
organisation = Table(
    "organisation",
    metadata,
    id_(),
    text("name"),
    text("branding"),  # JSON of rooms.program.organisation.Branding
    text("crisis"),  # JSON: what to do in a crisis, and numbers per country
    text("retention"),  # JSON: days per kind of data
    flag("has_directory"),
    word("zone"),
    word("language"),
    Column("logo", LargeBinary, nullable=True),
    word("logo_type", nullable=True),
    Column("version", Integer, nullable=False),
    at("created_at"),
)

accounts = Table(
    "accounts",
    metadata,
    id_(),
    Column("name", String(200), nullable=False, unique=True),  # shown, and good for signing in
    Column("email", String(254), nullable=True, unique=True),  # lower case
    text("password_hash", nullable=True),
    word("role"),  # rooms.program.authority.OrgRole
    word("zone"),
    word("language"),
    Column("training_expires_on", String(10), nullable=True),  # a date; facilitators only
    Column("oidc_subject", String(128), nullable=True, unique=True),  # hash of issuer and subject
    Column("feed_hash", String(64), nullable=True, unique=True),  # of the private calendar feed
    Column("version", Integer, nullable=False),
    at("created_at"),
    at("disabled_at", nullable=True),
    at("bounced_at", nullable=True),  # mail to this address came back
)

sign_ins = Table(
    "sign_ins",
    metadata,
    id_("token_hash"),
    Column("id", String(64), nullable=False, unique=True),  # to revoke it by
    ref("account", "accounts.id"),
    text("label"),  # the kind of browser, in words
    at("created_at"),
    at("expires_at"),
)

# What a mail or the console carries: opens a page whose button spends it.
sign_in_links = Table(
    "sign_in_links",
    metadata,
    id_("token_hash"),
    ref("account", "accounts.id"),
    word("purpose"),  # sign-in, invitation, first-start
    at("created_at"),
    at("expires_at"),
    at("spent_at", nullable=True),
)

oidc_flows = Table(
    "oidc_flows",
    metadata,
    id_("state_hash"),
    text("nonce"),
    text("verifier"),
    at("expires_at"),
    Index(None, "expires_at"),
)
