"""Transport-wide feedback, read back by a decoder of its own."""

import random
import struct

from hypothesis import given, settings
from hypothesis import strategies as st

from sfu.packet.bwe import MAX_SPAN, ArrivalLog


def decode(packet: bytes) -> tuple[int, dict[int, float | None], int]:
    """draft-holmer 3.1: (media SSRC, number -> arrival in seconds or None, feedback count)."""
    first, kind, words, _, media = struct.unpack_from("!BBHII", packet)
    assert (first, kind, len(packet)) == (0x8F, 205, 4 * (words + 1))
    base, count, reference = struct.unpack_from("!HHI", packet, 12)
    symbols: list[int] = []
    at = 20
    while len(symbols) < count:
        (chunk,) = struct.unpack_from("!H", packet, at)
        at += 2
        if not chunk & 0x8000:
            symbols += [chunk >> 13] * (chunk & 0x1FFF)
        elif chunk & 0x4000:
            symbols += [chunk >> shift & 3 for shift in range(12, -1, -2)]
        else:
            symbols += [chunk >> shift & 1 for shift in range(13, -1, -1)]
    ticks = (reference >> 8) * 256
    arrivals: dict[int, float | None] = {}
    for offset, symbol in enumerate(symbols[:count]):
        number = (base + offset) & 0xFFFF
        arrivals[number] = None
        if symbol == 1:
            ticks += packet[at]
            at += 1
        elif symbol == 2:
            ticks += struct.unpack_from("!h", packet, at)[0]
            at += 2
        if symbol:
            arrivals[number] = ticks * 0.00025
    assert len(packet) - at < 4
    return media, arrivals, reference & 0xFF


def test_arrivals_and_losses_are_told_once() -> None:
    log = ArrivalLog()
    for seq in (10, 11, 13):
        log.on_packet(seq, 77, 5.0 + seq / 1000)
    packet = log.feedback(1, 5.1)
    assert packet is not None
    media, arrivals, count = decode(packet)
    assert (media, count) == (77, 0)
    assert {number: at and round(at, 3) for number, at in arrivals.items()} == {
        10: 5.01,
        11: 5.011,
        12: None,
        13: 5.013,
    }
    assert log.feedback(1, 5.2) is None
    log.on_packet(15, 78, 5.3)
    second = log.feedback(1, 5.4)
    assert second is not None
    media, arrivals, count = decode(second)
    assert (media, list(arrivals), count) == (78, [14, 15], 1)


def test_a_late_packet_is_told_again_with_those_after_it() -> None:
    log = ArrivalLog()
    for seq in (1, 2, 4):
        log.on_packet(seq, 7, 1.0)
    log.feedback(1, 1.0)
    log.on_packet(3, 7, 1.05)
    packet = log.feedback(1, 1.1)
    assert packet is not None
    _, arrivals, _ = decode(packet)
    assert list(arrivals) == [3, 4]
    assert None not in arrivals.values()


def test_a_jump_does_not_make_a_giant() -> None:
    log = ArrivalLog()
    log.on_packet(1, 7, 1.0)
    log.on_packet(30_000, 7, 1.0)
    packet = log.feedback(1, 1.0)
    assert packet is not None
    assert list(decode(packet)[1]) == [30_000]


def test_a_long_silence_starts_a_feedback_of_its_own() -> None:
    log = ArrivalLog()
    log.on_packet(1, 7, 1.0)
    log.on_packet(2, 7, 20.0)
    first, second = log.feedback(1, 20.0), log.feedback(1, 20.0)
    assert first is not None
    assert second is not None
    assert list(decode(first)[1]) == [1]
    assert decode(second)[1][2] == 20.0


@settings(deadline=None)
@given(st.integers(0, 65_535), st.integers(0, 2**32))
def test_whatever_arrives_is_told_truly(start: int, seed: int) -> None:
    rng = random.Random(seed)
    log = ArrivalLog()
    now = rng.uniform(0, 100_000)
    truth: dict[int, float] = {}
    told: dict[int, float] = {}
    seq = start
    for _ in range(rng.randint(1, 40)):
        for _ in range(rng.randint(0, 30)):
            seq += rng.choice((1, 1, 1, 1, 2, 3, -2, rng.randint(1, 60)))
            now += rng.choice((0.0, 0.001, 0.0005, 0.03))
            number = seq & 0xFFFF
            if number not in truth:
                truth[number] = now
            log.on_packet(number, 5, now)
        now += 0.05
        packet = log.feedback(1, now)
        while packet is not None:
            assert len(packet) < 1_300
            for number, at in decode(packet)[1].items():
                if at is not None:
                    told.setdefault(number, at)
            packet = log.feedback(1, now)
    assert set(told) <= set(truth)
    assert len(told) >= 0.9 * len(truth)
    assert all(abs(told[number] - truth[number]) < 0.001 for number in told)


@settings(deadline=None)
@given(st.lists(st.integers(0, 65_535), max_size=100))
def test_any_numbers_give_a_bounded_feedback(seqs: list[int]) -> None:
    log = ArrivalLog()
    for index, seq in enumerate(seqs):
        log.on_packet(seq, 5, index * 0.001)
        assert len(log._arrivals) <= 2 * MAX_SPAN + 1
        packet = log.feedback(1, index * 0.001) if index % 7 == 0 else None
        assert packet is None or decode(packet)[1]


def test_what_came_too_late_to_be_told_is_let_go() -> None:
    log = ArrivalLog()
    log.on_packet(5_002, 7, 1.0)
    assert log.feedback(1, 1.6) is not None
    log.on_packet(5_002 - MAX_SPAN, 7, 1.6)
    assert log.feedback(1, 1.65) is None
    assert not log.has_news


@settings(deadline=None)
@given(st.integers(0, 2**32))
def test_delays_and_leaps_never_stop_the_feedback_nor_empty_it(seed: int) -> None:
    rng = random.Random(seed)
    log = ArrivalLog()
    now, newest = 100.0, rng.randint(0, 65_535)
    for _ in range(20):
        for _ in range(rng.choice((0, 1, 1, 2, 30))):
            newest += rng.choice((0, 1, 2, 400, MAX_SPAN - 1, MAX_SPAN))
            back = rng.choice((0, 0, 1, 400, MAX_SPAN - 1, MAX_SPAN, MAX_SPAN + 1, 40_000))
            log.on_packet((newest - back) & 0xFFFF, 7, now - rng.choice((0.0, 0.0, 0.6, 0.9)))
        now += rng.choice((0.05, 0.05, 0.6, 9.0))
        for _ in range(2 * MAX_SPAN):
            if not log.has_news:
                break
            packet = log.feedback(1, now)
            assert packet is None or any(at is not None for at in decode(packet)[1].values())
        assert not log.has_news
