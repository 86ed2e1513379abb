"""The machine of features.md section 5: by the clock, by hand, and by who leads."""

from dataclasses import replace

import pytest

from rooms.ids import Instant, MessageId, PersonId
from rooms.live import commands as cmd
from rooms.live import events as ev
from rooms.live.audience import notices_for
from rooms.live.phase import CancelReason, Ended, EndReason
from rooms.live.rights import NO_MEDIA
from rooms.live.roster import participants_who_came
from rooms.live.settings import MINUTE_MS, Schedule
from rooms.live.views import Arrival, OutcomeKind, OutcomeView, TimeLeft
from rooms.refusals import Reason
from rooms.roles import Role
from tests.rooms.scene import CO, DOORS, END, LEAD, START, A, B, C, Scene, live_scene, open_scene, ready_scene

HOST = PersonId("host")


def test_doors_open_by_the_clock() -> None:
    scene = Scene()
    assert scene.room.next_deadline() == DOORS
    assert scene.at(DOORS - 1).phase == "scheduled"
    assert scene.at(DOORS).phase == "doors-open"


def test_a_led_room_starts_by_itself_at_its_start() -> None:
    scene = ready_scene(A)
    assert scene.at(START - 1).phase == "ready"
    assert scene.at(START).phase == "live"


def test_a_facilitator_may_start_five_minutes_early_and_no_earlier() -> None:
    scene = ready_scene()
    scene.at(START - 5 * MINUTE_MS - 1)
    scene.refuses(cmd.StartSession(LEAD), Reason.TOO_EARLY)
    assert scene.inside(LEAD).lead.may_start is False  # type: ignore[union-attr]
    scene.at(START - 5 * MINUTE_MS)
    assert scene.inside(LEAD).lead.may_start is True  # type: ignore[union-attr]
    scene.do(cmd.StartSession(LEAD))
    assert scene.phase == "live"
    scene.refuses(cmd.StartSession(LEAD), Reason.WRONG_PHASE)


def test_a_facilitator_who_comes_late_finds_the_room_live_and_everybody_waiting() -> None:
    scene = open_scene()
    scene.waits(A)
    scene.at(START + 7 * MINUTE_MS)
    scene.leads()
    assert (scene.phase, scene.standing(A)) == ("live", "waiting")


def test_nobody_comes_to_lead() -> None:
    """Status line at the start, backups paged at +5, canceled at +15 (features W8)."""
    scene = open_scene()
    scene.waits(A)
    assert scene.waiting_view(A).arrival is Arrival.WAITING_FOR_FACILITATOR
    scene.at(START)
    assert scene.waiting_view(A).arrival is Arrival.RUNNING_LATE
    scene.at(START + 5 * MINUTE_MS - 1)
    assert scene.wait(1) == [ev.BackupsPaged()]
    assert scene.wait(9 * MINUTE_MS) == []
    scene.wait(MINUTE_MS)
    assert scene.phase == "canceled"
    assert scene.state.phase.reason is CancelReason.NO_FACILITATOR  # type: ignore[union-attr]
    assert scene.view(A) == OutcomeView(OutcomeKind.CANCELED, may_knock_again=False)


def test_if_the_last_facilitator_leaves_before_the_start_people_wait_again() -> None:
    scene = ready_scene(A)
    scene.do(cmd.Leave(LEAD))
    assert (scene.phase, scene.standing(A)) == ("doors-open", "waiting")
    assert scene.waiting_view(A).was_here and not scene.waiting_view(A).is_held
    scene.do(cmd.Enter(LEAD, "Lead"))
    assert (scene.phase, scene.standing(A)) == ("ready", "waiting")
    scene.do(cmd.AdmitAll(LEAD))
    assert scene.standing(A) == "admitted"


def test_a_facilitators_lost_connection_before_the_start_has_its_grace() -> None:
    scene = ready_scene(A).at(START - 20_000)
    scene.do(cmd.Disconnect(LEAD))
    scene.at(START + 60_000)
    assert (scene.phase, scene.standing(A)) == ("ready", "admitted")  # not live without a facilitator
    scene.do(cmd.Connect(LEAD, True))
    assert scene.phase == "live"
    scene = ready_scene(A).at(START - 20_000)
    scene.do(cmd.Disconnect(LEAD))
    scene.wait(90_000)
    assert (scene.phase, scene.standing(A)) == ("awaiting-facilitator", "waiting")


