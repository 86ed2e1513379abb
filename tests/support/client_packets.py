"""What a browser's packets look like, for the media client: RTP with header extensions, VP8 frames, an SDP answer.

Written apart from `sfu` on purpose: a test that shared its code would agree with its mistakes.
"""

import re
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

OPUS, VP8, RTX = 111, 96, 97
MID, LEVEL, ABS_SEND_TIME, TRANSPORT_CC = 1, 2, 3, 4


@dataclass(frozen=True)
class OfferedLine:
    """One m-line of a server offer: `is_uplink` where the browser sends."""

    mid: str
    kind: str
    is_uplink: bool
    ssrcs: tuple[int, ...]


@dataclass(frozen=True)
class Offered:
    """What a client needs of an offer."""

    ufrag: str
    pwd: str
    fingerprint: str
    candidates: tuple[tuple[str, int], ...]
    lines: tuple[OfferedLine, ...]


def read_offer(text: str) -> Offered:
    sections = re.split(r"(?m)^(?=m=)", text)[1:]
    lines = tuple(
        OfferedLine(
            _one(r"^a=mid:(\S+)", section),
            _one(r"^m=(\w+)", section),
            re.search(r"(?m)^a=recvonly", section) is not None,
            tuple(dict.fromkeys(int(ssrc) for ssrc in re.findall(r"(?m)^a=ssrc:(\d+)", section))),
        )
        for section in sections
    )
    candidates = re.findall(r"(?m)^a=candidate:\S+ 1 udp \d+ (\S+) (\d+) typ host", text)
    return Offered(
        _one(r"^a=ice-ufrag:(\S+)", text),
        _one(r"^a=ice-pwd:(\S+)", text),
        _one(r"^a=fingerprint:(\S+ \S+)", text),
        tuple((host, int(port)) for host, port in candidates),
        lines,
    )


def _one(pattern: str, text: str) -> str:
    found = re.search("(?m)" + pattern, text)
    if found is None:
        raise ValueError(pattern)
    return found[1].strip()


def write_answer(offered: Offered, ufrag: str, pwd: str, fingerprint: str, ssrcs: Mapping[str, Sequence[int]]) -> str:
    """Accepts Opus and VP8 on every m-line; `ssrcs` by uplink mid: one for audio, media and RTX for video."""
    rows = ["v=0", "o=- 7 2 IN IP4 127.0.0.1", "s=-", "t=0 0"]
    rows.append("a=group:BUNDLE " + " ".join(line.mid for line in offered.lines))
    for line in offered.lines:
        numbers = f"{OPUS}" if line.kind == "audio" else f"{VP8} {RTX}"
        rows += [
            f"m={line.kind} 9 UDP/TLS/RTP/SAVPF {numbers}",
            "c=IN IP4 0.0.0.0",
            f"a=ice-ufrag:{ufrag}",
            f"a=ice-pwd:{pwd}",
            f"a=fingerprint:{fingerprint}",
            "a=setup:active",
            f"a=mid:{line.mid}",
            "a=sendonly" if line.is_uplink else "a=recvonly",
            "a=rtcp-mux",
            "a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid",
        ]
        if line.kind == "audio":
            rows.append(f"a=rtpmap:{OPUS} opus/48000/2")
        else:
            rows += [f"a=rtpmap:{VP8} VP8/90000", f"a=rtpmap:{RTX} rtx/90000", f"a=fmtp:{RTX} apt={VP8}"]
        mine = ssrcs.get(line.mid, ())
        if len(mine) == 2:
            rows.append(f"a=ssrc-group:FID {mine[0]} {mine[1]}")
        rows += [f"a=ssrc:{ssrc} cname:client" for ssrc in mine]
    return "\r\n".join(rows) + "\r\n"


def rtp(
    payload_type: int,
    seq: int,
    timestamp: int,
    ssrc: int,
    payload: bytes,
    extensions: Mapping[int, bytes] | None = None,
    *,
    marker: bool = False,
) -> bytes:
    """One RTP packet with one-byte header extensions (RFC 3550, RFC 8285)."""
    block = b"".join(bytes([number << 4 | len(data) - 1]) + data for number, data in (extensions or {}).items())
    head = struct.pack(
        "!BBHII",
        0x90 if block else 0x80,
        marker << 7 | payload_type,
        seq & 0xFFFF,
        timestamp & 0xFFFFFFFF,
        ssrc,
    )
    if not block:
        return head + payload
    block += bytes(-len(block) % 4)
    return head + struct.pack("!HH", 0xBEDE, len(block) // 4) + block + payload


@dataclass(frozen=True)
class ReadRtp:
    payload_type: int
    seq: int
    timestamp: int
    ssrc: int
    marker: bool
    extensions: Mapping[int, bytes]
    payload: bytes


def read_rtp(packet: bytes) -> ReadRtp:
    first, second, seq, timestamp, ssrc = struct.unpack_from("!BBHII", packet)
    at = 12 + 4 * (first & 0x0F)
    extensions: dict[int, bytes] = {}
    if first & 0x10:
        profile, words = struct.unpack_from("!HH", packet, at)
        at += 4
        end = at + 4 * words
        while profile == 0xBEDE and at < end:
            byte = packet[at]
            at += 1
            if byte >> 4:
                size = (byte & 0x0F) + 1
                extensions[byte >> 4] = packet[at : at + size]
                at += size
        at = end
    end = len(packet) - (packet[-1] if first & 0x20 else 0)
    return ReadRtp(second & 0x7F, seq, timestamp, ssrc, bool(second & 0x80), extensions, packet[at:end])


def vp8_frame(picture: int, *, is_key: bool, packets: int = 4, size: int = 1100) -> list[bytes]:
    """The payloads of one frame: 15-bit picture id (RFC 7741), a frame header whose key bit is true (RFC 6386 9.1)."""
    payloads = []
    for index in range(packets):
        descriptor = struct.pack("!BBH", 0x90 if index == 0 else 0x80, 0x80, 0x8000 | picture & 0x7FFF)
        body = b""
        if index == 0:
            body = b"\x10\x02\x00\x9d\x01\x2a\x80\x02\x68\x01" if is_key else b"\x31\x02\x00"
        payloads.append((descriptor + body).ljust(size, b"\x55"))
    return payloads


def rtcp_packets(compound: bytes) -> list[tuple[int, int, bytes]]:
    """(packet type, count or format, body after the header) for each packet of a compound (RFC 3550 section 6.1)."""
    found = []
    at = 0
    while at + 4 <= len(compound):
        first, kind, words = struct.unpack_from("!BBH", compound, at)
        end = at + 4 + 4 * words
        found.append((kind, first & 0x1F, compound[at + 4 : end]))
        at = end
    return found
