"""Anything that a page can say, from anybody, in any order, with the store and the media plane failing meanwhile."""

import random
from typing import Any, get_args

import pytest

from rooms.live.person import Admitted
from rooms.live.rights import all_rights
from rooms.live.views import RoomView
from rooms.roles import Role
from server.effects_transport import is_gate_open
from sfu.node import Source
from signaling.client_messages import MediaRequest, RoomRequest
from signaling.errors import REFUSAL_MEANING
from tests.support.room_bench import SESSION, Bench, Seat

REQUESTS = (*get_args(RoomRequest), *get_args(MediaRequest))
FACILITATORS = {"Fern", "Oak"}
NAMES = ["Fern", "Oak", "Ash", "Birch", "Cedar", "Dogwood"]
ENDINGS = {"end-session"}
STEPS = 150


class Run:
    """One bench and whoever is connected to it."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.bench = Bench()
        self.pages: dict[str, Seat] = {}

    async def step(self) -> None:
        name = self.chance.choice(NAMES)
        match self.chance.randrange(20):
            case 0:
                self.bench.store.is_down = self.chance.random() < 0.5
                await self.bench.pass_time(self.chance.choice((10, 500, 5_000)))
            case 1 if name in self.pages:
                await self.pages.pop(name).leave_line()
            case 2 if self.bench.media.peers:
                self.bench.media.lose(self.chance.choice(list(self.bench.media.peers)))
                await self.bench.rest()
            case 3 if not self.bench.store.is_down and self.chance.random() < 0.2:
                await self.bench.crash()
                self.pages.clear()
            case 4:
                await self.come(name, takes_over=True, is_same_page=self.chance.random() < 0.5)
            case _:
                if name not in self.pages:
                    await self.come(name)
                if name in self.pages:
                    await self.request(self.pages[name])

    async def come(self, name: str, **joining: Any) -> None:
        role = Role.FACILITATOR if name in FACILITATORS else Role.PARTICIPANT
        seat = await self.bench.come(name, role, **joining)
        former = self.pages.get(name)
        if seat.is_accepted:
            self.pages[name] = seat
            assert former is None or former.closed is not None
        else:
            assert seat.closed is not None or seat.was_asked
            assert seat.told == []

    async def request(self, page: Seat) -> None:
        model = self.chance.choice(REQUESTS)
        tag = get_args(model.model_fields["type"].annotation)[0]
        if tag in ENDINGS and self.chance.random() < 0.9:
            return
        person = self.bench.person(self.chance.choice([*NAMES, "Nobody"]))
        values: dict[str, Any] = {
            "target": person,
            "targets": [person, self.bench.person("Ash")],
            "alias": self.chance.choice([page.identity.alias, "Sam", "\u202e", " "]),
            "text": self.chance.choice(["hello", "\x00", " ", "x" * 500]),
            "message": "m_unknown00" if tag == "delete-chat" else "one moment",
            "version": self.chance.choice([0, 1]),
            "minutes": self.chance.choice([1, 60]),
            "policy": self.chance.choice(["off", "facilitators", "all"]),
            "to": self.chance.choice(["everyone", "facilitators", person]),
            "transport": self.chance.choice([0, *self.bench.media.peers]),
            "generation": 1,
            "sdp": self.chance.choice(["v=0", "bad"]),
            "tiles": self.chance.choice([None, [{"person": person, "width": 320}]]),
            "video": self.chance.choice(["full", "saver", "none"]),
            "up": {"state": self.chance.choice(["good", "weak", "lost"])},
            "down": {"state": "good", "loss_percent": self.chance.choice([0, 30]), "rtt_ms": None},
        }
        fields = {field: values[field] for field in model.model_fields if field in values}
        if self.chance.random() < 0.3:
            fields["seen"] = self.chance.choice([0, page.version, page.version + 5])
        before = self.bench.stored
        was_down = self.bench.store.is_down
        answer = await page.ask(tag, **fields)
        assert answer == "ok" or answer in REFUSAL_MEANING
        assert answer != "busy"
        if answer not in ("ok", "not-saved"):
            assert self.bench.stored == before
        if was_down and not issubclass(model, get_args(MediaRequest)):
            assert self.bench.stored == before

    def check(self, *, is_settled: bool = False) -> None:
        """`is_settled`: no transport that broke waits for another in its place."""
        bench = self.bench
        state = bench.host.state
        if not bench.store.is_down and bench.host.is_saved:
            assert bench.stored == state
        rights = all_rights(state)
        for number, peer in bench.media.peers.items():
            person = bench.host.media.person_of(number)
            assert person is not None
            assert isinstance(state.people[person].standing, Admitted)
            assert rights[person].may_connect
            assert peer.is_receiving == rights[person].may_receive
            assert peer.gates == {source for source in Source if is_gate_open(rights[person], source)}
        for page in self.pages.values():
            inside = isinstance(state.people[page.person].standing, Admitted) and page.person in rights
            assert isinstance(page.view, RoomView) == inside
            if isinstance(page.view, RoomView):
                seats = {person.id for person in state.people.values() if isinstance(person.standing, Admitted)}
                assert {person.id for person in page.view.people} == seats
                own = [number for number in bench.media.peers if bench.host.media.person_of(number) == page.person]
                assert own == [page.offered] or not (own or is_settled)
        assert bench.figures_of("item-failed") == 0


@pytest.mark.parametrize("seed", range(25))
async def test_media_store_views_and_state_always_agree(seed: int) -> None:
    run = Run(seed)
    await run.bench.start()
    for name in ("Fern", "Ash", "Birch"):
        await run.come(name)
    await run.pages["Fern"].ask("enter", alias="Fern")
    for name in ("Ash", "Birch"):
        await run.pages[name].ask("accept-guidelines", version=1)
        await run.pages[name].ask("knock", alias=name)
    await run.pages["Fern"].ask("admit-all")
    await run.bench.pass_time(run.bench.starts_in_ms)
    for _ in range(STEPS):
        await run.step()
        run.check()
    run.bench.store.is_down = False
    await run.bench.pass_time(10_000)
    run.check(is_settled=True)
    assert run.bench.stored == run.bench.host.state
    assert run.bench.store.rows[SESSION].version == run.bench.host.state.version
