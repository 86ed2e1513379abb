"""Reading answers: what browsers write is accepted, everything else is one `BadAnswer` and never another exception."""

import random
import re
from pathlib import Path

import pytest

from sfu.control.sdp.answer import Answer, Direction, read_answer
from sfu.control.sdp.ledger import Ledger, UplinkLine
from sfu.node import BadAnswer, Source
from tests.sfu.control.test_offer import FINGERPRINT, ledger, offer
from tests.support.client_packets import read_offer, write_answer

LEDGER = ledger()
SSRCS = {"00": (11,), "01": (21, 22), "02": (31, 32)}
GOOD = write_answer(read_offer(offer(LEDGER)), "abcd", "q" * 24, FINGERPRINT, SSRCS)
MUTATIONS = 5_000


def read(text: str, of: Ledger = LEDGER) -> Answer:
    return read_answer(text, of)


def changed(old: str, new: str, count: int = 1) -> str:
    assert old in GOOD, old
    return GOOD.replace(old, new, count)


def in_section(index: int, old: str, new: str) -> str:
    parts = re.split(r"(?m)^(?=m=)", GOOD)
    assert old in parts[index + 1], old
    parts[index + 1] = parts[index + 1].replace(old, new, 1)
    return "".join(parts)


def test_a_browser_s_answer_is_read_line_by_line() -> None:
    answer = read(GOOD)
    assert answer.ufrag == "abcd"
    assert [(one.algorithm, one.value) for one in answer.fingerprints] == [tuple(FINGERPRINT.split())]
    mic, camera, *_ = answer.lines
    assert (mic.mid, mic.direction, mic.payload_types, mic.ssrcs) == ("00", Direction.SENDONLY, (111,), (11,))
    assert (camera.payload_types, camera.ssrcs, camera.fid) == ((96, 97), (21,), {21: 22})
    assert camera.fmtp == {97: "apt=96"}
    assert all(line.direction is Direction.RECVONLY for line in answer.lines[3:])


def test_an_answer_that_chromium_wrote_is_read_whole() -> None:
    """Recorded; the uplink of the screen has no track yet, and declares its sources all the same."""
    answer = read((Path(__file__).parent / "answers" / "chromium-156.sdp").read_text())
    mic, camera, screen, *slots = answer.lines
    assert [line.direction for line in (mic, camera, screen)] == [Direction.SENDONLY] * 3
    assert [len(line.ssrcs) for line in (mic, camera, screen)] == [1, 1, 1]
    assert [len(line.fid) for line in (mic, camera, screen)] == [0, 1, 1]
    assert camera.payload_types == (96, 97, 98, 99, 102, 103)
    assert camera.extensions == {1, 3, 4, 5, 6}
    assert all(line.direction is Direction.RECVONLY and line.payload_types for line in slots)


def test_header_extensions_may_carry_a_direction() -> None:
    text = in_section(
        1, "a=extmap:1 urn", "a=extmap:5/sendonly urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id\r\na=extmap:1 urn"
    )
    assert read(text).lines[1].extensions == {1, 5}


def test_sources_declared_on_a_line_that_only_receives_are_not_ours_to_know() -> None:
    text = in_section(5, "a=rtcp-mux", "a=ssrc:77 cname:x\r\na=rtcp-mux")
    assert read(text).lines[5].ssrcs == ()


def test_the_transport_may_stand_at_session_level_or_in_the_first_line_only() -> None:
    own = f"a=fingerprint:{FINGERPRINT}\r\n"
    assert read(GOOD.replace(own, "").replace("t=0 0\r\n", f"t=0 0\r\n{own}")) == read(GOOD)
    head, first, rest = GOOD.partition("m=video")[0], "", GOOD[len(GOOD.partition("m=video")[0]) :]
    for row in ("a=ice-ufrag:abcd\r\n", f"a=ice-pwd:{'q' * 24}\r\n", own, "a=setup:active\r\n"):
        rest = rest.replace(row, first)
    assert read(head + rest) == read(GOOD)


def test_a_rejected_line_and_an_inactive_one_carry_nothing() -> None:
    rejected = in_section(1, "m=video 9", "m=video 0")
    inactive = in_section(2, "a=sendonly", "a=inactive")
    assert read(rejected).lines[1].direction is Direction.INACTIVE
    assert read(inactive).lines[2].direction is Direction.INACTIVE
    assert read(inactive).lines[2].ssrcs == ()


