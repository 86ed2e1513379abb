"""A browser's answer, of a small offer so that whole answers are short: bytes as text, mutated by lines too."""

import random
from collections.abc import Callable, Iterator

from sfu.control.sdp.answer import MAX_SSRCS, Direction, read_answer
from sfu.control.sdp.ledger import RIDS_OF, Ledger, SlotLine, UplinkLine, payload_types_of
from sfu.control.sdp.offer import Credentials, write_offer
from sfu.node import BadAnswer, Source
from sfu.plane import Address
from tests.support.client_packets import read_offer, write_answer

LEDGER: Ledger = (
    *(UplinkLine(f"{index:02}", source, RIDS_OF[source]) for index, source in enumerate(Source)),
    SlotLine("03", Source.MIC, 77, None),
    SlotLine("04", Source.CAMERA, 78, 79),
)
FINGERPRINT = "sha-256 " + ":".join(["AB"] * 32)
OFFER = write_offer(LEDGER, 3, Credentials("ufragufr", "p" * 24), FINGERPRINT, (Address("203.0.113.7", 40106),))
SSRCS = {"00": (11,), "01": (21, 22), "02": (31, 32)}
GOOD = write_answer(read_offer(OFFER), "abcd", "q" * 24, FINGERPRINT, SSRCS)
LONGEST_REASON = 80
WORDS = (
    *(
        "a=sendrecv",
        "a=sendonly",
        "a=recvonly",
        "a=inactive",
        "a=rtcp-mux",
        "a=mid:00",
        "a=mid:",
        "a=group:BUNDLE 00 01",
    ),
    *(
        "a=simulcast:send q;h;f",
        "a=simulcast:send q;~h",
        "a=rid:q send",
        "a=rid:h send",
        "a=rid:f send",
        "a=rid:z send",
    ),
    *(
        "a=ssrc-group:FID 1 2",
        "a=ssrc-group:SIM 1 2 3",
        "a=ssrc:1 cname:x",
        "a=ssrc:2 msid:- -",
        "a=ssrc:0",
        "a=ssrc:x",
    ),
    *("a=setup:active", "a=setup:passive", "a=setup:actpass", f"a=fingerprint:{FINGERPRINT}", "a=fingerprint:md5 00"),
    *(
        "a=ice-ufrag:abcd",
        "a=ice-pwd:x",
        "a=ice-lite",
        "a=rtpmap:96 VP8/90000",
        "a=rtpmap:96 H264/90000",
        "a=fmtp:97 apt=96",
    ),
    *("a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid", "a=candidate:1 1 udp 1 192.0.2.7 9 typ host", "a=", "=", "m="),
    *(
        "m=audio 9 UDP/TLS/RTP/SAVPF 111",
        "m=video 0 UDP/TLS/RTP/SAVPF 96 97",
        "m=application 9 UDP/DTLS/SCTP webrtc",
        "v=0",
    ),
)


def one(data: bytes) -> None:
    text = data.decode("latin-1")
    try:
        answer = read_answer(text, LEDGER)
    except BadAnswer as refusal:
        assert str(refusal) and len(str(refusal)) <= LONGEST_REASON
        return
    assert [line.mid for line in answer.lines] == [line.mid for line in LEDGER]
    assert answer.fingerprints and all(one.value for one in answer.fingerprints)
    ssrcs: list[int] = []
    for answered, offered in zip(answer.lines, LEDGER, strict=True):
        assert set(answered.payload_types) <= set(payload_types_of(offered))
        wrong = Direction.RECVONLY if isinstance(offered, UplinkLine) else Direction.SENDONLY
        assert answered.direction is not wrong
        assert set(answered.rids) <= set(offered.rids if isinstance(offered, UplinkLine) else ())
        assert len(answered.ssrcs) <= MAX_SSRCS
        if answered.direction is not Direction.SENDONLY:
            assert not answered.ssrcs and not answered.fid and not answered.rids
        ssrcs += [*answered.ssrcs, *answered.fid.values()]
    assert len(set(ssrcs)) == len(ssrcs)
    assert all(0 < ssrc < 1 << 32 for ssrc in ssrcs)
    # What is understood does not hang on the ends of lines.
    assert read_answer(text.replace("\r\n", "\n"), LEDGER) == answer


def mutate(data: bytes, most: int, seed: int, by_bytes: Callable[[bytes, int], bytes]) -> bytes:
    """Half of the time a line is dropped, doubled, moved or put in; else bytes change."""
    chance = random.Random(seed)
    if chance.random() < 0.5:
        return by_bytes(data, most)
    lines = data.split(b"\r\n")
    for _ in range(chance.randint(1, 3)):
        at, to = chance.randrange(len(lines)), chance.randrange(len(lines))
        match chance.randrange(5):
            case 0 if len(lines) > 1:
                del lines[at]
            case 1:
                lines.insert(to, lines[at])
            case 2:
                lines[at], lines[to] = lines[to], lines[at]
            case 3:
                lines[at] = chance.choice(WORDS).encode()
            case _:
                lines.insert(to, chance.choice(WORDS).encode())
    return b"\r\n".join(lines)[:most]


def seeds() -> Iterator[bytes]:
    yield GOOD.encode()
    yield GOOD.replace("a=sendonly", "a=inactive", 1).encode()
    simulcast = "".join(f"a=rid:{rid} send\r\n" for rid in RIDS_OF[Source.CAMERA])
    yield GOOD.replace(
        "a=mid:01\r\n", f"a=mid:01\r\n{simulcast}a=simulcast:send {';'.join(RIDS_OF[Source.CAMERA])}\r\n"
    ).encode()
    yield GOOD.replace("m=video 9", "m=video 0", 1).encode()
    yield OFFER.encode()
