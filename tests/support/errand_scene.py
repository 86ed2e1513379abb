"""A group with people, dates and staff on a real SQLite file and virtual time; letters land in a mailbox in memory."""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import insert

from rooms.ids import Instant, SessionId
from rooms.live.settings import MINUTE_MS
from rooms.program.ids import PlaceId
from rooms.program.places import PlaceState, Wishes
from server.calendar.book import CalendarBook
from server.config import Config, load_config
from server.errands import Errands, build_errands
from server.mail.delivery import Delivery
from server.mail.post import Post
from server.mail.smtp import Answer, Verdict
from server.store.database import Database
from server.store.store import Store
from server.store.tables import places, staff
from server.work.worker import Worker
from tests.support.migrated import put_tables
from tests.support.programme import account_values, add_accounts, add_dates, add_groups, date_values
from tests.support.virtual_clock import VirtualClock

NOW = Instant(1_800_000_000_000)
HOUR = 60 * MINUTE_MS
DAY = 24 * HOUR
MAIL = {
    "HOLDSPACE_SMTP_HOST": "127.0.0.1",
    "HOLDSPACE_SMTP_SECURITY": "none",
    "HOLDSPACE_SMTP_FROM": "groups@example.org",
}


@dataclass(frozen=True, slots=True)
class Got:
    """A letter in somebody's mailbox."""

    to: str
    sender: str  # of the envelope
    message: EmailMessage
    at: Instant

    @property
    def subject(self) -> str:
        return str(self.message["Subject"])

    @property
    def text(self) -> str:
        part = self.message.get_body(("plain",))
        assert part is not None
        return str(part.get_content())

    @property
    def html(self) -> str:
        part = self.message.get_body(("html",))
        assert part is not None
        return str(part.get_content())

    @property
    def token(self) -> str:
        """Of the link in it."""
        found = re.search(r"#(\S+)", self.text)
        assert found is not None, self.text
        return found[1]


@dataclass
class Mailbox:
    """Implements `server.mail.delivery.Carrier`. `answers` by address: what the server says instead of "250"."""

    clock: VirtualClock
    got: list[Got] = field(default_factory=list)
    answers: dict[str, list[Answer]] = field(default_factory=dict)
    rests: int = 0

    async def deliver(self, sender: str, to: str, message: bytes) -> Answer:
        if self.answers.get(to):
            return self.answers[to].pop(0)
        parsed = message_from_bytes(message, policy=default)
        assert isinstance(parsed, EmailMessage)
        self.got.append(Got(to, sender, parsed, self.clock.now()))
        return Answer(Verdict.ACCEPTED)

    async def rest(self) -> None:
        self.rests += 1

    def of(self, address: str) -> list[Got]:
        return [each for each in self.got if each.to == address]

    def at_places(self) -> list[str]:
        """Who of those with a place got something."""
        return [each.to for each in self.got if each.to.startswith("pl_")]

    def subjects(self, address: str) -> list[str]:
        return [each.subject for each in self.of(address)]


class Links:
    async def place_url(self, place: PlaceId) -> str | None:
        return f"https://groups.example.org/p#of-{place}"


@dataclass
class Programs:
    heard: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    async def happened(self, event: str, ids: Mapping[str, str]) -> None:
        self.heard.append((event, dict(ids)))

    def events(self) -> list[str]:
        return [event for event, _ in self.heard]


@dataclass
class Scene:
    clock: VirtualClock
    store: Store
    config: Config
    errands: Errands
    mailbox: Mailbox
    programs: Programs
    worker: Worker
    delivery: Delivery

    @classmethod
    async def make(cls, data_dir: str, **settings: str) -> "Scene":
        """`settings` beside those of mail; HOLDSPACE_SMTP_HOST="" for a server without mail."""
        environ = {"HOLDSPACE_DATA_DIR": data_dir, "HOLDSPACE_PUBLIC_URL": "https://groups.example.org"}
        config = load_config(environ | MAIL | settings)
        clock = VirtualClock(NOW)
        store = Store(Database(config.database), clock)
        put_tables(store.database)
        programs, mailbox = Programs(), Mailbox(clock)
        post = Post(config, store.outbox, clock)
        calendar = CalendarBook(store, clock, b"of the test only, not of a server", config.public_url)
        errands = build_errands(config, store, clock, post, programs, Links(), calendar)

        async def materialise(now: Instant) -> int:
            return 0

        worker, delivery = errands.worker(materialise), errands.delivery(mailbox)
        return cls(clock, store, config, errands, mailbox, programs, worker, delivery)

    async def group(self, **changes: Any) -> None:
        """g_1, hosted by "h_host"; not neutral unless `changes` say so."""
        await self.account("h_host")
        await add_groups(self.store.database, "g_1", host="h_host", **({"is_neutral": False} | changes))

    async def account(self, id: str, position: str | None = None, rank: int = 0, **changes: Any) -> None:
        values = {"name": id, "email": f"{id}@example.org", "zone": "Europe/Lisbon"} | changes
        await add_accounts(self.store.database, account_values(id, **values))
        if position is not None:
            async with self.store.database.write() as connection:
                row = {"group": "g_1", "account": id, "position": position, "rank": rank}
                await connection.execute(insert(staff).values(row))

    async def place(self, id: str, wishes: Wishes = Wishes(), **changes: Any) -> None:  # noqa: B008 - frozen
        row = {
            "id": id,
            "group": "g_1",
            "token_hash": f"hash of {id}",
            "alias": "Quiet Heron",
            "email": f"{id}@example.net",
            "zone": "America/New_York",
            "language": "en",
            "state": PlaceState.PLACE.value,
            "rank": 0,
            "guidelines_version": 1,
            "answers": "[]",
            "wishes": TypeAdapter(Wishes).dump_json(wishes).decode(),
            "generation": 1,
            "reason": "",
            "created_at": NOW,
            "changed_at": NOW,
            "bounced_at": None,
        } | changes
        async with self.store.database.write() as connection:
            await connection.execute(insert(places).values(row))

    async def date(self, id: str, starts_in: int, **changes: Any) -> SessionId:
        await add_dates(self.store.database, date_values(id, self.clock.now() + starts_in, **changes))
        return SessionId(id)

    async def turn(self) -> None:
        """All that is due now."""
        while await self.worker.turn() + await self.delivery.turn():
            pass

    async def pass_time(self, ms: int, step: int = 2 * HOUR) -> None:
        """Time passes, and all that comes due is done when it does, to `step` accurately where nothing is planned."""
        until = self.clock.now() + ms
        await self.turn()
        while self.clock.now() < until:
            kinds = frozenset(self.worker.handlers)
            dues = (await self.store.jobs.next_due(kinds), await self.store.outbox.next_due())
            ahead = [due for due in dues if due is not None and due > self.clock.now()]
            self.clock.advance(min(*ahead, self.clock.now() + step, until) - self.clock.now())
            await self.turn()

    async def rest(self) -> None:
        """Whatever was begun in tasks is done."""
        for _ in range(20):
            await asyncio.sleep(0)

    async def close(self) -> None:
        await self.store.close()