def test_candidates_are_neither_read_nor_resolved() -> None:
    text = in_section(0, "a=rtcp-mux", "a=candidate:1 1 udp 1 nobody.local\x7e garbage\r\na=rtcp-mux")
    assert read(text) == read(GOOD)


def test_layers_are_known_by_rid_and_not_by_declared_ssrc() -> None:
    single = tuple(UplinkLine("01", Source.CAMERA) if line.mid == "01" else line for line in LEDGER)
    text = in_section(1, "a=rtcp-mux", "a=rid:q send\r\na=rid:f send\r\na=simulcast:send q;f\r\na=rtcp-mux")
    camera = read(text).lines[1]
    assert (camera.rids, camera.ssrcs, camera.fid) == (("q", "f"), (), {})
    with pytest.raises(BadAnswer):
        read(text, single)


def test_a_browser_that_sends_one_encoding_is_taken_by_its_ssrc() -> None:
    camera = read(GOOD).lines[1]
    assert camera.rids == ()
    assert camera.ssrcs


def test_transport_wide_numbers_are_taken_where_extension_and_feedback_were_both_accepted() -> None:
    assert not any(line.twcc for line in read(GOOD).lines)
    slot = 12
    uri = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"
    extension = in_section(slot, "a=rtcp-mux", f"a=extmap:4 {uri}\r\na=rtcp-mux")
    assert not read(extension).lines[slot].twcc
    for number in ("96", "*"):
        both = f"a=extmap:4 {uri}\r\na=rtcp-fb:{number} transport-cc\r\na=rtcp-mux"
        assert read(in_section(slot, "a=rtcp-mux", both)).lines[slot].twcc


FAULTS = {
    "empty": "",
    "not SDP": "hello\r\n",
    "too long": GOOD + "a=x:" + "y" * 70_000,
    "a very long line": GOOD + "a=x:" + "y" * 3_000 + "\r\n",
    "too many lines": GOOD + "a=x\r\n" * 2_001,
    "a control character": changed("s=-", "s=-\x00"),
    "not ASCII": changed("s=-", "s=é"),
    "an m-line missing": GOOD[: GOOD.rindex("m=")],
    "an m-line more": GOOD + GOOD[GOOD.rindex("m=") :],
    "another kind": in_section(0, "m=audio", "m=video"),
    "another protocol": in_section(0, "UDP/TLS/RTP/SAVPF", "RTP/AVP"),
    "another mid": in_section(3, "a=mid:03", "a=mid:04"),
    "no mid": in_section(3, "a=mid:03\r\n", ""),
    "two mids": in_section(3, "a=mid:03\r\n", "a=mid:03\r\na=mid:03\r\n"),
    "sends on a slot": in_section(3, "a=recvonly", "a=sendrecv"),
    "receives on an uplink": in_section(0, "a=sendonly", "a=recvonly"),
    "two directions": in_section(0, "a=sendonly", "a=sendonly\r\na=inactive"),
    "no direction": in_section(0, "a=sendonly\r\n", ""),
    "a payload type not offered": in_section(0, "SAVPF 111", "SAVPF 111 112"),
    "a payload type of the other kind": in_section(0, "SAVPF 111", "SAVPF 96"),
    "a payload type twice": in_section(0, "SAVPF 111", "SAVPF 111 111"),
    "retransmissions of nothing": in_section(1, "SAVPF 96 97", "SAVPF 97"),
    "another codec on our number": in_section(0, "opus/48000/2", "PCMU/8000"),
    "another extension on our id": in_section(0, "a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid", "a=extmap:1 urn:x"),
    "an extension not offered": in_section(0, "a=extmap:1", "a=extmap:14"),
    "a rid not offered": in_section(1, "a=rtcp-mux", "a=rid:z send\r\na=rtcp-mux"),
    "no fingerprint": re.sub(r"a=fingerprint:.*\r\n", "", GOOD),
    "only a weak fingerprint": GOOD.replace(FINGERPRINT, "sha-1 " + ":".join(["AB"] * 20)),
    "a short fingerprint": GOOD.replace(FINGERPRINT, FINGERPRINT[:-3]),
    "two fingerprints for one bundle": in_section(4, "AB:AB", "AC:AB"),
    "setup passive": GOOD.replace("a=setup:active", "a=setup:passive"),
    "setup actpass": GOOD.replace("a=setup:active", "a=setup:actpass"),
    "no setup": GOOD.replace("a=setup:active\r\n", ""),
    "setup of one line differs": in_section(2, "a=setup:active", "a=setup:passive"),
    "no ufrag": GOOD.replace("a=ice-ufrag:abcd\r\n", ""),
    "an odd ufrag": GOOD.replace("a=ice-ufrag:abcd", "a=ice-ufrag:a b d"),
    "no bundle": re.sub(r"a=group:.*\r\n", "", GOOD),
    "a line outside the bundle": changed("a=group:BUNDLE 00 01", "a=group:BUNDLE 01"),
    "no rtcp-mux": GOOD.replace("a=rtcp-mux\r\n", ""),
    "an SSRC of zero": in_section(0, "a=ssrc:11", "a=ssrc:0"),
    "an SSRC of 33 bits": in_section(0, "a=ssrc:11", "a=ssrc:4294967296"),
    "one SSRC on two lines": in_section(0, "a=ssrc:11", "a=ssrc:21"),
    "one retransmission SSRC on two lines": in_section(2, "a=ssrc:32", "a=ssrc:22").replace("FID 31 32", "FID 31 22"),
    "a retransmission SSRC that is a source elsewhere": in_section(0, "a=ssrc:11", "a=ssrc:22"),
    "too many SSRCs": in_section(0, "a=ssrc:11", "".join(f"a=ssrc:{n} c\r\n" for n in range(100, 120)) + "a=ssrc:11"),
    "a FID group of itself": in_section(1, "FID 21 22", "FID 21 21"),
    "a FID group of one": in_section(1, "FID 21 22", "FID 21"),
    "a FID group of strangers": in_section(1, "FID 21 22", "FID 21 99"),
    "everything rejected": GOOD.replace(" 9 UDP", " 0 UDP"),
}


