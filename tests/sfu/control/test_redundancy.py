"""When voices repeat themselves: where packets are lost for a while, everybody understands it, and not for ever."""

from sfu.control.redundancy import OFF_AFTER, ON_AFTER, Redundancy
from sfu.node import LineStats, Source
from tests.support.conference_room import Room


def after(redundancy: Redundancy, count: int, *losses: float | None, may: bool = True) -> bool:
    for _ in range(count):
        redundancy.update(losses, may=may)
    return redundancy.is_on


def test_loss_that_lasts_turns_it_on_and_a_clear_line_for_long_turns_it_off() -> None:
    one = Redundancy()
    assert not after(one, ON_AFTER - 1, 0.1)
    assert after(one, 1, 0.0, 0.1, None)
    assert after(one, OFF_AFTER - 1, 0.0)
    assert not after(one, 1, 0.0)


def test_a_line_that_loses_a_little_keeps_what_it_has() -> None:
    one = Redundancy()
    assert not after(one, 50, 0.03)
    after(one, ON_AFTER, 0.1)
    assert after(one, 50, 0.03)


def test_one_listener_who_does_not_understand_it_ends_it_at_once() -> None:
    one = Redundancy()
    assert after(one, ON_AFTER, 0.2)
    assert not after(one, 1, 0.2, may=False)


async def test_the_voices_of_a_room_repeat_themselves_for_a_listener_who_loses_packets() -> None:
    room = Room()
    first, second, third = room.everybody(3, Source.MIC)
    asked: dict[int, bool] = {}
    for number, peer in room.peers.items():
        peer.takes_redundant = True
        peer.prefer_redundant = lambda is_on, number=number: asked.__setitem__(number, is_on)
    clear, lossy = LineStats(1, up_voice_loss=0.0, down_voice_loss=0.0), LineStats(1, 0.0, 0.0, down_voice_loss=0.2)
    lines = {first: clear, second: clear, third: lossy}
    for _ in range(ON_AFTER):
        room.conference.on_lines(lines)
    assert asked == {first: True, second: True, third: False}
    room.peers[second].takes_redundant = False
    room.conference.on_lines(lines)
    assert asked == {first: False, second: False, third: False}
