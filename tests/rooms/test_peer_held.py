"""A group that holds itself (docs/adr/0001)."""

from typing import Any

from rooms.live import commands as cmd
from rooms.live.phase import CancelReason
from rooms.live.settings import MINUTE_MS
from rooms.live.views import Arrival
from rooms.refusals import Reason
from tests.rooms.scene import END, LEAD, START, A, B, C, D, Scene, open_scene


def group(**settings: Any) -> Scene:
    return open_scene(is_peer_held=True, minimum_present=2, **settings)


def gathered(**settings: Any) -> Scene:
    scene = group(**settings)
    scene.waits(A, B)
    return scene.at(START)


def test_before_the_start_everybody_waits() -> None:
    scene = group()
    scene.waits(A, B, C)
    assert scene.at(START - 1).phase == "doors-open"
    assert scene.standing(A) == "waiting"
    assert scene.waiting_view(A).arrival is Arrival.WAITING_FOR_FACILITATOR


def test_at_the_start_all_who_wait_are_admitted_together() -> None:
    scene = gathered()
    assert scene.phase == "live"
    assert (scene.standing(A), scene.standing(B)) == ("admitted", "admitted")


def test_after_the_start_the_group_begins_when_enough_are_there() -> None:
    scene = group()
    scene.waits(A)
    scene.at(START + MINUTE_MS)
    assert (scene.phase, scene.standing(A)) == ("awaiting-facilitator", "waiting")
    scene.waits(B)
    assert (scene.phase, scene.standing(A), scene.standing(B)) == ("live", "admitted", "admitted")


def test_somebody_whose_connection_is_gone_does_not_count_and_comes_in_on_return() -> None:
    scene = group()
    scene.waits(A, B)
    scene.at(START - 10_000)
    scene.do(cmd.Disconnect(B))
    assert scene.at(START).phase == "awaiting-facilitator"
    scene.do(cmd.Connect(B, True))
    assert (scene.phase, scene.standing(B)) == ("live", "admitted")


def test_too_few_and_the_session_is_canceled_without_paging_anybody() -> None:
    scene = group()
    scene.waits(A)
    scene.at(START)
    events = scene.wait(15 * MINUTE_MS)
    assert scene.phase == "canceled"
    assert scene.state.phase.reason is CancelReason.TOO_FEW  # type: ignore[union-attr]
    assert "BackupsPaged" not in {type(event).__name__ for event in events}


def test_late_ones_come_in_by_themselves_until_the_cut_off() -> None:
    scene = gathered().at(START + 10 * MINUTE_MS - 1)
    scene.waits(C)
    assert scene.standing(C) == "admitted"
    scene.wait(1)
    scene.meets(D)
    scene.do(cmd.AcceptGuidelines(D, 1))
    scene.refuses(cmd.Knock(D, "Dee"), Reason.TOO_LATE)
    scene.do(cmd.Leave(C))
    scene.do(cmd.Knock(C, "Cee"))
    assert scene.standing(C) == "admitted"  # was in: may always return


def test_it_is_never_held_and_ends_by_time() -> None:
    scene = gathered().at(START + 60 * MINUTE_MS)
    assert scene.phase == "live"
    scene.do(cmd.Leave(A))
    scene.do(cmd.Leave(B))
    assert scene.at(END + 15 * MINUTE_MS - 1).phase == "closing"
    assert scene.at(END + 15 * MINUTE_MS).phase == "ended"


def test_a_facilitator_may_come_and_then_admits_by_hand() -> None:
    scene = gathered()
    scene.leads()
    scene.waits(C)
    assert scene.standing(C) == "waiting"
    scene.do(cmd.Disconnect(LEAD))
    assert scene.standing(C) == "waiting"  # the seat is theirs yet
    scene.wait(120_000)
    assert (scene.phase, scene.standing(C)) == ("live", "admitted")


def test_a_facilitator_who_comes_admits_nobody_by_coming() -> None:
    scene = group()
    scene.waits(A)
    scene.at(START + MINUTE_MS)
    scene.leads()
    assert (scene.phase, scene.standing(A)) == ("live", "waiting")


def test_what_a_facilitator_judged_stays_after_they_went() -> None:
    scene = gathered()
    scene.leads()
    scene.waits(C, D)
    scene.do(cmd.HoldWaiting(LEAD, C, "We speak in a moment."))
    scene.do(cmd.SendBack(LEAD, B))
    scene.do(cmd.Leave(LEAD))
    assert [scene.standing(p) for p in (B, C, D)] == ["waiting", "waiting", "admitted"]


def test_after_a_removal_everybody_new_waits_for_a_facilitator() -> None:
    scene = gathered()
    scene.leads()
    scene.do(cmd.Remove(LEAD, B, ""))
    scene.do(cmd.Leave(LEAD))
    scene.waits(C)
    assert scene.standing(C) == "waiting"
    scene.do(cmd.Leave(A))
    scene.do(cmd.Knock(A, "Ann"))
    assert scene.standing(A) == "admitted"


def test_a_lock_stays_after_the_facilitator_went() -> None:
    scene = gathered()
    scene.leads()
    scene.do(cmd.LockEntry(LEAD))
    scene.do(cmd.Leave(LEAD))
    scene.meets(C)
    scene.do(cmd.AcceptGuidelines(C, 1))
    scene.refuses(cmd.Knock(C, "Cee"), Reason.ENTRY_LOCKED)


def test_a_pause_does_not_outlive_the_facilitator() -> None:
    scene = gathered()
    scene.do(cmd.UnmuteSelf(A))
    scene.leads()
    scene.do(cmd.PauseRoom(LEAD))
    scene.do(cmd.Disconnect(LEAD))
    scene.wait(89_999)
    assert scene.phase == "paused" and not scene.rights(A).mic_open
    scene.wait(1)
    assert scene.phase == "live" and scene.rights(A).mic_open


def test_the_room_has_no_more_seats_than_it_has() -> None:
    scene = group(max_participants=2)
    scene.waits(A, B, C)
    scene.at(START)
    assert [scene.standing(p) for p in (A, B, C)] == ["admitted", "admitted", "waiting"]
    scene.do(cmd.Leave(B))
    assert scene.standing(C) == "admitted"
