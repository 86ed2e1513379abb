"""One writer per room: every change is stored before it is acknowledged, and told to nobody who may not know."""

import asyncio
from dataclasses import replace

import pytest

from rooms.ids import Instant, PersonId
from rooms.live.phase import Ended, Held, Live
from rooms.live.settings import MINUTE_MS
from rooms.live.views import Arrival, OutcomeKind, OutcomeView, OutsideView, Presence, WaitingView
from rooms.roles import Role
from server.host_pages import VERSIONS_KEPT, Page
from server.ports import Identity
from server.store.records import SessionEnd
from sfu.node import Source
from signaling.errors import CloseCode
from signaling.server_messages import Draining, Ok, Refused, RoomChanged, Welcome
from tests.support.room_bench import SESSION, Bench, Seat

ASH = PersonId("p_ash_____")


@pytest.fixture
async def bench() -> Bench:
    return await Bench().start()


# --- coming in ---------------------------------------------------------------------------------------------------
async def test_a_new_person_is_welcomed_and_sees_the_doors_only(bench: Bench) -> None:
    seat = await bench.come("Ash")
    assert [message.type for message in seat.told] == ["welcome", "outside"]
    assert isinstance(seat.view, OutsideView)
    assert not bench.media.peers


async def test_a_knock_is_told_to_the_facilitator_and_admission_opens_a_transport(bench: Bench) -> None:
    fern = await bench.facilitator()
    ash = await bench.waiting("Ash")
    assert isinstance(ash.view, WaitingView)
    assert fern.notices == ["knocked"]
    assert len(bench.media.peers) == 1
    assert await fern.ask("admit", targets=[ash.person]) == "ok"
    assert [person.alias for person in ash.room.people] == ["Fern", "Ash"]
    assert ash.peer.gates == set()
    assert ash.peer.is_receiving


async def test_everybody_s_version_grows_by_one_and_only_with_what_they_may_know(bench: Bench) -> None:
    fern, ash = await bench.live("Ash")
    await bench.waiting("Birch")
    assert ash.told == []
    assert len(fern.messages(RoomChanged)) > 0


async def test_an_unchanged_room_is_not_stored_again(bench: Bench) -> None:
    _, ash = await bench.live("Ash")
    assert await ash.ask("mute-self") == "ok"
    assert "save" not in bench.order


# --- house rule 5 ------------------------------------------------------------------------------------------------
async def test_a_mute_reaches_the_plane_then_the_store_then_the_caller_then_the_others(bench: Bench) -> None:
    fern, ash = await bench.live("Ash")
    assert await ash.ask("unmute-self") == "ok"
    bench.order.clear()
    assert await fern.ask("mute-participant", target=ash.person) == "ok"
    closed = bench.where(lambda entry: entry == ("gate", ash.transport, "mic", False))
    settled = bench.where(lambda entry: entry == ("settle",))
    saved = bench.where(lambda entry: entry == "save")
    answered = bench.where(lambda entry: entry == (fern.person, "ok"))
    told = bench.where(lambda entry: entry == (ash.person, "room-changed"))
    assert closed < settled < saved < answered < told
    assert ash.notices == ["you-were-muted"]


async def test_nothing_is_said_before_the_plane_has_settled(bench: Bench) -> None:
    fern, ash = await bench.live("Ash")
    await ash.ask("unmute-self")
    fern.forget()
    bench.media.may_settle.clear()
    assert await fern.ask("mute-participant", target=ash.person) == "unanswered"
    assert Source.MIC not in ash.peer.gates
    assert not bench.stored.people[ash.person].standing.mic.muted_by_facilitator  # type: ignore[union-attr]
    bench.media.may_settle.set()
    await bench.rest()
    assert [type(message) for message in fern.told][:1] == [Ok]


async def test_unmuting_is_stored_answered_and_announced_before_the_gate_opens(bench: Bench) -> None:
    fern, ash = await bench.live("Ash")
    assert await ash.ask("unmute-self") == "ok"
    saved = bench.where(lambda entry: entry == "save")
    answered = bench.where(lambda entry: entry == (ash.person, "ok"))
    told = bench.where(lambda entry: entry == (fern.person, "room-changed"))
    opened = bench.where(lambda entry: entry == ("gate", ash.transport, "mic", True))
    assert saved < answered < told < opened
    assert ("settle",) not in bench.order


