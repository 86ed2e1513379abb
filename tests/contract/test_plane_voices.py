"""Voices that repeat themselves go to everybody as they are, or plain to all where one viewer did not accept that."""

import pytest

from sfu.codecs import OPUS, RED, Kind
from sfu.packet.publication import REPEATS
from sfu.plane import PublicationSpec, SlotSpec
from tests.support.rtp_peer import build_rtp

MIC, OUT = 0x1111, 0xA001
BOTH = (OPUS.payload_type, RED.payload_type)
REPEATING = bytes((0x80 | 111, 3840 >> 8, 3840 & 0xFC, 3)) + bytes((111,)) + b"old" + b"new"


async def voice(stage, *accepted):
    """A publisher of both kinds of voices who has spoken for a while, and a listener for each of `accepted`."""
    speaker = await stage.join()
    pub = stage.new_id()
    stage.plane.add_publication(pub, speaker.number, PublicationSpec(Kind.AUDIO, "00", BOTH, (MIC,)))
    stage.plane.set_gate(pub, True)
    for seq in range(65_536 - REPEATS, 65_536):
        say(speaker, seq)
    listeners = []
    for types in accepted:
        listener, slot = await stage.join(), stage.new_id()
        stage.plane.add_slot(slot, listener.number, SlotSpec(Kind.AUDIO, "10", OUT, None, types))
        stage.plane.subscribe(slot, pub, None)
        listeners.append(listener)
    await stage.rig.fence()
    return speaker, listeners, pub


def say(speaker, seq, payload_type=RED.payload_type, payload=REPEATING):
    speaker.rtp(build_rtp(payload_type, seq, seq * 960, MIC, payload, extensions={2: b"\x94"}))


async def test_repeating_voices_travel_as_they_are_where_everybody_accepted_them(rig, stage):
    speaker, listeners, _ = await voice(stage, BOTH, BOTH)
    for seq in range(4):
        say(speaker, seq)
    for listener in listeners:
        await rig.until(lambda listener=listener: len(listener.received(OUT)) == 4)
        assert {(packet.payload_type, packet.payload) for packet in listener.received(OUT)} == {
            (RED.payload_type, REPEATING)
        }


async def test_one_listener_without_them_makes_them_plain_for_all_without_a_hole(rig, stage):
    speaker, (able, plain), _ = await voice(stage, BOTH, (OPUS.payload_type,))
    say(speaker, 0, OPUS.payload_type, b"new")
    for seq in range(1, 6):
        say(speaker, seq)
    for listener in (able, plain):
        await rig.until(lambda listener=listener: len(listener.received(OUT)) == 6)
        packets = listener.received(OUT)
        assert {(packet.payload_type, packet.payload) for packet in packets} == {(OPUS.payload_type, b"new")}
        assert [packet.seq - packets[0].seq for packet in packets] == list(range(6))
        assert all(packet.extensions[2] == b"\x94" for packet in packets)


async def test_a_publisher_may_turn_to_it_and_back_while_people_listen(rig, stage):
    speaker, (listener,), _ = await voice(stage, BOTH)
    for seq in range(9):
        if seq // 3 % 2:
            say(speaker, seq)
        else:
            say(speaker, seq, OPUS.payload_type, b"plain")
    await rig.until(lambda: len(listener.received(OUT)) == 9)
    packets = sorted(listener.received(OUT), key=lambda packet: packet.seq)
    assert [packet.payload_type for packet in packets] == [111] * 3 + [63] * 3 + [111] * 3
    assert [packet.seq - packets[0].seq for packet in packets] == list(range(9))


@pytest.mark.parametrize("payload", [b"\x80", b"\xef\x00\x03\xff" + b"\x6f" + b"short", bytes((8,)) + b"other"])
async def test_a_malformed_one_costs_its_sender_that_packet(rig, stage, payload):
    speaker, (listener,), _ = await voice(stage, (OPUS.payload_type,))
    say(speaker, 1, payload=payload)
    say(speaker, 2)
    await rig.until(lambda: listener.received(OUT))
    assert [packet.payload for packet in listener.received(OUT)] == [b"new"]


async def test_after_a_gate_opens_nothing_from_before_is_repeated(rig, stage):
    speaker, (listener,), pub = await voice(stage, BOTH)
    stage.plane.set_gate(pub, False)
    await rig.fence()
    stage.plane.set_gate(pub, True)
    await rig.fence()
    for seq in range(REPEATS + 2):
        say(speaker, seq)
    await rig.until(lambda: len(listener.received(OUT)) == REPEATS + 2)
    packets = sorted(listener.received(OUT), key=lambda packet: packet.seq)
    assert [packet.payload for packet in packets] == [b"new"] * REPEATS + [REPEATING] * 2
