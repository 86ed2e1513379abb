"""As much SDP as a load generator needs, for two kinds of server: one that offers everything, one that answers too."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

OPUS, VP8, RTX = 111, 96, 97
EXTENSIONS: Final = {
    1: "urn:ietf:params:rtp-hdrext:sdes:mid",
    2: "urn:ietf:params:rtp-hdrext:ssrc-audio-level",
    3: "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
    4: "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
}
TRANSPORT_WIDE: Final = EXTENSIONS[4]
_RTPMAPS: Final = {OPUS: "opus/48000/2", VP8: "VP8/90000", RTX: "rtx/90000"}
_FLIPPED: Final = {"sendonly": "recvonly", "recvonly": "sendonly", "inactive": "inactive", "sendrecv": "sendrecv"}


@dataclass(frozen=True)
class Line:
    """One m-line as its writer sees it. `codecs`: payload type by lower-case encoding name and clock."""

    mid: str
    kind: str
    direction: str
    codecs: Mapping[str, int]
    extensions: Mapping[str, int]

    @property
    def payload_type(self) -> int:
        """Of Opus or VP8; 0 where it has neither."""
        return self.codecs.get("opus/48000/2" if self.kind == "audio" else "vp8/90000", 0)


@dataclass(frozen=True)
class Description:
    ufrag: str
    pwd: str
    fingerprint: str
    setup: str
    candidates: tuple[tuple[str, int], ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Local:
    """What a link says of itself."""

    ufrag: str
    pwd: str
    fingerprint: str
    address: tuple[str, int]


def read(text: str) -> Description:
    """Raises ValueError where something is missing."""
    sections = re.split(r"(?m)^(?=m=)", text)[1:]
    candidates = re.findall(r"(?mi)^a=candidate:\S+ 1 udp \d+ (\S+) (\d+) typ host", text)
    return Description(
        _one(r"a=ice-ufrag:(\S+)", text),
        _one(r"a=ice-pwd:(\S+)", text),
        _one(r"a=fingerprint:(\S+ \S+)", text),
        _one(r"a=setup:(\S+)", text),
        tuple(dict.fromkeys((host, int(port)) for host, port in candidates)),
        tuple(_line(section) for section in sections),
    )


def write_answer(
    offer: Description, local: Local, ssrcs: Mapping[str, Sequence[int]], *, has_arrivals: bool = False
) -> str:
    """Takes every line of Opus or VP8; DTLS client; `ssrcs` by mid of the lines on which this side sends.

    `has_arrivals`: of what it receives, this side tells arrivals by transport-wide number; otherwise a REMB.
    """
    rows = _session(local, [line.mid for line in offer.lines])
    for line in offer.lines:
        types = [number for name, number in line.codecs.items() if name in ("opus/48000/2", "vp8/90000")]
        if line.kind == "video":
            types += _retransmission(line)
        rows += _media(line.kind, line.mid, _FLIPPED[line.direction], dict.fromkeys(types, line.codecs), local)
        rows += [
            f"a=extmap:{number} {uri}" for uri, number in line.extensions.items() if _takes(line, uri, has_arrivals)
        ]
        rows += _sources(ssrcs.get(line.mid, ()))
    return "\r\n".join(rows) + "\r\n"


def write_offer(local: Local, ssrcs: Mapping[str, Sequence[int]]) -> str:
    """Sends Opus on mid 0 and VP8 on mid 1; DTLS client."""
    rows = _session(local, ["0", "1"])
    for mid, kind, types in (("0", "audio", (OPUS,)), ("1", "video", (VP8, RTX))):
        codecs = {_RTPMAPS[number].lower(): number for number in types}
        rows += _media(kind, mid, "sendonly", dict.fromkeys(types, codecs), local)
        wanted = (1, 2, 3, 4) if kind == "audio" else (1, 3, 4)
        rows += [f"a=extmap:{number} {EXTENSIONS[number]}" for number in wanted]
        rows += _sources(ssrcs[mid])
    return "\r\n".join(rows) + "\r\n"


def _session(local: Local, mids: Sequence[str]) -> list[str]:
    host = local.address[0]
    return ["v=0", f"o=- 7 2 IN IP4 {host}", "s=-", "t=0 0", "a=group:BUNDLE " + " ".join(mids)]


def _media(
    kind: str,
    mid: str,
    direction: str,
    types: Mapping[int, Mapping[str, int]],
    local: Local,
    has_arrivals: bool = False,
) -> list[str]:
    host, port = local.address
    rows = [
        f"m={kind} 9 UDP/TLS/RTP/SAVPF " + " ".join(str(number) for number in types),
        f"c=IN IP4 {host}",
        f"a=mid:{mid}",
        f"a={direction}",
        "a=rtcp-mux",
        "a=rtcp-rsize",
        f"a=ice-ufrag:{local.ufrag}",
        f"a=ice-pwd:{local.pwd}",
        f"a=fingerprint:{local.fingerprint}",
        "a=setup:active",
        f"a=candidate:1 1 udp 2130706431 {host} {port} typ host",
        "a=end-of-candidates",
    ]
    media_type = next(iter(types), None)
    for number, codecs in types.items():
        name = next(name for name, owner in codecs.items() if owner == number).partition("#")[0]
        rows.append(f"a=rtpmap:{number} {name.replace('vp8', 'VP8')}")
        if name.startswith("rtx/"):
            rows.append(f"a=fmtp:{number} apt={media_type}")
        elif kind == "video":
            rows += [f"a=rtcp-fb:{number} {what}" for what in ("nack", "nack pli", "ccm fir")]
        rows.append(f"a=rtcp-fb:{number} {'transport-cc' if has_arrivals or direction == 'sendonly' else 'goog-remb'}")
    return rows


def _sources(ssrcs: Sequence[int]) -> list[str]:
    rows = [f"a=ssrc-group:FID {ssrcs[0]} {ssrcs[1]}"] if len(ssrcs) == 2 else []
    return rows + [f"a=ssrc:{ssrc} cname:load" for ssrc in ssrcs]


def _takes(line: Line, uri: str, has_arrivals: bool) -> bool:
    return uri in EXTENSIONS.values() and (uri != TRANSPORT_WIDE or has_arrivals or line.direction == "recvonly")


def _retransmission(line: Line) -> list[int]:
    """The RTX type of VP8: the one right after it, as both servers number them."""
    number = line.codecs.get(f"rtx/90000#{line.payload_type}")
    return [] if number is None else [number]


def _line(section: str) -> Line:
    codecs: dict[str, int] = {}
    associated = dict(re.findall(r"(?m)^a=fmtp:(\d+) (?:.*;)?apt=(\d+)", section))
    for number, name in re.findall(r"(?m)^a=rtpmap:(\d+) (\S+)", section):
        name = name.strip().lower()
        codecs[f"{name}#{associated[number]}" if number in associated else name] = int(number)
    directions = re.findall(r"(?m)^a=(sendonly|recvonly|sendrecv|inactive)\s*$", section)
    return Line(
        _one(r"a=mid:(\S+)", section),
        _one(r"m=(\w+)", section),
        directions[0] if directions else "sendrecv",
        codecs,
        {uri.strip(): int(number) for number, uri in re.findall(r"(?m)^a=extmap:(\d+)(?:/\S+)? (\S+)", section)},
    )


def _one(pattern: str, text: str) -> str:
    found = re.search("(?m)^" + pattern, text)
    if found is None:
        raise ValueError(pattern)
    return found[1].strip()
