"""The door: guidelines, knocking, waiting, admission, and what each of them tells."""

import pytest

from rooms.ids import MessageId, PersonId
from rooms.live import commands as cmd
from rooms.live import events as ev
from rooms.live.audience import notices_for
from rooms.live.settings import MINUTE_MS, ChatPolicy
from rooms.live.views import Arrival, Knocked, LinkOpenedTwice, NoteArrived, OutcomeKind, OutcomeView, OutsideView
from rooms.refusals import Reason
from rooms.roles import Role
from tests.rooms.scene import CO, LEAD, START, A, B, C, D, Scene, live_scene, open_scene, ready_scene


def test_before_doors_nobody_can_knock_and_nothing_is_open() -> None:
    scene = Scene()
    scene.meets(A)
    scene.do(cmd.AcceptGuidelines(A, 1))
    scene.refuses(cmd.Knock(A, "Ann"), Reason.NOT_OPEN_YET)
    assert scene.view(A) == OutsideView(Arrival.NOT_OPEN, guidelines_accepted=True, doors_open=False)


def test_guidelines_of_this_version_come_before_the_waiting_room() -> None:
    scene = open_scene(guidelines_version=2)
    scene.meets(A)
    scene.refuses(cmd.Knock(A, "Ann"), Reason.GUIDELINES_NOT_ACCEPTED)
    scene.refuses(cmd.AcceptGuidelines(A, 1), Reason.GUIDELINES_NOT_ACCEPTED)
    scene.do(cmd.AcceptGuidelines(A, 2))
    scene.do(cmd.Knock(A, "Ann"))
    assert scene.standing(A) == "waiting"


def test_a_waiting_person_sees_their_own_status_and_no_more() -> None:
    scene = ready_scene(waiting_message="Breathe out slowly.")
    scene.waits(A, B)
    scene.do(cmd.MessageWaiting(LEAD, "Five more minutes."))
    view = scene.waiting_view(A)
    assert (view.alias, view.waiting_message, view.notice) == ("A", "Breathe out slowly.", "Five more minutes.")
    assert view.arrival is Arrival.FACILITATOR_IS_HERE
    assert not scene.rights(A).may_connect


def test_knocking_again_while_waiting_changes_only_the_name() -> None:
    scene = open_scene()
    scene.waits(A)
    since = scene.place(A).since
    scene.wait(1_000)
    assert scene.do(cmd.Knock(A, "A")) == []
    scene.do(cmd.Knock(A, "Anna"))
    assert (scene.state.people[A].alias, scene.place(A).since) == ("Anna", since)


def test_a_knock_is_told_to_facilitators_only() -> None:
    scene = live_scene(A)
    scene.meets(B)
    scene.do(cmd.AcceptGuidelines(B, 1))
    recorded = scene.room.handle(cmd.Knock(B, "Bo"), scene.now)
    assert [n for each in recorded for n in notices_for(each, scene.state, LEAD)] == [Knocked("Bo")]
    assert [n for each in recorded for n in notices_for(each, scene.state, A)] == []


def test_nobody_is_admitted_while_nobody_leads() -> None:
    scene = open_scene()
    scene.waits(A)
    scene.leads()
    assert scene.phase == "ready"
    assert scene.standing(A) == "waiting"  # features R2


def test_admit_some_passes_over_those_who_went() -> None:
    scene = ready_scene()
    scene.waits(A, B)
    scene.do(cmd.Leave(A))
    scene.do(cmd.Admit(LEAD, (A, B)))
    assert (scene.standing(A), scene.standing(B)) == ("left", "admitted")
    scene.refuses(cmd.Admit(LEAD, (A,)), Reason.WRONG_STANDING)


def test_admit_all_leaves_out_whom_a_facilitator_asked_to_hold_on() -> None:
    scene = ready_scene()
    scene.waits(A, B)
    scene.do(cmd.HoldWaiting(LEAD, A, "One moment, please."))
    assert scene.waiting_view(A).held_message == "One moment, please."
    scene.do(cmd.AdmitAll(LEAD))
    assert (scene.standing(A), scene.standing(B)) == ("waiting", "admitted")
    scene.do(cmd.Admit(LEAD, (A,)))
    assert scene.standing(A) == "admitted"


