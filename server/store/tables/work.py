"""What happens by itself: jobs, mail on its way."""

from sqlalchemy import Column, Index, Integer, PrimaryKeyConstraint, String, Table

from server.store.tables.columns import at, id_, metadata, ref, text, word

jobs = Table(
    "jobs",
    metadata,
    id_(),
    Column("key", String(200), nullable=False, unique=True),  # what it is for: the same is never queued twice
    word("kind"),
    text("payload"),  # JSON; ids only
    at("due_at"),
    word("owner", nullable=True),  # a lease: whose it is, and until when
    at("held_until", nullable=True),
    Column("attempts", Integer, nullable=False),
    word("outcome", nullable=True),  # done, given-up, dropped; NULL: still to do
    at("ended_at", nullable=True),
    Index(None, "outcome", "due_at"),
)

outbox = Table(
    "outbox",
    metadata,
    id_(),
    Column("key", String(200), nullable=False, unique=True),
    ref("account", "accounts.id", nullable=True),
    ref("place", "places.id", nullable=True),
    ref("session", "sessions.id", nullable=True),
    Column("address", String(254), nullable=False),
    word("kind"),
    text("message"),  # RFC 5322, complete; emptied when it is sent
    word("state"),  # queued, sending, sent, bounced, given-up
    Column("attempts", Integer, nullable=False),
    at("next_at"),
    at("created_at"),
    at("until", nullable=True),  # of no use to anybody after this
    at("sent_at", nullable=True),
    word("reply", nullable=True),  # the codes of the last refusal, as "550 5.1.1"
    Index(None, "state", "next_at"),
)

# Token buckets. `bucket` is a keyed hash of scope and address prefix, never the address.
limits = Table(
    "limits",
    metadata,
    id_("bucket"),
    Column("spent", Integer, nullable=False),
    at("since"),
)

# What retention deleted: numbers by day and kind, so that it can be shown to have done so.
forgotten = Table(
    "forgotten",
    metadata,
    Column("day", String(10), nullable=False),
    word("kind"),
    Column("rows", Integer, nullable=False),
    at("at"),
    PrimaryKeyConstraint("day", "kind"),
)
