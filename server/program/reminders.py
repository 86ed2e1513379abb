"""What is sent about a date because its time comes: planned from the dates as they are, a little ahead.

A job's key holds the start it was planned for. A date that moved has other jobs, and the old ones find that they are
of a time that is no more.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from rooms.ids import Instant, SessionId
from rooms.live.settings import MINUTE_MS
from rooms.program.ids import PlaceId
from rooms.program.leading import ALERT_MS, DAY_MS, HOUR_MS
from rooms.program.places import Wishes
from server.mail.letters import DateLetter, MissedYou, ReminderDay, ReminderHour, ReminderStarting
from server.ports import Clock
from server.program.absence import CALLED_OFF, PAGE, SETTLED_MS
from server.program.leading import ALERT, Leading, is_open
from server.program.letters import Letters, to_each
from server.store.dates import DateOfGroup, Reader
from server.store.jobs import Job, Planned
from server.store.store import Store
from server.work.queue import JobQueue

PLAN: Final = "plan-dates"
REMIND: Final = "remind"
MISSED: Final = "missed-you"
PLAN_EVERY_MS: Final = 5 * MINUTE_MS
PLANNED_AHEAD_MS: Final = DAY_MS + 2 * HOUR_MS
BEHIND_MS: Final = HOUR_MS  # of dates that have begun: what an absent facilitator needs
MISSED_AFTER_MS: Final = 18 * HOUR_MS  # the next day, at another hour of the day
MISSED_WITHIN_MS: Final = 3 * DAY_MS
KNOWN_DATES: Final = 3  # that "usually comes" is judged by


@dataclass(frozen=True, slots=True)
class Reminder:
    """`useful_ms`: how long before the start it still says something; later than that it is left out."""

    word: str
    letter: type[DateLetter]
    useful_ms: int

    def due_at(self, date: DateOfGroup) -> Instant:
        match self.word:
            case "day":
                return Instant(date.start_at - DAY_MS)
            case "hour":
                return Instant(date.start_at - HOUR_MS)
            case _:
                return date.session.settings.schedule.doors_at

    def is_wished(self, wishes: Wishes) -> bool:
        return {"day": wishes.day_before, "hour": wishes.hour_before}.get(self.word, wishes.starting)


REMINDERS: Final = (
    Reminder("day", ReminderDay, 2 * HOUR_MS),
    Reminder("hour", ReminderHour, 15 * MINUTE_MS),
    Reminder("starting", ReminderStarting, 0),
)


@dataclass(frozen=True, slots=True)
class Reminders:
    store: Store
    clock: Clock
    queue: JobQueue
    letters: Letters
    leading: Leading
    _planned: dict[str, Instant] = field(default_factory=dict)  # keys that are in the store, until when they matter

    async def plan(self, _job: Job | None = None) -> None:
        """Make the jobs of all dates near now, and ask whoever is to lead those of the next seven days."""
        now = self.clock.now()
        self._forget(now)
        near = await self.store.dates.starting(Instant(now - BEHIND_MS), Instant(now + PLANNED_AHEAD_MS))
        past = await self.store.dates.ended(Instant(now - MISSED_WITHIN_MS), now)
        jobs = [job for date in near for job in _jobs(date, now)] + [_missed(date) for date in past]
        fresh = [job for job in jobs if job.key not in self._planned]
        await self.queue.add_all(fresh)
        self._planned.update({job.key: Instant(now + MISSED_WITHIN_MS + DAY_MS) for job in fresh})
        await self.leading.look_ahead()

    async def remind(self, job: Job) -> None:
        """One kind of reminder of one date, to everybody who wishes it and has not said "not this time"."""
        reminder = next(each for each in REMINDERS if each.word == job.payload["reminder"])
        date = await self._as_planned(job)
        if date is None or self.clock.now() > date.start_at - reminder.useful_ms:
            return
        files = await self.letters.file_of(date.session.id) if reminder.word == "day" else ()
        until = date.start_at if reminder.useful_ms else date.end_at

        async def write(reader: Reader) -> None:
            if reminder.is_wished(reader.wishes) and not reader.has_bounced:
                key = f"reminder-{reminder.word}:{date.session.id}:{date.start_at}:{reader.place}"
                await self.letters.to_reader(reminder.letter, key, date, reader, files, until)

        await to_each(await self.store.dates.readers(date.group, date.session.id), write)

    async def missed(self, job: Job) -> None:
        """A day after a date: a word to whoever wished for one, usually comes, and was not there. Once, until they
        come again."""
        date = await self.store.dates.get(SessionId(job.payload["session"]))
        if date is None or not date.is_active:
            return
        session = date.session.id
        before = await self.store.dates.last_ended(date.group, date.start_at, KNOWN_DATES)
        came = await self.store.dates.came(date.group, (session, *before))
        following = await self.store.dates.next_of(date.group, self.clock.now())
        next_at = None if following is None else following.settings.schedule.start_at

        async def write(reader: Reader) -> None:
            if not reader.wishes.missed or reader.has_bounced or reader.place in came[session]:
                return
            last = last_seen(reader.place, before, came)
            if last is not None:
                await self.letters.to_reader(MissedYou, f"missed:{reader.place}:{last}", date, reader, next_at=next_at)

        await to_each(await self.store.dates.readers(date.group, session), write)

    async def _as_planned(self, job: Job) -> DateOfGroup | None:
        """The job's date, where it still is to take place at the time it was planned for."""
        date = await self.store.dates.get(SessionId(job.payload["session"]))
        if date is None or not date.is_active or str(date.start_at) != job.payload["start"]:
            return None
        return date if is_open(date, self.clock.now()) else None

    def _forget(self, now: Instant) -> None:
        for key in [key for key, until in self._planned.items() if until <= now]:
            del self._planned[key]


def last_seen(place: PlaceId, before: tuple[SessionId, ...], came: dict[SessionId, set[PlaceId]]) -> SessionId | None:
    """The date they came to last, where they usually come: to at least half of those that are known, newest first.

    Who came to a date is forgotten after a while; a date that nobody is known of says nothing.
    """
    known = [session for session in before if came[session]]
    present = [session for session in known if place in came[session]]
    return present[0] if present and 2 * len(present) >= len(known) else None


def _jobs(date: DateOfGroup, now: Instant) -> Iterator[Planned]:
    session, start_at = date.session.id, date.start_at
    payload = {"session": str(session), "start": str(start_at)}
    for reminder in REMINDERS:
        if now <= start_at - reminder.useful_ms:
            key = f"{REMIND}:{reminder.word}:{session}:{start_at}"
            yield Planned(REMIND, key, payload | {"reminder": reminder.word}, reminder.due_at(date))
    if date.is_peer_held:
        return
    if now < start_at:
        yield Planned(ALERT, f"{ALERT}:{session}:{start_at}", payload, Instant(start_at - ALERT_MS))
    settings = date.session.settings
    page_at = Instant(start_at + settings.absent_page_ms + SETTLED_MS)
    yield Planned(PAGE, f"{PAGE}:{session}:{start_at}", payload, page_at)
    off_at = Instant(start_at + settings.absent_cancel_ms + SETTLED_MS)
    yield Planned(CALLED_OFF, f"{CALLED_OFF}:{session}:{start_at}", payload, off_at)


def _missed(date: DateOfGroup) -> Planned:
    session = str(date.session.id)
    due_at = Instant(date.end_at + MISSED_AFTER_MS)
    return Planned(MISSED, f"{MISSED}:{session}", {"session": session}, due_at)
