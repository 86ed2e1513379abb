"""Slots are stable: what stays shown stays where it is."""

from hypothesis import given
from hypothesis import strategies as st

from sfu.control.allocator import Candidate, assign, choose_cameras

CAMERAS = [Candidate(pub=10 + peer, peer=peer) for peer in range(1, 5)]


def anything(slot: int, pub: int) -> bool:
    return True


def test_a_page_that_has_not_said_gets_cameras_in_the_order_of_arrival() -> None:
    assert choose_cameras(CAMERAS, None, 3) == [11, 12, 13]


def test_a_page_gets_what_it_shows_most_important_first_and_nothing_else() -> None:
    assert choose_cameras(CAMERAS, (4, 9, 2, 4), 9) == [14, 12]
    assert choose_cameras(CAMERAS, (), 9) == []


def test_there_are_only_so_many_seats() -> None:
    assert choose_cameras(CAMERAS, (4, 2, 1), 2) == [14, 12]


def test_what_is_shown_keeps_its_slot_when_others_come_and_go() -> None:
    shown = assign({1: None, 2: None, 3: None}, [11, 12, 13], anything)
    assert shown == {1: 11, 2: 12, 3: 13}
    assert assign(shown, [13, 14, 11], anything) == {1: 11, 2: 14, 3: 13}


def test_a_slot_carries_only_what_its_browser_can_decode() -> None:
    assert assign({1: None, 2: None}, [11], lambda slot, pub: slot == 2) == {1: None, 2: 11}
    assert assign({1: 11, 2: None}, [11], lambda slot, pub: False) == {1: None, 2: None}


@given(
    current=st.lists(st.none() | st.integers(1, 9), min_size=1, max_size=9, unique_by=lambda pub: pub or object()),
    chosen=st.lists(st.integers(1, 9), max_size=12),
)
def test_nothing_is_shown_twice_and_no_slot_is_wasted(current: list[int | None], chosen: list[int]) -> None:
    before = dict(enumerate(current))
    after = assign(before, chosen, anything)
    shown = [pub for pub in after.values() if pub is not None]
    assert after.keys() == before.keys()
    assert len(shown) == len(set(shown)) == min(len(before), len(set(chosen)))
    assert set(shown) <= set(chosen)
    assert all(after[slot] == pub for slot, pub in before.items() if pub in chosen)
