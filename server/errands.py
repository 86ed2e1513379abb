"""What this installation does by itself between meetings: letters, reminders, finding somebody to lead."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from prometheus_client import Counter

from rooms.ids import Instant
from server.config import Config
from server.ending import end
from server.links import DAY_MS
from server.listeners import Listeners
from server.mail.delivery import Carrier, Delivery
from server.mail.post import Post
from server.metrics import Metrics
from server.ports import Clock
from server.program import absence, changed_dates, leading, reminders
from server.program.absence import Absence, RoomWatch
from server.program.date_letters import DateLetters
from server.program.leading import Leading
from server.program.letters import Letters
from server.program.notices import LetterNotices
from server.program.ports import CalendarFiles, Happenings, PlaceLinks
from server.program.reminders import PLAN_EVERY_MS, Reminders
from server.store.jobs import Job
from server.store.store import Store
from server.work.queue import JobQueue
from server.work.worker import Handler, Regular, Worker

MATERIALISE: Final = "materialise"

Materialise = Callable[[Instant], Awaitable[int]]


@dataclass(frozen=True, slots=True)
class Errands:
    store: Store
    clock: Clock
    config: Config
    queue: JobQueue
    post: Post
    leading: Leading
    absence: Absence
    reminders: Reminders
    notices: LetterNotices
    date_letters: DateLetters

    def worker(self, materialise: Materialise, given_up: Callable[[], None] = lambda: None) -> Worker:
        """Does all that is due. `materialise` makes the sessions of the next weeks."""

        async def made(_job: Job) -> None:
            await materialise(self.clock.now())

        handlers: dict[str, Handler] = {
            MATERIALISE: made,
            reminders.PLAN: self.reminders.plan,
            reminders.REMIND: self.reminders.remind,
            reminders.MISSED: self.reminders.missed,
            leading.ASK: self.leading.ask,
            leading.ALERT: self.leading.alert,
            absence.PAGE: self.absence.page,
            absence.CALLED_OFF: self.absence.called_off,
            changed_dates.MOVED: self.date_letters.tell,
            changed_dates.CANCELED: self.date_letters.tell,
            changed_dates.CHANGED: self.date_letters.tell,
        }
        regular = (
            Regular(MATERIALISE, DAY_MS),
            Regular(reminders.PLAN, PLAN_EVERY_MS),
        )
        return Worker(self.queue, handlers, regular, given_up)

    def delivery(self, carrier: Carrier, counted: Callable[[str], None] = lambda verdict: None) -> Delivery:
        return Delivery(self.store.outbox, carrier, self.clock, self.post.woken, self.post.bounces_to, counted)

    @asynccontextmanager
    async def running(self, materialise: Materialise, listeners: Listeners, metrics: Metrics) -> AsyncIterator[None]:
        """While this is entered, what is due is done and letters leave."""
        letters = Counter("holdspace_letters", "Attempts to deliver letters", ["verdict"], registry=metrics.registry)
        given_up = Counter("holdspace_jobs_given_up", "Jobs that were tried in vain", registry=metrics.registry)
        listeners.add(RoomWatch(self.queue))
        tasks = [asyncio.create_task(self.worker(materialise, given_up.inc).run(), name="work")]
        if self.post.is_configured:
            # Loaded only where it is wanted: people wait for a start.
            from server.mail.smtp import Smtp

            delivery = self.delivery(Smtp(self.config), lambda verdict: letters.labels(verdict).inc())
            tasks.append(asyncio.create_task(delivery.run(), name="deliver-letters"))
        try:
            yield
        finally:
            await end(*tasks)


def build_errands(
    config: Config,
    store: Store,
    clock: Clock,
    post: Post,
    happenings: Happenings,
    place_links: PlaceLinks,
    calendar: CalendarFiles,
) -> Errands:
    queue = JobQueue(store.jobs, clock)
    letters = Letters(post, place_links, config.public_url, calendar)
    leads = Leading(store, clock, letters, happenings, queue)
    return Errands(
        store=store,
        clock=clock,
        config=config,
        queue=queue,
        post=post,
        leading=leads,
        absence=Absence(leads),
        reminders=Reminders(store, clock, queue, letters, leads),
        notices=LetterNotices(store, clock, queue, letters, leads, happenings),
        date_letters=DateLetters(store, clock, letters),
    )
