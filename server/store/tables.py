"""The tables.

Ids are text made outside, instants are milliseconds since the epoch (`Instant`), nothing has a server-side default:
time and randomness enter as arguments.
"""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, MetaData, String, Table, Text

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = MetaData(naming_convention=NAMING)


def _id(name: str = "id") -> Column[str]:
    return Column(name, String(64), primary_key=True)


def _ref(name: str, target: str, *, nullable: bool = False) -> Column[str]:
    return Column(name, String(64), ForeignKey(target, ondelete="CASCADE"), nullable=nullable, index=True)


def _at(name: str, *, nullable: bool = False) -> Column[int]:
    return Column(name, BigInteger, nullable=nullable)


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False)


hosts = Table(
    "hosts",
    metadata,
    _id(),
    Column("name", String(200), nullable=False, unique=True),
    Column("password_hash", Text, nullable=True),
    _at("created_at"),
)

sign_ins = Table(
    "sign_ins",
    metadata,
    _id("token_hash"),
    _ref("host", "hosts.id"),
    _at("expires_at"),
)

sessions = Table(
    "sessions",
    metadata,
    _id(),
    _ref("host", "hosts.id"),
    _text("title"),
    _text("discreet_title"),
    _text("zone"),
    _text("settings"),  # JSON of rooms.live.settings.Settings
    _text("guidelines"),
    _text("facilitators"),
    _text("resources"),
    Column("end", String(16), nullable=False, index=True),
    _at("ended_at", nullable=True),
    _at("start_at"),  # of the settings, for ordering
    _at("end_at"),
    _at("created_at"),
)

links = Table(
    "links",
    metadata,
    _id(),
    Column("token_hash", String(64), nullable=False, unique=True),
    _ref("session", "sessions.id", nullable=True),
    _ref("host", "hosts.id", nullable=True),
    Column("role", String(32), nullable=True),
    Column("person", String(64), nullable=True),
    _text("label"),
    _at("created_at"),
    _at("expires_at"),
    _at("revoked_at", nullable=True),
)

people = Table(
    "people",
    metadata,
    _id(),
    _ref("session", "sessions.id"),
    Column("role", String(32), nullable=False),
    _ref("link", "links.id", nullable=True),
    _text("suggested_alias"),
    _at("created_at"),
)

credentials = Table(
    "credentials",
    metadata,
    _id("token_hash"),
    _ref("session", "sessions.id"),
    _ref("person", "people.id"),
    _at("expires_at"),
)

tickets = Table(
    "tickets",
    metadata,
    _id("token_hash"),
    _ref("session", "sessions.id"),
    _ref("person", "people.id"),
    _at("expires_at"),
)

resume_tokens = Table(
    "resume_tokens",
    metadata,
    Column("person", String(64), ForeignKey("people.id", ondelete="CASCADE"), primary_key=True),
    _ref("session", "sessions.id"),
    Column("token_hash", String(64), nullable=False, unique=True),
    _at("expires_at"),
)

rooms = Table(
    "rooms",
    metadata,
    Column("session", String(64), ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True),
    Column("epoch", BigInteger, nullable=False),
    Column("version", Integer, nullable=False),
    Column("snapshot", Text, nullable=True),
    Column("owner", String(64), nullable=True),  # the node whose lease it is, where several share the database
    _at("held_until", nullable=True),
)

# No foreign keys: what was done outlives the rows of those who did it. Opaque ids only.
audit = Table(
    "audit",
    metadata,
    _id(),
    Column("session", String(64), nullable=False),
    _at("at"),
    Column("actor", String(64), nullable=True),
    Column("act", String(64), nullable=False),
    Column("subject", String(64), nullable=True),
    Index(None, "session", "at"),
)

# Token buckets. `bucket` is a keyed hash of scope and address prefix, never the address.
limits = Table(
    "limits",
    metadata,
    _id("bucket"),
    Column("spent", Integer, nullable=False),
    _at("since"),
)
