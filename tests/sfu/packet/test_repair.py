"""The packet cache and retransmissions: bounded by number, time and budget."""

import random

from hypothesis import given
from hypothesis import strategies as st

from sfu.codecs import OPUS, VP8
from sfu.packet.media import MediaPacket
from sfu.packet.packet_cache import MAX_AGE_S, MAX_PACKETS, PacketCache, Sent
from sfu.packet.repair import MAX_BUDGET, Repair
from sfu.packet.rtp import RtpView
from tests.support.rtp_peer import build_rtp


def media(payload_type: int = VP8.payload_type) -> MediaPacket:
    data = build_rtp(payload_type, 1, 2, 3, b"payload")
    view = RtpView(memoryview(bytearray(data)))
    assert view.parse(0, len(data))
    return MediaPacket(view, False, None)


PACKET = media()


def sent(seq: int, at: float, packet: MediaPacket = PACKET) -> Sent:
    return Sent(seq & 0xFFFF, at, packet, 0, None)


def test_a_packet_is_found_for_a_second() -> None:
    cache = PacketCache()
    cache.add(sent(7, 10.0))
    assert cache.take(7, 11.0) is not None
    assert cache.take(8, 11.0) is None
    assert cache.take(7, 11.1) is None


def test_a_packet_is_not_taken_twice_in_a_moment() -> None:
    cache = PacketCache()
    cache.add(sent(7, 10.0))
    assert cache.take(7, 10.1) is not None
    assert cache.take(7, 10.11) is None
    assert cache.take(7, 10.13) is not None


def test_time_and_number_bound_it() -> None:
    cache = PacketCache()
    for seq in range(2 * MAX_PACKETS):
        cache.add(sent(seq, 1.0))
    assert len(cache) == MAX_PACKETS
    assert cache.take(MAX_PACKETS - 1, 1.0) is None
    assert cache.take(MAX_PACKETS, 1.0) is not None
    cache.trim(1.0 + MAX_AGE_S + 0.01)
    assert len(cache) == 0


def test_a_steady_source_holds_little_more_than_a_second() -> None:
    cache, rng, seq = PacketCache(), random.Random(2), 300
    for step in range(3_000):
        seq += rng.choice((1, 1, 1, 1, 2, 9))
        cache.add(sent(seq, step / 110))
        assert len(cache) <= 112
        if step == 1_000:
            cache.clear()
            seq += 200
    assert len(cache) >= 108


@given(st.lists(st.tuples(st.integers(0, 65_535), st.floats(0, 0.2)), max_size=200))
def test_the_newest_of_each_number_is_found_whatever_comes(steps: list[tuple[int, float]]) -> None:
    cache = PacketCache()
    now = 0.0
    for seq, step in steps:
        now += step
        cache.add(sent(seq, now))
        assert len(cache) <= MAX_PACKETS
        newest = cache.take(seq, now)
        assert newest is not None
        assert newest.at == now


def test_answers_have_a_sequence_of_their_own() -> None:
    repair = Repair(9, (VP8.payload_type, VP8.rtx or 0), 65_535)
    for seq in range(5):
        repair.on_sent(sent(seq, 1.0))
    answers = repair.repeat([1, 3, 99], 1.1)
    assert [(one.seq, rtx_seq, kind) for one, rtx_seq, kind in answers] == [(1, 65_535, 97), (3, 0, 97)]
    assert repair.retransmitted == 2


def test_a_flood_of_nacks_ends_at_the_budget() -> None:
    repair = Repair(9, (VP8.payload_type, VP8.rtx or 0), 1)
    for seq in range(300):
        repair.on_sent(sent(seq, 1.0))
    rng = random.Random(1)
    now, answered = 1.0, 0
    for _ in range(1_000):
        now += 0.0009
        answered += len(repair.repeat([rng.randrange(300) for _ in range(50)], now))
    assert answered == MAX_BUDGET


def test_nothing_is_sent_again_without_a_retransmission_type() -> None:
    refused = Repair(9, (VP8.payload_type,), 1)
    refused.on_sent(sent(1, 1.0))
    assert refused.repeat([1], 1.1) == []
    audio = Repair(9, (OPUS.payload_type,), 1)
    audio.on_sent(sent(1, 1.0, media(OPUS.payload_type)))
    assert audio.repeat([1], 1.1) == []
