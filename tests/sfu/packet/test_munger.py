"""Continuity: no number twice, no hole but real losses, whatever a publisher sends."""

import random

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from sfu.packet.munger import MAX_GAP, Munger
from sfu.packet.pictures import PictureMunger

A, B = object(), object()


def fresh(first: int = 100) -> Munger:
    munger = Munger(first, 5_000, 90_000)
    munger.begin(A)
    return munger


def run(munger: Munger, *seqs: int) -> list[int]:
    return [munger.forward(seq, seq * 3000, 0.0) for seq in seqs]


def test_the_first_number_and_timestamp_are_given() -> None:
    munger = fresh(77)
    assert munger.forward(9_000, 123, 1.0) == 77
    assert munger.last_timestamp == 5_000


def test_losses_stay_holes_that_late_packets_fill_once() -> None:
    munger = fresh()
    assert run(munger, 10, 13) == [100, 103]
    assert run(munger, 12, 12, 11, 10, 9) == [102, -1, 101, -1, -1]


def test_drops_close_their_hole_and_losses_around_them_stay() -> None:
    munger = fresh()
    run(munger, 10)
    munger.drop(11)
    munger.drop(14)
    assert run(munger, 15, 12, 13, 14) == [103, 101, 102, -1]


def test_a_late_packet_above_all_that_was_sent_is_not_repeated_after_a_switch() -> None:
    munger = fresh()
    run(munger, 10)
    munger.drop(12)
    assert munger.forward(11, 40_000, 1.0) == 101
    munger.begin(B)
    assert munger.forward(500, 9, 1.0) == 102
    assert munger.last_timestamp == 5_000 + 10_000 + 1


def test_numbers_wrap() -> None:
    munger = Munger(65_534, 0, 48_000)
    munger.begin(A)
    assert run(munger, 65_535, 0, 1, 2) == [65_534, 65_535, 0, 1]


def test_a_long_loss_is_a_short_hole() -> None:
    munger = fresh()
    run(munger, 10)
    assert run(munger, 30_000, 30_001, 20_000) == [100 + MAX_GAP, 101 + MAX_GAP, -1]


def test_a_switch_continues_and_time_goes_on() -> None:
    munger = fresh()
    munger.forward(10, 1_000, 50.0)
    munger.begin(B)
    assert not munger.is_mapped
    assert munger.forward(60_000, 9, 50.5) == 101
    assert munger.last_timestamp == 5_000 + 45_000
    assert munger.forward(60_001, 3_009, 50.6) == 102
    assert munger.last_timestamp == 5_000 + 48_000


def test_a_switch_in_the_same_instant_still_moves_the_timestamp() -> None:
    munger = fresh()
    munger.forward(10, 1_000, 50.0)
    munger.begin(B)
    munger.forward(1, 7, 50.0)
    assert munger.last_timestamp == 5_001


def test_an_interruption_keeps_the_clock_of_the_source() -> None:
    munger = fresh()
    munger.forward(10, 1_000, 50.0)
    munger.interrupt()
    munger.begin(A)
    assert munger.forward(40, 91_000, 99.0) == 101
    assert munger.last_timestamp == 95_000


class Continuity(RuleBasedStateMachine):
    """A publisher that loses, reorders, skips, pauses and is replaced, against the list of all numbers given out."""

    @initialize(first=st.integers(1, 32_767), start=st.integers(0, 65_535))
    def begin(self, first: int, start: int) -> None:
        self.munger = Munger(first, 0, 90_000)
        self.next_out = first
        self.munger.begin(object())
        self.seq = start
        self.skipped: list[int] = []
        self.reserved = 0  # numbers kept above the newest, for what was lost before a drop
        self.flows = False
        self.given: list[int] = []
        self.now = 0.0

    def forward(self, seq: int) -> int:
        self.now += 0.01
        out = self.munger.forward(seq & 0xFFFF, int(self.now * 90_000), self.now)
        if out >= 0:
            self.flows = True
            extended = self.newest + ((out - self.newest & 0xFFFF ^ 0x8000) - 0x8000) if self.given else out
            self.given.append(extended)
        return out

    @property
    def newest(self) -> int:
        return max(self.given)

    @rule(lost=st.integers(0, 20))
    def packet(self, lost: int) -> None:
        before = self.newest if self.given else self.next_out - 1
        is_first = not self.given
        self.skipped += range(self.seq, self.seq + lost)
        self.seq += lost
        assert self.forward(self.seq) >= 0
        self.seq += 1
        if is_first:
            assert self.given == [self.next_out]
        else:
            assert before < self.newest <= before + self.reserved + lost + 1
        self.reserved = 0

    @rule(lost=st.integers(0, 3))
    def dropped(self, lost: int) -> None:
        if self.flows:
            self.skipped += range(self.seq, self.seq + lost)
            self.reserved += lost
        self.seq += lost
        self.munger.drop(self.seq & 0xFFFF)
        self.seq += 1

    @rule(data=st.data())
    def late(self, data: st.DataObject) -> None:
        if self.skipped:
            self.forward(self.skipped.pop(data.draw(st.integers(0, len(self.skipped) - 1))))

    @rule()
    def replayed(self) -> None:
        if self.given:
            self.forward(self.seq - 1)

    @rule(start=st.integers(0, 65_535), is_new=st.booleans())
    def switched(self, start: int, is_new: bool) -> None:
        if is_new:
            self.munger.begin(object())
            self.seq = start
        else:
            self.munger.interrupt()
        self.skipped.clear()
        self.reserved = 0
        self.flows = False

    @rule(jump=st.integers(200, 30_000))
    def jumped(self, jump: int) -> None:
        if self.given:
            before = self.newest + self.reserved
            self.seq += jump
            self.forward(self.seq)
            self.seq += 1
            self.skipped.clear()
            self.reserved = 0
            assert self.newest <= before + MAX_GAP

    @invariant()
    def no_number_twice(self) -> None:
        given = getattr(self, "given", [])
        assert len(given) == len(set(given))


