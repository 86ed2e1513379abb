"""Everything of one person, or of one group, gone at once; with numbers of what went."""

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass

from rooms.live.settings import MINUTE_MS
from rooms.program.group import Group
from rooms.program.places import Place
from rooms.program.timers import EARLIEST_DOORS_MIN
from server.mail.post import Posting
from server.ports import Clock
from server.program.changed_dates import KINDS, changed_of
from server.program.groups import GroupBook
from server.program.places import PlaceBook
from server.sessions import OutOfReach, Sessions
from server.store.exports import DateLine
from server.store.store import Store

NEAR_MS = (EARLIEST_DOORS_MIN + 30) * MINUTE_MS  # before its start a room may be hosted already


@dataclass(frozen=True, slots=True)
class Erasure:
    store: Store
    clock: Clock
    sessions: Sessions
    groups: GroupBook
    places: PlaceBook
    post: Posting

    async def person(self, place: Place) -> Mapping[str, int]:
        """The place and all that it left elsewhere; whoever waits first moves up. Twice is the same as once.

        What lets their browsers in ends first: who is turned out of a room must not come back into it.
        """
        for session, person in await self.store.people.shut_out(place.id):
            with contextlib.suppress(OutOfReach):  # in a room of another server they stay until they leave
                await self.sessions.turn_out(session, person)
        gone = await self.store.exports.erase_traces(place.id)
        await self.places.leave(place.id)
        return gone | {"places": 1}

    async def is_still_told(self, group: Group) -> bool:
        """Letters are on their way or about to be written, which nobody would get were the group deleted now."""
        if not self.post.is_configured:
            return False
        if await self.store.exports.unsent(group.id):
            return True
        dates = {line.session for line in await self.store.exports.dates(group.id)}
        return any(not dates.isdisjoint(changed_of(job).sessions) for job in await self.store.jobs.open(KINDS))

    async def group(self, group: Group) -> Mapping[str, int]:
        """The group with its series, dates, places, links and texts. Rooms that run are ended for everyone first.

        Raises `OutOfReach`, and then nothing but those endings has happened, where a room runs on another server.
        """
        for line in await self.store.exports.open_dates(group.id):
            if self._may_be_hosted(line) and (record := await self.sessions.get(line.session)) is not None:
                await self.sessions.cancel(record)
        gone = await self.store.exports.counts(group.id)
        places = await self.store.places.of_group(group.id)
        for place in places:
            await self.store.exports.erase_traces(place.id)
        await self.groups.delete(group.id)
        return gone | {"places": len(places)}

    def _may_be_hosted(self, line: DateLine) -> bool:
        return line.start_at - NEAR_MS <= self.clock.now()
