"""Groups as hosts and pages know them: made, changed, listed, led by somebody, put away."""

import re
import secrets
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from rooms.ids import Instant
from rooms.program.authority import OrgRole, Position
from rooms.program.group import NEUTRAL_NAME, Group, GroupInput, Guidelines, Listing, StaffMember
from rooms.program.group_faults import faults_of
from rooms.program.ids import AccountId, GroupId
from server.links import DAY_MS
from server.people.rooms_of import RoomsOf
from server.ports import Clock
from server.program.ports import Notices
from server.store.groups import Overfull
from server.store.records import Account, SessionRecord
from server.store.store import Store
from server.tokens import is_id, new_id

SLUG_LENGTH = 48
_NOT_SLUG = re.compile(r"[^a-z0-9]+")


class BadGroup(ValueError):
    """`errors` maps the name of a field of `GroupInput` or `Timers` to one sentence."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(", ".join(sorted(errors)))
        self.errors = dict(errors)


class StaleGroup(Exception):
    """Somebody else changed the group meanwhile; read it again."""


class SessionsOfGroups(Protocol):
    """Whoever makes the sessions of groups: their rows hold copies of the group's words."""

    async def refresh(self, group: GroupId) -> None:
        """The group's texts, or who leads it, are others now."""


@dataclass(frozen=True, slots=True)
class GroupBook:
    store: Store
    clock: Clock
    notices: Notices
    sessions: SessionsOfGroups
    rooms: RoomsOf

    async def create(self, account: AccountId, wanted: GroupInput) -> Group:
        """A group whose host is this account. Raises `BadGroup` with every problem at once."""
        _check(wanted)
        now = self.clock.now()
        host = StaffMember(account=account, name="", position=Position.HOST, rank=0)
        while True:
            group = _group(GroupId(new_id("g")), _new_slug(wanted), wanted, now)
            if await self.store.groups.add(group, (host,)):
                return group

    async def edit(self, group: Group, wanted: GroupInput, version: int) -> Group:
        """Everything as in `wanted`; other guidelines become a new version. `version` is the one that was read.

        Raises `BadGroup`, also where more people have a place than `capacity`, and `StaleGroup`.
        """
        _check(wanted)
        now = self.clock.now()
        changed = replace(
            _group(group.id, group.slug, wanted, group.created_at),
            version=version + 1,
            guidelines=_newer(group.guidelines, wanted.guidelines),
        )
        saved = await self.store.groups.save(changed, version, now)
        if saved is None:
            raise StaleGroup
        if isinstance(saved, Overfull):
            raise BadGroup({"capacity": _overfull(saved.taken)})
        await self.sessions.refresh(group.id)
        for place in saved.given:
            await self.notices.place_given(place.id)
        return changed

    async def get(self, group: str) -> Group | None:
        return await self.store.groups.get(GroupId(group)) if is_id(group) else None

    async def by_slug(self, slug: str) -> Group | None:
        """For anybody who has the address; the page of an archived group is gone."""
        group = await self.store.groups.by_slug(slug) if is_id(slug) else None
        return None if group is None or group.archived_at is not None else group

    async def of_account(self, account: Account) -> list[Group]:
        """Those that they may see, by name: an admin all of them."""
        if account.role is OrgRole.ADMIN:
            return await self.store.groups.all()
        return await self.store.groups.of_account(AccountId(account.id))

    async def directory(self) -> list[Listing]:
        """The public groups, those that meet soonest first."""
        return await self.store.directory.listed(self.clock.now())

    async def starts(self, groups: Sequence[GroupId], days: int) -> dict[str, list[Instant]]:
        """When the dates of these groups begin that are to come within so many days."""
        now = self.clock.now()
        return await self.store.directory.starts(groups, now, Instant(now + days * DAY_MS))

    async def full(self, groups: Sequence[Listing]) -> set[GroupId]:
        """Which of these have no free place."""
        taken = await self.store.directory.taken([group.id for group in groups])
        return {group.id for group in groups if taken.get(group.id, 0) >= group.capacity}

    async def next_dates(self, group: GroupId, most: int) -> list[SessionRecord]:
        """The group's dates that are neither over nor canceled, by start."""
        return await self.store.directory.next_of(group, self.clock.now(), most)

    async def staff(self, group: GroupId) -> list[StaffMember]:
        """Hosts, facilitators, backups; each by rank."""
        return await self.store.groups.staff(group)

    async def set_staff(self, group: GroupId, members: Sequence[StaffMember]) -> None:
        """These and no others, ranked as they come: who is not among them any more leaves the group's rooms at once.

        Raises `BadGroup` where nobody would host the group.
        """
        if not any(member.position is Position.HOST for member in members):
            raise BadGroup({"staff": "A group needs a host. Make somebody else its host first."})
        before = {member.account for member in await self.staff(group)}
        await self.store.groups.set_staff(group, members)
        for gone in before - {member.account for member in members}:
            await self.rooms.leave(gone, group=group)
        await self.sessions.refresh(group)

    async def guidelines(self, group: GroupId, version: int) -> Guidelines | None:
        return await self.store.groups.guidelines(group, version)

    async def archive(self, group: GroupId) -> None:
        """Out of the directory and of every list; its page is gone. Twice is the same as once."""
        await self.store.groups.archive(group, self.clock.now())

    async def delete(self, group: GroupId) -> None:
        """With its series, sessions and places. The rooms of its sessions have to be over."""
        await self.store.groups.delete(group)


def _check(wanted: GroupInput) -> None:
    if errors := faults_of(wanted):
        raise BadGroup(errors)


def _overfull(taken: int) -> str:
    people = "1 person has" if taken == 1 else f"{taken} people have"
    return f"{people} a place. Choose {taken} or more, or free places first."


def _newer(known: Guidelines, text: str) -> Guidelines:
    text = text.strip()
    return known if text == known.text else Guidelines(known.version + 1, text)


def _group(group: GroupId, slug: str, wanted: GroupInput, created_at: Instant) -> Group:
    return Group(
        id=group,
        slug=slug,
        name=wanted.name.strip(),
        discreet_name=wanted.discreet_name.strip() or NEUTRAL_NAME,
        topic=wanted.topic,
        audience=wanted.audience.strip(),
        about=wanted.about.strip(),
        language=wanted.language,
        kind=wanted.kind,
        entry=wanted.entry,
        camera=wanted.camera,
        chat_policy=wanted.chat_policy,
        cost=wanted.cost.strip(),
        accessibility=wanted.accessibility.strip(),
        resources=wanted.resources.strip(),
        waiting_message=wanted.waiting_message.strip(),
        intake=wanted.intake,
        timers=wanted.timers,
        zone=wanted.zone,
        capacity=wanted.capacity,
        is_public=wanted.is_public,
        is_neutral=wanted.is_neutral,
        is_paused=wanted.is_paused,
        version=1,
        created_at=created_at,
        archived_at=None,
        guidelines=Guidelines(1, wanted.guidelines.strip()),
    )


def _new_slug(wanted: GroupInput) -> str:
    """Readable for a public group that need not be neutral; else nothing that tells, and nothing to guess."""
    plain = unicodedata.normalize("NFKD", wanted.name).encode("ascii", "ignore").decode().lower()
    words = _NOT_SLUG.sub("-", plain).strip("-")[:SLUG_LENGTH].strip("-")
    if not wanted.is_public or wanted.is_neutral or not words:
        return secrets.token_urlsafe(12)
    return f"{words}-{secrets.token_hex(2)}"