TestContinuity = Continuity.TestCase
TestContinuity.settings = settings(max_examples=150, stateful_step_count=50, deadline=None)


def test_without_losses_nothing_is_ever_missing() -> None:
    rng = random.Random(11)
    munger = fresh(1)
    outs = []
    seq = 0
    for _ in range(5_000):
        choice = rng.random()
        if choice < 0.02:
            munger.begin(object())
            seq = rng.randrange(65_536)
        elif choice < 0.3:
            munger.drop(seq)
        else:
            outs.append(munger.forward(seq, 0, 0.0))
        seq = (seq + 1) & 0xFFFF
    assert outs == list(range(1, len(outs) + 1))


def test_picture_ids_travel_raw_until_one_is_left_out() -> None:
    pictures = PictureMunger()
    assert pictures.forward(500, 9, 15) == (500, 9)
    assert not pictures.is_active
    pictures.drop(501, 15)
    pictures.drop(501, 15)
    assert pictures.is_active
    assert pictures.forward(502, 10, 15) == (501, 10)
    assert pictures.forward(502, 10, 15) == (501, 10)
    assert pictures.forward(503, 10, 15) == (502, 10)
    assert pictures.forward(502, 10, 15) == (501, 10)
    assert pictures.forward(501, 9, 15) is None


def test_pictures_that_were_lost_whole_keep_their_ids_for_their_repairs() -> None:
    pictures = PictureMunger()
    pictures.forward(10, 1, 15)
    pictures.drop(11, 15)
    assert pictures.forward(12, 1, 15) == (11, 1)
    assert pictures.forward(15, 2, 15) == (14, 2)
    assert pictures.forward(13, 1, 15) == (12, 1)
    pictures.drop(16, 15)
    pictures.drop(19, 15)
    assert pictures.forward(20, 3, 15) == (17, 3)
    assert [pictures.forward(late, 2, 15) for late in (18, 17, 14)] == [(16, 2), (15, 2), (13, 2)]
    assert [pictures.forward(dropped, 2, 15) for dropped in (11, 16, 19)] == [None] * 3


def test_a_publisher_that_jumps_far_ahead_is_remembered_in_bounds() -> None:
    pictures = PictureMunger()
    pictures.forward(0, 1, 15)
    pictures.drop(1, 15)
    assert pictures.forward(16_000, 1, 15) == (15_999, 1)
    assert pictures.forward(15_999, 1, 15) == (15_998, 1)
    assert pictures.forward(2, 1, 15) is None


def test_picture_ids_continue_over_a_switch_once_they_are_rewritten() -> None:
    pictures = PictureMunger()
    pictures.forward(10, 1, 15)
    pictures.drop(11, 15)
    pictures.begin()
    assert pictures.forward(9_000, 200, 15) == (11, 2)
    assert pictures.forward(9_001, 201, 15) == (12, 3)


def test_picture_ids_wrap_in_their_width() -> None:
    pictures = PictureMunger()
    pictures.forward(126, 255, 7)
    pictures.drop(127, 7)
    assert pictures.forward(0, 0, 7) == (127, 0)
    assert pictures.forward(1, 0, 7) == (0, 0)
