"""The generator's pure parts: counting, payloads, feedback, descriptions."""

import random
import socket
import struct
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.load import arrivals, feedback, ice, sdp
from bench.load.dtls import Certificate, Handshake, Keys
from bench.load.kernel import Inbox, Outbox, open_socket
from bench.load.link import asks_for_keyframe
from bench.load.sink import Totals, Tracks, payload_of, percentile, sent_at_ns
from bench.load.source import VIDEO_BYTES, Camera, Microphone, Uplink, is_keyframe
from bench.load.srtp import Protector, Slots, receiving
from sfu.packet import transport_feedback
from tests.support.client_packets import read_rtp, rtcp_packets, rtp

UDP_SEGMENT = 103  # udp(7)
LOCAL = sdp.Local("ufra", "p" * 24, "sha-256 AA:BB", ("10.77.0.1", 4000))


def take(tracks: Tracks, ssrc: int, seq: int) -> None:
    """As the generator's loop does it."""
    if tracks.expected.get(ssrc) == seq:
        tracks.expected[ssrc] = (seq + 1) & 0xFFFF
    else:
        tracks.take_odd(ssrc, seq)


@given(st.integers(0, 0xFFFF), st.integers(1, 3_000), st.sets(st.integers(1, 2_998), max_size=60), st.randoms())
def test_gaps_are_counted_whatever_came_late(first: int, length: int, holes: set[int], chance: random.Random) -> None:
    holes = {hole for hole in holes if hole < length - 1}
    sent = [number for number in range(length) if number not in holes]
    late = [number for number in sent[1:-1] if chance.random() < 0.1]
    order = [number for number in sent if number not in late]
    for number in late:  # each a little after its turn, and before the last
        order.insert(min(len(order) - 1, order.index(next(one for one in order if one > number)) + 2), number)
    tracks = Tracks()
    for number in order:
        take(tracks, 7, (first + number) & 0xFFFF)
    assert tracks.counts() == [(length - len(holes), len(holes))]


def test_the_worst_track_and_all_losses_are_told() -> None:
    totals, tracks = Totals(), Tracks()
    for seq in (1, 2, 5):
        take(tracks, 10, seq)
    take(tracks, 11, 9)
    totals.add(tracks)
    found = totals.as_json()
    assert (found["received"], found["lost"], found["tracks"], found["least_of_a_track"]) == (4, 2, 2, 1)
    assert found["loss"] == pytest.approx(2 / 6)


@pytest.mark.parametrize(("share", "expected"), [(0.5, 0.05), (0.99, 0.099), (1.0, 0.1)])
def test_a_percentile_is_the_nearest_rank(share: float, expected: float) -> None:
    assert percentile(list(range(1, 101)), share) == pytest.approx(expected)
    assert percentile([], share) is None


def pair() -> tuple[Handshake, Handshake]:
    """Two ends after their handshake."""
    mine, theirs = Certificate(), Certificate()
    client = Handshake(mine, theirs.fingerprint, ("SRTP_AEAD_AES_128_GCM",), is_client=True)
    server = Handshake(theirs, mine.fingerprint, ("SRTP_AEAD_AES_256_GCM", "SRTP_AEAD_AES_128_GCM"), is_client=False)
    flight = client.start()
    for _ in range(6):
        flight = [answer for datagram in flight for answer in server.feed(datagram)]
        flight = [answer for datagram in flight for answer in client.feed(datagram)]
    return client, server


def test_both_ends_of_a_handshake_have_the_same_keys() -> None:
    client, server = pair()
    assert client.keys is not None
    assert server.keys == Keys("SRTP_AEAD_AES_128_GCM", tx=client.keys.rx, rx=client.keys.tx)


def test_another_certificate_than_the_one_described_is_refused() -> None:
    mine, theirs, other = Certificate(), Certificate(), Certificate()
    client = Handshake(mine, other.fingerprint, ("SRTP_AEAD_AES_128_GCM",), is_client=True)
    server = Handshake(theirs, mine.fingerprint, ("SRTP_AEAD_AES_128_GCM",), is_client=False)
    flight = client.start()
    with pytest.raises(ConnectionError):
        for _ in range(6):
            flight = [answer for datagram in flight for answer in server.feed(datagram)]
            flight = [answer for datagram in flight for answer in client.feed(datagram)]


