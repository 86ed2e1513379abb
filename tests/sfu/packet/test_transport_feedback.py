"""Transport-wide feedback: what our own writer says is read back, and whatever else comes is bounded."""

import struct

from hypothesis import given
from hypothesis import strategies as st

from sfu.packet import rtcp, transport_feedback
from sfu.packet.bwe import ArrivalLog
from sfu.packet.transport_feedback import NOT_RECEIVED, TICK_US, TransportFeedback, read
from tests.support import rtp_peer


def packet(base: int, count: int, reference: int, body: bytes) -> bytes:
    head = struct.pack("!IIHHI", 1, 77, base, count, (reference & 0xFFFFFF) << 8 | 5)
    body += bytes(-len(body) % 4)
    return rtp_peer.rtcp(205, 15, head + body)


def parsed(data: bytes) -> list[rtcp.Message]:
    return list(rtcp.parse(data))


@given(
    first=st.integers(0, 0xFFFF),
    steps=st.lists(st.tuples(st.integers(1, 12), st.floats(0, 0.3)), min_size=1, max_size=80),
)
def test_what_the_writer_says_is_read_back(first: int, steps: list[tuple[int, float]]) -> None:
    log = ArrivalLog()
    sent: dict[int, float] = {}
    seq, now = first, 50.0
    for ahead, wait in steps:
        now += wait
        log.on_packet(seq, 77, now)
        sent[seq] = now
        seq = (seq + ahead) & 0xFFFF
    told: dict[int, int] = {}
    while (feedback := log.feedback(1, now)) is not None:
        [message] = parsed(feedback)
        assert isinstance(message, TransportFeedback)
        for offset, tick in enumerate(message.arrivals):
            if tick != NOT_RECEIVED:
                told[(message.base + offset) & 0xFFFF] = tick
    assert set(told) == set(sent)
    assert all(abs(tick * TICK_US / 1e6 - sent[number]) <= TICK_US / 1e6 for number, tick in told.items())


def test_one_bit_vectors_and_runs_are_read() -> None:
    vector = 0x8000 | 0b10_1000_0000_0001
    body = struct.pack("!HH", vector, 3) + bytes((4, 0, 8))
    [message] = parsed(packet(65_530, 17, 2, body))
    assert message == TransportFeedback(65_530, 5, (516, -1, 516, *[-1] * 10, 524, -1, -1, -1))


def test_large_deltas_go_back_in_time() -> None:
    body = struct.pack("!Hhh", 2 << 13 | 2, 400, -200)
    [message] = parsed(packet(9, 2, 1, body))
    assert message == TransportFeedback(9, 5, (656, 456))


def test_what_does_not_fit_is_no_feedback() -> None:
    good = struct.pack("!H", 1 << 13 | 4) + bytes(4)
    assert parsed(packet(1, 4, 0, good))
    for count, body in (
        (0, good),  # of nothing
        (4, good[:2]),  # deltas are missing
        (9, good),  # chunks are missing
        (4, struct.pack("!H", 3 << 13 | 4) + bytes(4)),  # a reserved symbol
        (4, struct.pack("!H", 1 << 13) + bytes(4)),  # a run of nothing
        (2, struct.pack("!Hh", 2 << 13 | 2, 1)),  # one large delta is missing
    ):
        assert parsed(packet(1, count, 0, body)) == []


def test_one_datagram_tells_of_a_bounded_number_of_packets() -> None:
    nothing = packet(0, rtcp.MAX_STATUSES, 0, struct.pack("!H", rtcp.MAX_STATUSES))
    assert len(parsed(nothing)) == 1
    assert len(parsed(nothing * 60)) == 1
    more = rtcp.MAX_STATUSES + 1
    assert parsed(packet(0, more, 0, struct.pack("!H", more))) == []


def test_a_run_of_arrivals_without_room_for_their_times_is_refused_before_it_is_laid_out() -> None:
    for symbol in (1, 2, 3):
        body = struct.pack("!H", symbol << 13 | 1_500) + bytes(200)
        assert transport_feedback._symbols(body, 1_500)[0] is None


@given(st.binary(max_size=80), st.integers(0, 3))
def test_reading_is_total(body: bytes, left_out: int) -> None:
    for data in (packet(1, 20, 1, body), rtp_peer.rtcp(205, 15, body + bytes(-len(body) % 4))):
        for message in parsed(data[: len(data) - 4 * left_out]):
            assert isinstance(message, TransportFeedback)
            assert 0 < len(message.arrivals) <= rtcp.MAX_STATUSES
            assert all(-1 <= tick <= 1 << 33 for tick in message.arrivals)


@given(st.binary(max_size=64), st.integers(1, 5000))
def test_any_body_is_read_or_refused(body: bytes, most: int) -> None:
    message = read(body, 0, len(body), most)
    assert message is None or len(message.arrivals) <= most
