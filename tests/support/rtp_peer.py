"""A browser without a browser: STUN checks, SRTP with given keys, RTP and RTCP built and read. Sans-IO.

It is written apart from `sfu.packet`, so that one error cannot hide in both ends. Keys come in, DTLS does not.
"""

import hashlib
import hmac
import os
import struct
import zlib
from collections import defaultdict
from dataclasses import dataclass, field

from pylibsrtp import Error, Policy, Session

from sfu.plane import SrtpProfile

PROFILE = SrtpProfile.AEAD_AES_256_GCM
KEY_BYTES = 44


@dataclass
class Rtp:
    """A parsed RTP packet as it was on the wire; `extensions` maps one-byte ids to data."""

    payload_type: int
    marker: bool
    seq: int
    timestamp: int
    ssrc: int
    payload: bytes
    extensions: dict[int, bytes] = field(default_factory=dict)
    csrcs: int = 0
    padded: bool = False


def build_rtp(
    payload_type: int,
    seq: int,
    timestamp: int,
    ssrc: int,
    payload: bytes,
    *,
    marker: bool = False,
    extensions: dict[int, bytes] | None = None,
    profile: int = 0xBEDE,
    csrcs: tuple[int, ...] = (),
    padding: int = 0,
) -> bytes:
    """RFC 3550 section 5.1 with one-byte extensions (RFC 8285)."""
    first = 0x80 | len(csrcs) | (0x10 if extensions else 0) | (0x20 if padding else 0)
    header = struct.pack("!BBHII", first, marker << 7 | payload_type, seq & 0xFFFF, timestamp & 0xFFFFFFFF, ssrc)
    header += b"".join(struct.pack("!I", csrc) for csrc in csrcs)
    if extensions:
        block = b"".join(bytes((key << 4 | len(data) - 1,)) + data for key, data in extensions.items())
        block += bytes(-len(block) % 4)
        header += struct.pack("!HH", profile, len(block) // 4) + block
    return header + payload + (bytes(padding - 1) + bytes((padding,)) if padding else b"")


def parse_rtp(data: bytes) -> Rtp:
    """The inverse of `build_rtp`; raises on anything malformed."""
    first, second, seq, timestamp, ssrc = struct.unpack_from("!BBHII", data)
    assert first >> 6 == 2
    at = 12 + 4 * (first & 15)
    extensions: dict[int, bytes] = {}
    if first & 0x10:
        profile, words = struct.unpack_from("!HH", data, at)
        assert profile == 0xBEDE
        at, end = at + 4, at + 4 + 4 * words
        while at < end:
            head = data[at]
            if head:
                length = (head & 15) + 1
                assert at + 1 + length <= end
                extensions[head >> 4] = data[at + 1 : at + 1 + length]
                at += length
            at += 1
        at = end
    end = len(data) - (data[-1] if first & 0x20 else 0)
    return Rtp(
        second & 127, bool(second & 128), seq, timestamp, ssrc, data[at:end], extensions, first & 15, bool(first & 32)
    )


@dataclass
class Rtcp:
    """One part of a compound packet: `count` is the 5-bit field, `body` everything after the common header."""

    kind: int
    count: int
    body: bytes

    def word(self, index: int) -> int:
        """The 32-bit word at `index` of the body."""
        return int(struct.unpack_from("!I", self.body, 4 * index)[0])


def parse_rtcp(data: bytes) -> list[Rtcp]:
    """Split a compound packet; raises on anything malformed."""
    parts = []
    at = 0
    while at < len(data):
        first, kind, words = struct.unpack_from("!BBH", data, at)
        assert first >> 6 == 2
        end = at + 4 + 4 * words
        assert end <= len(data)
        parts.append(Rtcp(kind, first & 31, data[at + 4 : end]))
        at = end
    return parts


def rtcp(kind: int, count: int, body: bytes) -> bytes:
    """One RTCP packet."""
    assert len(body) % 4 == 0
    return struct.pack("!BBH", 0x80 | count, kind, len(body) // 4) + body


def nack(ssrc: int, *seqs: int) -> bytes:
    """One NACK entry per sequence number."""
    return rtcp(205, 1, struct.pack("!II", 1, ssrc) + b"".join(struct.pack("!HH", seq, 0) for seq in seqs))


def pli(ssrc: int) -> bytes:
    """Picture loss indication."""
    return rtcp(206, 1, struct.pack("!II", 1, ssrc))


def remb(bps: int) -> bytes:
    """Receiver estimated maximum bitrate."""
    exponent = max(0, bps.bit_length() - 18)
    return rtcp(206, 15, struct.pack("!II4sI", 1, 0, b"REMB", exponent << 18 | bps >> exponent))


def sender_report(ssrc: int, ntp: int, timestamp: int) -> bytes:
    """SR without blocks."""
    return rtcp(200, 0, struct.pack("!IQIII", ssrc, ntp, timestamp, 1, 1))


def stun_check(
    username: str,
    pwd: str,
    *,
    use_candidate: bool = True,
    transaction: bytes = b"\0" * 12,
    integrity: bool = True,
    fingerprint: bool = True,
    extra: bytes = b"",
) -> bytes:
    """A Binding request as a controlling browser sends it (RFC 8445 section 7.1)."""

    def attribute(kind: int, data: bytes) -> bytes:
        return struct.pack("!HH", kind, len(data)) + data + bytes(-len(data) % 4)

    def head(length: int) -> bytes:
        return struct.pack("!HHI", 1, length, 0x2112A442) + transaction

    body = attribute(6, username.encode()) + attribute(0x24, b"\x6e\x7f\x1e\xff") + attribute(0x802A, b"\1" * 8)
    body += extra
    if use_candidate:
        body += attribute(0x25, b"")
    if integrity:
        body += attribute(8, hmac.digest(pwd.encode(), head(len(body) + 24) + body, hashlib.sha1))
    if fingerprint:
        crc = zlib.crc32(head(len(body) + 8) + body) ^ 0x5354554E
        body += attribute(0x8028, struct.pack("!I", crc))
    return head(len(body)) + body


def read_stun_success(data: bytes, pwd: str) -> tuple[str, int]:
    """Check integrity and fingerprint of a success response; returns the mapped IPv4 address."""
    kind, _, _ = struct.unpack_from("!HHI", data)
    assert kind == 0x0101
    crc_at = len(data) - 8
    assert struct.unpack_from("!I", data, crc_at + 4)[0] == zlib.crc32(data[:crc_at]) ^ 0x5354554E
    covered = data[:2] + struct.pack("!H", crc_at - 20) + data[4 : crc_at - 24]
    assert hmac.digest(pwd.encode(), covered, hashlib.sha1) == data[crc_at - 20 : crc_at]
    attribute, length, _, family, port = struct.unpack_from("!HHBBH", data, 20)
    assert (attribute, family, length) == (0x0020, 1, 8)
    address = bytes(a ^ b for a, b in zip(data[28:32], b"\x21\x12\xa4\x42", strict=True))
    return ".".join(map(str, address)), port ^ 0x2112


class RtpPeer:
    """One client. `seal` and `seal_rtcp` make datagrams, `open` sorts what came back.

    `rx_key` and `tx_key` are the plane's view, to be given to `set_srtp`: it receives under `rx_key`.
    """

    def __init__(self, ufrag: str, pwd: str, *, profile: SrtpProfile = PROFILE, seed: int = 1) -> None:
        self.ufrag = ufrag
        self.pwd = pwd
        self.profile = profile
        size = {"SRTP_AEAD_AES_256_GCM": 44, "SRTP_AEAD_AES_128_GCM": 28, "SRTP_AES128_CM_SHA1_80": 30}[profile]
        material = hashlib.shake_256(f"{ufrag} {pwd} {seed}".encode()).digest(2 * size)
        self.rx_key, self.tx_key = material[:size], material[size:]
        self._out = self._session(self.rx_key, Policy.SSRC_ANY_OUTBOUND)
        self._in = self._session(self.tx_key, Policy.SSRC_ANY_INBOUND)
        self.rtp: dict[int, list[Rtp]] = defaultdict(list)
        self.rtcp: list[Rtcp] = []
        self.stun: list[bytes] = []
        self.dtls: list[bytes] = []
        self.unreadable = 0

    def _session(self, key: bytes, kind: int) -> Session:
        numbers = {
            "SRTP_AEAD_AES_256_GCM": Policy.SRTP_PROFILE_AEAD_AES_256_GCM,
            "SRTP_AEAD_AES_128_GCM": Policy.SRTP_PROFILE_AEAD_AES_128_GCM,
            "SRTP_AES128_CM_SHA1_80": Policy.SRTP_PROFILE_AES128_CM_SHA1_80,
        }
        policy = Policy(key=key, ssrc_type=kind, srtp_profile=numbers[self.profile])
        policy.allow_repeat_tx = True
        policy.window_size = 1024
        return Session(policy)

    def check(self, *, use_candidate: bool = True) -> bytes:
        """A STUN check of this peer."""
        return stun_check(f"{self.ufrag}:them", self.pwd, use_candidate=use_candidate, transaction=os.urandom(12))

    def seal(self, packet: bytes) -> bytes:
        """RTP to SRTP."""
        return self._out.protect(packet)

    def seal_rtcp(self, packet: bytes) -> bytes:
        """RTCP to SRTCP."""
        return self._out.protect_rtcp(packet)

    def open(self, datagram: bytes) -> None:
        """Sort one received datagram into `rtp`, `rtcp`, `stun`, `dtls`; what does not decrypt is counted."""
        first = datagram[0]
        if first < 4:
            self.stun.append(datagram)
        elif first < 64:
            self.dtls.append(datagram)
        else:
            try:
                if 192 <= datagram[1] <= 223:
                    self.rtcp += parse_rtcp(self._in.unprotect_rtcp(datagram))
                else:
                    packet = parse_rtp(self._in.unprotect(datagram))
                    self.rtp[packet.ssrc].append(packet)
            except Error:
                self.unreadable += 1

    def take_rtcp(self, kind: int, count: int | None = None) -> list[Rtcp]:
        """Fetch and forget received RTCP parts of a kind."""
        found = [part for part in self.rtcp if part.kind == kind and count in (None, part.count)]
        self.rtcp = [part for part in self.rtcp if part not in found]
        return found
