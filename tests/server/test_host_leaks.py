"""A waiting person's every received byte, while a room lives beside them (invariants I1 and R1, over real sockets)."""

import json
import random
from collections.abc import AsyncIterator
from typing import Any

import pytest

from rooms.live.settings import MINUTE_MS
from rooms.roles import Role
from tests.support.socket_bench import SocketBench, SocketPage
from tests.support.waiting_model import Model, Place

CANARY = "canary"
TO_A_WAITING_PERSON = {"welcome", "outside", "waiting", "outcome", "ok", "refused", "pong"}


@pytest.fixture
async def wire() -> AsyncIterator[SocketBench]:
    bench = await SocketBench().start()
    yield bench
    await bench.stop()


async def test_a_waiting_person_hears_nothing_of_the_room(wire: SocketBench) -> None:
    fern = await wire.facilitator("CanaryFern")
    spy = await wire.waiting("Spy")
    held = await wire.waiting("CanaryHeld")
    await spy.caught_up()
    before = len(spy.heard)

    ash = await wire.admitted("CanaryAsh", fern)
    birch = await wire.admitted("CanaryBirch", fern)
    assert await fern.ask("start-session") == "ok"
    people = {name: wire.identity(name).person for name in ("CanaryAsh", "CanaryBirch", "CanaryHeld", "Spy")}
    acts: list[tuple[SocketPage, str, dict[str, Any]]] = [
        (ash, "unmute-self", {}),
        (ash, "start-camera", {}),
        (ash, "raise-hand", {}),
        (ash, "post-chat", {"text": "canary to everyone"}),
        (ash, "post-chat", {"text": "canary to facilitators", "to": "facilitators"}),
        (fern, "post-chat", {"text": "canary to one", "to": people["CanaryAsh"]}),
        (fern, "mute-participant", {"target": people["CanaryAsh"]}),
        (fern, "ask-to-unmute", {"target": people["CanaryAsh"]}),
        (fern, "stop-camera", {"target": people["CanaryAsh"]}),
        (fern, "lock-cameras", {}),
        (fern, "start-share", {}),
        (fern, "hold-waiting", {"target": people["CanaryHeld"], "message": "canary hold"}),
        (fern, "send-note", {"target": people["CanaryHeld"], "text": "canary note"}),
        (held, "send-note", {"target": people["CanaryHeld"], "text": "canary answer"}),
        (birch, "rename", {"alias": "CanaryRenamed"}),
        (birch, "take-break", {}),
        (fern, "promote", {"target": people["CanaryBirch"]}),
        (fern, "decline", {"target": people["CanaryHeld"], "reason": "canary reason"}),
        (fern, "set-chat-policy", {"policy": "off"}),
        (fern, "pause-room", {}),
        (fern, "resume-room", {}),
        (fern, "lock-entry", {}),
        (fern, "extend", {"minutes": 5}),
        (fern, "remove", {"target": people["CanaryAsh"], "reason": "canary reason"}),
        (fern, "begin-closing", {}),
    ]
    for page, act, fields in acts:
        assert await page.ask(act, **fields) == "ok", act
    for peer in list(wire.bench.media.peers):
        assert wire.bench.media.sink is not None
        wire.bench.media.sink.on_speaking(wire.bench.host.number, (peer,))
        wire.bench.media.show(peer, *wire.bench.media.peers)
    await birch.gone()

    await spy.caught_up()
    assert spy.types[before:] == ["pong"]
    heard = "\n".join(spy.heard)
    assert CANARY not in heard.lower()
    assert "sdp" not in heard
    for name, person in people.items():
        assert name == "Spy" or person not in heard
    assert await fern.ask("message-waiting", text="soon") == "ok"
    await spy.until(lambda: spy.of("waiting")[-1]["view"]["notice"] == "soon")


@pytest.mark.parametrize("request_type", ["post-chat", "mute-participant", "admit", "remove", "promote", "viewing"])
async def test_asking_from_the_waiting_room_tells_nothing_of_who_is_inside(
    wire: SocketBench, request_type: str
) -> None:
    fern = await wire.facilitator()
    await wire.admitted("Ash", fern)
    spy = await wire.waiting("Spy")
    answers = []
    for name in ("Ash", "Nobodyhere"):
        person = wire.identity(name).person
        shapes: dict[str, dict[str, Any]] = {
            "post-chat": {"text": "hello", "to": person},
            "admit": {"targets": [person]},
            "viewing": {"tiles": [{"person": person, "width": 320}]},
        }
        answers.append(await spy.ask(request_type, **shapes.get(request_type, {"target": person})))
    assert answers[0] == answers[1]


