"""Killed at random moments, again and again: no reminder is lost, and none is in a mailbox twice.

HOLDSPACE_KILLS says how often (docs/TESTING.md); 100 takes about a minute on a quiet machine.
"""

import asyncio
import os
import random
from collections import Counter
from collections.abc import AsyncIterator
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP as Server
from aiosmtpd.smtp import Envelope, Session
from sqlalchemy import insert, select, update

from rooms.ids import Instant
from rooms.live.settings import MINUTE_MS
from server.clock import AnchoredClock
from server.mail.delivery import LEASE_MS
from server.store.database import Database
from server.store.migrate import migrate
from server.store.outbox import LetterState
from server.store.tables import groups, outbox, places
from tests.support import killed_errands
from tests.support.postgres import postgres
from tests.support.programme import add_accounts, add_dates, add_groups, date_values

KILLS = int(os.environ.get("HOLDSPACE_KILLS", "16"))
PROCESSES = 2
DATES, PEOPLE = 10, 12
DAY = 24 * 60 * MINUTE_MS
SEED = 20_261_121
DEADLINE_S = 90


class Mailboxes:
    """Counts what was answered with "250"."""

    def __init__(self) -> None:
        self.got: Counter[str] = Counter()
        self.what: dict[str, tuple[str, str]] = {}

    async def handle_DATA(self, server: Server, session: Session, envelope: Envelope) -> str:
        content = envelope.content
        assert isinstance(content, bytes)
        message: Any = message_from_bytes(content, policy=default)
        letter = str(message["Message-ID"])
        self.got[letter] += 1
        when = next(line for line in message.get_body(("plain",)).get_content().splitlines() if "When:" in line)
        self.what[letter] = (envelope.rcpt_tos[0], when)
        return "250 OK"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.service)])
async def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    if request.param == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path / 'holdspace.db'}"
        return
    with postgres() as server:
        yield server.make_database("killed")


async def seeded(database: Database, now: Instant) -> None:
    """Dates whose reminders come due one after the other from now on, and people who wish for them."""
    await migrate(database)
    await add_accounts(database)
    await add_groups(database, "g_1", host="h_1")
    rows = [
        {
            "id": killed_errands.place(number),
            "group": "g_1",
            "token_hash": f"hash {number}",
            "alias": "",
            "email": f"{number}@example.net",
            "zone": "UTC",
            "language": "en",
            "state": "place",
            "rank": number,
            "guidelines_version": 1,
            "answers": "[]",
            "wishes": '{"day_before": true, "hour_before": false, "starting": false, "missed": false}',
            "generation": 1,
            "reason": "",
            "created_at": now,
            "changed_at": now,
        }
        for number in range(PEOPLE)
    ]
    async with database.write() as connection:
        await connection.execute(insert(places), rows)
        await connection.execute(update(groups).values(kind="peer-held"))
    step = KILLS // PROCESSES * LEASE_MS // DATES
    await add_dates(database, *(date_values(f"s_{n}", now + DAY + n * step) for n in range(DATES)))


async def in_flight(database: Database) -> set[str]:
    found = select(outbox.c.id).where(outbox.c.state == LetterState.SENDING.value)
    async with database.read() as connection:
        return set((await connection.execute(found)).scalars())


async def sent(database: Database) -> int:
    found = select(outbox.c.id).where(outbox.c.state == LetterState.SENT.value)
    async with database.read() as connection:
        return len((await connection.execute(found)).all())


async def test_no_reminder_is_lost_or_doubled(database_url: str, tmp_path: Path) -> None:
    database = Database(database_url)
    await seeded(database, AnchoredClock().now())
    mailboxes = Mailboxes()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Server(mailboxes, loop=loop), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    settings = {"HOLDSPACE_DATABASE_URL": database_url, "HOLDSPACE_DATA_DIR": str(tmp_path)}
    random_ = random.Random(SEED)
    doubtful: set[str] = set()
    shift = 0
    for _ in range(KILLS // PROCESSES):
        running = [killed_errands.start(settings, port, shift) for _ in range(PROCESSES)]
        for process in running:
            # A random moment of its work is what this test is about.
            await asyncio.sleep(random_.uniform(0.02, 0.5))
            process.kill()
        for process in running:
            await asyncio.to_thread(process.join)
        doubtful |= await in_flight(database)
        shift += LEASE_MS + 1_000  # what the dead still hold lapses
    last = killed_errands.start(settings, port, shift + DAY // 4)
    async with asyncio.timeout(DEADLINE_S):
        while await sent(database) < DATES * PEOPLE:  # noqa: ASYNC110 - another process works, and tells nobody
            await asyncio.sleep(0.1)
    last.kill()
    await asyncio.to_thread(last.join)
    server.close()
    await database.close()

    letters = set(mailboxes.what)
    assert len(letters) == DATES * PEOPLE, "one Message-ID for each reminder"
    assert len(set(mailboxes.what.values())) == DATES * PEOPLE, "and each reminder has its own"
    doubled = {letter for letter, count in mailboxes.got.items() if count > 1}
    assert {letter.strip("<>").partition("@")[0] for letter in doubled} <= doubtful, (
        "sent again is only what was on its way when the process died"
    )
    print(f"{KILLS} kills, {len(letters)} letters, {len(doubtful)} on their way at a kill, {len(doubled)} sent again")
