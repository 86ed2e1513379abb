"""A program of the organisation moderates from outside, as the steward: never alone, and never to open anything."""

import typing

import pytest

from rooms.live import commands as cmd
from rooms.live.steward import STEWARD, StewardCommand
from rooms.refusals import Reason
from rooms.roles import Role
from tests.rooms.scene import CO, LEAD, START, A, B, Scene, live_scene


def test_it_lets_people_in_while_somebody_leads() -> None:
    scene = live_scene(A)
    scene.waits(B)
    scene.do(cmd.Admit(STEWARD, (B,)))
    assert scene.standing(B) == "admitted"


@pytest.mark.parametrize(
    "command",
    [cmd.Admit(STEWARD, (A,)), cmd.AdmitAll(STEWARD), cmd.UnlockEntry(STEWARD), cmd.MuteAll(STEWARD)],
    ids=lambda command: type(command).__name__,
)
def test_it_does_nothing_in_a_room_that_nobody_leads(command: cmd.Command) -> None:
    scene = Scene().at(START - 1)
    scene.waits(A)
    scene.refuses(command, Reason.NOT_ADMITTED)


def test_it_does_not_open_a_held_room() -> None:
    scene = live_scene(A)
    scene.do(cmd.Disconnect(LEAD))
    scene.wait(10 * 60_000 - 1)
    assert scene.phase == "held"
    scene.refuses(cmd.ResumeRoom(STEWARD), Reason.NOT_ADMITTED)


def test_it_mutes_and_removes_as_a_facilitator_may() -> None:
    scene = live_scene(A, B)
    scene.do(cmd.UnmuteSelf(A))
    scene.do(cmd.MuteParticipant(STEWARD, A))
    scene.refuses(cmd.UnmuteSelf(A), Reason.MUTED_BY_FACILITATOR)
    scene.do(cmd.Remove(STEWARD, B, ""))
    assert scene.standing(B) == "removed"


def test_it_shuts_no_facilitator_out() -> None:
    scene = live_scene(A)
    scene.leads(CO, Role.CO_FACILITATOR)
    scene.refuses(cmd.Remove(STEWARD, LEAD, ""), Reason.NOT_PERMITTED)
    scene.do(cmd.Remove(STEWARD, CO, ""))
    assert scene.standing(CO) == "removed"


def test_what_a_program_can_ask_opens_nobodys_microphone_or_camera_and_says_nothing() -> None:
    own = {
        cmd.UnmuteSelf,
        cmd.StartCamera,
        cmd.StartShare,
        cmd.Enter,
        cmd.Knock,
        cmd.PostChat,
        cmd.SendNote,
        cmd.Rename,
    }
    assert own.isdisjoint(typing.get_args(StewardCommand))