def test_what_is_sent_is_what_a_browser_would_send() -> None:
    client, server = pair()
    assert client.keys is not None and server.keys is not None
    outbox, inbox = Outbox(), Inbox()
    with open_socket("127.0.0.1") as sender, open_socket("127.0.0.1") as receiver:
        sender.connect(receiver.getsockname())
        receiver.connect(sender.getsockname())
        uplink = Uplink(sender.fileno(), outbox, Protector(client.keys, Slots(outbox)))
        microphone, camera = Microphone(uplink, 5, random.Random(1)), Camera(uplink, 6, random.Random(2))
        counts = [camera.send() for _ in range(3)]
        microphone.send()
        assert counts == [4, 4, 3]
        came = inbox.read(receiver.fileno())
        assert len(came) == 12
        rx = receiving(server.keys)
        plain = [rx.unprotect(inbox.datagram(one)) for one in came]
        packets = [read_rtp(one) for one in plain]
        assert [packet.marker for packet in packets[:11]] == [False] * 3 + [True] + [False] * 3 + [
            True,
            False,
            False,
            True,
        ]
        assert {len(packet.payload) for packet in packets[:11]} == {VIDEO_BYTES}
        assert len(packets[11].payload) == 88
        assert [is_keyframe(packet.payload) for packet in packets[:5]] == [True, False, False, False, False]
        assert [struct.unpack("!H", packet.extensions[4])[0] for packet in packets] == list(range(1, 13))
        for index, packet in enumerate(packets):
            assert payload_of(plain[index]) == packet.payload
            assert 0 <= inbox.stamp_ns(came[index]) - sent_at_ns(packet.payload, packet.payload_type) < 5_000_000_000
        camera.wants_key = True
        camera.send()
        first, *_ = inbox.read(receiver.fileno())
        assert is_keyframe(payload_of(rx.unprotect(inbox.datagram(first))))


@pytest.mark.parametrize("takes_whole", [False, True])
def test_a_message_of_several_datagrams_is_read_as_these(takes_whole: bool) -> None:
    inbox = Inbox(takes_whole=takes_whole)
    with open_socket("127.0.0.1") as sender, open_socket("127.0.0.1", takes_whole=takes_whole) as receiver:
        sender.connect(receiver.getsockname())
        sent = [bytes([number]) * 300 for number in range(5)] + [b"short"]
        size = struct.pack("=H", 300)
        sender.sendmsg([b"".join(sent)], [(socket.IPPROTO_UDP, UDP_SEGMENT, size)])
        sender.send(b"alone")
        came = inbox.read(receiver.fileno())
        assert [inbox.datagram(one) for one in came] == [*sent, b"alone"]
        assert all(0 < time.time_ns() - inbox.stamp_ns(one) < 5_000_000_000 for one in came)
        messages = len({message for *_, message in came})
        assert messages == (2 if takes_whole else 7)


def test_a_report_names_what_was_received_and_leaves_room() -> None:
    compound = feedback.report(99, {5: 8, 6: 0})
    (kind, count, body), (second, form, estimate) = rtcp_packets(compound)
    assert (kind, count, second, form) == (201, 2, 206, 15)
    assert struct.unpack_from("!IIII", body) == (99, 5, 0, 7)
    assert struct.unpack_from("!I", body, 4 + 24)[0] == 6
    mantissa = struct.unpack_from("!I", estimate, 12)[0] & 0xFFFFFF
    assert abs(((mantissa & 0x3FFFF) << (mantissa >> 18)) - feedback.BITS_PER_S) < 1_000
    assert struct.unpack_from("!II", estimate, 16) == (5, 6)


def test_a_request_for_a_keyframe_is_recognised_behind_other_feedback() -> None:
    report = feedback.report(1, {5: 8})
    pli = struct.pack("!BBHII", 0x81, 206, 2, 1, 77)
    fir = struct.pack("!BBHIIII", 0x84, 206, 4, 1, 0, 77, 0)
    assert asks_for_keyframe(report + pli, 77)
    assert asks_for_keyframe(report + fir, 77)
    assert not asks_for_keyframe(report + pli + fir, 78)
    assert not asks_for_keyframe(report, 77)


