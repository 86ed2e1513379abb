"""People of the soak: they talk, leave, crash, reload and come back, and read little of what they hear."""

import contextlib
import random

from pylibsrtp import Session

from tests.support.deadline import until
from tests.support.journey_members import MediaMember
from tests.support.media_client import MIC, MediaClient
from tests.support.people_host import Links

READ_ONE_IN = 50
COME_S = 30.0
NOT_IN_TIME = "not in time"


class LeanClient(MediaClient):
    """Unprotects one packet in 50: the server's work is the same, the client's is not."""

    def __init__(self, seed: int = 0) -> None:
        super().__init__(seed)
        self._heard = seed % READ_ONE_IN

    def _media(self, data: bytes, rx: Session) -> None:
        self._heard += 1
        if self._heard % READ_ONE_IN == 0 or 192 <= data[1] <= 223:
            super()._media(data, rx)


class NotInTime(Exception):
    """Media did not come about, as on a machine that stands still for seconds; counted, not the end of the run."""


class Talker(MediaMember):
    new_media = LeanClient

    async def come(self, leader: "Talker | None") -> None:
        """Into the room, by the waiting room where there is somebody who admits, and audible. Raises `NotInTime`."""
        self.is_closed, self.view = False, ""
        await self.start()
        await until(self._is_welcome, f"{self.alias} has a view", COME_S)
        if self.view == "outcome":  # whoever left was had in before and had the guidelines
            await self.ask("knock", alias=self.alias)
            assert leader is not None
            await self._let_in_by(leader)
        elif self.view != "room":
            if leader is None:
                await self.ask("enter", alias=self.alias)
            else:
                await self.request("accept-guidelines", version=1)
                await self.ask("knock", alias=self.alias)
                await self._let_in_by(leader)
        await until(self.is_inside, f"{self.alias} is inside", COME_S)
        try:
            await until(self._is_connected, f"{self.alias} has media", COME_S)
        except AssertionError:
            raise NotInTime from None
        if (await self.request("unmute-self"))["type"] != "ok":  # a store that could not keep it in time
            raise NotInTime
        assert self.media is not None
        self.media.start_sending(MIC)

    async def go(self) -> None:
        """As a person who presses Leave."""
        if not self.is_unwell:
            await self.ask("leave")
        await self._hang_up()

    async def crash(self) -> None:
        """As a browser that dies: no word, neither by the socket nor by DTLS."""
        if self.media is not None:
            await self.media.close(politely=False)
        await self._hang_up()

    @property
    def is_unwell(self) -> bool:
        """Without the socket, or without media: on a machine that stalls even a good line is lost."""
        return self.is_closed or self.media is None or self.media.tx is None

    async def _hang_up(self) -> None:
        with contextlib.suppress(ConnectionError, TimeoutError):
            await self.stop()
        if self.socket is not None:
            with contextlib.suppress(ConnectionError, TimeoutError):
                await self.socket.close()

    async def _is_welcome(self) -> bool:
        return self.view != ""

    async def _let_in_by(self, leader: "Talker") -> None:
        if not await self.is_inside():
            await leader.ask("admit-all")


class Room:
    """A facilitator who stays, and members who come and go. `size` counts the facilitator."""

    def __init__(
        self, links: Links, number: int, size: int, chance: random.Random, new_person: type[Talker] = Talker
    ) -> None:
        self._new_person = new_person
        self._links = links
        self._number = number
        self._size = size
        self._chance = chance
        self._made = 0
        self.leader = self._person()
        self.inside: list[Talker] = []
        self.away: list[Talker] = []

    async def fill(self) -> None:
        await self.leader.exchange(self._links.facilitator)
        await self.leader.come(None)
        await self.leader.ask("start-session")
        while len(self.inside) + 1 < self._size:
            await self._come()

    async def turn(self) -> str:
        """One person comes or goes; tells how. Whoever lost the line comes back first."""
        for person in [one for one in self.inside if one.is_unwell]:
            await person.crash()
            self.inside.remove(person)
            return "repair" if await self._is_in(person) else NOT_IN_TIME
        if len(self.inside) + 1 < self._size:
            return "join" if await self._come() else NOT_IN_TIME
        somebody = self.inside.pop(self._chance.randrange(len(self.inside)))
        way = self._chance.choices(("leave", "crash", "reload"), (3, 1, 1))[0]
        if way == "leave":
            await somebody.go()
        else:
            await somebody.crash()
        if way == "reload":
            return way if await self._is_in(somebody) else NOT_IN_TIME
        self.away.append(somebody)
        return way

    async def empty(self) -> None:
        for person in (*self.inside, self.leader):
            await person.go()
        for person in (*self.inside, *self.away, self.leader):
            await person.http.close()

    async def _come(self) -> bool:
        """Mostly somebody who was here before."""
        return await self._is_in(self.away.pop(0) if self.away and self._chance.random() < 0.8 else self._person())

    async def _is_in(self, person: Talker) -> bool:
        try:
            await person.come(self.leader)
        except NotInTime:
            await person.crash()
            self.away.append(person)
            return False
        self.inside.append(person)
        return True

    def _person(self) -> Talker:
        self._made += 1
        seed = 1_000 * self._number + self._made
        return self._new_person(self._links.session_url, f"Person {seed}", seed)
