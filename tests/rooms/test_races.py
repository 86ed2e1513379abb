"""Two act at once: the result equals some serial order, and who restricts wins (features R9, reliability 4.2)."""

from itertools import permutations, product

import pytest

from rooms.ids import MessageId
from rooms.live import commands as cmd
from rooms.live.settings import ChatPolicy
from rooms.refusals import Reason, Refused
from rooms.roles import Role
from tests.rooms.scene import CO, LEAD, A, B, Scene, live_scene


def two_leaders() -> Scene:
    scene = live_scene(A)
    scene.leads(CO, Role.CO_FACILITATOR)
    scene.waits(B)
    return scene


def attempt(scene: Scene, command: cmd.Command, seen: int) -> None:
    try:
        scene.do(command, seen)
    except Refused:
        scene.wait(0)


ACTS_ON_B: tuple[cmd.Command, ...] = (
    cmd.Admit(LEAD, (B,)),
    cmd.AdmitAll(LEAD),
    cmd.HoldWaiting(LEAD, B, ""),
    cmd.Decline(LEAD, B, ""),
    cmd.Readmit(LEAD, B),
    cmd.SendNote(LEAD, B, MessageId("m_1"), "hello"),
    cmd.Knock(B, "Bo"),
    cmd.Leave(B),
    cmd.Connect(B, True),
    cmd.Rename(B, "Bobby"),
)


@pytest.mark.parametrize("other", ACTS_ON_B, ids=lambda act: type(act).__name__)
@pytest.mark.parametrize("removal_first", [True, False])
def test_a_removal_wins_over_everything_else_in_the_same_tick(other: cmd.Command, removal_first: bool) -> None:
    """Both pages saw the same version; the answer is the same whoever is served first."""
    scene = two_leaders()
    seen = scene.state.version
    acts: list[cmd.Command] = [cmd.Remove(CO, B, ""), other]
    for act in acts if removal_first else acts[::-1]:
        attempt(scene, act, seen)
    assert scene.standing(B) == "removed"
    assert not scene.rights(B).may_connect


def test_three_acts_in_any_order_end_in_the_removal() -> None:
    all_acts: tuple[cmd.Command, ...] = (cmd.Remove(CO, B, ""), cmd.Admit(LEAD, (B,)), cmd.Readmit(LEAD, B))
    for acts in permutations(all_acts):
        scene = two_leaders()
        seen = scene.state.version
        for act in acts:
            attempt(scene, act, seen)
        assert scene.standing(B) == "removed", acts


@pytest.mark.parametrize(
    ("restricts", "permits"),
    [
        (cmd.MuteParticipant(CO, A), cmd.AllowUnmute(LEAD, A)),
        (cmd.MuteParticipant(CO, A), cmd.AskToUnmute(LEAD, A)),
        (cmd.MuteAll(CO), cmd.AllowUnmuteAll(LEAD)),
        (cmd.StopCamera(CO, A), cmd.AllowCamera(LEAD, A)),
        (cmd.MuteText(CO, A), cmd.AllowText(LEAD, A)),
        (cmd.LockEntry(CO), cmd.UnlockEntry(LEAD)),
        (cmd.LockCameras(CO), cmd.UnlockCameras(LEAD)),
        (cmd.HoldWaiting(CO, B, ""), cmd.Admit(LEAD, (B,))),
        (cmd.SetChatPolicy(CO, ChatPolicy.OFF), cmd.SetChatPolicy(LEAD, ChatPolicy.ALL)),
    ],
    ids=lambda act: type(act).__name__,
)
def test_who_gives_back_without_having_seen_the_closing_is_told_that_things_changed(
    restricts: cmd.Command, permits: cmd.Command
) -> None:
    scene = two_leaders()
    seen = scene.state.version
    scene.do(restricts)
    scene.refuses(permits, Reason.STALE_VERSION, seen=seen)
    scene.do(permits, seen=scene.state.version)


@pytest.mark.parametrize(
    "restricts",
    [
        cmd.MuteParticipant(LEAD, A),
        cmd.MuteAll(LEAD),
        cmd.StopCamera(LEAD, A),
        cmd.LockCameras(LEAD),
        cmd.LockEntry(LEAD),
        cmd.MuteText(LEAD, A),
        cmd.PauseRoom(LEAD),
        cmd.Remove(LEAD, A, ""),
        cmd.EndSession(LEAD),
    ],
    ids=lambda act: type(act).__name__,
)
def test_restricting_is_never_stale(restricts: cmd.Command) -> None:
    scene = two_leaders()
    scene.do(restricts, seen=0)


def test_two_extensions_pressed_at_once_are_one() -> None:
    scene = two_leaders()
    seen, end = scene.state.version, scene.state.settings.schedule.end_at
    scene.do(cmd.Extend(LEAD, 10), seen)
    scene.refuses(cmd.Extend(CO, 10), Reason.STALE_VERSION, seen)
    assert scene.state.settings.schedule.end_at == end + 600_000


def test_admit_all_brings_in_nobody_whom_the_page_had_not_shown() -> None:
    scene = live_scene(A)
    scene.waits(B)
    seen = scene.state.version
    late = type(B)("late")
    scene.waits(late)
    scene.do(cmd.AdmitAll(LEAD), seen)
    assert (scene.standing(B), scene.standing(late)) == ("admitted", "waiting")
    scene.refuses(cmd.AdmitAll(LEAD), Reason.STALE_VERSION, seen)


def test_a_participants_stale_word_is_refused_for_their_role_and_tells_nothing() -> None:
    scene = two_leaders()
    scene.refuses(cmd.Admit(A, (B,)), Reason.NOT_PERMITTED, seen=0)


def test_any_two_acts_in_one_tick_equal_one_of_their_orders() -> None:
    """One writer makes this so by construction; it would fail if an act kept something outside the state."""
    for first, second in product(ACTS_ON_B, repeat=2):
        scene = two_leaders()
        seen = scene.state.version
        outcomes = []
        for order in ((first, second), (second, first)):
            again = Scene()
            again.room = type(scene.room)(scene.state)
            again.now = scene.now
            for act in order:
                attempt(again, act, seen)
            outcomes.append(again.standing(B))
        attempt(scene, first, seen)
        attempt(scene, second, seen)
        assert scene.standing(B) in outcomes


def test_an_admission_whose_fresh_part_cannot_come_in_is_stale_and_not_too_late() -> None:
    """B could be admitted and came back after the page was drawn; the one the page had shown cannot."""
    scene = live_scene(A, B, late_cutoff_ms=None)
    never_in = type(B)("never-in")
    scene.waits(never_in)
    scene.do(cmd.BeginClosing(LEAD))
    seen = scene.state.version
    scene.do(cmd.Leave(B))
    scene.do(cmd.Knock(B, "Bo"))
    scene.refuses(cmd.Admit(LEAD, (B, never_in)), Reason.STALE_VERSION, seen)
    scene.refuses(cmd.Admit(LEAD, (never_in,)), Reason.TOO_LATE, seen)
