"""One writer per room: every change is stored before it is acknowledged, and told to nobody who may not know."""

import asyncio
from dataclasses import replace

import pytest

from rooms.ids import Instant, PersonId
from rooms.live.phase import Ended, Held, Live
from rooms.live.settings import MINUTE_MS
from rooms.live.views import Arrival, OutcomeKind, OutcomeView, OutsideView, Presence, RoomView, WaitingView
from rooms.roles import Role
from server.host_pages import VERSIONS_KEPT, Page
from server.ports import Identity
from sfu.node import Source
from signaling.errors import CloseCode
from signaling.server_messages import Draining, MovedAway, Ok, Refused, RoomChanged, Slots, Speaking, Welcome
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


# --- the store ---------------------------------------------------------------------------------------------------
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


# --- media -------------------------------------------------------------------------------------------------------
async def test_speakers_and_slots_name_people_and_reach_people_inside_only(bench: Bench) -> None:
    fern, ash = await bench.live("Ash")
    birch = await bench.waiting("Birch")
    birch.forget()
    assert bench.media.sink is not None
    bench.media.sink.on_speaking(bench.host.number, (ash.transport, 1))
    bench.media.sink.on_speaking(bench.host.number + 1, (ash.transport,))
    assert [message.people for message in fern.messages(Speaking)] == [(ash.person,)]
    assert birch.told == []


async def test_what_a_page_shows_is_translated_and_follows_a_replaced_transport(bench: Bench) -> None:
    fern, ash, birch = await bench.live("Ash", "Birch")
    waiting = "p_nobodyhere"
    assert await fern.ask("set-view", cameras=[birch.person, waiting, ash.person], screen=False) == "ok"
    assert fern.peer.wanted.cameras == (birch.transport, ash.transport)
    former = birch.transport
    assert await birch.ask("replace-transport", transport=former) == "ok"
    assert birch.transport != former
    assert fern.peer.wanted.cameras == (birch.transport, ash.transport)
    assert await birch.ask("replace-transport", transport=former) == "ok"
    assert len(bench.media.peers) == 3


async def test_answers_reach_the_plane_or_are_refused(bench: Bench) -> None:
    _, ash = await bench.live("Ash")
    birch = await bench.waiting("Birch")
    number = ash.transport
    assert await ash.ask("answer", transport=number, generation=1, sdp="v=0") == "ok"
    assert await ash.ask("answer", transport=number, generation=1, sdp="bad") == "bad-answer"
    assert await ash.ask("answer", transport=number, generation=7, sdp="v=0") == "bad-answer"
    assert await ash.ask("answer", transport=number + 99, generation=1, sdp="v=0") == "no-media"
    assert await birch.ask("answer", transport=number, generation=1, sdp="v=0") == "no-media"
    assert await birch.ask("replace-transport", transport=number) == "no-media"
    assert bench.media.peers[number].answers == ["v=0"]


async def test_a_transport_that_ends_by_itself_is_made_anew_with_the_same_gates(bench: Bench) -> None:
    _, ash = await bench.live("Ash")
    await ash.ask("unmute-self")
    former = ash.transport
    bench.media.lose(former)
    await bench.rest()
    assert ash.media_states == ["down"]
    assert ash.transport != former
    assert ash.peer.gates == {Source.MIC}


async def test_a_media_process_that_dies_costs_everybody_a_new_transport_and_nothing_else(bench: Bench) -> None:
    fern, ash = await bench.live("Ash")
    await ash.ask("unmute-self")
    bench.media.die()
    await bench.rest()
    assert len(bench.media.peers) == 2
    assert ash.peer.gates == {Source.MIC}
    assert fern.peer.gates == set()


async def test_the_state_of_a_transport_is_told_to_its_person(bench: Bench) -> None:
    fern, ash = await bench.live("Ash")
    assert bench.media.sink is not None
    bench.media.sink.on_connected(ash.transport)
    bench.media.sink.on_quiet(ash.transport, True)
    bench.media.sink.on_quiet(ash.transport, False)
    assert ash.media_states == ["up", "quiet", "up"]
    assert fern.media_states == []


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
    await bench.host.cancel()
    await bench.host.cancel()
    assert isinstance(ash.view, OutcomeView)
    assert ash.view.kind is OutcomeKind.CANCELED
    assert bench.store.records[SESSION].end.value == "canceled"


async def test_a_revoked_link_costs_connection_and_transport(bench: Bench) -> None:
    _, ash = await bench.live("Ash")
    await bench.host.turn_out(ash.person)
    assert ash.closed is CloseCode.ROOM_GONE
    assert ash.transport not in bench.media.peers


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
