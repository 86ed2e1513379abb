"""Others close, only oneself opens; what facilitators closed stays so until they give it back (docs/CLOSURES.md)."""

import pytest

from rooms.ids import MessageId
from rooms.live import commands as cmd
from rooms.live.settings import SharePolicy
from rooms.live.views import AskedToUnmute, YouMayUnmute, YourCameraWasStopped, YouWereMuted
from rooms.refusals import Reason
from rooms.roles import Role
from tests.rooms.scene import CO, LEAD, A, B, Scene, live_scene, ready_scene


def speaking_scene() -> Scene:
    scene = live_scene(A, B)
    scene.do(cmd.UnmuteSelf(A))
    scene.do(cmd.StartCamera(A))
    return scene


def test_everybody_joins_muted_with_the_camera_off() -> None:
    scene = live_scene(A)
    rights = scene.rights(A)
    assert rights.may_connect and rights.may_receive
    assert not (rights.mic_open or rights.camera_open or rights.screen_open)


def test_a_facilitators_mute_holds_until_they_allow_and_the_owner_unmutes() -> None:
    scene = speaking_scene()
    assert scene.notices(cmd.MuteParticipant(LEAD, A), A) == [YouWereMuted()]
    assert not scene.rights(A).mic_open
    scene.refuses(cmd.UnmuteSelf(A), Reason.MUTED_BY_FACILITATOR)
    assert scene.notices(cmd.AllowUnmute(LEAD, A), A) == [YouMayUnmute()]
    assert not scene.rights(A).mic_open  # allowing opens nothing (features R4)
    scene.do(cmd.UnmuteSelf(A))
    assert scene.rights(A).mic_open


def test_asking_to_unmute_allows_and_leaves_the_choice() -> None:
    scene = speaking_scene()
    scene.do(cmd.MuteParticipant(LEAD, A))
    assert scene.notices(cmd.AskToUnmute(LEAD, A), A) == [YouMayUnmute(), AskedToUnmute("Lead")]
    assert not scene.rights(A).mic_open
    scene.do(cmd.UnmuteSelf(A))
    assert scene.do(cmd.AskToUnmute(LEAD, A)) == []


def test_nobody_is_asked_to_unmute_on_a_break() -> None:
    scene = live_scene(A)
    scene.do(cmd.TakeBreak(A))
    scene.refuses(cmd.AskToUnmute(LEAD, A), Reason.ON_A_BREAK)


def test_mute_all_spares_those_who_facilitate() -> None:
    scene = speaking_scene()
    scene.do(cmd.UnmuteSelf(LEAD))
    scene.do(cmd.MuteAll(LEAD))
    assert not scene.rights(A).mic_open and scene.rights(LEAD).mic_open
    scene.do(cmd.AllowUnmuteAll(LEAD))
    assert not scene.rights(A).mic_open
    scene.do(cmd.UnmuteSelf(A))


@pytest.mark.parametrize("way_back", ["leaves and is admitted", "is sent back", "opens a new page", "is removed"])
def test_leaving_lifts_nothing_that_facilitators_closed(way_back: str) -> None:
    scene = speaking_scene()
    for closing in (cmd.MuteParticipant(LEAD, A), cmd.StopCamera(LEAD, A), cmd.MuteText(LEAD, A)):
        scene.do(closing)
    match way_back:
        case "leaves and is admitted":
            scene.do(cmd.Leave(A))
            scene.do(cmd.Knock(A, "Ann"))
        case "is sent back":
            scene.do(cmd.SendBack(LEAD, A))
        case "is removed":
            scene.do(cmd.Remove(LEAD, A, ""))
            scene.do(cmd.Readmit(LEAD, A))
            scene.do(cmd.Knock(A, "Ann"))
        case _:
            scene.do(cmd.Connect(A, True))
    if scene.standing(A) == "waiting":
        scene.do(cmd.Admit(LEAD, (A,)))
    scene.refuses(cmd.UnmuteSelf(A), Reason.MUTED_BY_FACILITATOR)
    scene.refuses(cmd.StartCamera(A), Reason.CAMERA_STOPPED)
    scene.refuses(cmd.PostChat(A, MessageId("m_1"), "hello"), Reason.TEXT_MUTED)


def test_a_stopped_camera_needs_a_permission_and_then_its_owner() -> None:
    scene = speaking_scene()
    assert scene.notices(cmd.StopCamera(LEAD, A), A) == [YourCameraWasStopped()]
    scene.do(cmd.AllowCamera(LEAD, A))
    assert not scene.rights(A).camera_open
    scene.do(cmd.StartCamera(A))
    assert scene.rights(A).camera_open


