"""RTCP that leaves (RFC 3550 section 6, RFC 4585, REMB draft): each function returns one packet, to be joined."""

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from sfu.packet.rtcp import PSFB, RR, RTPFB, SDES, SR

MAX_BLOCKS: Final = 31
_CNAME: Final = 1


@dataclass(frozen=True, slots=True)
class Block:
    """A report block on one source (RFC 3550 section 6.4.1). `fraction_lost` 0-255, `jitter` in timestamp units."""

    ssrc: int
    fraction_lost: int
    cumulative_lost: int
    highest_seq: int
    jitter: int
    lsr: int
    dlsr: int


def sender_report(ssrc: int, ntp: int, timestamp: int, packets: int, octets: int) -> bytes:
    """SR without report blocks; counts wrap at 32 bits."""
    return struct.pack(
        "!BBHIQIII", 0x80, SR, 6, ssrc, ntp, timestamp & 0xFFFFFFFF, packets & 0xFFFFFFFF, octets & 0xFFFFFFFF
    )


def receiver_report(ssrc: int, blocks: Sequence[Block]) -> bytes:
    """RR with at most 31 blocks."""
    body = b"".join(
        struct.pack(
            "!IIIIII",
            block.ssrc,
            block.fraction_lost << 24 | max(-0x800000, min(block.cumulative_lost, 0x7FFFFF)) & 0xFFFFFF,
            block.highest_seq & 0xFFFFFFFF,
            min(block.jitter, 0xFFFFFFFF),
            block.lsr,
            min(block.dlsr, 0xFFFFFFFF),
        )
        for block in blocks[:MAX_BLOCKS]
    )
    count = min(len(blocks), MAX_BLOCKS)
    return struct.pack("!BBHI", 0x80 | count, RR, 1 + 6 * count, ssrc) + body


def description(ssrc: int, cname: str) -> bytes:
    """SDES with one CNAME."""
    text = cname.encode()[:255]
    chunk = struct.pack("!IBB", ssrc, _CNAME, len(text)) + text
    chunk += bytes(4 - len(chunk) % 4)
    return struct.pack("!BBH", 0x81, SDES, len(chunk) // 4) + chunk


def pli(sender: int, media: int) -> bytes:
    """Picture loss indication (RFC 4585 section 6.3.1)."""
    return struct.pack("!BBHII", 0x81, PSFB, 2, sender, media)


def nack(sender: int, media: int, seqs: Iterable[int]) -> bytes:
    """Generic NACK (RFC 4585 section 6.2.1); `seqs` ascending in serial order."""
    pairs: list[list[int]] = []
    for seq in seqs:
        if pairs:
            distance = (seq - pairs[-1][0]) & 0xFFFF
            if 1 <= distance <= 16:
                pairs[-1][1] |= 1 << (distance - 1)
                continue
        pairs.append([seq, 0])
    body = b"".join(struct.pack("!HH", base, mask) for base, mask in pairs)
    return struct.pack("!BBHII", 0x81, RTPFB, 2 + len(pairs), sender, media) + body


def remb(sender: int, bps: int, ssrcs: Sequence[int]) -> bytes:
    """Receiver estimated maximum bitrate (draft-alvestrand-rmcat-remb-03 section 2.2)."""
    exponent = max(0, bps.bit_length() - 18)
    named = ssrcs[:32]
    head = struct.pack("!BBHII", 0x8F, PSFB, 4 + len(named), sender, 0)
    word = len(named) << 24 | exponent << 18 | bps >> exponent
    return head + b"REMB" + struct.pack(f"!I{len(named)}I", word, *named)
