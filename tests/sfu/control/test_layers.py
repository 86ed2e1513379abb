"""Which layer each viewer gets, and which layers a publisher is asked to send."""

from itertools import pairwise

from sfu.control.watched import LINGER_S
from sfu.node import Pictures, Source, SourceWanted, Video
from tests.support.conference_room import Room

RIDS = ("q", "h", "f")
ALL_LIVE = {"q": 120_000, "h": 400_000, "f": 1_200_000}
PLENTY = 20_000_000


def layered(count: int, downlink_bps: int | None = PLENTY) -> tuple[Room, list[int]]:
    """So many people with cameras in three layers that all come, and lines that carry much."""
    room = Room()
    room.stop_clock()
    people = room.everybody(count, Source.CAMERA, rids=RIDS)
    for person in people:
        room.live(person, **ALL_LIVE)
        if downlink_bps is not None:
            room.conference.on_downlink_bps(person, downlink_bps)
    room.wait(0.1)
    return room, people


async def test_nine_small_tiles_get_nine_small_layers_although_the_line_carries_more() -> None:
    room, (viewer, *others) = layered(10)
    room.views(viewer, *((person, 240) for person in others))
    room.wait(30)
    assert room.layers_to(viewer) == dict.fromkeys(others, "q")


async def test_a_large_tile_gets_the_large_layer_and_a_middle_one_the_middle() -> None:
    room, (viewer, large, middle, small) = layered(4)
    room.views(viewer, (large, 1280), (middle, 640), (small, 160))
    room.wait(30)
    assert room.layers_to(viewer) == {large: "f", middle: "h", small: "q"}


async def test_data_saver_gets_the_smallest_layer_of_everybody_and_sound_alone_no_video_at_all() -> None:
    room, (viewer, large, other) = layered(3)
    room.conference.set_gate(other, Source.SCREEN, True)
    room.views(viewer, (large, 1280), (other, 640), video=Video.SAVER)
    room.wait(30)
    assert room.layers_to(viewer) == {large: "q", other: "q"}
    assert room.seen_by(viewer, Source.SCREEN) == [other]
    room.views(viewer, (large, 1280), (other, 640), video=Video.NONE)
    assert room.layers_to(viewer) == {}
    assert room.seen_by(viewer, Source.SCREEN) == []


async def test_layers_that_nobody_gets_are_asked_for_no_more_after_some_seconds() -> None:
    room, (viewer, publisher) = layered(2)
    room.views(viewer, (publisher, 160))
    assert room.wanted_of(publisher) == RIDS
    room.wait(LINGER_S + 30)
    assert room.wanted_of(publisher) == ("q",)


async def test_a_layer_that_dwindles_because_nobody_gets_it_is_not_taken_for_a_cheap_one() -> None:
    room, (viewer, publisher) = layered(2)
    room.views(viewer, (publisher, 640))
    room.wait(1)
    assert room.layers_to(viewer) == {publisher: "h"}
    room.conference.on_downlink_bps(viewer, 200_000)
    room.wait(LINGER_S + 0.5)
    assert room.wanted_of(publisher) == ("q",)
    # The last second of `h` was half a second long.
    room.live(publisher, q=105_000, h=87_000)
    room.wait(1)
    assert room.layers_to(viewer) == {publisher: "q"}
    assert room.wanted_of(publisher) == ("q",)


async def test_a_layer_that_somebody_begins_to_want_is_asked_for_at_once() -> None:
    room, (viewer, publisher, other) = layered(3)
    for person in (viewer, other):
        room.views(person, (publisher, 160))
    room.wait(LINGER_S + 30)
    room.live(publisher, q=120_000)
    room.views(viewer, (publisher, 1280))
    room.wait(10)
    assert room.wanted_of(publisher) == ("q", "f")
    # It shows what there is until the better one comes.
    assert room.layers_to(viewer)[publisher] == "q"
    room.live(publisher, q=120_000, f=900_000)
    assert room.layers_to(viewer)[publisher] == "f"


async def test_a_camera_that_nobody_shows_is_not_sent_and_one_that_is_closed_may_begin_with_everything() -> None:
    room, (viewer, publisher) = layered(2)
    room.views(viewer)
    room.wait(LINGER_S + 1)
    assert room.wanted_of(publisher) == ()
    assert room.owner.layers[publisher][0] == SourceWanted(Source.CAMERA, False, ())
    room.conference.set_gate(publisher, Source.CAMERA, False)
    assert room.wanted_of(publisher) == RIDS
    room.conference.set_gate(publisher, Source.CAMERA, True)
    assert room.wanted_of(publisher) == RIDS
    room.wait(LINGER_S + 1)
    assert room.wanted_of(publisher) == ()


async def test_a_camera_that_was_not_sent_is_asked_for_while_the_handshake_of_who_will_see_it_runs() -> None:
    room, (publisher,) = layered(1)
    room.wait(LINGER_S + 1)
    assert room.wanted_of(publisher) == ()
    coming = room.join(rids=RIDS, is_connected=False)
    room.conference.set_receiving(coming, True)
    assert "q" in (room.wanted_of(publisher) or ())
    assert room.layers_to(coming) == {}
    assert coming not in room.plane.goals
    room.peers[coming].is_connected = True
    room.conference.on_connected()
    assert list(room.layers_to(coming)) == [publisher]
    assert room.plane.goals[coming] > 0


