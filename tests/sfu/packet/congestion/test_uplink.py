"""A publisher whose line fills up is told what it carries, before the queue is full; nobody else is told anything."""

import random
from collections.abc import Iterator

import pytest

from sfu.packet.congestion.uplink import ACTS_S, MIN_BPS, MOST_S, OPEN_BPS, OPENS, UplinkWatch
from tests.support.line_schedule import CLEAR, Direction, Impairment

FEEDBACK_S = 0.1
SIZE = 700
NARROW = Impairment(rate_bps=300_000, delay_s=0.02)


class Uplink:
    """Sends at `wish` bits a second, or as it was told, and `voice` beside it; feedback ten times a second.

    It obeys `obeys_after` seconds after it was told.
    """

    def __init__(
        self,
        line: Impairment,
        *,
        wish: float,
        began: float = 1_000.0,
        voice: float = 0.0,
        obeys_after: float = 0.0,
    ) -> None:
        self.line = Direction(1)
        self.line.become(line)
        self.watch = UplinkWatch()
        self.wish = wish
        self.growth = 0.0  # of the wish, a second
        self.now = began
        self.told: list[tuple[float, int | None]] = []
        self.waits: dict[float, float] = {}  # of the newest packet, by when feedback was made
        self._voice = voice
        self._voiced = 0
        self._next = self._feedback_at = began
        self._under_way: list[tuple[float, float]] = []
        self._octets = 0
        self._newest = (0.0, 0.0)
        self._limit: float = OPEN_BPS
        self._obeys_after = obeys_after
        self._orders: list[tuple[float, int]] = []

    def run(self, seconds: float) -> "Uplink":
        until = self.now + seconds
        while self.now < until:
            self.now += 0.005
            while self._orders and self._orders[0][0] <= self.now:
                self._obey(self._orders.pop(0)[1])
            while self._next <= self.now:
                self._send(self._next)
                rate = min(self.wish, self._limit) + self._voice
                self._next += 8 * SIZE / rate
                if self.growth and self._limit >= self.wish:
                    self.wish *= 1 + self.growth * 8 * SIZE / rate
            self._arrive()
            if self.now >= self._feedback_at:
                self._feedback_at += FEEDBACK_S
                self._feedback()
        return self

    def limits(self) -> list[int]:
        return [limit for _, limit in self.told if limit is not None and limit != OPEN_BPS]

    def _send(self, at: float) -> None:
        due = self.line.arrival(at, SIZE)
        if due is not None:
            self._under_way.append((due, at))

    def _arrive(self) -> None:
        for due, sent in list(self._under_way):
            if due <= self.now:
                self._under_way.remove((due, sent))
                self._octets += SIZE
                self._voiced = int(self._octets * self._voice / (self._voice + min(self.wish, self._limit)))
                self._newest = max(self._newest, (due, sent))

    def _feedback(self) -> None:
        arrival, sent = self._newest
        self.watch.update(int(sent * 262_144) & 0xFFFFFF, arrival, self._octets, self._voiced, self.now)
        self.told.append((self.now, self.watch.limit))
        self.waits[self.now] = arrival - sent
        if self.watch.limit is not None:
            self._orders.append((self.now + self._obeys_after, self.watch.limit))

    def _obey(self, limit: int) -> None:
        self.wish = min(self.wish, limit)  # a browser grows from there again
        self._limit = limit


def lost_in(uplink: Uplink, seconds: float) -> int:
    before = uplink.line.lost
    uplink.run(seconds)
    return uplink.line.lost - before


def _began(uplink: Uplink) -> float:
    """When it was told for the first time."""
    return next(at for at, limit in uplink.told if limit is not None)


def _ended(uplink: Uplink) -> float:
    """When that limit ended."""
    return next(at for at, limit in uplink.told if limit == OPEN_BPS)


def test_a_line_that_becomes_narrow_is_full_for_less_than_a_second() -> None:
    uplink = Uplink(Impairment(rate_bps=3_000_000, delay_s=0.02), wish=560_000).run(5)
    assert uplink.limits() == []
    uplink.line.become(NARROW)
    lost_in(uplink, 1)
    assert lost_in(uplink, 5) == 0
    assert 200_000 < min(uplink.limits()) < 300_000


@pytest.mark.parametrize("voice", [0, 40_000])
def test_a_full_queue_is_gone_soon_after_the_sender_was_told(voice: int) -> None:
    """While it stands, whatever finds it full is lost, voices too."""
    uplink = Uplink(Impairment(rate_bps=3_000_000, delay_s=0.02), wish=560_000, voice=voice).run(5)
    uplink.line.become(NARROW)
    uplink.run(6)
    assert _ended(uplink) - _began(uplink) < 1.5


