"""Out, and out for the session: by person, whatever they try. And who may do it to whom (docs/adr/0003)."""

import pytest

from rooms.ids import MessageId
from rooms.live import commands as cmd
from rooms.live.views import OutcomeKind, OutcomeView
from rooms.refusals import Reason
from rooms.roles import Role
from tests.rooms.scene import CO, LEAD, A, B, C, Scene, live_scene

OTHER_LEAD = type(LEAD)("other-lead")


def with_co() -> Scene:
    scene = live_scene(A, B)
    scene.leads(CO, Role.CO_FACILITATOR)
    return scene


@pytest.mark.parametrize(
    "route",
    [
        cmd.Knock(A, "A"),
        cmd.Knock(A, "Somebody Else"),
        cmd.AcceptGuidelines(A, 1),
        cmd.Rename(A, "Somebody Else"),
        cmd.UnmuteSelf(A),
        cmd.PostChat(A, MessageId("m_1"), "hello"),
        cmd.SendNote(A, A, MessageId("m_1"), "please"),
        cmd.ReturnFromBreak(A),
    ],
    ids=lambda route: type(route).__name__,
)
def test_no_route_leads_back_after_a_removal(route: cmd.Command) -> None:
    scene = live_scene(A)
    scene.do(cmd.Remove(LEAD, A, "for the record only"))
    assert scene.view(A) == OutcomeView(OutcomeKind.REMOVED, may_knock_again=False)
    assert not scene.rights(A).may_connect
    scene.refuses(route, Reason.REMOVED)
    scene.do(cmd.Disconnect(A))
    scene.do(cmd.Connect(A, False))
    scene.do(cmd.Introduce(A, Role.CO_FACILITATOR, "A"))
    scene.refuses(cmd.Enter(A, "A"), Reason.REMOVED)
    assert scene.standing(A) == "removed"


def test_the_reason_of_a_removal_is_shown_to_nobody_and_kept_nowhere() -> None:
    scene = live_scene(A, B)
    events = scene.do(cmd.Remove(LEAD, A, "for the record only"))
    assert "for the record" in repr(events)
    assert "for the record" not in repr([scene.view(p) for p in (LEAD, A, B)]) + repr(scene.state)


def test_a_removed_person_is_not_told_when_the_session_ended() -> None:
    scene = live_scene(A)
    scene.do(cmd.Remove(LEAD, A, ""))
    before = scene.view(A)
    scene.do(cmd.EndSession(LEAD))
    assert scene.view(A) == before


def test_somebody_who_left_or_has_not_come_can_be_kept_out() -> None:
    scene = live_scene(A)
    scene.do(cmd.Leave(A))
    scene.meets(B)
    for person in (A, B):
        scene.do(cmd.Remove(LEAD, person, ""))
        scene.refuses(cmd.Knock(person, "Ann"), Reason.REMOVED)


def test_readmitted_they_may_knock_again_and_get_no_seat_by_it() -> None:
    scene = live_scene(A, B)
    scene.do(cmd.Remove(LEAD, A, ""))
    lead = scene.inside(LEAD).lead
    assert lead is not None and [(entry.id, entry.kind) for entry in lead.out] == [(A, OutcomeKind.REMOVED)]
    scene.refuses(cmd.Readmit(B, A), Reason.NOT_PERMITTED)
    scene.do(cmd.Readmit(LEAD, A))
    assert scene.standing(A) == "left"
    scene.do(cmd.Knock(A, "Ann"))
    assert scene.waiting_view(A).was_here
    scene.refuses(cmd.Readmit(LEAD, A), Reason.WRONG_STANDING)


def test_removal_ends_a_promotion() -> None:
    scene = live_scene(A)
    scene.do(cmd.Promote(LEAD, A))
    scene.do(cmd.Remove(LEAD, A, ""))
    scene.do(cmd.Readmit(LEAD, A))
    scene.refuses(cmd.Enter(A, "Ann"), Reason.NOT_PERMITTED)


def test_nobody_puts_a_facilitator_out() -> None:
    scene = with_co()
    scene.leads(OTHER_LEAD)
    for by in (CO, OTHER_LEAD):
        scene.refuses(cmd.Remove(by, LEAD, ""), Reason.NOT_PERMITTED)
        scene.refuses(cmd.Demote(by, LEAD), Reason.NOT_PERMITTED)
        scene.refuses(cmd.SendBack(by, LEAD), Reason.NOT_PERMITTED)
    scene.refuses(cmd.Remove(LEAD, LEAD, ""), Reason.NOT_PERMITTED)
    scene.do(cmd.Remove(LEAD, CO, ""))


def test_a_co_facilitator_by_link_is_not_demoted_and_a_promoted_one_is() -> None:
    scene = with_co()
    scene.refuses(cmd.Demote(LEAD, CO), Reason.NOT_PERMITTED)
    scene.do(cmd.Promote(LEAD, A))
    assert scene.inside(A).lead is not None
    scene.refuses(cmd.Promote(LEAD, A), Reason.WRONG_STANDING)
    scene.do(cmd.Demote(CO, A))
    assert scene.state.people[A].role is Role.PARTICIPANT
    scene.refuses(cmd.Demote(LEAD, A), Reason.WRONG_STANDING)


def test_a_facilitator_has_rights_only_inside() -> None:
    scene = with_co()
    scene.do(cmd.Leave(CO))
    scene.refuses(cmd.MuteAll(CO), Reason.NOT_ADMITTED)
    scene.refuses(cmd.Remove(CO, A, ""), Reason.NOT_ADMITTED)
    scene.waits(C)
    scene.refuses(cmd.Admit(CO, (C,)), Reason.NOT_ADMITTED)