def test_a_check_of_the_other_side_is_answered_and_a_strangers_is_not() -> None:
    address = ("10.77.0.1", 5000)
    check = ice.check("them", "mine", "p" * 22, is_controlling=True)
    is_selected, reply = ice.read(check, "p" * 22, address, is_controlling=False)
    assert is_selected and reply is not None
    assert ice.read(reply, "q" * 22, address, is_controlling=True) == (True, None)
    assert ice.read(check, "another" * 4, address, is_controlling=False) == (False, None)
    assert ice.read(b"\0\1garbage", "p" * 22, address, is_controlling=False) == (False, None)


def test_an_offer_is_answered_line_by_line() -> None:
    offer = sdp.read(sdp.write_offer(LOCAL, {"0": (1,), "1": (2, 3)}))
    assert [(line.kind, line.direction, line.payload_type) for line in offer.lines] == [
        ("audio", "sendonly", sdp.OPUS),
        ("video", "sendonly", sdp.VP8),
    ]
    assert offer.candidates == (("10.77.0.1", 4000),)
    text = sdp.write_answer(offer, LOCAL, {})
    answer = sdp.read(text)
    assert [line.direction for line in answer.lines] == ["recvonly", "recvonly"]
    assert "a=fmtp:97 apt=96" in text
    assert sdp.EXTENSIONS[4] not in answer.lines[0].extensions


def test_a_description_without_credentials_is_refused() -> None:
    with pytest.raises(ValueError, match="ice-ufrag"):
        sdp.read("v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\n")


def arrived(numbers: list[int], step_ns: int, *, base: int = 1_000_000_000) -> arrivals.Arrivals:
    """Packets with these transport-wide numbers, one `step_ns` after the other."""
    noted = arrivals.Arrivals(4)
    for place, number in enumerate(numbers):
        extensions = {3: b"\0\0\0", 4: struct.pack("!H", number & 0xFFFF)}
        packet = memoryview(b"ahead" + rtp(96, place, 0, 77, b"payload", extensions))
        noted.note(packet, 5, 77, base + place * step_ns)
    return noted


@given(
    st.integers(0, 0xFFFF),
    st.lists(st.booleans(), min_size=1, max_size=400),
    st.sampled_from([0, 250_000, 1_000_000, 70_000_000, 900_000_000]),
)
def test_arrivals_are_told_as_the_server_reads_them(first: int, came: list[bool], step_ns: int) -> None:
    numbers = [first + place for place, did in enumerate(came) if did]
    compound = arrived(numbers, step_ns).feedback(9)
    if not numbers:
        assert compound is None
        return
    assert compound is not None
    (kind, form, body) = rtcp_packets(compound)[0]
    assert (kind, form) == (205, 15)
    assert struct.unpack_from("!II", body) == (9, 77)
    read = transport_feedback.read(body, 8, len(body), 1_000)
    assert read is not None
    assert read.base == numbers[0] & 0xFFFF
    told = [read.base + place for place, tick in enumerate(read.arrivals) if tick != transport_feedback.NOT_RECEIVED]
    assert told == [(numbers[0] & 0xFFFF) + number - numbers[0] for number in numbers]
    ticks = [tick for tick in read.arrivals if tick != transport_feedback.NOT_RECEIVED]
    assert [tick - ticks[0] for tick in ticks] == [place * step_ns // 250_000 for place in range(len(ticks))]


def test_each_feedback_tells_only_what_is_new_and_counts_itself() -> None:
    noted = arrived([5, 6], 1_000_000)
    first, nothing = noted.feedback(9), noted.feedback(9)
    assert first is not None and nothing is None
    packet = memoryview(rtp(96, 3, 0, 77, b"payload", {4: struct.pack("!H", 7)}))
    noted.note(packet, 0, 77, 1_010_000_000)
    second = noted.feedback(9)
    assert second is not None
    read = transport_feedback.read(second, 12, len(second), 100)
    assert read is not None
    assert (read.base, read.count, len(read.arrivals)) == (7, 1, 1)


def test_a_packet_without_a_number_is_passed_over() -> None:
    noted = arrivals.Arrivals(4)
    noted.note(memoryview(rtp(96, 1, 0, 77, b"x", {3: b"\0\0\0"})), 0, 77, 1)
    noted.note(memoryview(rtp(96, 1, 0, 77, b"x")), 0, 77, 1)
    assert noted.feedback(9) is None