def test_a_full_room_takes_as_many_as_have_seats_in_order_of_arrival() -> None:
    scene = ready_scene(max_participants=2)
    scene.waits(C)
    scene.wait(1)
    scene.waits(A)
    scene.wait(1)
    scene.waits(B)
    scene.do(cmd.AdmitAll(LEAD))
    assert [scene.standing(p) for p in (C, A, B)] == ["admitted", "admitted", "waiting"]
    scene.refuses(cmd.Admit(LEAD, (B,)), Reason.ROOM_FULL)


def test_the_hard_cap_never_keeps_a_facilitator_out() -> None:
    scene = live_scene(A, max_people=2)
    scene.waits(B)
    scene.refuses(cmd.Admit(LEAD, (B,)), Reason.ROOM_FULL)
    scene.leads(CO, Role.CO_FACILITATOR)
    assert scene.standing(CO) == "admitted"


def test_a_full_waiting_room_says_so() -> None:
    scene = open_scene(max_waiting=1)
    scene.waits(A)
    scene.meets(B)
    scene.do(cmd.AcceptGuidelines(B, 1))
    scene.refuses(cmd.Knock(B, "Bo"), Reason.WAITING_ROOM_FULL)


def test_after_the_cut_off_only_those_who_were_in_may_return() -> None:
    scene = live_scene(A)
    scene.waits(C)
    scene.do(cmd.Leave(A))
    scene.meets(B)
    scene.do(cmd.AcceptGuidelines(B, 1))
    scene.at(START + 10 * MINUTE_MS)
    scene.refuses(cmd.Knock(B, "Bo"), Reason.TOO_LATE)
    scene.do(cmd.Knock(A, "Ann"))
    assert scene.waiting_view(A).was_here
    assert scene.standing(C) == "waiting"  # came in time, waits on


def test_the_cut_off_can_be_switched_off() -> None:
    scene = live_scene(late_cutoff_ms=None).at(START + 40 * MINUTE_MS)
    scene.waits(A)
    lead = scene.inside(LEAD).lead
    assert lead is not None and lead.waiting[0].late_min == 40


def test_a_locked_entry_keeps_new_people_out_and_lets_the_others_return() -> None:
    scene = live_scene(A)
    scene.do(cmd.LockEntry(LEAD))
    scene.do(cmd.Leave(A))
    scene.do(cmd.Knock(A, "Ann"))
    scene.meets(B)
    scene.do(cmd.AcceptGuidelines(B, 1))
    scene.refuses(cmd.Knock(B, "Bo"), Reason.ENTRY_LOCKED)
    scene.do(cmd.UnlockEntry(LEAD))
    scene.do(cmd.Knock(B, "Bo"))


def test_in_closing_only_those_who_were_in_come_in() -> None:
    scene = live_scene(A, late_cutoff_ms=None)
    scene.waits(B)
    scene.do(cmd.Leave(A))
    scene.do(cmd.BeginClosing(LEAD))
    scene.do(cmd.Knock(A, "Ann"))
    scene.do(cmd.AdmitAll(LEAD))
    assert (scene.standing(A), scene.standing(B)) == ("admitted", "waiting")
    scene.refuses(cmd.Admit(LEAD, (B,)), Reason.TOO_LATE)


def test_declined_is_final_until_readmitted_and_says_nothing_of_the_room() -> None:
    scene = ready_scene()
    scene.waits(A)
    scene.do(cmd.Decline(LEAD, A, "not today"))
    assert scene.view(A) == OutcomeView(OutcomeKind.DECLINED, may_knock_again=False)
    scene.refuses(cmd.Knock(A, "Other"), Reason.DECLINED)
    scene.do(cmd.Readmit(LEAD, A))
    scene.do(cmd.Knock(A, "Ann"))
    assert not scene.waiting_view(A).was_here


def test_sent_back_keeps_the_hand_and_waits_for_a_facilitator() -> None:
    scene = live_scene(A, B)
    scene.do(cmd.RaiseHand(A))
    scene.wait(5)
    scene.do(cmd.RaiseHand(B))
    scene.do(cmd.SendBack(LEAD, A))
    assert scene.waiting_view(A).was_here and scene.waiting_view(A).is_held
    scene.refuses(cmd.AdmitAll(LEAD), Reason.WRONG_STANDING)
    scene.do(cmd.Admit(LEAD, (A,)))
    assert {p.id: p.hand for p in scene.inside(LEAD).people} == {A: 1, B: 2, LEAD: None}


