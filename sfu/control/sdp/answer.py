"""A browser's answer, read against the ledger it answers. Total: every fault is one `BadAnswer`.

The fingerprint read here is the only authentication of the media path, so nothing is guessed. Candidates are neither
read nor resolved: the browser is learned from its own checks. No message of an error quotes the answer, which holds
addresses.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from sfu.codecs import CODECS, EXT_TWCC, EXTENSION_URIS
from sfu.control.sdp.ledger import Ledger, Line, UplinkLine, payload_types_of
from sfu.node import BadAnswer

MAX_CHARACTERS: Final = 65_536
MAX_LINES: Final = 2_000
MAX_LINE: Final = 2_048
MAX_SSRCS: Final = 16

_DIGEST_BYTES: Final = {"sha-256": 32, "sha-384": 48, "sha-512": 64}
_RTX_TYPES: Final = {codec.rtx: codec for codec in CODECS if codec.rtx is not None}
_CODEC_NAMES: Final = {codec.payload_type: f"{codec.name}/{codec.clock_rate}" for codec in CODECS} | {
    number: f"rtx/{codec.clock_rate}" for number, codec in _RTX_TYPES.items()
}
_NUMBER: Final = re.compile(r"[0-9]{1,10}")
_M_LINE: Final = re.compile(r"(audio|video) ([0-9]{1,5})(?:/[0-9]{1,2})? ([A-Z/]{3,30}) ([0-9 ]{1,400})")
_EXTMAP: Final = re.compile(r"([0-9]{1,3})(?:/(?:sendonly|recvonly|sendrecv|inactive))? (\S+)(?: .*)?")
_RID: Final = re.compile(r"([A-Za-z0-9_-]{1,32}) (send|recv)(?: .*)?")
_ICE: Final = re.compile(r"[A-Za-z0-9+/]{4,256}")


class Direction(StrEnum):
    """Of an answered m-line, as the browser sees it."""

    SENDONLY = "sendonly"
    RECVONLY = "recvonly"
    INACTIVE = "inactive"


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """`algorithm` in lower case, `value` as colon-separated upper-case hex (RFC 8122)."""

    algorithm: str
    value: str


@dataclass(frozen=True, slots=True)
class AnsweredLine:
    """One m-line as answered. `payload_types` in the browser's order; SSRCs only where it sends and has no rids.

    `twcc`: transport-wide numbers and feedback were accepted on it.
    """

    mid: str
    direction: Direction
    payload_types: tuple[int, ...] = ()
    ssrcs: tuple[int, ...] = ()
    fid: Mapping[int, int] = field(default_factory=dict)
    rids: tuple[str, ...] = ()
    fmtp: Mapping[int, str] = field(default_factory=dict)
    extensions: frozenset[int] = frozenset()
    twcc: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    ufrag: str
    fingerprints: tuple[Fingerprint, ...]
    lines: tuple[AnsweredLine, ...]


@dataclass(slots=True)
class _Section:
    """`head` is the value of the m= line, empty for the session level."""

    head: str = ""
    attributes: dict[str, list[str]] = field(default_factory=dict)


def read_answer(text: str, ledger: Ledger) -> Answer:
    """Raises `BadAnswer` for whatever is malformed, too large or outside the offer."""
    session, media = _sections(text)
    if len(media) != len(ledger):
        raise BadAnswer("not the m-lines of the offer")
    lines = tuple(_line(section, session, line) for section, line in zip(media, ledger, strict=True))
    if all(line.direction is Direction.INACTIVE for line in lines):
        raise BadAnswer("every m-line was rejected")
    _check_bundle(session, media, lines)
    declared = [ssrc for line in lines for ssrc in (*line.ssrcs, *line.fid.values())]
    if len(set(declared)) != len(declared):
        raise BadAnswer("one SSRC on two m-lines")
    if _agreed("setup", session, media) != ["active"]:
        raise BadAnswer("setup is not active")
    ufrags = _agreed("ice-ufrag", session, media)
    if len(ufrags) != 1 or not _ICE.fullmatch(ufrags[0]):
        raise BadAnswer("no ICE user name")
    return Answer(ufrags[0], _fingerprints(_agreed("fingerprint", session, media)), lines)


def _sections(text: str) -> tuple[_Section, list[_Section]]:
    if len(text) > MAX_CHARACTERS or not text.isascii():
        raise BadAnswer("too long or not ASCII")
    rows = text.split("\n")
    if len(rows) > MAX_LINES:
        raise BadAnswer("too many lines")
    session = _Section()
    media: list[_Section] = []
    for row in rows:
        row = row.removesuffix("\r")
        if not row:
            continue
        if len(row) > MAX_LINE or not row.isprintable() or row[1:2] != "=":
            raise BadAnswer("not a line of SDP")
        kind, value = row[0], row[2:]
        if kind == "m":
            media.append(_Section(value))
        elif kind == "a":
            name, _, rest = value.partition(":")
            (media[-1] if media else session).attributes.setdefault(name, []).append(rest)
    return session, media


def _line(section: _Section, session: _Section, line: Line) -> AnsweredLine:
    match = _M_LINE.fullmatch(section.head)
    if match is None or match[1] != line.kind or match[3] != "UDP/TLS/RTP/SAVPF":
        raise BadAnswer("an m-line is of another kind than offered")
    if section.attributes.get("mid") != [line.mid]:
        raise BadAnswer("a mid is not the one offered")
    direction = _direction(section, session, line)
    if int(match[2]) == 0 or direction is Direction.INACTIVE:
        return AnsweredLine(line.mid, Direction.INACTIVE)
    numbers = _payload_types(match[4], section, line)
    extensions = _extensions(section)
    fmtp = _fmtp(section, numbers)
    twcc = EXT_TWCC in extensions and _has_feedback(section, numbers, "transport-cc")
    if direction is Direction.RECVONLY:
        return AnsweredLine(line.mid, direction, numbers, fmtp=fmtp, extensions=extensions, twcc=twcc)
    rids = _rids(section, line)
    # A browser may declare the SSRCs of simulcast layers; taking them as plain sources loses the rid (interop.md 2).
    ssrcs, fid = ((), {}) if rids else _sources(section)
    return AnsweredLine(line.mid, direction, numbers, ssrcs, fid, rids, fmtp, extensions, twcc)


def _direction(section: _Section, session: _Section, line: Line) -> Direction:
    allowed = Direction.SENDONLY if isinstance(line, UplinkLine) else Direction.RECVONLY
    for scope in (section, session):
        found = [name for name in ("sendrecv", *Direction) if name in scope.attributes]
        if len(found) == 1 and found[0] in (allowed, Direction.INACTIVE):
            return Direction(found[0])
        if found:
            break
    raise BadAnswer("a direction is outside the offer")


def _payload_types(listed: str, section: _Section, line: Line) -> tuple[int, ...]:
    numbers = tuple(int(word[:4]) for word in listed.split())
    offered = payload_types_of(line)
    if not numbers or len(set(numbers)) != len(numbers) or any(number not in offered for number in numbers):
        raise BadAnswer("a payload type is outside the offer")
    for number in numbers:
        if number in _RTX_TYPES and _RTX_TYPES[number].payload_type not in numbers:
            raise BadAnswer("a retransmission type without its codec")
    for value in section.attributes.get("rtpmap", ()):
        word, _, name = value.partition(" ")
        if _NUMBER.fullmatch(word) and int(word) in numbers:
            wanted = _CODEC_NAMES[int(word)].lower()
            if name.lower() != wanted and not name.lower().startswith(wanted + "/"):
                raise BadAnswer("a payload type means another codec than offered")
    return numbers


def _extensions(section: _Section) -> frozenset[int]:
    found = set()
    for value in section.attributes.get("extmap", ()):
        match = _EXTMAP.fullmatch(value)
        if match is None or EXTENSION_URIS.get(int(match[1])) != match[2]:
            raise BadAnswer("a header extension is outside the offer")
        found.add(int(match[1]))
    return frozenset(found)


def _fmtp(section: _Section, numbers: Sequence[int]) -> dict[int, str]:
    found = {}
    for value in section.attributes.get("fmtp", ()):
        word, _, rest = value.partition(" ")
        if _NUMBER.fullmatch(word) and int(word) in numbers:
            found[int(word)] = rest
    return found


def _has_feedback(section: _Section, numbers: Sequence[int], wanted: str) -> bool:
    """Accepted for a payload type of this line, or for all (RFC 4585 section 4.2)."""
    for value in section.attributes.get("rtcp-fb", ()):
        word, _, name = value.partition(" ")
        if name == wanted and (word == "*" or (_NUMBER.fullmatch(word) and int(word) in numbers)):
            return True
    return False


def _rids(section: _Section, line: Line) -> tuple[str, ...]:
    offered = line.rids if isinstance(line, UplinkLine) else ()
    found = []
    for value in section.attributes.get("rid", ()):
        match = _RID.fullmatch(value)
        if match is None or match[2] != "send" or match[1] not in offered or match[1] in found:
            raise BadAnswer("a rid is outside the offer")
        found.append(match[1])
    return tuple(found)


def _ssrc(word: str) -> int:
    if not _NUMBER.fullmatch(word) or not 0 < (number := int(word)) < 1 << 32:
        raise BadAnswer("not an SSRC")
    return number


def _sources(section: _Section) -> tuple[tuple[int, ...], dict[int, int]]:
    """Declared media SSRCs, and the retransmission SSRC of each that has one (RFC 4588 section 12, RFC 5576)."""
    ssrcs = dict.fromkeys(_ssrc(value.partition(" ")[0]) for value in section.attributes.get("ssrc", ()))
    fid: dict[int, int] = {}
    for value in section.attributes.get("ssrc-group", ()):
        words = value.split()
        if not words or words[0] != "FID":
            continue
        if len(words) != 3:
            raise BadAnswer("a FID group that is not a pair")
        main, rtx = _ssrc(words[1]), _ssrc(words[2])
        if main == rtx or main in fid or rtx in fid or rtx in fid.values() or main in fid.values():
            raise BadAnswer("one SSRC in two FID groups")
        if main not in ssrcs or rtx not in ssrcs:
            raise BadAnswer("a FID group of undeclared SSRCs")
        fid[main] = rtx
    if len(ssrcs) > MAX_SSRCS:
        raise BadAnswer("too many SSRCs")
    return tuple(ssrc for ssrc in ssrcs if ssrc not in fid.values()), fid


def _check_bundle(session: _Section, media: Sequence[_Section], lines: Sequence[AnsweredLine]) -> None:
    groups = [value.split() for value in session.attributes.get("group", ())]
    bundled = {mid for words in groups if words[:1] == ["BUNDLE"] for mid in words[1:]}
    if any(line.direction is not Direction.INACTIVE and line.mid not in bundled for line in lines):
        raise BadAnswer("an m-line outside the bundle")
    if not any("rtcp-mux" in section.attributes for section in media):
        raise BadAnswer("no rtcp-mux")


def _agreed(name: str, session: _Section, media: Sequence[_Section]) -> list[str]:
    """The values of a transport attribute, on which all m-lines of the bundle that carry it must agree.

    RFC 9429 section 5.3.1 lets a bundled m-line leave it out, and any attribute may stand at session level.
    """
    rejected = re.compile(r"[a-z]+ 0(?:/| )")
    own = [
        section.attributes[name] for section in media if name in section.attributes and not rejected.match(section.head)
    ]
    scopes = own or [session.attributes.get(name, [])]
    if any(values != scopes[0] for values in scopes):
        raise BadAnswer("m-lines of one bundle differ in their transport")
    return scopes[0]


def _fingerprints(values: Sequence[str]) -> tuple[Fingerprint, ...]:
    """All of a known strength, at least one: weaker digests are not taken for proof (RFC 8122 section 5)."""
    found = []
    for value in values:
        algorithm, _, digest = value.partition(" ")
        size = _DIGEST_BYTES.get(algorithm.lower())
        if size is None:
            continue
        if not re.fullmatch(rf"[0-9A-Fa-f]{{2}}(?::[0-9A-Fa-f]{{2}}){{{size - 1}}}", digest):
            raise BadAnswer("a malformed fingerprint")
        found.append(Fingerprint(algorithm.lower(), digest.upper()))
    if not found:
        raise BadAnswer("no fingerprint of sha-256 or stronger")
    return tuple(found)
