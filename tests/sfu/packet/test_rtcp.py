"""RTCP: total parsers, and packets that another implementation reads."""

import struct

from aiortc import rtp as reference
from hypothesis import given
from hypothesis import strategies as st

from sfu.packet import rtcp, rtcp_write
from tests.support import rtp_peer


def read(data: bytes) -> list[rtcp.Message]:
    return list(rtcp.parse(data))


def test_reports_are_read_with_their_blocks() -> None:
    block = struct.pack("!IIIIII", 7, 128 << 24 | 3, 0, 0, 11, 22)
    sender = struct.pack("!IQIII", 5, 1 << 40, 99, 1, 2)
    data = rtp_peer.rtcp(200, 1, sender + block) + rtp_peer.rtcp(201, 1, struct.pack("!I", 6) + block)
    assert read(data) == [
        rtcp.SenderReport(5, 1 << 40, 99),
        rtcp.ReceiverBlock(7, 0.5, 11, 22),
        rtcp.ReceiverBlock(7, 0.5, 11, 22),
    ]


def test_feedback_is_read() -> None:
    assert read(rtp_peer.pli(8)) == [rtcp.KeyframeRequest(8)]
    fir = rtp_peer.rtcp(206, 4, struct.pack("!IIIIII", 1, 0, 8, 1 << 24, 9, 2 << 24))
    assert read(fir) == [rtcp.KeyframeRequest(8), rtcp.KeyframeRequest(9)]
    lost = rtp_peer.rtcp(205, 1, struct.pack("!IIHH", 1, 8, 65_535, 0b101))
    assert read(lost) == [rtcp.Nack(8, (65_535, 0, 2))]
    assert read(rtp_peer.rtcp(203, 2, struct.pack("!II", 3, 4))) == [rtcp.Bye((3, 4))]
    assert read(rtp_peer.remb(1_000_000)) == [rtcp.Remb(1_000_000)]


def test_a_huge_estimate_and_a_huge_loss_are_bounded() -> None:
    word = struct.pack("!II4sI", 1, 0, b"REMB", 63 << 18 | 0x3FFFF)
    [estimate] = read(rtp_peer.rtcp(206, 15, word))
    assert estimate == rtcp.Remb(10_000_000_000)
    [lost] = read(rtp_peer.rtcp(205, 1, struct.pack("!II", 1, 8) + struct.pack("!HH", 1, 0xFFFF) * 300))
    assert isinstance(lost, rtcp.Nack)
    assert len(lost.seqs) == rtcp.MAX_NACKS


def test_reading_stops_where_a_length_lies() -> None:
    good = rtp_peer.pli(8)
    assert read(good + b"\x81\xce\xff\xff" + bytes(8)) == [rtcp.KeyframeRequest(8)]
    assert read(good + b"\x01\xce\x00\x02" + bytes(8)) == [rtcp.KeyframeRequest(8)]


@given(st.binary(max_size=100), st.integers(192, 223), st.integers(0, 31))
def test_any_bytes_are_read(data: bytes, kind: int, count: int) -> None:
    read(data)
    padded = data + bytes(-len(data) % 4)
    read(rtp_peer.rtcp(kind, count, padded))
    for message in read(rtp_peer.rtcp(kind, count, padded) * 3):
        if isinstance(message, rtcp.Nack):
            assert all(0 <= seq <= 0xFFFF for seq in message.seqs)


def test_what_we_write_is_read_by_another_implementation() -> None:
    block = rtcp_write.Block(5, 12, -3, 70_000, 44, 1, 2)
    data = (
        rtcp_write.receiver_report(1, [block])
        + rtcp_write.description(1, "plane")
        + rtcp_write.pli(1, 5)
        + rtcp_write.nack(1, 5, [65_534, 65_535, 3, 40])
    )
    report, description, loss, lost = reference.RtcpPacket.parse(data)
    assert isinstance(report, reference.RtcpRrPacket)
    [seen] = report.reports
    assert (seen.ssrc, seen.fraction_lost, seen.packets_lost, seen.highest_sequence) == (5, 12, -3, 70_000)
    assert (seen.jitter, seen.lsr, seen.dlsr) == (44, 1, 2)
    assert isinstance(description, reference.RtcpSdesPacket)
    assert description.chunks[0].items == [(1, b"plane")]
    assert isinstance(loss, reference.RtcpPsfbPacket)
    assert (loss.fmt, loss.media_ssrc) == (1, 5)
    assert isinstance(lost, reference.RtcpRtpfbPacket)
    assert [seq & 0xFFFF for seq in lost.lost] == [65_534, 65_535, 3, 40]


def test_a_sender_report_and_an_estimate_are_read_by_another_implementation() -> None:
    [report] = reference.RtcpPacket.parse(rtcp_write.sender_report(9, 1 << 33, 1 << 35 | 5, 7, 8))
    assert isinstance(report, reference.RtcpSrPacket)
    assert (report.ssrc, report.sender_info.rtp_timestamp, report.sender_info.packet_count) == (9, 5, 7)
    [estimate] = reference.RtcpPacket.parse(rtcp_write.remb(1, 2_500_000, [5, 6]))
    assert isinstance(estimate, reference.RtcpPsfbPacket)
    bps, ssrcs = reference.unpack_remb_fci(estimate.fci)
    assert abs(bps - 2_500_000) < 2_500_000 / 2**17
    assert ssrcs == [5, 6]


@given(st.integers(0, 255))
def test_descriptions_end_on_a_word_with_a_terminating_zero(length: int) -> None:
    data = rtcp_write.description(1, "x" * length)
    assert len(data) == 4 + 4 * int.from_bytes(data[2:4], "big")
    assert data[10 + length] == 0


@given(st.lists(st.integers(0, 65_535), min_size=1, max_size=128, unique=True))
def test_every_number_asked_for_is_named_once(seqs: list[int]) -> None:
    ordered = sorted(seqs)
    [message] = read(rtcp_write.nack(1, 2, ordered))
    assert isinstance(message, rtcp.Nack)
    assert sorted(message.seqs) == ordered


def test_one_datagram_asks_for_a_bounded_number_of_keyframes() -> None:
    everybody = rtp_peer.rtcp(206, 4, struct.pack("!II", 1, 0) + struct.pack("!II", 8, 1 << 24) * 160)
    assert len(read(everybody)) == rtcp.MAX_KEYFRAMES
    assert len(read(rtp_peer.pli(8) * 60 + rtp_peer.remb(1))) == rtcp.MAX_KEYFRAMES + 1