def test_notes_go_between_one_waiting_person_and_the_facilitators() -> None:
    scene = live_scene(B)
    scene.waits(A, C)
    assert scene.notices(cmd.SendNote(A, A, MessageId("m_1"), "I am nervous"), LEAD) == [NoteArrived("A")]
    scene.do(cmd.SendNote(LEAD, A, MessageId("m_2"), "Take your time"))
    notes = scene.waiting_view(A).notes
    assert [(n.is_from_facilitator, n.text) for n in notes] == [(False, "I am nervous"), (True, "Take your time")]
    assert scene.waiting_view(C).notes == ()
    assert "nervous" not in repr(scene.view(B))
    scene.refuses(cmd.SendNote(C, A, MessageId("m_3"), "hello"), Reason.NOT_PERMITTED)


def test_a_thread_of_notes_keeps_the_newest_ten() -> None:
    scene = open_scene()
    scene.waits(A)
    for number in range(60):
        scene.do(cmd.SendNote(A, A, MessageId(f"m_{number}"), f"line {number}"))
    texts = [note.text for note in scene.waiting_view(A).notes]
    assert (len(texts), texts[0], texts[-1]) == (10, "line 50", "line 59")


def test_a_thread_of_notes_keeps_four_kilobytes_at_most() -> None:
    scene = open_scene()
    scene.waits(A)
    for number in range(5):
        scene.do(cmd.SendNote(A, A, MessageId(f"m_{number}"), str(number) + chr(0x1F600) * 499))
    assert [note.text[0] for note in scene.waiting_view(A).notes] == ["3", "4"]


def test_a_waiting_place_is_held_for_a_lost_connection_and_then_given_up() -> None:
    scene = ready_scene()
    scene.waits(A)
    scene.do(cmd.Disconnect(A))
    scene.wait(119_999)
    assert scene.standing(A) == "waiting"
    scene.do(cmd.Connect(A, True))
    scene.do(cmd.Disconnect(A))
    scene.wait(120_000)
    assert scene.standing(A) == "left"
    assert scene.view(A) == OutcomeView(OutcomeKind.LEFT, may_knock_again=True)


def test_a_waiting_name_is_told_apart_for_facilitators_and_not_for_its_owner() -> None:
    """ "Sam 2" in the waiting room would tell them of a Sam inside (features R1)."""
    scene = live_scene(A)
    scene.do(cmd.Rename(A, "Sam"))
    scene.waits(B, C)
    scene.do(cmd.Knock(B, "sam"))
    scene.do(cmd.Knock(C, "Sam"))
    lead = scene.inside(LEAD).lead
    assert lead is not None
    assert [entry.alias for entry in lead.waiting] == ["sam 2", "Sam 3"]
    assert (scene.waiting_view(B).alias, scene.waiting_view(C).alias) == ("sam", "Sam")
    scene.do(cmd.Admit(LEAD, (B, C)))
    assert [p.alias for p in scene.inside(A).people] == ["Sam", "Lead", "sam 2", "Sam 3"]


def test_a_role_comes_with_the_link_and_never_falls_by_another_one() -> None:
    scene = open_scene()
    scene.meets(CO, Role.CO_FACILITATOR)
    scene.do(cmd.Introduce(CO, Role.PARTICIPANT, "Co"))
    assert scene.state.people[CO].role is Role.CO_FACILITATOR
    scene.meets(A)
    scene.refuses(cmd.Enter(A, "Ann"), Reason.NOT_PERMITTED)


def test_somebody_promoted_who_left_walks_in_again_by_the_knock_their_page_knows() -> None:
    scene = live_scene(A)
    scene.do(cmd.Promote(LEAD, A))
    scene.do(cmd.Leave(A))
    scene.do(cmd.Knock(A, "Ann"))
    assert scene.standing(A) == "admitted"


