"""The offer that every browser gets: its layout and the rules of media.md section 5 that it must keep."""

import itertools
import random
import re
from dataclasses import replace

from sfu.control.sdp.ledger import Ledger, SlotLine, UplinkLine, new_ledger
from sfu.control.sdp.offer import Credentials, write_offer
from sfu.node import Source
from sfu.plane import Address

FINGERPRINT = "sha-256 " + ":".join(["AB"] * 32)
MACHINE, LOOPBACK = Address("203.0.113.7", 40106), Address("127.0.0.1", 40106)


def ledger(seed: int = 1) -> Ledger:
    source = random.Random(seed)
    return new_ledger(lambda: source.getrandbits(32))


def offer(of: Ledger | None = None, *candidates: Address) -> str:
    return write_offer(of or ledger(), 3, Credentials("ufragufr", "p" * 24), FINGERPRINT, candidates or (MACHINE,))


def sections(text: str) -> list[str]:
    return re.split(r"(?m)^(?=m=)", text)[1:]


def test_uplinks_come_first_then_the_slots_with_two_character_mids() -> None:
    lines = ledger()
    assert [line.mid for line in lines] == [f"{index:02}" for index in range(21)]
    assert [line.source for line in lines if isinstance(line, UplinkLine)] == [Source.MIC, Source.CAMERA, Source.SCREEN]
    slots = [line.source for line in lines if isinstance(line, SlotLine)]
    assert slots == [Source.MIC] * 8 + [Source.CAMERA] * 9 + [Source.SCREEN]
    directions = [re.findall(r"(?m)^a=(recvonly|sendonly)\r$", section) for section in sections(offer())]
    assert directions == [["recvonly"]] * 3 + [["sendonly"]] * 18


def test_every_line_of_the_offer_is_ended_by_crlf_and_none_is_empty() -> None:
    text = offer()
    assert text.endswith("\r\n")
    assert all(re.fullmatch(r"[a-z]=\S.*", line) for line in text[:-2].split("\r\n"))


def test_ssrcs_are_declared_once_and_never_repeat_even_if_chance_does() -> None:
    numbers = itertools.cycle([0, 5, 5, *range(6, 60)])
    slots = [line for line in new_ledger(lambda: next(numbers)) if isinstance(line, SlotLine)]
    used = [ssrc for slot in slots for ssrc in (slot.ssrc, slot.rtx_ssrc) if ssrc is not None]
    assert len(set(used)) == len(used) == 8 + 2 * 10
    assert 0 not in used


def test_a_slot_declares_its_ssrcs_and_shares_its_stream_with_no_other() -> None:
    text = offer()
    streams = re.findall(r"(?m)^a=msid:(\S+) (\S+)\r$", text)
    assert len({stream for stream, _ in streams}) == 18
    names = {name for section in sections(text)[3:] for name in set(re.findall(r"cname:(\S+)", section))}
    assert len(names) == 18
    for section in sections(text)[3:]:
        declared = re.findall(r"(?m)^a=ssrc:(\d+) cname", section)
        if section.startswith("m=video"):
            assert re.findall(r"(?m)^a=ssrc-group:FID (\d+) (\d+)\r$", section) == [tuple(declared)]
        else:
            assert len(declared) == 1


def test_each_direction_has_the_bandwidth_feedback_that_the_plane_can_use() -> None:
    for section in sections(offer()):
        is_uplink = "a=recvonly" in section
        assert "transport-cc" in section
        assert "transport-wide-cc" in section
        assert ("goog-remb" in section) == section.startswith("m=video")
        assert "abs-send-time" in section
        assert ("rtp-stream-id" in section) == (is_uplink and section.startswith("m=video"))
        assert ("ssrc-audio-level" in section) == section.startswith("m=audio")
        assert "extmap-allow-mixed" not in section


def test_voices_are_opus_that_carries_its_own_repair_and_rests_in_silence_or_one_that_repeats_itself() -> None:
    for section in sections(offer()):
        if section.startswith("m=audio"):
            assert section.startswith("m=audio 9 UDP/TLS/RTP/SAVPF 111 63\r\n")
            assert "a=fmtp:111 minptime=10;useinbandfec=1;usedtx=1\r\n" in section
            assert "a=rtpmap:63 red/48000/2\r\n" in section
            assert "a=fmtp:63 111/111\r\n" in section


def test_video_prefers_vp8_and_can_be_repaired() -> None:
    for section in sections(offer()):
        if section.startswith("m=video"):
            assert section.startswith("m=video 9 UDP/TLS/RTP/SAVPF 96 97 98 99 102 103\r\n")
            for number in (96, 98, 102):
                feedback = re.findall(rf"(?m)^a=rtcp-fb:{number} (.*)\r$", section)
                assert {"nack", "nack pli", "ccm fir"} <= set(feedback)
                assert f"a=fmtp:{number + 1} apt={number}" in section


def test_candidates_stand_in_the_first_m_line_only_and_loopback_comes_last() -> None:
    first, *rest = sections(offer(None, LOOPBACK, MACHINE))
    found = re.findall(r"(?m)^a=candidate:(\d+) 1 udp (\d+) (\S+) 40106 typ host\r$", first)
    assert [host for _, _, host in found] == ["203.0.113.7", "127.0.0.1"]
    assert int(found[0][1]) > int(found[1][1])
    assert "a=end-of-candidates" in first
    assert not any("candidate" in section for section in rest)


def test_tcp_comes_after_all_of_udp_and_waits_to_be_connected_to() -> None:
    six = Address("2001:db8::7", 40106)
    first, *_ = sections(offer(None, LOOPBACK, replace(MACHINE, is_tcp=True), six, MACHINE, replace(six, is_tcp=True)))
    lines = re.findall(r"(?m)^a=candidate:(\d+) 1 (udp|tcp) (\d+) (\S+) 40106 typ host( tcptype passive)?\r$", first)
    assert [(transport, host, bool(kind)) for _, transport, _, host, kind in lines] == [
        ("udp", "2001:db8::7", False),
        ("udp", "203.0.113.7", False),
        ("udp", "127.0.0.1", False),
        ("tcp", "203.0.113.7", True),
        ("tcp", "2001:db8::7", True),
    ]
    priorities = [int(line[2]) for line in lines]
    assert priorities == sorted(set(priorities), reverse=True)
    assert priorities[0] < 2**31
    assert len({line[0] for line in lines}) == 5


def test_every_m_line_has_the_same_transport() -> None:
    text = offer()
    assert "a=ice-lite\r\n" in text.split("m=")[0]
    for section in sections(text):
        for row in (
            "a=ice-ufrag:ufragufr",
            f"a=ice-pwd:{'p' * 24}",
            f"a=fingerprint:{FINGERPRINT}",
            "a=setup:actpass",
            "a=rtcp-mux",
            "a=rtcp-rsize",
        ):
            assert row + "\r\n" in section


def test_a_camera_is_asked_for_in_three_layers_and_nothing_else_is() -> None:
    mic, camera, screen, *slots = sections(offer())
    assert re.findall(r"(?m)^a=rid:(\S+) recv\r$", camera) == ["q", "h", "f"]
    assert "a=simulcast:recv q;h;f\r\n" in camera
    assert not any("rid:" in section or "a=simulcast" in section for section in (mic, screen, *slots))
