"""What people inside see of each other, and what they do not."""

from typing import get_args

from rooms.live import commands as cmd
from rooms.live import events as ev
from rooms.live.settings import MINUTE_MS
from rooms.live.views import Presence
from rooms.refusals import Reason
from rooms.roles import Role
from tests.rooms.scene import CO, LEAD, START, A, B, C, live_scene, ready_scene


def test_to_peers_a_lost_connection_is_a_break_and_facilitators_see_the_difference() -> None:
    scene = live_scene(A, B)
    scene.do(cmd.UnmuteSelf(A))
    scene.do(cmd.StartCamera(A))
    scene.do(cmd.Disconnect(A))
    [to_peer] = [p for p in scene.inside(B).people if p.id == A]
    [to_lead] = [p for p in scene.inside(LEAD).people if p.id == A]
    assert (to_peer.presence, to_peer.is_muted, to_peer.camera_on) == (Presence.BREAK, True, False)
    assert (to_lead.presence, to_lead.is_muted, to_lead.camera_on) == (Presence.RECONNECTING, False, True)


def test_a_lost_seat_is_held_two_minutes_with_hand_and_role() -> None:
    scene = live_scene(A)
    scene.do(cmd.Promote(LEAD, A))
    scene.do(cmd.RaiseHand(A))
    scene.do(cmd.Disconnect(A))
    scene.wait(119_999)
    scene.do(cmd.Connect(A, True))
    [me] = [p for p in scene.inside(A).people if p.id == A]
    assert (me.hand, me.role, me.presence) == (1, Role.CO_FACILITATOR, Presence.PRESENT)
    scene.do(cmd.Disconnect(A))
    scene.wait(120_000)
    assert scene.standing(A) == "left"


def test_hands_are_numbered_in_the_order_they_went_up() -> None:
    scene = live_scene(A, B, C)
    for person in (C, A, B):
        scene.wait(10)
        scene.do(cmd.RaiseHand(person))
    scene.do(cmd.LowerHand(LEAD, A))
    assert {p.id: p.hand for p in scene.inside(A).people} == {A: None, B: 2, C: 1, LEAD: None}
    scene.refuses(cmd.LowerHand(B, C), Reason.NOT_PERMITTED)
    scene.do(cmd.LowerHand(C, C))
    assert {p.id: p.hand for p in scene.inside(A).people}[B] == 1


def test_the_list_of_people_keeps_its_order_and_contains_oneself() -> None:
    scene = live_scene(B, A)
    before = [p.id for p in scene.inside(A).people]
    scene.do(cmd.RaiseHand(B))
    scene.do(cmd.UnmuteSelf(A))
    scene.wait(1)
    scene.leads(CO, Role.CO_FACILITATOR)
    assert [p.id for p in scene.inside(A).people] == [*before, CO]
    assert scene.inside(A).me.id == A


def test_only_those_who_lead_see_the_waiting_list_and_what_was_closed() -> None:
    scene = live_scene(A, B)
    scene.waits(C)
    scene.do(cmd.MuteParticipant(LEAD, B))
    scene.do(cmd.MuteText(LEAD, B))
    assert scene.inside(A).lead is None
    lead = scene.inside(LEAD).lead
    assert lead is not None and [entry.id for entry in lead.waiting] == [C]
    [of_b] = [p for p in lead.people if p.id == B]
    assert (of_b.muted_by_facilitator, of_b.camera_stopped, of_b.is_text_muted) == (True, False, True)
    assert "muted_by_facilitator" not in repr(scene.inside(A).people)


def test_late_minutes_count_from_the_start() -> None:
    scene = live_scene().at(START + 7 * MINUTE_MS + 59_000)
    scene.waits(A)
    lead = scene.inside(LEAD).lead
    assert lead is not None and lead.waiting[0].late_min == 7


def test_in_a_ready_room_people_see_each_other_and_the_phase() -> None:
    scene = ready_scene(A, B)
    view = scene.inside(A)
    assert (view.status.phase, view.status.starts_at) == ("ready", START)
    assert {p.id for p in view.people} == {A, B, LEAD}


def test_a_new_name_is_seen_by_all_and_told_apart() -> None:
    scene = live_scene(A, B)
    scene.do(cmd.Rename(A, "Robin"))
    scene.do(cmd.Rename(B, " robin  "))
    assert [p.alias for p in scene.inside(LEAD).people if p.id in (A, B)] == ["Robin", "robin 2"]
    assert scene.do(cmd.Rename(A, "Robin")) == []


def test_every_event_is_either_hidden_from_peers_or_meant_for_them() -> None:
    """A new event type must be sorted here and in tests/rooms/checks/knowing.py before it can reach anybody."""
    meant_for_all = {
        ev.PersonAdmitted,
        ev.PersonSentBack,
        ev.BreakTaken,
        ev.BreakEnded,
        ev.HandRaised,
        ev.HandLowered,
        ev.SelfMuted,
        ev.SelfUnmuted,
        ev.CameraStarted,
        ev.CameraEnded,
        ev.CamerasLocked,
        ev.CamerasUnlocked,
        ev.ShareStarted,
        ev.ShareStopped,
        ev.PhaseChanged,
        ev.Rescheduled,
        ev.EndMoved,
        ev.ChatDeleted,
        ev.ChatErased,
        ev.ChatPolicySet,
    }
    by_circumstance = {
        ev.PersonIntroduced,
        ev.PersonRemoved,
        ev.PersonLeft,
        ev.PersonConnected,
        ev.PersonDisconnected,
        ev.PersonRenamed,
        ev.RoleChanged,
        ev.ParticipantMuted,
        ev.CameraStopped,
        ev.ChatPosted,
    }
    hidden = {
        ev.PersonForgotten,
        ev.SeatQuieted,
        ev.GuidelinesAccepted,
        ev.PersonKnocked,
        ev.WaitingHeld,
        ev.NoteSent,
        ev.WaitingMessaged,
        ev.PersonDeclined,
        ev.PersonReadmitted,
        ev.UnmuteAllowed,
        ev.UnmuteAsked,
        ev.CameraAllowed,
        ev.EntryLocked,
        ev.EntryUnlocked,
        ev.MinutesLeft,
        ev.BackupsPaged,
        ev.LastFacilitatorLost,
        ev.FacilitatorBack,
        ev.TextMuted,
        ev.TextAllowed,
        ev.LinkFlagged,
    }
    assert meant_for_all | by_circumstance | hidden == set(get_args(ev.Event))
    assert len(meant_for_all) + len(by_circumstance) + len(hidden) == len(get_args(ev.Event))