def test_passers_by_keep_nobody_out_however_many_they_are() -> None:
    scene = open_scene()
    for number in range(1_200):
        person = PersonId(f"p{number}")
        scene.meets(person)
        if number % 2:
            scene.do(cmd.AcceptGuidelines(person, 1))
        if number % 4 == 3:
            scene.do(cmd.Knock(person, "Somebody"))
            scene.do(cmd.Leave(person))
        scene.do(cmd.Disconnect(person))
    scene.waits(A)
    assert len(scene.state.people) == 500
    assert scene.standing(A) == "waiting"


def test_the_one_who_looked_in_longest_ago_is_forgotten_first_and_may_come_again() -> None:
    scene = open_scene(max_known=3)
    for person in (A, B, C):
        scene.meets(person)
    scene.do(cmd.Disconnect(B))
    scene.do(cmd.Disconnect(C))
    assert scene.do(cmd.Introduce(D, Role.PARTICIPANT, "Dee"))[0] == ev.PersonForgotten(B)
    assert list(scene.state.people) == [A, C, D]
    scene.meets(B)
    assert list(scene.state.people) == [A, D, B]


def test_who_was_inside_or_judged_or_waits_is_never_forgotten() -> None:
    scene = live_scene(A, B, max_known=6)
    scene.do(cmd.Remove(LEAD, A, ""))
    scene.do(cmd.Leave(B))
    scene.waits(C, D)
    scene.do(cmd.Decline(LEAD, C, ""))
    scene.meets(CO, Role.CO_FACILITATOR)
    for person in (A, B, C, D, CO):
        scene.do(cmd.Disconnect(person))
    newcomer = PersonId("newcomer")
    scene.refuses(cmd.Introduce(newcomer, Role.PARTICIPANT, "New"), Reason.WAITING_ROOM_FULL)
    scene.do(cmd.Introduce(newcomer, Role.PARTICIPANT, "New", has_link=True))
    scene.do(cmd.Connect(newcomer, True))
    scene.do(cmd.Introduce(PersonId("lead2"), Role.FACILITATOR, "Lead"))
    assert set(scene.state.people) >= {A, B, C, D, CO, newcomer}


def test_who_lost_the_connection_keeps_a_place_and_keeps_nobody_out_of_the_waiting_room() -> None:
    scene = open_scene(max_waiting=1)
    scene.waits(A)
    scene.do(cmd.Disconnect(A))
    scene.waits(B)
    assert (scene.standing(A), scene.standing(B)) == ("waiting", "waiting")
    scene.do(cmd.Connect(A, True))
    assert scene.standing(A) == "waiting"


def test_somebody_the_room_does_not_know_stands_outside() -> None:
    scene = live_scene()
    assert scene.view(D) == OutsideView(Arrival.FACILITATOR_IS_HERE, guidelines_accepted=False, doors_open=True)
    scene.refuses(cmd.Knock(D, "Dee"), Reason.UNKNOWN_PERSON)
    scene.refuses(cmd.Connect(D, True), Reason.UNKNOWN_PERSON)


@pytest.mark.parametrize(
    "ask",
    [
        cmd.Admit(A, (B,)),
        cmd.AdmitAll(A),
        cmd.Decline(A, B, ""),
        cmd.HoldWaiting(A, PersonId("nobody"), ""),
        cmd.MuteParticipant(A, PersonId("nobody")),
        cmd.Remove(A, B, ""),
        cmd.Readmit(A, PersonId("nobody")),
        cmd.StopShare(A, PersonId("nobody")),
        cmd.LowerHand(A, PersonId("nobody")),
        cmd.LockEntry(A),
        cmd.EndSession(A),
        cmd.SetChatPolicy(A, ChatPolicy.OFF),
        cmd.MessageWaiting(A, "hello"),
    ],
    ids=lambda ask: type(ask).__name__,
)
def test_a_participant_who_asks_for_a_facilitators_act_learns_only_no(ask: cmd.Command) -> None:
    scene = live_scene(A)
    scene.waits(B)
    scene.refuses(ask, Reason.NOT_PERMITTED)


def test_a_link_in_a_second_browser_is_told_to_those_who_lead() -> None:
    scene = open_scene()
    scene.leads()
    scene.waits(A)
    assert scene.notices(cmd.FlagLink(A), LEAD) == [LinkOpenedTwice("A")]
    assert scene.notices(cmd.FlagLink(A), A) == []
    scene.do(cmd.Disconnect(A))
    assert scene.do(cmd.FlagLink(A)) == []