def test_without_a_facilitator_the_room_is_held_after_ninety_seconds_and_resumes_with_the_first_one_back() -> None:
    scene = live_scene(A, B)
    scene.do(cmd.UnmuteSelf(A))
    scene.do(cmd.Disconnect(LEAD))
    scene.wait(89_999)
    assert scene.phase == "live" and scene.rights(A).mic_open
    scene.wait(1)
    assert scene.phase == "held"
    assert not scene.rights(A).mic_open and not scene.rights(A).may_receive and scene.rights(A).may_connect
    scene.refuses(cmd.PostChat(A, MessageId("m_1"), "is anybody there"), Reason.WRONG_PHASE)
    scene.refuses(cmd.UnmuteSelf(B), Reason.WRONG_PHASE)
    scene.refuses(cmd.Rename(B, "I write by name"), Reason.WRONG_PHASE)
    scene.do(cmd.Connect(LEAD, True))
    assert scene.phase == "live" and scene.rights(A).mic_open


def test_a_held_room_ends_after_ten_minutes_with_the_reason() -> None:
    scene = live_scene(A)
    scene.do(cmd.Leave(LEAD))
    scene.wait(90_000 + 10 * MINUTE_MS - 1)
    assert scene.phase == "held"
    scene.wait(1)
    assert scene.phase == "ended"
    assert scene.state.phase.reason is EndReason.NO_FACILITATOR  # type: ignore[union-attr]


def test_a_co_facilitator_keeps_the_room_going() -> None:
    scene = live_scene(A)
    scene.leads(CO, Role.CO_FACILITATOR)
    scene.do(cmd.Leave(LEAD))
    scene.wait(20 * MINUTE_MS)
    assert scene.phase == "live"


def test_a_promoted_participant_leads_and_their_demotion_starts_the_grace() -> None:
    scene = live_scene(A)
    scene.do(cmd.Promote(LEAD, A))
    scene.do(cmd.Leave(LEAD))
    assert scene.state.last_facilitator_lost_at is None
    scene.do(cmd.Enter(LEAD, "Lead"))
    scene.do(cmd.Demote(LEAD, A))
    scene.do(cmd.Leave(LEAD))
    assert scene.state.last_facilitator_lost_at == scene.now


def test_a_co_facilitator_demoted_before_anybody_leads_waits_like_everybody() -> None:
    scene = open_scene()
    scene.leads()
    scene.admits(A)
    scene.do(cmd.Promote(LEAD, A))
    for person in (A, LEAD):
        scene.do(cmd.Disconnect(person))
    scene.wait(90_000)
    assert scene.phase == "doors-open" and scene.standing(A) == "admitted"
    scene.do(cmd.Demote(LEAD, A))  # asked for while the page still was there
    assert scene.standing(A) == "waiting"


def test_a_pause_silences_participants_and_the_resume_gives_back_exactly_what_was() -> None:
    scene = live_scene(A, B)
    for person in (A, B):
        scene.do(cmd.UnmuteSelf(person))
    scene.do(cmd.StartCamera(A))
    scene.do(cmd.UnmuteSelf(LEAD))
    scene.do(cmd.PauseRoom(LEAD))
    assert not scene.rights(A).mic_open and not scene.rights(A).camera_open and scene.rights(A).may_receive
    assert scene.rights(LEAD).mic_open
    scene.do(cmd.MuteSelf(B))  # closed by its owner meanwhile: stays closed
    scene.refuses(cmd.PostChat(LEAD, MessageId("m_1"), "a moment"), Reason.WRONG_PHASE)
    scene.refuses(cmd.RaiseHand(A), Reason.WRONG_PHASE)
    scene.refuses(cmd.Promote(LEAD, A), Reason.WRONG_PHASE)
    scene.do(cmd.ResumeRoom(LEAD))
    assert scene.rights(A).mic_open and scene.rights(A).camera_open and not scene.rights(B).mic_open


def test_in_a_pause_nobody_is_admitted_and_the_hard_acts_still_work() -> None:
    scene = live_scene(A, B)
    scene.waits(C)
    scene.do(cmd.PauseRoom(LEAD))
    scene.refuses(cmd.Admit(LEAD, (C,)), Reason.WRONG_PHASE)
    scene.do(cmd.Remove(LEAD, A, ""))
    scene.do(cmd.MuteParticipant(LEAD, B))
    scene.do(cmd.TakeBreak(B))
    scene.do(cmd.Leave(B))
    scene.do(cmd.EndSession(LEAD))


def test_a_paused_room_without_a_facilitator_is_held_and_resumes_where_it_was_going() -> None:
    scene = live_scene(A)
    scene.do(cmd.PauseRoom(LEAD))
    scene.do(cmd.Disconnect(LEAD))
    scene.wait(90_000)
    assert scene.phase == "held"
    scene.do(cmd.Connect(LEAD, True))
    assert scene.phase == "live"


