"""Losing a connection, coming back, a second tab, a restart: the seat is one person's and one page's."""

import pytest

from rooms.live.settings import MINUTE_MS
from rooms.live.views import OutcomeView, Presence, RoomView, WaitingView
from rooms.roles import Role
from sfu.node import Source
from signaling.errors import CloseCode
from signaling.server_media import Slots
from signaling.server_messages import MovedAway
from tests.support.room_bench import SESSION, Bench


@pytest.fixture
async def bench() -> Bench:
    return await Bench().start()


# --- losing the connection and coming back -----------------------------------------------------------------------
async def test_a_lost_connection_leaves_the_transport_alone_until_the_seat_is_released(bench: Bench) -> None:
    fern, ash = await bench.live("Ash")
    await ash.ask("unmute-self")
    await ash.leave_line()
    assert ash.peer.gates == {Source.MIC}
    assert fern.room.people[1].presence is Presence.RECONNECTING
    await bench.pass_time(120_000)
    assert ash.transport not in bench.media.peers
    assert [person.alias for person in fern.room.people] == ["Fern"]


async def test_after_ten_seconds_without_a_page_nobody_hears_or_is_heard_and_the_transport_waits(bench: Bench) -> None:
    fern, ash, birch = await bench.live("Ash", "Birch")
    await ash.ask("unmute-self")
    await ash.ask("start-camera")
    await ash.leave_line()
    await bench.pass_time(9_999)
    assert (ash.peer.gates, ash.peer.is_receiving) == ({Source.MIC, Source.CAMERA}, True)
    shown = (fern.version, birch.version)
    await bench.pass_time(1)
    assert (ash.peer.gates, ash.peer.is_receiving) == (set(), False)
    assert (fern.version, birch.version) == shown
    back = await bench.come("Ash", takes_over=True, is_same_page=True, transport=ash.transport)
    assert not back.room.me.muted_by_self
    assert (ash.peer.gates, ash.peer.is_receiving) == ({Source.MIC, Source.CAMERA}, True)
    assert ("close-peer", ash.transport) not in bench.order


async def test_a_short_break_of_the_connection_touches_no_gate(bench: Bench) -> None:
    _, ash = await bench.live("Ash")
    await ash.ask("unmute-self")
    await ash.leave_line()
    bench.order.clear()
    await bench.pass_time(9_000)
    await bench.come("Ash", takes_over=True, is_same_page=True, transport=ash.transport)
    await bench.pass_time(60_000)
    assert not [entry for entry in bench.order if entry[:1] == ("gate",)]  # type: ignore[index]
    assert ash.peer.gates == {Source.MIC}


async def test_a_removal_while_the_connection_is_cut_acts_on_media(bench: Bench) -> None:
    fern, ash = await bench.live("Ash")
    await ash.leave_line()
    await fern.ask("remove", target=ash.person)
    assert ash.transport not in bench.media.peers


async def test_the_same_page_comes_back_to_the_same_transport_and_its_slots_are_said_again(bench: Bench) -> None:
    fern, ash = await bench.live("Ash")
    await ash.ask("unmute-self")
    bench.media.show(ash.transport, fern.transport, None)
    await ash.leave_line()
    back = await bench.come("Ash", takes_over=True, is_same_page=True, transport=ash.transport)
    assert isinstance(back.view, RoomView)
    assert not back.room.me.muted_by_self
    assert back.messages(Slots)[-1].slots[0].person == fern.person
    assert ash.peer.gates == {Source.MIC}
    assert ("close-peer", ash.transport) not in bench.order


async def test_an_unanswered_offer_is_said_again_to_the_same_page(bench: Bench) -> None:
    _, ash = await bench.live("Ash")
    await ash.leave_line()
    bench.media.restart_ice(ash.transport)
    back = await bench.come("Ash", takes_over=True, is_same_page=True, transport=ash.transport)
    assert back.transport == ash.transport
    assert await back.ask("answer", transport=back.transport, generation=2, sdp="v=0") == "ok"


async def test_a_new_page_comes_back_to_its_seat_muted_on_a_new_transport(bench: Bench) -> None:
    fern, ash = await bench.live("Ash")
    await ash.ask("unmute-self")
    await ash.ask("raise-hand")
    await ash.leave_line()
    back = await bench.come("Ash")
    assert back.room.me.muted_by_self
    assert back.room.people[1].hand == 1
    assert back.transport != ash.transport
    assert ash.transport not in bench.media.peers
    assert back.peer.gates == set()
    assert back.peer.is_receiving
    assert len(fern.room.people) == 2


