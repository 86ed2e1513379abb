"""What a room does while it cannot store anything, and when it is not its own any more."""

import pytest

from rooms.live.views import OutcomeView, WaitingView
from sfu.node import Source
from signaling.errors import CloseCode
from signaling.server_messages import Ok, RoomChanged
from tests.support.room_bench import SESSION, Bench


@pytest.fixture
async def bench() -> Bench:
    return await Bench().start()


async def test_while_the_store_is_down_a_permissive_command_changes_nothing(bench: Bench) -> None:
    fern, ash = await bench.live("Ash")
    birch = await bench.waiting("Birch")
    ash.forget()
    bench.store.is_down = True
    assert await ash.ask("unmute-self") == "not-saved"
    assert await fern.ask("admit", targets=[birch.person]) == "not-saved"
    assert ash.peer.gates == set()
    assert isinstance(birch.view, WaitingView)
    assert ash.messages(RoomChanged) == []
    bench.store.is_down = False
    assert await ash.ask("unmute-self") == "ok"
    assert ash.peer.gates == {Source.MIC}


async def test_while_the_store_is_down_a_removal_holds_in_memory_and_nobody_comes_in(bench: Bench) -> None:
    fern, ash = await bench.live("Ash")
    birch = await bench.waiting("Birch")
    bench.store.is_down = True
    assert await fern.ask("remove", target=ash.person) == "not-saved"
    assert isinstance(ash.view, OutcomeView)
    assert ash.transport not in bench.media.peers
    bench.store.is_down = False  # it is back, and the room does not know yet
    assert await fern.ask("admit", targets=[birch.person]) == "not-saved"
    assert (await bench.come("Cedar")).closed is CloseCode.GOING_AWAY
    await bench.pass_time(300)
    assert bench.stored.people[ash.person].standing.tag == "removed"
    assert bench.store.audited[-1][2:] == ("remove", ash.person)
    assert await fern.ask("admit", targets=[birch.person]) == "ok"


async def test_a_second_tab_that_cannot_be_stored_leaves_the_first_as_it_was(bench: Bench) -> None:
    _, ash = await bench.live("Ash")
    await ash.ask("unmute-self")
    bench.store.is_down = True
    second = await bench.come("Ash", takes_over=True)
    assert second.closed is CloseCode.GOING_AWAY
    assert ash.closed is None
    assert ash.peer.gates == {Source.MIC}
    assert not ash.room.me.muted_by_self


async def test_while_something_is_owed_what_is_refused_does_not_touch_media(bench: Bench) -> None:
    fern, ash, birch = await bench.live("Ash", "Birch")
    await ash.ask("unmute-self")
    bench.store.is_down = True
    await fern.ask("mute-participant", target=birch.person)
    bench.order.clear()
    await bench.come("Ash", takes_over=True)
    assert await ash.ask("start-camera") == "not-saved"
    assert [entry for entry in bench.order if isinstance(entry, tuple) and entry[0] in ("gate", "settle")] == []


async def test_a_mute_is_never_held_up_by_a_store_that_is_down(bench: Bench) -> None:
    fern, ash, birch = await bench.live("Ash", "Birch")
    await ash.ask("unmute-self")
    await birch.ask("unmute-self")
    bench.store.is_down = True
    assert await fern.ask("mute-participant", target=ash.person) == "not-saved"
    assert await fern.ask("mute-participant", target=birch.person) == "not-saved"
    assert (ash.peer.gates, birch.peer.gates) == (set(), set())
    assert fern.room.people[1].is_muted
    bench.store.is_down = False
    await bench.pass_time(5_000)
    assert await fern.ask("mute-participant", target=birch.person) == "ok"
    assert bench.stored.people[birch.person].standing.mic.muted_by_facilitator  # type: ignore[union-attr]


async def test_a_repeated_mute_is_not_acknowledged_before_it_is_stored(bench: Bench) -> None:
    fern, ash = await bench.live("Ash")
    bench.store.is_down = True
    assert await fern.ask("mute-participant", target=ash.person) == "not-saved"
    assert await fern.ask("mute-participant", target=ash.person) == "not-saved"


async def test_the_retry_backs_off_and_heals_within_five_seconds(bench: Bench) -> None:
    fern, ash = await bench.live("Ash")
    bench.store.is_down = True
    await fern.ask("remove", target=ash.person)
    for _ in range(60):
        await bench.pass_time(500)
    bench.store.is_down = False
    await bench.pass_time(4_000)
    assert bench.stored.people[ash.person].standing.tag == "removed"


async def test_when_the_room_is_somebody_else_s_everything_stops(bench: Bench) -> None:
    fern, ash = await bench.live("Ash")
    await bench.store.claim(SESSION)
    await ash.ask("unmute-self")
    assert bench.media.peers == {}
    assert (fern.closed, ash.closed) == (CloseCode.ROOM_GONE, CloseCode.ROOM_GONE)
    assert (await bench.come("Birch")).closed is CloseCode.GOING_AWAY
    assert ash.messages(Ok) == []