async def test_a_removed_person_loses_transport_before_anybody_is_told(bench: Bench) -> None:
    fern, ash = await bench.live("Ash")
    assert await fern.ask("remove", target=ash.person) == "ok"
    closed = bench.where(lambda entry: entry == ("close-peer", ash.transport))
    assert closed < bench.where(lambda entry: entry == ("settle",)) < bench.where(lambda entry: entry == "save")
    assert closed < bench.where(lambda entry: entry == (fern.person, "ok"))
    assert isinstance(ash.view, OutcomeView)
    assert ash.view.kind is OutcomeKind.REMOVED
    assert ash.transport not in bench.media.peers
    assert bench.store.audited[-1] == (SESSION, fern.person, "remove", ash.person)


async def test_pausing_closes_participants_and_resuming_restores_each(bench: Bench) -> None:
    fern, ash, birch = await bench.live("Ash", "Birch")
    await ash.ask("unmute-self")
    await ash.ask("start-camera")
    await fern.ask("pause-room")
    assert ash.peer.gates == set()
    await fern.ask("resume-room")
    assert ash.peer.gates == {Source.MIC, Source.CAMERA}
    assert birch.peer.gates == set()


async def test_admissions_and_declines_are_audited_without_words(bench: Bench) -> None:
    fern = await bench.facilitator()
    ash, birch = await bench.waiting("Ash"), await bench.waiting("Birch")
    await fern.ask("admit", targets=[ash.person])
    await fern.ask("decline", target=birch.person, reason="canary-reason")
    await fern.ask("readmit", target=birch.person)
    acts = [(act, subject) for _, _, act, subject in bench.store.audited if subject != fern.person]
    assert acts == [("admit", ash.person), ("decline", birch.person), ("readmit", birch.person)]


# --- seen --------------------------------------------------------------------------------------------------------
async def test_a_stale_look_is_refused_and_a_fresh_one_is_not(bench: Bench) -> None:
    fern = await bench.facilitator()
    oak = await bench.come("Oak", Role.FACILITATOR)
    await oak.ask("enter", alias="Oak")
    ash = await bench.waiting("Ash")
    before = fern.version
    await oak.ask("hold-waiting", target=ash.person, message="one moment")
    assert await fern.ask("admit", targets=[ash.person], seen=before) == "stale-version"
    assert await fern.ask("admit", targets=[ash.person], seen=fern.version) == "ok"


def test_a_look_counts_for_as_long_as_nothing_visible_changed() -> None:
    page = Page(ASH, Seat(Bench(), Identity(ASH, Role.PARTICIPANT, "Ash")))
    doors = OutsideView(Arrival.NOT_OPEN, guidelines_accepted=False, doors_open=False)
    page.show(doors, 3, Instant(0))
    page.show(doors, 5, Instant(0))
    page.show(replace(doors, doors_open=True), 6, Instant(0))
    assert [page.room_version(seen) for seen in (0, 1, 2, 99)] == [0, 5, 6, 6]


def test_a_look_that_is_long_forgotten_counts_as_none() -> None:
    page = Page(ASH, Seat(Bench(), Identity(ASH, Role.PARTICIPANT, "Ash")))
    doors = OutsideView(Arrival.NOT_OPEN, guidelines_accepted=False, doors_open=False)
    for version in range(1, VERSIONS_KEPT + 10):
        page.show(replace(doors, doors_open=version % 2 == 0), version, Instant(0))
    assert page.room_version(2) == 0
    assert page.room_version(VERSIONS_KEPT) == VERSIONS_KEPT


# --- time --------------------------------------------------------------------------------------------------------
async def test_the_room_goes_live_by_its_one_timer(bench: Bench) -> None:
    fern = await bench.facilitator()
    phases = [fern.room.status.phase]
    await bench.pass_time(15 * MINUTE_MS)
    assert [*phases, fern.room.status.phase] == ["ready", "live"]
    assert isinstance(bench.stored.phase, Live)


async def test_a_lost_facilitator_holds_the_room_and_their_return_resumes_it(bench: Bench) -> None:
    fern, ash = await bench.live("Ash")
    await ash.ask("unmute-self")
    await fern.leave_line()
    await bench.pass_time(90_000)
    assert isinstance(bench.stored.phase, Held)
    assert ash.peer.gates == set()
    await bench.come("Fern", Role.FACILITATOR)
    assert isinstance(bench.stored.phase, Live)
    assert ash.peer.gates == {Source.MIC}


