"""The ring of sent packets knows what was sent lately, and nothing else."""

from hypothesis import given
from hypothesis import strategies as st

from sfu.packet.sent_ring import MASK, NO_ORIGIN, SIZE, SentRing


def test_nothing_is_known_before_anything_was_sent() -> None:
    ring = SentRing()
    assert all(ring.sent_us(seq) is None and ring.size(seq) == 0 for seq in (0, 1, SIZE, 0xFFFF))


def test_plain_stores_and_record_agree() -> None:
    by_words, by_stores = SentRing(), SentRing()
    by_words.record(0xFFFF, 123_456_789_012, 1200, 0xFFFFFFFF << 16 | 0xFFFF)
    by_stores.times[0xFFFF & MASK] = 123_456_789_012
    by_stores.labels[0xFFFF & MASK] = 0xFFFF << 16 | 1200
    by_stores.origins[0xFFFF & MASK] = 0xFFFFFFFF << 16 | 0xFFFF
    for ring in (by_words, by_stores):
        assert ring.sent_us(0xFFFF) == 123_456_789_012
        assert ring.size(0xFFFF) == 1200
        assert ring.origin(0xFFFF) == 0xFFFFFFFFFFFF
        assert ring.origin(0xFFFF - SIZE) == NO_ORIGIN
        assert ring.sent_us(0xFFFF - SIZE) is None


def test_a_forgotten_packet_is_unknown_and_its_place_free() -> None:
    ring = SentRing()
    ring.record(7, 1, 100, 77)
    ring.forget(7 + SIZE)  # another number of the same place
    assert ring.size(7) == 100
    ring.forget(7)
    assert ring.sent_us(7) is None
    assert ring.origin(7) == NO_ORIGIN
    assert ring.size(7) == 0
    ring.record(7 + SIZE, 2, 90)
    assert ring.sent_us(7 + SIZE) == 2
    assert ring.origin(7 + SIZE) == NO_ORIGIN


@given(first=st.integers(0, 0xFFFF), count=st.integers(1, 3 * SIZE), back=st.integers(0, 4 * SIZE))
def test_the_last_packets_are_known_and_older_ones_are_not(first: int, count: int, back: int) -> None:
    ring = SentRing()
    for number in range(count):
        ring.record((first + number) & 0xFFFF, number, 1 + number % 1400)
    asked = count - 1 - back
    seq = (first + asked) & 0xFFFF
    if asked >= max(0, count - SIZE):
        assert ring.sent_us(seq) == asked
        assert ring.size(seq) == 1 + asked % 1400
    else:
        assert ring.sent_us(seq) is None