@pytest.mark.parametrize("wish", [520_000, 1_000_000])
@pytest.mark.parametrize("phase", [step / 50 for step in range(5)])
def test_what_comes_before_a_limit_acts_is_reckoned_with(phase: float, wish: float) -> None:
    """A limit that empties only what waited when it was told takes 1.3 s and more here."""
    uplink = Uplink(Impairment(rate_bps=3_000_000, delay_s=0.02), wish=wish, voice=40_000, obeys_after=0.05)
    uplink.run(5 + phase).line.become(NARROW)
    uplink.run(6)
    assert _ended(uplink) - _began(uplink) < 1.25


@pytest.mark.parametrize("phase", [step / 50 for step in range(5)])
def test_a_queue_that_grows_fast_is_told_of_before_anything_is_lost(phase: float) -> None:
    """It is full 0.3 s after the line became narrow, whatever of that is left when the next feedback is due."""
    uplink = Uplink(Impairment(rate_bps=3_000_000, delay_s=0.02), wish=520_000, voice=40_000).run(5 + phase)
    uplink.line.become(NARROW)
    assert lost_in(uplink, 6) == 0


@pytest.mark.parametrize("wish", [1_000_000, 1_500_000, 2_000_000, 2_500_000])
def test_what_came_before_the_line_was_narrow_says_nothing_of_what_it_carries(wish: float) -> None:
    """Whatever of that time lies between the readings: or the limit would be no limit, and everybody's voice lost."""
    for phase in range(20):
        uplink = Uplink(Impairment(rate_bps=3_000_000, delay_s=0.02), wish=wish, voice=40_000, obeys_after=0.05).run(
            5 + phase / 200
        )
        uplink.line.become(NARROW)
        lost_in(uplink, 1)
        assert lost_in(uplink, 5) == 0
        assert max(uplink.limits()) < 260_000


def test_a_large_picture_now_and_then_is_no_full_line() -> None:
    """24 kB sent two and a half times as fast as the rest: its last packets wait 80 ms."""
    uplink = Uplink(Impairment(rate_bps=1_000_000, delay_s=0.02), wish=600_000).run(5)
    for _ in range(20):
        uplink.wish = 1_500_000
        uplink.run(0.13)
        uplink.wish = 600_000
        uplink.run(1.53)
    assert max(uplink.waits.values()) > 0.08
    assert uplink.limits() == []


def test_a_sender_that_grows_past_what_the_line_carries_is_told_before_anything_is_lost() -> None:
    uplink = Uplink(NARROW, wish=200_000)
    uplink.growth = 0.08
    assert lost_in(uplink, 60) == 0
    assert uplink.limits()
    assert min(uplink.limits()) > 200_000


def test_a_queue_that_is_always_there_is_told_before_it_is_taken_for_the_way() -> None:
    """A sender that knows its line all but exactly: the queue grows by some ms a second, and is full after a minute."""
    uplink = Uplink(NARROW, wish=280_000).run(20)
    uplink.wish = 301_500
    assert lost_in(uplink, 90) == 0
    assert uplink.limits()


def test_a_voice_is_taken_off_because_browsers_send_it_beside_what_they_are_bound_to() -> None:
    uplink = Uplink(Impairment(rate_bps=3_000_000, delay_s=0.02), wish=520_000, voice=60_000).run(5)
    uplink.line.become(NARROW)
    lost_in(uplink, 1)
    assert lost_in(uplink, 5) == 0
    assert max(uplink.limits()[5:]) < 240_000


def test_a_limit_ends_with_the_queue_and_the_end_is_told_for_a_while() -> None:
    uplink = Uplink(NARROW, wish=350_000).run(10)
    ends = [at for at, limit in uplink.told if limit == OPEN_BPS]
    assert ends
    assert len(ends) == OPENS
    assert uplink.watch.limit is None


@pytest.mark.parametrize(
    "line",
    [
        CLEAR,
        Impairment(loss=0.2),
        Impairment(loss=0.1, delay_s=0.05, jitter_s=0.03),
        Impairment(rate_bps=3_000_000, delay_s=0.3),
        Impairment(rate_bps=600_000, delay_s=0.02),
    ],
)
def test_losses_jitter_and_a_long_way_are_no_queue(line: Impairment) -> None:
    """For longer than the 64 s after which stamps begin anew."""
    told = Uplink(line, wish=500_000, began=50.0).run(90).told
    assert {limit for _, limit in told} == {None}


def stamps(delays: Iterator[float], seconds: float, watch: UplinkWatch, began: float = 70.0) -> list[int | None]:
    """What is told while one packet a feedback comes, by its delay."""
    told = []
    for step in range(int(seconds / FEEDBACK_S)):
        sent = began + step * FEEDBACK_S
        arrival = sent + next(delays)
        watch.update(int(sent * 262_144) & 0xFFFFFF, arrival, step * 5_000, 0, arrival)
        told.append(watch.limit)
    return told