def test_a_room_closes_before_its_end_and_ends_with_the_overrun() -> None:
    scene = live_scene(A)
    assert scene.at(END - 10 * MINUTE_MS - 1).phase == "live"
    assert scene.at(END - 10 * MINUTE_MS).phase == "closing"
    assert scene.at(END + 15 * MINUTE_MS - 1).phase == "closing"
    assert scene.at(END + 15 * MINUTE_MS).phase == "ended"
    assert scene.state.phase.reason is EndReason.TIME_IS_UP  # type: ignore[union-attr]


def test_a_short_session_is_not_closing_from_the_first_minute() -> None:
    scene = live_scene(closing_ms=90 * MINUTE_MS)
    assert scene.phase == "live"
    assert scene.at((START + END) // 2).phase == "closing"


@pytest.mark.parametrize("rest", ["paused", "held"])
def test_a_room_that_rested_past_its_closing_resumes_closing(rest: str) -> None:
    scene = live_scene(A, hold_limit_ms=60 * MINUTE_MS).at(END - 12 * MINUTE_MS)
    if rest == "paused":
        scene.do(cmd.PauseRoom(LEAD))
    else:
        scene.do(cmd.Leave(LEAD))
    scene.wait(5 * MINUTE_MS)
    assert scene.phase == rest
    scene.do(cmd.ResumeRoom(LEAD) if rest == "paused" else cmd.Enter(LEAD, "Lead"))
    assert scene.phase == "closing"


@pytest.mark.parametrize("rest", [cmd.PauseRoom(LEAD), cmd.Leave(LEAD)], ids=["paused", "held"])
def test_a_room_that_rests_still_ends_in_time(rest: cmd.Command) -> None:
    scene = live_scene(A, hold_limit_ms=600 * MINUTE_MS)
    scene.do(rest)
    assert scene.at(END + 15 * MINUTE_MS).phase == "ended"


def test_extending_goes_back_to_live_and_gives_the_cues_again() -> None:
    scene = live_scene(A).at(END - 10 * MINUTE_MS)
    assert scene.phase == "closing"
    scene.do(cmd.Extend(LEAD, 10))
    assert scene.phase == "live"
    assert scene.inside(A).status.ends_at == END + 10 * MINUTE_MS
    scene.wait(10 * MINUTE_MS - 1)
    assert ev.MinutesLeft(10) in scene.wait(1)


def test_extending_in_the_overrun_counts_from_now() -> None:
    scene = live_scene(A).at(END + 12 * MINUTE_MS)
    scene.do(cmd.Extend(LEAD, 10))
    assert scene.state.settings.schedule.end_at == END + 22 * MINUTE_MS


@pytest.mark.parametrize("minutes", [0, -5, 61])
def test_extending_is_bounded(minutes: int) -> None:
    live_scene().refuses(cmd.Extend(LEAD, minutes), Reason.NOT_PERMITTED)


def test_facilitators_are_told_ten_five_and_one_minute_before_the_end() -> None:
    scene = live_scene(A)
    told = [scene.at(END - minutes * MINUTE_MS).state.cues_given for minutes in (11, 10, 6, 5, 1, 0)]
    assert told == [(), (10,), (10,), (10, 5), (10, 5, 1), (10, 5, 1)]


def test_a_cue_that_would_be_untrue_is_not_given() -> None:
    scene = live_scene(A).at(END - 4 * MINUTE_MS)
    events = scene.do(cmd.Extend(LEAD, 2))  # six minutes left: neither ten nor, again, more than that
    assert not any(isinstance(event, ev.MinutesLeft) for event in events)
    assert scene.state.cues_given == (10,)


def test_a_cue_reaches_facilitators_and_nobody_else() -> None:
    scene = live_scene(A)
    scene.now = END - 10 * MINUTE_MS  # type: ignore[assignment]
    recorded = scene.room.advance(scene.now)
    assert TimeLeft(10) in [n for each in recorded for n in notices_for(each, scene.state, LEAD)]
    assert [n for each in recorded for n in notices_for(each, scene.state, A)] == []


def test_the_end_is_for_everybody_and_erases_every_word() -> None:
    scene = live_scene(A)
    scene.waits(B)
    scene.do(cmd.PostChat(A, MessageId("m_1"), "thank you all"))
    scene.do(cmd.SendNote(B, B, MessageId("m_2"), "may I come in"))
    scene.do(cmd.EndSession(LEAD))
    for person in (LEAD, A, B):
        assert scene.view(person) == OutcomeView(OutcomeKind.ENDED, may_knock_again=False)
    stored = repr(scene.state)
    assert "thank you" not in stored and "come in" not in stored and "Lead" not in stored
    assert scene.room.next_deadline() is None
    for ask in (
        cmd.Knock(A, "Ann"),
        cmd.UnmuteSelf(A),
        cmd.PostChat(A, MessageId("m_3"), "hello"),
        cmd.Enter(LEAD, "Lead"),
    ):
        scene.refuses(ask, Reason.ENDED)
    assert scene.do(cmd.Connect(A, True)) == []


def test_a_session_may_be_moved_until_its_doors_open() -> None:
    scene = Scene()
    was = scene.state.settings
    doors = Instant(was.schedule.doors_at + 60 * MINUTE_MS)
    later = replace(was, schedule=Schedule(doors, Instant(doors + MINUTE_MS), Instant(doors + 61 * MINUTE_MS)))
    assert scene.do(cmd.Reschedule(HOST, later)) == [ev.Rescheduled(later)]
    assert scene.do(cmd.Reschedule(HOST, later)) == []
    scene.at(was.schedule.doors_at)
    assert scene.phase == "scheduled"
    scene.at(doors)
    assert scene.phase == "doors-open"
    scene.refuses(cmd.Reschedule(HOST, was), Reason.WRONG_PHASE)
    assert scene.state.settings == later


def test_the_host_cancels_before_it_is_live_and_ends_it_after() -> None:
    scene = ready_scene(A)
    scene.do(cmd.CancelSession(HOST))
    assert scene.phase == "canceled"
    assert scene.view(A) == OutcomeView(OutcomeKind.CANCELED, may_knock_again=False)
    assert scene.do(cmd.CancelSession(HOST)) == []
    for running in (live_scene(A), _paused(A), _held(A)):
        running.do(cmd.CancelSession(HOST))
        assert running.state.phase == Ended(running.now, EndReason.BY_HOST)
        assert running.view(A) == OutcomeView(OutcomeKind.ENDED, may_knock_again=False)
        assert running.rights(A) == running.rights(LEAD) == NO_MEDIA
        running.refuses(cmd.CancelSession(HOST), Reason.ENDED)


def _paused(*people: PersonId) -> Scene:
    scene = live_scene(*people)
    scene.do(cmd.PauseRoom(LEAD))
    return scene


def _held(*people: PersonId) -> Scene:
    scene = live_scene(*people)
    scene.do(cmd.Leave(LEAD))
    scene.wait(scene.state.settings.lost_grace_ms)
    assert scene.phase == "held"
    return scene


def test_a_room_that_slept_through_everything_tells_it_in_order() -> None:
    """After a crash the next owner advances once and gets the same events, each at its own instant."""
    scene = live_scene(A)
    scene.do(cmd.Disconnect(LEAD))
    lost = scene.now
    recorded = scene.room.advance(type(lost)(lost + 24 * 60 * MINUTE_MS))
    assert [(each.at - lost, type(each.event).__name__) for each in recorded] == [
        (10_000, "SeatQuieted"),
        (90_000, "PhaseChanged"),
        (120_000, "PersonLeft"),
        (690_000, "PhaseChanged"),
        (690_000, "ChatErased"),
    ]


def test_a_clock_that_goes_back_ends_nothing_and_lets_nobody_in() -> None:
    """reliability.md F6: expired stays expired, removed stays removed, nobody is dropped."""
    scene = live_scene(A, B)
    scene.do(cmd.Remove(LEAD, B, ""))
    scene.now = Instant(scene.now - 24 * 60 * MINUTE_MS)
    assert scene.room.advance(scene.now) == ()
    scene.refuses(cmd.Knock(B, "Bo"), Reason.REMOVED)
    scene.do(cmd.UnmuteSelf(A))
    assert scene.phase == "live"
    scene.do(cmd.EndSession(LEAD))
    scene.now = Instant(0)
    assert scene.room.advance(scene.now) == ()
    scene.refuses(cmd.Enter(LEAD, "Lead"), Reason.ENDED)


def test_participants_who_had_a_seat_are_counted_and_nobody_else() -> None:
    scene = live_scene(A, B)
    assert participants_who_came(scene.state) == 2
    scene.waits(C)
    scene.do(cmd.Leave(A))
    scene.do(cmd.Remove(LEAD, B, ""))
    assert participants_who_came(scene.state) == 2, "who only waits has not come, who left or was removed has"
    scene.do(cmd.Admit(LEAD, (C,)))
    scene.do(cmd.Promote(LEAD, C))
    assert participants_who_came(scene.state) == 3, "who was asked to lead came as a participant"
