"""The offer's text from the ledger (RFC 8866, RFC 9429). What is written, and why: media.md sections 1 and 5."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final

from sfu.codecs import (
    EXT_ABS_SEND_TIME,
    EXT_LEVEL,
    EXT_MID,
    EXT_RID,
    EXT_RRID,
    EXT_TWCC,
    EXTENSION_URIS,
    Kind,
)
from sfu.control.sdp.ledger import CODECS_OF, Ledger, Line, SlotLine, UplinkLine, payload_types_of
from sfu.plane import Address

_EXTENSIONS: Final = {
    (UplinkLine, Kind.AUDIO): (EXT_MID, EXT_LEVEL, EXT_ABS_SEND_TIME, EXT_TWCC),
    (UplinkLine, Kind.VIDEO): (EXT_MID, EXT_ABS_SEND_TIME, EXT_TWCC, EXT_RID, EXT_RRID),
    (SlotLine, Kind.AUDIO): (EXT_MID, EXT_LEVEL, EXT_ABS_SEND_TIME, EXT_TWCC),
    (SlotLine, Kind.VIDEO): (EXT_MID, EXT_ABS_SEND_TIME, EXT_TWCC),
}
# Video has both everywhere. On an uplink a browser estimates by transport-cc and heeds REMB as a bound (ADR 0100), but
# only where it was negotiated. On a slot it answers transport-wide numbers with transport-cc and packets without any
# with REMB (interop.md 3), so which of them comes is decided by what is sent.
_FEEDBACK: Final = {
    (UplinkLine, Kind.AUDIO): ("transport-cc",),
    (UplinkLine, Kind.VIDEO): ("goog-remb", "transport-cc", "ccm fir", "nack", "nack pli"),
    (SlotLine, Kind.AUDIO): ("transport-cc",),
    (SlotLine, Kind.VIDEO): ("goog-remb", "transport-cc", "ccm fir", "nack", "nack pli"),
}


@dataclass(frozen=True, slots=True)
class Credentials:
    """ICE user name fragment and password (RFC 8839 section 5.4: at least 4 and 22 characters)."""

    ufrag: str
    pwd: str


def write_offer(
    ledger: Ledger, generation: int, ice: Credentials, fingerprint: str, candidates: Sequence[Address]
) -> str:
    """The SDP of one offer. `fingerprint` is the value of `a=fingerprint`, as `sha-256 AA:BB:…`."""
    lines = [
        "v=0",
        f"o=- 1 {generation} IN IP4 0.0.0.0",
        "s=-",
        "t=0 0",
        "a=ice-lite",
        "a=group:BUNDLE " + " ".join(line.mid for line in ledger),
        "a=msid-semantic:WMS *",
    ]
    for index, line in enumerate(ledger):
        lines.extend(_media(line, ice, fingerprint))
        if index == 0:
            lines.extend(_candidates(candidates))
            lines.append("a=end-of-candidates")
        lines.extend(_codecs(line))
        if isinstance(line, SlotLine):
            lines.extend(_sending(line))
    return "\r\n".join(lines) + "\r\n"


def _media(line: Line, ice: Credentials, fingerprint: str) -> Iterator[str]:
    numbers = " ".join(str(number) for number in payload_types_of(line))
    yield f"m={line.kind.value} 9 UDP/TLS/RTP/SAVPF {numbers}"
    yield "c=IN IP4 0.0.0.0"
    yield f"a=mid:{line.mid}"
    yield "a=recvonly" if isinstance(line, UplinkLine) else "a=sendonly"
    yield "a=rtcp-mux"
    yield "a=rtcp-rsize"
    yield f"a=ice-ufrag:{ice.ufrag}"
    yield f"a=ice-pwd:{ice.pwd}"
    yield f"a=fingerprint:{fingerprint}"
    yield "a=setup:actpass"


def _candidates(candidates: Sequence[Address]) -> Iterator[str]:
    """Host candidates in order of preference, loopback last whatever the order (RFC 8445 section 5.1.2).

    TCP below all of UDP (RFC 6544 section 4.2); port and direction: we listen, the browser connects.
    """
    ordered = sorted(candidates, key=lambda address: (address.is_tcp, ip_address(address.host).is_loopback))
    for index, address in enumerate(ordered):
        if address.is_tcp:
            transport, kind, local, direction = "tcp", 90, (4 << 13) + 8191 - index, " tcptype passive"
        else:
            transport, kind, local, direction = "udp", 126, 65535 - index, ""
        priority = (kind << 24) | (local << 8) | 255
        yield f"a=candidate:{index + 1} 1 {transport} {priority} {address.host} {address.port} typ host{direction}"


def _codecs(line: Line) -> Iterator[str]:
    role = (type(line), line.kind)
    for number in _EXTENSIONS[role]:
        yield f"a=extmap:{number} {EXTENSION_URIS[number]}"
    for codec in CODECS_OF[line.kind]:
        channels = f"/{codec.channels}" if codec.channels else ""
        yield f"a=rtpmap:{codec.payload_type} {codec.name}/{codec.clock_rate}{channels}"
        for feedback in _FEEDBACK[role]:
            yield f"a=rtcp-fb:{codec.payload_type} {feedback}"
        if codec.fmtp:
            yield f"a=fmtp:{codec.payload_type} {codec.fmtp}"
        if codec.rtx is not None:
            yield f"a=rtpmap:{codec.rtx} rtx/{codec.clock_rate}"
            yield f"a=fmtp:{codec.rtx} apt={codec.payload_type}"
    if isinstance(line, UplinkLine) and line.rids:
        for rid in line.rids:
            yield f"a=rid:{rid} recv"
        yield "a=simulcast:recv " + ";".join(line.rids)


def _sending(line: SlotLine) -> Iterator[str]:
    """SSRCs are declared because browsers stop sending MID after some packets (interop.md 1).

    Stream id and CNAME are the slot's own: a shared one makes the browser synchronise the clocks of two people
    (interop.md 4).
    """
    yield f"a=msid:s{line.mid} t{line.mid}"
    if line.rtx_ssrc is not None:
        yield f"a=ssrc-group:FID {line.ssrc} {line.rtx_ssrc}"
    for ssrc in (line.ssrc, line.rtx_ssrc):
        if ssrc is not None:
            yield f"a=ssrc:{ssrc} cname:s{line.mid}"