def test_packets_that_are_held_up_now_and_then_are_no_queue() -> None:
    source = random.Random(3)
    delays = (0.4 if step % 7 == 5 else source.uniform(0.02, 0.06) for step in range(1_000))
    assert set(stamps(delays, 90, UplinkWatch())) == {None}


def test_a_queue_that_does_not_go_is_somebody_elses_and_is_left_alone_for_a_while() -> None:
    def somebody_elses() -> Iterator[float]:
        for step in range(1_000):
            yield 0.02 if step < 50 else 0.3 + 0.01 * (step % 5)

    told = stamps(somebody_elses(), 5 + 60, UplinkWatch())
    limited = [at for at, limit in enumerate(told) if limit is not None and limit != OPEN_BPS]
    assert limited
    assert limited[-1] - limited[0] <= 10 * (ACTS_S + MOST_S), "once, and then it is the way"
    assert min(told[at] or 0 for at in limited) > 100_000


def test_a_way_that_becomes_longer_costs_a_sender_one_step_and_no_second() -> None:
    uplink = Uplink(Impairment(delay_s=0.02), wish=1_000_000).run(20)
    uplink.growth = 0.08
    uplink.line.become(Impairment(delay_s=0.25))
    uplink.run(60)
    assert min(uplink.limits()) > 500_000
    assert len(uplink.limits()) <= 10 * (ACTS_S + MOST_S)


def test_a_queue_of_a_second_is_gone_when_the_limit_ends() -> None:
    uplink = Uplink(Impairment(rate_bps=3_000_000, delay_s=0.02, queue_s=2.0), wish=1_500_000).run(5)
    uplink.line.become(Impairment(rate_bps=300_000, delay_s=0.02, queue_s=2.0))
    uplink.run(20)
    assert uplink.waits[_ended(uplink)] < 0.1
    assert lost_in(uplink, 20) == 0


@pytest.mark.parametrize("phase", [step / 20 for step in range(5)])
def test_a_deep_queue_is_waited_for_while_it_shrinks(phase: float) -> None:
    """It goes on growing for as long as it is deep after the sender was told: what comes then left before."""
    line = Impairment(rate_bps=3_000_000, delay_s=0.02, queue_s=3.0)
    uplink = Uplink(line, wish=2_500_000, obeys_after=0.1).run(5 + phase)
    uplink.line.become(Impairment(rate_bps=300_000, delay_s=0.02, queue_s=3.0))
    uplink.run(20)
    began, ended = _began(uplink), _ended(uplink)
    assert ended - began > MOST_S
    assert uplink.waits[ended] < 0.1
    assert lost_in(uplink, 20) == 0


def test_whoever_was_silent_for_long_is_met_without_a_past() -> None:
    """Longer than half of the time after which stamps begin anew."""
    watch = UplinkWatch()
    stamps((0.02 for _ in range(100)), 5, watch)
    assert set(stamps((0.03 for _ in range(1_000)), 30, watch, began=115.0)) == {None}


def test_a_limit_ends_though_no_packet_tells_that_the_queue_is_gone() -> None:
    watch = UplinkWatch()
    told = stamps(iter([0.02] * 30 + [0.02 + 0.04 * step for step in range(20)]), 5, watch)
    assert told[-1] is not None
    assert told[-1] < OPEN_BPS
    after = []
    for step in range(int(MOST_S / FEEDBACK_S) + OPENS):
        watch.update(1, 75.7, 0, 0, 75.0 + FEEDBACK_S * step)
        after.append(watch.limit)
    assert after[0] == told[-1]
    assert OPEN_BPS in after


def test_delays_that_are_mostly_far_above_a_rare_least_cost_a_step_now_and_then() -> None:
    source = random.Random(5)
    delays = (0.02 if step % 90 == 0 else source.uniform(0.09, 0.14) for step in range(2_000))
    told = stamps(delays, 120, UplinkWatch())
    limits = [limit for limit in told if limit is not None and limit != OPEN_BPS]
    assert len(limits) < 0.35 * len(told)
    assert all(limit > 0.7 * 400_000 for limit in limits)


def test_nobody_is_told_to_send_less_than_a_voice_needs() -> None:
    uplink = Uplink(Impairment(rate_bps=40_000, delay_s=0.02), wish=150_000).run(20)
    assert min(uplink.limits()) == MIN_BPS


def test_a_reading_without_a_newer_packet_says_nothing() -> None:
    watch = UplinkWatch()
    stamps((0.02 for _ in range(100)), 5, watch)
    for step in range(100):
        watch.update(1, 75.0, 0, 0, 75.0 + step)
    assert watch.limit is None
