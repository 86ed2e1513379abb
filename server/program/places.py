"""Places in groups, asked for without an account: given, waited for, answered, left."""

import base64
import hashlib
import hmac
from dataclasses import dataclass, replace

from rooms.ids import PersonId, SessionId
from rooms.program.group import Entry, Group, Question, QuestionKind
from rooms.program.ids import GroupId, PlaceId
from rooms.program.places import (
    ALIAS_LENGTH,
    ANSWER_LENGTH,
    REASON_LENGTH,
    IntakeAnswer,
    Place,
    PlaceInput,
    PlaceState,
    Wishes,
)
from server.aliases import suggest_alias
from server.ports import Clock, Rooms
from server.program.ports import Notices
from server.store.places import Moved
from server.store.store import Store
from server.tokens import hash_of, new_id


class NoPlaces(Exception):
    """The group takes nobody at the moment: it is paused, put away, or by invitation only."""


class BadPlace(ValueError):
    """`errors` maps the name of a field of `PlaceInput` ("answers.0" for the first question) to one sentence."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__(", ".join(sorted(errors)))
        self.errors = errors


@dataclass(frozen=True, slots=True)
class PlaceBook:
    """`key` is the installation's own (`limits.instance_key`): links of places are made from it, so that a mail can
    carry one at any time, and the store alone opens none."""

    store: Store
    clock: Clock
    rooms: Rooms
    notices: Notices
    key: bytes
    public_url: str

    async def ask(self, group: Group, wanted: PlaceInput) -> tuple[Place, str]:
        """A place, a rank on the waitlist, or the question to a host; and the token of its link.

        Raises `BadPlace` with every problem at once, and `NoPlaces`.
        """
        if group.archived_at is not None or group.is_paused or group.entry is Entry.CLOSED:
            raise NoPlaces
        answers = _checked(group, wanted)
        state = PlaceState.PENDING if group.entry is Entry.APPROVAL else PlaceState.WAITLIST
        return await self._add(group, wanted, answers, state)

    async def invite(self, group: Group, alias: str) -> tuple[Place, str]:
        """A place that a host gives to somebody, in any kind of group. They accept the guidelines when they come."""
        wanted = PlaceInput(alias=alias, zone=group.zone, language=group.language, guidelines_version=0)
        return await self._add(group, wanted, (), PlaceState.WAITLIST)

    async def by_token(self, token: str) -> Place | None:
        return await self.store.places.by_hash(hash_of(token))

    async def get(self, place: str) -> Place | None:
        return await self.store.places.get(PlaceId(place))

    async def of_group(self, group: GroupId) -> list[Place]:
        """In the order of asking."""
        return await self.store.places.of_group(group)

    async def counts(self, group: GroupId) -> dict[PlaceState, int]:
        """How many are in each state; what nobody is in is left out."""
        return (await self.store.places.counts((group,)))[group]

    async def position(self, place: Place) -> int:
        """Where on the waitlist, from 1."""
        return await self.store.places.position(place)

    async def accept(self, place: PlaceId) -> Place | None:
        """A host says yes: a place, or the waitlist. None where nobody waits for an answer."""
        moved = await self.store.places.accept(place, self.clock.now())
        if moved is None:
            return None
        await self._tell(moved.place)
        return moved.place

    async def decline(self, place: PlaceId, reason: str) -> Place | None:
        """A host says no, in words of their own. None where nobody waits for an answer."""
        moved = await self.store.places.decline(place, reason.strip()[:REASON_LENGTH], self.clock.now())
        if moved is None:
            return None
        await self.notices.place_declined(place)
        return moved.place

    async def remove(self, place: PlaceId, reason: str) -> Place | None:
        """A host takes somebody out of the group, and out of a room they are in; the first of the waitlist moves up."""
        moved: Moved | None = await self.store.places.end(place, reason.strip()[:REASON_LENGTH], self.clock.now())
        if moved is None:
            return None
        for session, person in await self.store.people.shut_out(place):
            await self.rooms.turn_out(session, person)
        await self._tell_given(moved.given)
        return moved.place

    async def leave(self, place: PlaceId) -> None:
        """The row of this place is erased; the first of the waitlist moves up. Twice is the same as once.

        What it left elsewhere is `Erasure.person`'s.
        """
        await self._tell_given(await self.store.places.leave(place, self.clock.now()))

    async def answer(self, place: Place, session: SessionId, is_coming: bool) -> None:
        """Coming, or not this time. The newest answer counts; nobody has to answer."""
        await self.store.places.answer(place.id, session, is_coming, self.clock.now())

    async def set_wishes(self, place: Place, wishes: Wishes, email: str | None, zone: str) -> None:
        """Which mails, where to, and in which zone their times are."""
        await self.store.places.set_wishes(place.id, wishes, email, zone)

    async def accept_guidelines(self, place: Place, version: int) -> Place:
        await self.store.places.accept_guidelines(place.id, version)
        return replace(place, guidelines_version=version)

    async def new_link(self, place: Place) -> str:
        """The address of a new link; the former ones stop working."""
        generation = place.generation + 1
        token = self._token(place.id, generation)
        await self.store.places.set_token(place.id, hash_of(token), generation)
        return self._url(token)

    async def place_url(self, place: PlaceId) -> str | None:
        """The address of their own page, the token in its fragment; None where the place is gone."""
        found = await self.store.places.get(place)
        return None if found is None else self._url(self._token(place, found.generation))

    def url(self, place: Place) -> str:
        """As `place_url`, of a place at hand."""
        return self._url(self._token(place.id, place.generation))

    async def _add(
        self, group: Group, wanted: PlaceInput, answers: tuple[IntakeAnswer, ...], state: PlaceState
    ) -> tuple[Place, str]:
        now = self.clock.now()
        place_id = PlaceId(new_id("pl"))
        token = self._token(place_id, 1)
        place = Place(
            id=place_id,
            group=group.id,
            alias=wanted.alias.strip() or suggest_alias(SessionId(group.id), PersonId(place_id)),
            email=wanted.email,
            zone=wanted.zone,
            language=wanted.language,
            state=state,
            rank=0,
            guidelines_version=wanted.guidelines_version,
            answers=answers,
            wishes=wanted.wishes,
            generation=1,
            reason="",
            created_at=now,
            changed_at=now,
            bounced_at=None,
        )
        added = await self.store.places.add(place, hash_of(token))
        if added is None:
            raise NoPlaces
        await self._tell(added)
        return added, token

    async def _tell(self, place: Place) -> None:
        match place.state:
            case PlaceState.PLACE:
                await self.notices.place_given(place.id)
            case PlaceState.WAITLIST:
                await self.notices.place_waiting(place.id, await self.position(place))
            case PlaceState.PENDING:
                await self.notices.intake_received(place.id)
            case PlaceState.DECLINED | PlaceState.LEFT:
                pass

    async def _tell_given(self, given: tuple[Place, ...]) -> None:
        for place in given:
            await self.notices.place_given(place.id)

    def _token(self, place: PlaceId, generation: int) -> str:
        digest = hmac.digest(self.key, f"place/{place}/{generation}".encode(), hashlib.sha256)
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()

    def _url(self, token: str) -> str:
        return f"{self.public_url}/p#{token}"


def _checked(group: Group, wanted: PlaceInput) -> tuple[IntakeAnswer, ...]:
    errors = {}
    if len(wanted.alias) > ALIAS_LENGTH:
        errors["alias"] = f"Keep this to {ALIAS_LENGTH} characters."
    elif wanted.alias and not wanted.alias.isprintable():
        errors["alias"] = "This name holds characters that cannot be shown."
    if wanted.guidelines_version != group.guidelines.version:
        errors["guidelines"] = "The guidelines have changed meanwhile. Read them again, and agree if you can."
    given = []
    for number, question in enumerate(group.asks):
        answer = wanted.answers[number].strip() if number < len(wanted.answers) else ""
        if (fault := _fault(question, answer)) is not None:
            errors[f"answers.{number}"] = fault
        elif answer:
            given.append(IntakeAnswer(question.text, answer))
    if errors:
        raise BadPlace(errors)
    return tuple(given)


def _fault(question: Question, answer: str) -> str | None:
    if not answer:
        return "The host needs an answer to this." if question.is_required else None
    if len(answer) > ANSWER_LENGTH:
        return f"Keep this to {ANSWER_LENGTH} characters."
    if question.kind is QuestionKind.CHOICE and answer not in question.choices:
        return "Choose one of the answers."
    if question.kind is QuestionKind.YES_NO and answer not in ("yes", "no"):
        return "Choose yes or no."
    return None
