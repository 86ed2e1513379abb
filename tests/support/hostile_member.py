"""What a member with good keys may send: RTP and RTCP that lie in every field, made from a seed."""

import random
from dataclasses import dataclass

from pylibsrtp import Error

from sfu.codecs import Kind
from sfu.plane import Layer
from tests.support.plane_rig import Client, InlineRig, Stage
from tests.support.rtp_peer import build_rtp, nack, pli, remb, rtcp, sender_report

MIC, CAMERA, RTX = 0x1111, 0x2222, 0x3333
OUT, OUT_VIDEO, OUT_RTX = 0xA001, 0xA002, 0xA003

NATURAL = {MIC: 111, CAMERA: 96, RTX: 97}
HEADS = (b"", b"", b"\x10\x00", b"\x10\x01", b"\x90\x80\x81\x02\x00", b"\x90\xe0\x05\x06\x60\x01", b"\x90\xf0")


@dataclass(frozen=True)
class HostileRoom:
    """Three people; `hostile` publishes everything there is, and is shown what the `speaker` says, as `listener` is."""

    stage: Stage
    hostile: Client
    speaker: Client
    listener: Client


async def hostile_room(rig: InlineRig) -> HostileRoom:
    stage = Stage(rig)
    room = HostileRoom(stage, await stage.join(), await stage.join(), await stage.join())
    stage.publish(room.hostile, ssrc=MIC, mid="00")
    camera = stage.publish(room.hostile, Kind.VIDEO, ssrc=CAMERA, rtx=RTX, mid="01")
    simulcast = stage.publish(room.hostile, Kind.VIDEO, mid="02", rids=("q", "h"))
    good = stage.publish(room.speaker, ssrc=MIC)
    for client in (room.hostile, room.listener):
        stage.slot(client, ssrc=OUT, show=good)
        temporal = stage.slot(client, Kind.VIDEO, ssrc=OUT_VIDEO, rtx=OUT_RTX, show=camera)
        rig.plane.set_target_layer(temporal, Layer(None, 1))
        stage.slot(client, Kind.VIDEO, ssrc=OUT_VIDEO + 100, rtx=OUT_RTX + 100, show=simulcast)
    return room


def hostile_rtp(rng: random.Random, seqs: dict[int, int]) -> bytes:
    ssrc = rng.choice((MIC, CAMERA, CAMERA, RTX, OUT, OUT_VIDEO, rng.getrandbits(32)))
    kinds = (96, 97, 98, 99, 102, 103, 111, rng.randrange(128))
    kind = NATURAL[ssrc] if ssrc in NATURAL and rng.random() < 0.8 else rng.choice(kinds)
    seqs[ssrc] = seqs.get(ssrc, 0) + rng.choice((1, 1, 1, 1, 2, 5, 50, 130, 600))
    extensions = {rng.randint(1, 14): rng.randbytes(rng.randint(1, 16)) for _ in range(rng.randint(0, 5))}
    extensions.pop(1, None)
    if rng.random() < 0.3:
        extensions[1] = rng.choice((b"00", b"01", b"02", b"99", b"\xff\xff"))
    if rng.random() < 0.3:
        extensions[rng.choice((5, 6))] = rng.choice((b"q", b"h", b"zzz", b"\x80"))
    packet = bytearray(
        build_rtp(
            kind,
            seqs[ssrc],
            rng.getrandbits(32),
            ssrc,
            rng.choice(HEADS) + rng.randbytes(rng.choice((0, 1, 2, 3, 20, 1100))),
            extensions=extensions,
            profile=rng.choice((0xBEDE, 0xBEDE, 0x1000, rng.getrandbits(16))),
            csrcs=tuple(rng.getrandbits(32) for _ in range(rng.choice((0, 0, 3, 15)))),
            padding=rng.choice((0, 0, 1, 200, 255)),
        )
    )
    if rng.random() < 0.3:
        packet[rng.randrange(16, len(packet)) if len(packet) > 16 else 0] ^= 1 << rng.randrange(8)
    return bytes(packet)


def hostile_rtcp(rng: random.Random) -> bytes:
    ssrc = rng.choice((MIC, CAMERA, OUT, OUT_VIDEO, OUT_RTX, rng.getrandbits(32)))
    parts = [
        lambda: pli(ssrc),
        lambda: nack(ssrc, *(rng.getrandbits(16) for _ in range(rng.randint(1, 60)))),
        lambda: remb(rng.getrandbits(40)),
        lambda: sender_report(ssrc, rng.getrandbits(64), rng.getrandbits(32)),
        lambda: rtcp(203, rng.randrange(32), rng.randbytes(4 * rng.randint(0, 3))),
        lambda: rtcp(rng.randint(192, 223), rng.randrange(32), rng.randbytes(4 * rng.randint(1, 12))),
    ]
    data = bytearray(b"".join(rng.choice(parts)() for _ in range(rng.randint(1, 3))))
    if rng.random() < 0.3:
        data[rng.randrange(8, len(data)) if len(data) > 8 else 3] ^= 1 << rng.randrange(8)
    return bytes(data)


def try_send(client: Client, packet: bytes, *, is_rtcp: bool) -> None:
    try:
        (client.rtcp if is_rtcp else client.rtp)(packet)
    except (Error, ValueError):
        return  # libsrtp does not even protect it