async def test_a_transport_that_is_gone_is_replaced_for_the_same_page(bench: Bench) -> None:
    _, ash = await bench.live("Ash")
    await ash.ask("unmute-self")
    await ash.leave_line()
    bench.media.lose(ash.transport)
    back = await bench.come("Ash", takes_over=True, is_same_page=True, transport=ash.transport)
    assert back.transport != ash.transport
    assert back.peer.gates == {Source.MIC}


# --- second tab --------------------------------------------------------------------------------------------------
async def test_a_second_tab_is_asked_and_changes_nothing(bench: Bench) -> None:
    _, ash = await bench.live("Ash")
    await ash.ask("unmute-self")
    second = await bench.come("Ash")
    assert second.was_asked
    assert (second.told, second.is_accepted) == ([], False)
    assert ash.closed is None
    assert ash.peer.gates == {Source.MIC}


async def test_moving_the_seat_mutes_first_and_never_shows_two(bench: Bench) -> None:
    fern, ash = await bench.live("Ash")
    await ash.ask("unmute-self")
    bench.order.clear()
    second = await bench.come("Ash", takes_over=True)
    closed = bench.where(lambda entry: entry == ("gate", ash.transport, "mic", False))
    assert closed < bench.where(lambda entry: entry == (ash.person, "moved-away"))
    assert ash.closed is CloseCode.MOVED_AWAY
    assert isinstance(ash.told[-1], MovedAway)
    assert second.room.me.muted_by_self
    assert len(fern.room.people) == 2
    await ash.leave_line()
    assert fern.room.people[1].presence is Presence.PRESENT


async def test_requests_of_a_line_that_gave_way_do_nothing(bench: Bench) -> None:
    _, ash = await bench.live("Ash")
    second = await bench.come("Ash", takes_over=True)
    assert await ash.ask("unmute-self") == "unanswered"
    assert second.room.me.muted_by_self


# --- restart -----------------------------------------------------------------------------------------------------
async def test_after_a_restart_the_room_is_as_it_was(bench: Bench) -> None:
    fern, ash, birch, cedar = await bench.live("Ash", "Birch", "Cedar")
    dogwood = await bench.waiting("Dogwood")
    await ash.ask("unmute-self")
    await birch.ask("unmute-self")
    await fern.ask("mute-participant", target=birch.person)
    await fern.ask("remove", target=cedar.person)
    await fern.ask("lock-entry")
    await bench.crash()
    assert bench.media.peers == {}

    fern = await bench.come("Fern", Role.FACILITATOR, is_same_page=True)
    ash_back = await bench.come("Ash", is_same_page=True, transport=ash.transport)
    birch_back = await bench.come("Birch", is_same_page=True)
    cedar_back = await bench.come("Cedar")
    dogwood_back = await bench.come("Dogwood")

    assert ash_back.peer.gates == {Source.MIC}
    assert ash_back.transport != ash.transport
    assert birch_back.room.me.muted_by_facilitator
    assert await birch_back.ask("unmute-self") == "muted-by-facilitator"
    assert birch_back.peer.gates == set()
    assert isinstance(cedar_back.view, OutcomeView)
    assert isinstance(dogwood_back.view, WaitingView)
    assert fern.room.lead is not None
    assert fern.room.lead.is_entry_locked
    assert [entry.alias for entry in fern.room.lead.waiting] == ["Dogwood"]
    assert len(bench.media.peers) == 3
    assert dogwood.person not in {person.id for person in fern.room.people}


async def test_seats_are_held_from_the_restart_on(bench: Bench) -> None:
    await bench.live("Ash")
    bench.clock.advance(60_000)
    await bench.crash()
    await bench.pass_time(119_000)
    ash = await bench.come("Ash")
    assert isinstance(ash.view, RoomView)
    await bench.crash()
    await bench.pass_time(121_000)
    ash = await bench.come("Ash")
    assert isinstance(ash.view, OutcomeView)


async def test_timers_that_came_due_while_nobody_ran_are_caught_up_once(bench: Bench) -> None:
    await bench.facilitator()
    bench.host.retire()
    bench.clock.advance(200 * MINUTE_MS)
    await bench.crash()
    assert bench.stored.phase.tag in ("ended", "canceled")
    assert bench.store.records[SESSION].end.value == bench.stored.phase.tag