async def test_who_has_not_answered_yet_is_waited_for_by_nobodys_camera() -> None:
    room, (publisher,) = layered(1)
    room.wait(LINGER_S + 1)
    coming = room.join(rids=RIDS, is_connected=False)
    room.peers[coming].has_answered = False
    room.conference.set_receiving(coming, True)
    assert room.wanted_of(publisher) == ()


async def test_leafing_through_pages_does_not_start_and_stop_anybodys_camera() -> None:
    room, (viewer, first, second) = layered(3)
    for person in (first, second):
        room.views(person)
    told = []
    for turn in range(12):
        room.views(viewer, ((first, second)[turn % 2], 160))
        room.wait(LINGER_S / 2)
        told.append((room.wanted_of(first), room.wanted_of(second)))
    assert told[-1] == told[-2] == (("q",), ("q",))


async def test_a_small_capture_without_the_top_layer_is_shown_at_its_best() -> None:
    room, (viewer, publisher) = layered(2)
    room.live(publisher, q=60_000, h=200_000)
    room.views(viewer, (publisher, 1280))
    room.wait(30)
    assert room.layers_to(viewer) == {publisher: "h"}


async def test_a_layer_that_does_not_come_is_asked_for_soon_then_ever_more_rarely_and_no_budget_waits_for_it() -> None:
    room, (viewer, publisher) = layered(2)
    room.live(publisher, q=60_000, h=200_000)
    room.views(viewer, (publisher, 1280))
    asked = []
    for _ in range(120):
        room.wait(1)
        room.live(publisher, q=60_000, h=200_000)
        asked.append("f" in (room.wanted_of(publisher) or ()))
    again = [second for second, (before, now) in enumerate(pairwise(asked)) if now and not before]
    assert len(again) <= 4
    assert again[0] <= 20
    assert all(later - sooner >= 10 for sooner, later in pairwise(again))
    assert sum(asked) < 60
    room.live(publisher, q=60_000, h=200_000, f=800_000)
    room.wait(30)
    assert room.layers_to(viewer) == {publisher: "f"}


async def test_before_anything_is_known_to_come_whatever_comes_first_is_shown() -> None:
    room = Room()
    viewer, publisher = room.everybody(2, Source.CAMERA, rids=RIDS)
    assert room.layers_to(viewer) == {publisher: None}


async def test_a_line_that_becomes_narrow_loses_sharpness_first_then_the_least_important_person() -> None:
    room, (viewer, first, second) = layered(3)
    room.views(viewer, (first, 1280), (second, 1280))
    room.wait(30)
    assert room.layers_to(viewer) == {first: "f", second: "f"}
    room.conference.on_downlink_bps(viewer, 900_000)
    assert room.layers_to(viewer) == {first: "h", second: "h"}
    room.conference.on_downlink_bps(viewer, 300_000)
    assert room.layers_to(viewer) == {first: "q", second: "q"}
    room.conference.on_downlink_bps(viewer, 150_000)
    assert room.layers_to(viewer) == {first: "q"}


async def test_after_a_layer_that_was_too_much_the_plane_is_asked_for_more_until_the_trouble_is_over() -> None:
    room, (viewer, shown) = layered(2)
    room.views(viewer, (shown, 1280))
    room.wait(30)
    usual = room.plane.goals[viewer]
    for bps in (900_000, PLENTY, 900_000):
        room.conference.on_downlink_bps(viewer, bps)
        room.wait(2)
    assert room.plane.goals[viewer] > 1.2 * usual
    room.wait(30)
    assert room.plane.goals[viewer] == usual


async def test_what_the_line_lets_through_is_said_when_it_lasts_and_taken_back_when_it_is_over() -> None:
    room, (viewer, first, second) = layered(3)
    room.views(viewer, (first, 640), (second, 640))
    room.wait(30)
    room.conference.on_downlink_bps(viewer, 40_000)
    room.conference.flush()
    assert viewer not in room.owner.pictures
    room.wait(2)
    assert room.owner.pictures[viewer] is Pictures.NONE
    room.conference.on_downlink_bps(viewer, PLENTY)
    room.conference.flush()
    room.wait(60)
    assert room.owner.pictures[viewer] is Pictures.ALL


async def test_a_viewer_whose_estimate_wavers_is_not_chosen_for_anew() -> None:
    room, (viewer, first, _) = layered(3)
    room.views(viewer, (first, 640))
    room.wait(30)
    calls = len(room.plane.calls)
    for step in range(20):
        room.conference.on_downlink_bps(viewer, PLENTY + 1_000 * step)
        room.conference.flush()
    assert len(room.plane.calls) == calls


async def test_on_a_break_nothing_is_waited_for_and_nothing_is_asked_of_the_line() -> None:
    room, (viewer, *others) = layered(3)
    room.views(viewer, *((person, 1280) for person in others))
    room.wait(30)
    room.conference.on_downlink_bps(viewer, 900_000)
    room.wait(1)
    room.conference.on_downlink_bps(viewer, PLENTY)
    room.wait(0.1)
    asked = room.plane.goals[viewer]
    assert asked > 2 * ALL_LIVE["f"]
    # A raise is to come, and what the line lets through is to be said.
    room.conference.set_receiving(viewer, False)
    room.wait(60)
    assert room.plane.goals[viewer] == 0
    assert not room.is_waiting
    room.conference.set_receiving(viewer, True)
    room.wait(30)
    assert room.plane.goals[viewer] == asked
    assert room.layers_to(viewer) == dict.fromkeys(others, "f")
