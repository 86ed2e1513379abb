"""Who a browser is in one session: cookie credentials, WebSocket tickets and resume tokens. Implements `Gatekeeper`."""

from dataclasses import dataclass

from rooms.ids import Instant, PersonId, SessionId
from rooms.live.settings import SECOND_MS
from rooms.program.places import Place
from rooms.roles import Role
from server.aliases import candidates, suggest_alias
from server.errors import TooMany
from server.links import DAY_MS
from server.ports import Clock, Identity
from server.store.records import LinkRecord, PersonRecord, SessionRecord
from server.store.store import Store
from server.tokens import hash_of, new_id, new_token

TICKET_MS = 30 * SECOND_MS
MOST_NEWCOMERS = 2_000  # people without a link in one session, far more than any room takes
LATER_S = 30
RESUME_MS = DAY_MS  # the seat hold of the room decides long before; this bounds a token that nobody uses


@dataclass(frozen=True, slots=True)
class Entered:
    """A person and, where the browser was new, the credential for its cookie of this session."""

    person: PersonRecord
    new_credential: str | None


@dataclass(frozen=True, slots=True)
class Entry:
    store: Store
    clock: Clock

    async def by_link(self, link: LinkRecord) -> Entered:
        """Turn a redeemed role link (`link.person` set) into a credential of this browser."""
        if link.person is None:
            raise ValueError("the link names no person")
        person = await self.store.people.get(link.person)
        if person is None:
            raise LookupError("the link's person is gone")
        return Entered(person, await self._credential(person, link.expires_at))

    async def by_place(self, session: SessionRecord, place: Place) -> Entered | None:
        """The holder of a place in the session's group, by their alias: one person on every device.

        None where the place was taken away meanwhile.
        """
        person_id, now = PersonId(new_id("p")), self.clock.now()
        wanted = PersonRecord(person_id, session.id, Role.PARTICIPANT, None, place.alias, place.id)
        person = await self.store.people.for_place(wanted, now)
        if person is None:
            return None
        expires_at = Instant(session.settings.schedule.end_at + DAY_MS)
        return Entered(person, await self._credential(person, expires_at))

    async def newcomer(self, session: SessionRecord) -> Entered:
        """A new participant, for a browser that is not known in this session. Raises `TooMany`."""
        person_id, now = PersonId(new_id("p")), self.clock.now()
        taken = await self.store.people.taken(session.id, tuple(candidates(session.id, person_id)))
        alias = suggest_alias(session.id, person_id, taken)
        person = PersonRecord(id=person_id, session=session.id, role=Role.PARTICIPANT, link=None, suggested_alias=alias)
        if not await self.store.people.add_newcomer(person, now, MOST_NEWCOMERS, Instant(now - TICKET_MS)):
            raise TooMany(LATER_S)
        expires_at = Instant(session.settings.schedule.end_at + DAY_MS)
        return Entered(person, await self._credential(person, expires_at))

    async def who(self, session: SessionId, credential: str | None) -> PersonRecord | None:
        """The person of this browser in this session, without making one."""
        if not credential:
            return None
        return await self.store.people.by_credential(session, hash_of(credential), self.clock.now())

    async def issue_ticket(self, person: PersonRecord) -> str:
        """For the first frame of the WebSocket: single use, 30 s."""
        ticket = new_token()
        expires_at = Instant(self.clock.now() + TICKET_MS)
        await self.store.people.add_ticket(person, hash_of(ticket), expires_at)
        return ticket

    async def redeem_ticket(self, session: SessionId, ticket: str) -> Identity | None:
        person = await self.store.people.take_ticket(session, hash_of(ticket), self.clock.now())
        return None if person is None else _identity(person)

    async def issue_resume(self, session: SessionId, person: PersonId) -> str | None:
        token, now = new_token(), self.clock.now()
        is_given = await self.store.people.put_resume(session, person, hash_of(token), Instant(now + RESUME_MS), now)
        return token if is_given else None

    async def redeem_resume(self, session: SessionId, token: str) -> Identity | None:
        person = await self.store.people.by_resume(session, hash_of(token), self.clock.now())
        return None if person is None else _identity(person)

    async def _credential(self, person: PersonRecord, expires_at: Instant) -> str:
        credential = new_token()
        await self.store.people.add_credential(person, hash_of(credential), expires_at)
        return credential


def _identity(person: PersonRecord) -> Identity:
    is_expected = person.link is not None or person.place is not None
    return Identity(person=person.id, role=person.role, alias=person.suggested_alias, has_link=is_expected)
