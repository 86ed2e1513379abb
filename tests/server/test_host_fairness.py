"""Nobody can keep a room busy: those who lead come first, strangers are paced, and what is kept is bounded."""

import asyncio

import pytest

from rooms.live.views import RoomView, WaitingView
from rooms.roles import Role
from server.host_pace import BURST, JOINS
from signaling.errors import CloseCode
from signaling.server_messages import Draining
from tests.support.room_bench import Bench, Seat


@pytest.fixture
async def bench() -> Bench:
    return await Bench().start()


def answers(bench: Bench, *seats: Seat) -> list[str]:
    """Whose requests were answered, in the order of the answers."""
    people = {seat.person for seat in seats}
    return [entry[0] for entry in bench.order if isinstance(entry, tuple) and entry[0] in people and entry[1] == "ok"]


# --- who comes first ---------------------------------------------------------------------------------------------
async def test_who_leads_does_not_queue_behind_everybody_else(bench: Bench) -> None:
    fern, ash = await bench.live("Ash")
    asks = [ash.begin("post-chat", text=f"line {number}") for number in range(20)]
    mute = fern.begin("mute-participant", target=ash.person)
    await bench.rest()
    assert [ash.answer(id) for id in asks] == ["ok"] * 20
    assert fern.answer(mute) == "ok"
    assert answers(bench, fern, ash)[:2] == [fern.person, ash.person]


async def test_what_one_page_asks_keeps_its_order_when_it_comes_to_lead(bench: Bench) -> None:
    fern, ash = await bench.live("Ash")
    fern.begin("promote", target=ash.person)
    unmute = ash.begin("unmute-self")
    await asyncio.sleep(0)
    mute = ash.begin("mute-self")
    await bench.rest()
    assert (ash.answer(unmute), ash.answer(mute)) == ("ok", "ok")
    assert ash.room.me.muted_by_self
    assert ash.peer.gates == set()


async def test_a_page_that_leaves_and_closes_has_left(bench: Bench) -> None:
    fern, ash = await bench.live("Ash")
    ash.begin("leave")
    bench.host.lost(ash)
    await bench.rest()
    assert [person.alias for person in fern.room.people] == ["Fern"]


async def test_a_facilitator_who_comes_back_does_not_queue_behind_others(bench: Bench) -> None:
    fern, ash = await bench.live("Ash")
    await fern.leave_line()
    asks = [ash.begin("post-chat", text=f"line {number}") for number in range(20)]
    back = bench.arrive("Fern", Role.FACILITATOR)
    await bench.rest()
    assert ash.answer(asks[-1]) == "ok"
    welcomed = bench.where(lambda entry: entry == (back.person, "welcome"))
    assert welcomed < bench.where(lambda entry: entry == (ash.person, "ok"))


async def test_stopping_does_not_wait_for_what_others_asked(bench: Bench) -> None:
    fern, ash = await bench.live("Ash")
    asks = [ash.begin("post-chat", text=f"line {number}") for number in range(20)]
    lock = fern.begin("lock-entry")
    await bench.host.stop()
    assert fern.answer(lock) == "ok"
    assert isinstance(ash.told[-1], Draining)
    assert [ash.answer(id) for id in asks] == ["unanswered"] * 20


async def test_a_revoked_link_does_not_wait_for_what_others_asked(bench: Bench) -> None:
    _, ash, birch = await bench.live("Ash", "Birch")
    asks = [ash.begin("post-chat", text=f"line {number}") for number in range(20)]
    await bench.host.turn_out(birch.person)
    await bench.rest()
    assert birch.closed is CloseCode.ROOM_GONE
    assert ash.answer(asks[-1]) == "ok"
    turned_out = bench.where(lambda entry: entry == ("close-peer", birch.transport))
    assert turned_out < bench.where(lambda entry: entry == (ash.person, "ok"))


# --- strangers ---------------------------------------------------------------------------------------------------
async def test_a_waiting_person_writes_a_few_lines_at_once_and_then_one_in_two_seconds(bench: Bench) -> None:
    await bench.facilitator()
    ash = await bench.waiting("Ash")
    await bench.pass_time(60_000)
    said = [await ash.ask("send-note", target=ash.person, text=f"line {number}") for number in range(BURST + 3)]
    assert said == ["ok"] * BURST + ["busy"] * 3
    await bench.pass_time(2_000)
    said = [await ash.ask("send-note", target=ash.person, text="later") for _ in range(2)]
    assert said == ["ok", "busy"]


@pytest.mark.parametrize("fields", [{"type": "rename", "alias": "Sam"}, {"type": "knock", "alias": "Sam"}])
async def test_a_new_connection_does_not_make_a_stranger_faster(bench: Bench, fields: dict[str, str]) -> None:
    ash = await bench.waiting("Ash")
    while await ash.ask("send-note", target=ash.person, text="line") == "ok":
        pass
    await ash.leave_line()
    back = await bench.come("Ash")
    assert isinstance(back.view, WaitingView)
    assert await back.ask(**fields) == "busy"
    assert await back.ask("leave") == "ok"


async def test_refusing_the_too_fast_costs_neither_a_snapshot_nor_a_view(bench: Bench) -> None:
    fern = await bench.facilitator()
    ash = await bench.waiting("Ash")
    while await ash.ask("send-note", target=ash.person, text="line") == "ok":
        pass
    bench.order.clear()
    fern.forget()
    for _ in range(20):
        assert await ash.ask("send-note", target=ash.person, text="line") == "busy"
    assert "save" not in bench.order
    assert fern.told == []


async def test_people_inside_are_not_paced(bench: Bench) -> None:
    _, ash = await bench.live("Ash")
    assert [await ash.ask("post-chat", text=f"line {number}") for number in range(30)] == ["ok"] * 30


async def test_coming_again_and_again_is_answered_with_come_back_later(bench: Bench) -> None:
    fern = await bench.facilitator()
    codes = [(await bench.come("Ash", takes_over=True)).closed for _ in range(JOINS + 2)]
    assert codes[-2:] == [CloseCode.GOING_AWAY] * 2
    bench.order.clear()
    assert (await bench.come("Ash", takes_over=True)).closed is CloseCode.GOING_AWAY
    assert "save" not in bench.order
    assert isinstance(fern.view, RoomView)
    await bench.pass_time(3_000)
    assert (await bench.come("Ash", takes_over=True)).is_accepted