def test_a_camera_lock_switches_off_and_its_end_starts_nobodys_camera() -> None:
    scene = speaking_scene()
    scene.do(cmd.StartCamera(LEAD))
    scene.do(cmd.LockCameras(LEAD))
    assert not scene.rights(A).camera_open and scene.rights(LEAD).camera_open
    scene.refuses(cmd.StartCamera(A), Reason.CAMERAS_LOCKED)
    scene.do(cmd.UnlockCameras(LEAD))
    assert not scene.rights(A).camera_open
    scene.do(cmd.StartCamera(A))
    assert scene.rights(A).camera_open


def test_a_co_facilitator_has_no_hand_over_a_facilitator() -> None:
    scene = live_scene()
    scene.leads(CO, Role.CO_FACILITATOR)
    scene.refuses(cmd.MuteParticipant(CO, LEAD), Reason.NOT_PERMITTED)
    scene.refuses(cmd.StopCamera(CO, LEAD), Reason.NOT_PERMITTED)
    scene.refuses(cmd.MuteText(CO, LEAD), Reason.NOT_PERMITTED)
    scene.do(cmd.MuteParticipant(LEAD, CO))
    scene.do(cmd.AllowUnmute(CO, CO))


def test_nothing_is_armed_before_the_start() -> None:
    scene = ready_scene(A)
    scene.refuses(cmd.UnmuteSelf(A), Reason.WRONG_PHASE)
    scene.refuses(cmd.StartCamera(A), Reason.WRONG_PHASE)
    scene.do(cmd.UnmuteSelf(LEAD))
    assert scene.rights(LEAD).mic_open and scene.rights(A).may_receive


def test_screens_by_policy_and_one_at_a_time() -> None:
    scene = live_scene(A, B)
    scene.refuses(cmd.StartShare(A), Reason.SHARE_NOT_ALLOWED)
    assert not scene.inside(A).me.may_share

    scene = live_scene(A, B, share_policy=SharePolicy.ALL)
    scene.do(cmd.StartShare(A))
    assert scene.rights(A).screen_open
    scene.refuses(cmd.StartShare(B), Reason.SHARE_TAKEN)
    scene.refuses(cmd.StopShare(B, A), Reason.NOT_PERMITTED)
    scene.do(cmd.StopShare(LEAD, A))
    scene.do(cmd.StartShare(B))
    assert scene.rights(B).screen_open and not scene.rights(A).screen_open


def test_a_break_closes_everything_and_the_return_opens_nothing() -> None:
    scene = speaking_scene()
    scene.do(cmd.RaiseHand(A))
    scene.do(cmd.TakeBreak(A))
    rights = scene.rights(A)
    assert rights.may_connect and not (rights.may_receive or rights.mic_open or rights.camera_open)
    scene.refuses(cmd.UnmuteSelf(A), Reason.ON_A_BREAK)
    scene.do(cmd.ReturnFromBreak(A))
    rights = scene.rights(A)
    assert rights.may_receive and not (rights.mic_open or rights.camera_open)
    assert scene.seat(A).hand_raised_at is not None


def test_a_new_page_comes_back_closed_and_the_same_page_as_it_was() -> None:
    scene = speaking_scene()
    scene.do(cmd.Disconnect(A))
    scene.wait(20_000)
    scene.do(cmd.Connect(A, is_new_page=False))
    assert scene.rights(A).mic_open and scene.rights(A).camera_open
    scene.do(cmd.Connect(A, is_new_page=True))  # taken over by another tab
    assert not (scene.rights(A).mic_open or scene.rights(A).camera_open)
    assert scene.standing(A) == "admitted"


def test_losing_a_role_closes_what_it_had_open() -> None:
    scene = live_scene(A)
    scene.do(cmd.Promote(LEAD, A))
    scene.do(cmd.UnmuteSelf(A))
    scene.do(cmd.StartShare(A))
    scene.do(cmd.Demote(LEAD, A))
    assert not (scene.rights(A).mic_open or scene.rights(A).screen_open)
    assert scene.inside(A).lead is None


def test_a_role_that_grows_by_a_link_opens_nothing() -> None:
    scene = speaking_scene()
    scene.do(cmd.PauseRoom(LEAD))
    scene.do(cmd.Introduce(A, Role.CO_FACILITATOR, "Ann"))
    assert scene.state.people[A].role is Role.CO_FACILITATOR
    assert not scene.rights(A).mic_open
