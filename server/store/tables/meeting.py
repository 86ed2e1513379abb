"""What exists because people meet: sessions, their links, the people of one session, rooms."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, String, Table, UniqueConstraint

from server.store.tables.columns import at, flag, id_, metadata, ref, text

sessions = Table(
    "sessions",
    metadata,
    id_(),
    ref("host", "accounts.id", nullable=True, ondelete="SET NULL"),  # who scheduled it
    ref("group", "groups.id", nullable=True),
    ref("series", "series.id", nullable=True),
    Column("original_local", String(16), nullable=True),  # which date of its series, by the rule: "2026-11-21T19:00"
    Column("sequence", Integer, nullable=False),  # RFC 5545 3.8.7.4: grows when people have to be told
    Column("attended", Integer, nullable=True),  # participants who were let in; counted when it ended
    text("title"),
    text("discreet_title"),
    text("zone"),
    text("settings"),  # JSON of rooms.live.settings.Settings
    text("guidelines"),
    text("facilitators"),
    text("resources"),
    Column("end", String(16), nullable=False),
    at("begun_at", nullable=True),  # its doors opened: from then on the room has its own copy of the settings
    at("ended_at", nullable=True),
    at("start_at"),  # of the settings, for ordering
    at("end_at"),
    at("created_at"),
    UniqueConstraint("series", "original_local"),
    Index(None, "group", "start_at", "end", "end_at"),  # the last two so that a group's next dates need no row
    Index(None, "end", "start_at"),
)

links = Table(
    "links",
    metadata,
    id_(),
    Column("token_hash", String(64), nullable=False, unique=True),
    ref("session", "sessions.id"),
    ref("place", "places.id", nullable=True),  # a member's link to one date
    ref("account", "accounts.id", nullable=True),  # who of the organisation goes in by it
    Column("sign_in", String(64), nullable=True, index=True),  # in which of their browsers; it ends with that sign-in
    Column("role", String(32), nullable=False),
    Column("person", String(64), nullable=True),
    text("label"),
    at("created_at"),
    at("expires_at"),
    at("revoked_at", nullable=True),
    flag("is_leaked"),  # opened in a second browser while the first was in: the facilitator is told
)

codes = Table(
    "codes",
    metadata,
    Column("code", String(64), primary_key=True),  # keyed hash of a sayable code; it grants the right to knock
    ref("session", "sessions.id"),
    at("created_at"),
    at("expires_at"),
)

people = Table(
    "people",
    metadata,
    id_(),
    ref("session", "sessions.id"),
    Column("role", String(32), nullable=False),
    ref("link", "links.id", nullable=True),
    ref("place", "places.id", nullable=True, ondelete="SET NULL"),
    text("suggested_alias"),
    at("created_at"),
)

credentials = Table(
    "credentials",
    metadata,
    id_("token_hash"),
    ref("session", "sessions.id"),
    ref("person", "people.id"),
    at("expires_at"),
)

tickets = Table(
    "tickets",
    metadata,
    id_("token_hash"),
    ref("session", "sessions.id"),
    ref("person", "people.id"),
    at("expires_at"),
)

resume_tokens = Table(
    "resume_tokens",
    metadata,
    Column("person", String(64), ForeignKey("people.id", ondelete="CASCADE"), primary_key=True),
    ref("session", "sessions.id"),
    Column("token_hash", String(64), nullable=False, unique=True),
    at("expires_at"),
)

rooms = Table(
    "rooms",
    metadata,
    Column("session", String(64), ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True),
    Column("epoch", BigInteger, nullable=False),
    Column("version", Integer, nullable=False),
    text("snapshot", nullable=True),
    Column("owner", String(64), nullable=True),  # the node whose lease it is, where several share the database
    at("held_until", nullable=True),
)

# No foreign keys: what was done outlives the rows of those who did it. Opaque ids only.
audit = Table(
    "audit",
    metadata,
    id_(),
    Column("session", String(64), nullable=True),  # or the group, or nothing: an act on the organisation
    at("at"),
    Column("actor", String(64), nullable=True),
    Column("act", String(64), nullable=False),
    Column("subject", String(64), nullable=True),
    Index(None, "session", "at"),
)