@pytest.mark.parametrize("text", FAULTS.values(), ids=FAULTS.keys())
def test_a_fault_is_one_bad_answer(text: str) -> None:
    with pytest.raises(BadAnswer) as caught:
        read(text)
    assert not re.search(r"[0-9A-F]{2}:|127\.|abcd", str(caught.value)), "an error must not quote the answer"


def mutate(text: str, source: random.Random) -> str:
    rows = text.split("\r\n")
    for _ in range(source.randint(1, 4)):
        at = source.randrange(len(rows))
        row = rows[at]
        match source.randrange(7):
            case 0:
                del rows[at]
                rows = rows or [""]
            case 1:
                rows.insert(at, source.choice(rows))
            case 2:
                rows[at] = row[: source.randrange(len(row) + 1)]
            case 3:
                place = source.randrange(len(row) + 1)
                rows[at] = (
                    row[:place] + chr(source.choice([0, 9, 32, 45, 58, 57, 61, 127, 0x661, 0x2028])) + row[place + 1 :]
                )
            case 4:
                rows[at] = re.sub(r"\d+", lambda _: str(source.choice([0, 1, 65_536, 1 << 32, 10**40, -1])), row)
            case 5:
                rows[at] = row.replace(" ", source.choice(["", "  ", "/", ":"]))
            case 6:
                other = source.randrange(len(rows))
                rows[at], rows[other] = rows[other], rows[at]
    return "\r\n".join(rows)


def test_mutated_answers_are_read_or_refused_and_never_raise_past_the_reader() -> None:
    source = random.Random(20_260)
    accepted = 0
    for _ in range(MUTATIONS):
        text = mutate(GOOD, source)
        try:
            answer = read(text)
        except BadAnswer:
            continue
        accepted += 1
        assert answer.fingerprints and answer.ufrag
        declared = [ssrc for line in answer.lines for ssrc in (*line.ssrcs, *line.fid.values())]
        assert len(set(declared)) == len(declared)
        for line, offered in zip(answer.lines, LEDGER, strict=True):
            assert line.mid == offered.mid
            allowed = Direction.SENDONLY if isinstance(offered, UplinkLine) else Direction.RECVONLY
            assert line.direction in (allowed, Direction.INACTIVE)
    assert 0 < accepted < MUTATIONS