@pytest.mark.parametrize("seed", range(12))
async def test_random_lives_over_real_sockets_agree_with_a_smaller_model(seed: int) -> None:
    """M1(b): what each page holds is what a model, written apart from the domain, says that it may hold."""
    chance = random.Random(seed)
    wire = await SocketBench().start()
    try:
        fern = await wire.facilitator()
        assert await fern.ask("start-session") == "ok"
        names = ["Ash", "Birch", "Cedar", "Dogwood"]
        model = Model(names)
        pages: dict[str, SocketPage] = {}
        for step in range(40):
            wire.bench.clock.advance(1_000)  # so that nobody is too fast
            name = chance.choice(names)
            person = wire.identity(name).person
            if name not in pages or pages[name].code is not None:
                pages[name] = await wire.come(name)
                model.reload(name)
            act = chance.choice(Model.ACTS)
            if model.place[name] is Place.REMOVED and act in Model.OWN:
                assert await pages[name].closed() == 1000
                continue
            by = pages[name] if act in Model.OWN else fern
            fields: dict[str, Any] = {} if act in Model.OWN else {"target": person}
            if act == "knock":
                await by.ask("accept-guidelines", version=1)
                fields = {"alias": name}
            elif act == "admit":
                fields = {"targets": [person]}
            elif act == "reload":
                await pages[name].gone()
                pages[name] = await wire.come(name)
                model.reload(name)
                await _agree(wire, model, fern, pages)
                continue
            elif act in ("lock-entry", "unlock-entry", "pause-room", "resume-room"):
                fields = {}
            marks = {other: len(page.said) for other, page in pages.items()}
            was_outside = {other for other in pages if model.place[other] is not Place.IN}
            answer = await by.ask(act, **fields)
            assert (answer == "ok") == model.act(act, name), (seed, step, act, name, answer)
            await _agree(wire, model, fern, pages)
            for other in was_outside:
                if model.place[other] is not Place.IN:
                    said = {message["type"] for message in pages[other].said[marks[other] :]}
                    assert said <= TO_A_WAITING_PERSON, (seed, step, act, other, said)
    finally:
        await wire.stop()


async def _agree(wire: SocketBench, model: Model, fern: SocketPage, pages: dict[str, SocketPage]) -> None:
    for name, page in pages.items():
        if model.place[name] is Place.REMOVED:
            assert await page.closed() == 1000
        elif page.code is None:
            await page.caught_up()
    await fern.caught_up()
    inside = {"Fern", *(name for name in pages if model.place[name] is Place.IN)}
    assert fern.room is not None
    assert {person.alias for person in fern.room.people} == inside
    gates = {}
    for name, page in pages.items():
        if model.place[name] is Place.IN:
            assert page.room is not None
            assert {person.alias for person in page.room.people} == inside
            peer = wire.bench.media.peers[page.of("offer")[-1]["transport"]]
            gates[name] = "mic" in {source.value for source in peer.gates}
            assert peer.is_receiving
        else:
            assert page.room is None
    assert gates == {name: model.is_heard(name) for name in gates}
    assert len(wire.bench.media.peers) == len(inside)


async def test_a_waiting_person_s_socket_is_never_named_to_anybody_but_facilitators(wire: SocketBench) -> None:
    fern = await wire.facilitator()
    ash = await wire.admitted("Ash", fern)
    await ash.caught_up()
    before = len(ash.heard)
    birch = await wire.waiting("Birch")
    assert await birch.ask("send-note", target=wire.identity("Birch").person, text="hello") == "ok"
    await birch.gone()
    await wire.come("Cedar", Role.PARTICIPANT)
    wire.bench.clock.advance(MINUTE_MS // 10)
    await ash.caught_up()
    assert [json.loads(text)["type"] for text in ash.heard[before:]] == ["pong"]