async def test_the_end_closes_all_media_and_marks_the_index(bench: Bench) -> None:
    fern, ash = await bench.live("Ash")
    await fern.ask("end-session")
    assert bench.media.peers == {}
    assert isinstance(ash.view, OutcomeView)
    assert isinstance(bench.stored.phase, Ended)
    assert bench.store.records[SESSION].end.value == "ended"


# --- leaving the stage -------------------------------------------------------------------------------------------
async def test_stopping_tells_everybody_to_come_back(bench: Bench) -> None:
    fern, ash = await bench.live("Ash")
    await bench.host.stop()
    assert isinstance(fern.told[-1], Draining)
    assert (fern.closed, ash.closed) == (CloseCode.GOING_AWAY, CloseCode.GOING_AWAY)
    assert bench.media.peers == {}
    assert (await bench.come("Birch")).closed is CloseCode.GOING_AWAY


async def test_a_page_that_came_while_the_room_stopped_is_sent_away(bench: Bench) -> None:
    task = asyncio.ensure_future(bench.host.stop())
    seat = await bench.come("Ash")
    await task
    assert seat.closed is CloseCode.GOING_AWAY


async def test_the_host_may_cancel_before_it_is_live_and_twice(bench: Bench) -> None:
    ash = await bench.waiting("Ash")
    assert await bench.host.cancel() is SessionEnd.CANCELED
    assert await bench.host.cancel() is SessionEnd.CANCELED
    assert isinstance(ash.view, OutcomeView)
    assert ash.view.kind is OutcomeKind.CANCELED
    assert bench.store.records[SESSION].end.value == "canceled"


async def test_the_host_ends_a_running_room_by_canceling_it(bench: Bench) -> None:
    _, ash = await bench.live("Ash")
    assert await ash.ask("post-chat", text="canary") == "ok"
    assert await bench.host.cancel() is SessionEnd.ENDED
    assert isinstance(ash.view, OutcomeView)
    assert ash.view.kind is OutcomeKind.ENDED
    assert bench.media.peers == {}
    assert bench.store.records[SESSION].end is SessionEnd.ENDED
    assert "canary" not in (bench.store.rows[SESSION].snapshot or "")
    assert await bench.host.cancel() is SessionEnd.ENDED


async def test_a_canceled_room_that_could_not_be_stored_is_canceled_all_the_same(bench: Bench) -> None:
    bench.store.is_down = True
    assert await bench.host.cancel() is SessionEnd.CANCELED
    bench.store.is_down = False
    await bench.pass_time(5_000)
    assert bench.store.records[SESSION].end is SessionEnd.CANCELED


async def test_canceling_a_room_that_is_going_says_that_it_was_not_done(bench: Bench) -> None:
    await bench.host.stop()
    assert await bench.host.cancel() is None


async def test_a_revoked_link_costs_connection_and_transport(bench: Bench) -> None:
    _, ash = await bench.live("Ash")
    await bench.host.turn_out(ash.person)
    assert ash.closed is CloseCode.ROOM_GONE
    assert ash.transport not in bench.media.peers


async def test_a_tab_that_waited_while_the_link_was_revoked_is_closed_with_it(bench: Bench) -> None:
    _, ash, _ = await bench.live("Ash", "Birch")
    second, other = await bench.come("Ash"), await bench.come("Birch")
    assert second.was_asked
    bench.gatekeeper.revoke(ash.person)
    await bench.host.turn_out(ash.person)
    assert (ash.closed, second.closed) == (CloseCode.ROOM_GONE, CloseCode.ROOM_GONE)
    assert other.closed is None


async def test_somebody_proven_before_the_revocation_gets_neither_seat_nor_token_after_it(bench: Bench) -> None:
    fern, ash = await bench.live("Ash")
    bench.gatekeeper.revoke(ash.person)
    await bench.host.turn_out(ash.person)
    late = await bench.come("Ash", takes_over=True)
    assert late.closed is CloseCode.TICKET_SPENT
    assert (late.told, late.is_accepted) == ([], False)
    assert fern.room.people[1].presence is Presence.RECONNECTING


async def test_something_unforeseen_costs_one_request_and_nobody_else(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    fern, ash = await bench.live("Ash")

    def broken(*_: object) -> None:
        raise RuntimeError("canary")

    with monkeypatch.context() as patch:
        patch.setattr("server.host.to_command", broken)
        await ash.ask("unmute-self")
    assert await ash.ask("unmute-self") == "ok"
    assert [message for message in fern.told if isinstance(message, Refused)] == []
    assert ash.messages(Welcome) == []
