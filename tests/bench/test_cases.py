"""Cases: who sees whom, and how much that is."""

import argparse

import pytest

from bench.rig.cases import AUDIBLE, Case


@pytest.mark.parametrize("text", ["fan:10", "room:12", "room:25/9", "4xroom:12", "2xroom:25/9"])
def test_a_case_reads_back_as_it_is_written(text: str) -> None:
    assert str(Case.parse(text)) == text


@pytest.mark.parametrize("text", ["", "room", "room:", "room:1", "room:x", "fan:3/2", "0xroom:3", "mesh:3", "room:-3"])
def test_what_is_no_case_is_refused(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError):
        Case.parse(text)


def test_in_a_room_of_twelve_everybody_receives_all_others() -> None:
    case = Case.parse("room:12")
    assert case.packets_per_second == 12 * 11 * 160
    for member in range(12):
        assert set(case.view_of(member).cameras) == set(range(12)) - {member}


def test_with_nine_visible_everybody_is_seen_by_nine() -> None:
    case = Case.parse("room:25/9")
    seen = [one for member in range(25) for one in case.view_of(member).cameras]
    assert {seen.count(member) for member in range(25)} == {9}
    assert all(member not in case.view_of(member).cameras for member in range(25))
    assert case.packets_per_second == 25 * (9 * 110 + AUDIBLE * 50)


def test_rooms_beside_one_another_share_nobody() -> None:
    case = Case.parse("3xroom:4")
    for member in range(case.members):
        assert {case.room_of(one) for one in case.view_of(member).cameras} == {case.room_of(member)}


def test_a_latecomer_sees_what_the_others_see() -> None:
    assert Case.parse("fan:10").view_of(11).cameras == (0,)
    late = Case.parse("room:25/9").view_of(25)
    assert (len(late.cameras), len(late.microphones)) == (9, AUDIBLE)
    assert set(Case.parse("2xroom:4").view_of(8).cameras) <= {0, 1, 2, 3}


def test_only_the_first_of_a_fan_publishes() -> None:
    case = Case.parse("2xfan:3")
    assert case.publishers() == [0, 4]
    assert case.view_of(0).packets_per_second == 0
    assert case.tracks == 2 * 3 * 2
