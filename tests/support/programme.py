"""Rows of groups, series and dates for tests of what stands on them, written straight into the tables."""

from typing import Any

from sqlalchemy import insert

from rooms.ids import Instant, SessionId
from rooms.live.settings import MINUTE_MS, Schedule, Settings
from server.store.database import Database
from server.store.mapping import session_values
from server.store.records import SessionEnd, SessionRecord
from server.store.tables import accounts, groups, guidelines, series, sessions, staff

NOW = Instant(1_800_000_000_000)
HOUR = 60 * MINUTE_MS
DAY = 24 * HOUR


def account_values(id: str = "h_1", name: str = "Ines", **changes: Any) -> dict[str, Any]:
    return {
        "id": id,
        "name": name,
        "email": None,
        "password_hash": None,
        "role": "host",
        "zone": "Europe/Lisbon",
        "language": "en",
        "training_expires_on": None,
        "oidc_subject": None,
        "feed_hash": None,
        "version": 1,
        "created_at": NOW,
        "disabled_at": None,
        "bounced_at": None,
    } | changes


def group_values(id: str = "g_1", name: str = "Evening circle", **changes: Any) -> dict[str, Any]:
    words = ("audience", "about", "cost", "accessibility", "resources", "waiting_message")
    return {
        **dict.fromkeys(words, ""),
        "id": id,
        "slug": id.replace("_", "-"),
        "name": name,
        "discreet_name": "Meeting",
        "topic": "other",
        "language": "en",
        "kind": "peer-led",
        "entry": "open",
        "camera": "optional",
        "chat_policy": "facilitators",
        "intake": "[]",
        "timers": "{}",
        "zone": "Europe/Lisbon",
        "capacity": 12,
        "is_public": False,
        "is_neutral": True,
        "is_paused": False,
        "version": 1,
        "created_at": NOW,
        "archived_at": None,
    } | changes


def series_values(id: str = "e_1", group: str = "g_1", **changes: Any) -> dict[str, Any]:
    return {
        "id": id,
        "uid": id,
        "group": group,
        "account": None,
        "title": "",
        "zone": "Europe/Lisbon",
        "first_local": "2027-01-15T08:00",
        "length_min": 60,
        "rule": None,
        "timers": "{}",
        "sequence": 0,
        "version": 1,
        "made_until": 0,
        "created_at": NOW,
        "ended_at": None,
    } | changes


def date_values(id: str, starts_at: int, group: str | None = "g_1", **changes: Any) -> dict[str, Any]:
    """A row of `sessions`; `changes` are of the row."""
    schedule = Schedule(Instant(starts_at - 15 * MINUTE_MS), Instant(starts_at), Instant(starts_at + HOUR))
    record = SessionRecord(
        id=SessionId(id),
        host=None,
        group=group,
        title="Evening circle",
        discreet_title="Meeting",
        zone="Europe/Lisbon",
        settings=Settings(schedule=schedule),
        guidelines="What is said here stays here.",
        facilitators="",
        resources="",
        end=SessionEnd.OPEN,
    )
    return session_values(record, NOW) | {"attended": None, "ended_at": None} | changes


async def add_groups(database: Database, *ids: str, host: str | None = None, **changes: Any) -> None:
    """Groups of these ids with guidelines; `host` hosts them all and exists already; `changes` are of the rows."""
    async with database.write() as connection:
        await connection.execute(insert(groups), [group_values(id) | changes for id in ids])
        words = {"version": 1, "text": "What is said here stays here.", "created_at": NOW}
        await connection.execute(insert(guidelines), [{"group": id} | words for id in ids])
        if host is not None:
            rows = [{"group": id, "account": host, "position": "host", "rank": 0} for id in ids]
            await connection.execute(insert(staff), rows)


async def add_accounts(database: Database, *rows: dict[str, Any]) -> None:
    async with database.write() as connection:
        for row in rows or (account_values(),):
            await connection.execute(insert(accounts).values(row))


async def add_series(database: Database, *rows: dict[str, Any]) -> None:
    async with database.write() as connection:
        for row in rows:
            await connection.execute(insert(series).values(row))


async def add_dates(database: Database, *rows: dict[str, Any]) -> None:
    async with database.write() as connection:
        for row in rows:
            await connection.execute(insert(sessions).values(row))
