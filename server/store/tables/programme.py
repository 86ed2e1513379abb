"""What exists between meetings: groups, who leads them, series, places, dates that somebody leads."""

from sqlalchemy import BigInteger, Column, Index, Integer, PrimaryKeyConstraint, String, Table

from server.store.tables.columns import at, flag, id_, metadata, ref, text, word

groups = Table(
    "groups",
    metadata,
    id_(),
    Column("slug", String(80), nullable=False, unique=True),
    text("name"),
    text("discreet_name"),
    word("topic"),
    text("audience"),  # who it is for
    text("about"),  # what happens
    word("language"),
    word("kind"),  # the closed lists are in rooms.program.group
    word("entry"),
    word("camera"),
    word("chat_policy"),
    text("cost"),
    text("accessibility"),
    text("resources"),
    text("waiting_message"),
    text("intake"),  # JSON: the questions of an approval group
    text("timers"),  # JSON of rooms.program.timers.Timers
    word("zone"),
    Column("capacity", Integer, nullable=False),
    flag("is_public"),
    flag("is_neutral"),
    flag("is_paused"),
    Column("version", Integer, nullable=False),  # of this row, for ETags
    at("created_at"),
    at("archived_at", nullable=True),
    Index(None, "is_public", "archived_at"),
)

guidelines = Table(
    "guidelines",
    metadata,
    ref("group", "groups.id"),
    Column("version", Integer, nullable=False),
    text("text"),
    at("created_at"),
    PrimaryKeyConstraint("group", "version"),
)

# `rank` orders facilitators and, among backups, who is asked first.
staff = Table(
    "staff",
    metadata,
    ref("group", "groups.id"),
    ref("account", "accounts.id"),
    word("position"),  # rooms.program.authority.Position
    Column("rank", Integer, nullable=False),
    PrimaryKeyConstraint("group", "account", "position"),
)

series = Table(
    "series",
    metadata,
    id_(),
    Column("uid", String(64), nullable=False, index=True),  # of the calendar: shared by what was split off
    ref("group", "groups.id"),
    ref("account", "accounts.id", nullable=True, ondelete="SET NULL"),  # who made it
    text("title"),  # "": the group's name
    text("waiting_message", nullable=True),  # NULL: the group's
    word("zone"),
    Column("first_local", String(16), nullable=False),  # naive local start: "2026-11-21T19:00"
    Column("length_min", Integer, nullable=False),
    text("rule", nullable=True),  # JSON of rooms.program.recurrence.Rule; NULL: one date
    text("timers"),  # JSON of rooms.program.timers.Timers
    Column("sequence", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("link_generation", Integer, nullable=True),  # how often the link of all dates was made anew
    Column("made_until", BigInteger, nullable=False),  # its dates up to here have sessions
    at("created_at"),
    at("ended_at", nullable=True),
)

exceptions = Table(
    "exceptions",
    metadata,
    ref("series", "series.id"),
    Column("original_local", String(16), nullable=False),
    word("kind"),  # canceled, changed
    text("change"),  # JSON of rooms.program.series.Change
    at("created_at"),
    PrimaryKeyConstraint("series", "original_local"),
)

# A participant's place in a group. No account: whoever holds the token of its link.
places = Table(
    "places",
    metadata,
    id_(),
    ref("group", "groups.id"),
    Column("token_hash", String(64), nullable=False, unique=True),
    text("alias"),
    Column("email", String(254), nullable=True),
    word("zone"),
    word("language"),
    word("state"),  # rooms.program.places.PlaceState
    Column("rank", BigInteger, nullable=False),  # the order of asking
    Column("guidelines_version", Integer, nullable=False),
    text("answers"),  # JSON: to the intake's questions
    text("wishes"),  # JSON of rooms.program.places.Wishes: which reminders
    Column("generation", Integer, nullable=False),  # how many links were made for it: the newest works
    text("reason"),  # a host's words with a declined or ended place
    Column("feed_hash", String(64), nullable=True, unique=True),
    at("created_at"),
    at("changed_at"),  # of the state
    at("bounced_at", nullable=True),
    Index(None, "group", "state", "rank"),
)

# "Not this time", "coming": of one date.
answers = Table(
    "answers",
    metadata,
    ref("session", "sessions.id"),
    ref("place", "places.id"),
    flag("is_coming"),
    at("answered_at"),
    PrimaryKeyConstraint("session", "place"),
)

# Who leads one date.
leads = Table(
    "leads",
    metadata,
    ref("session", "sessions.id"),
    ref("account", "accounts.id"),
    Column("rank", Integer, nullable=False),
    word("state"),  # rooms.program.leading.LeadState
    Column("token_hash", String(64), nullable=True, unique=True),  # of the one-tap answer
    at("asked_at", nullable=True),
    at("answered_at", nullable=True),
    PrimaryKeyConstraint("session", "account"),
)

templates = Table(
    "templates",
    metadata,
    id_(),
    word("kind"),  # guidelines, waiting-message, group
    text("name"),
    text("body"),
    at("created_at"),
)
