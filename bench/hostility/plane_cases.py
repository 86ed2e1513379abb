"""U3, U5, U6: the packet plane itself in virtual time, whose state can be looked into after a million packets."""

import random
import struct
from collections import Counter
from contextlib import suppress
from time import perf_counter

from pylibsrtp import Error as SrtpError

from bench.hostility.check import Check, at_least, at_most, none
from sfu.codecs import Kind
from sfu.packet.demux import MAX_CONTEXTS
from sfu.packet.ice import MAX_PATHS
from tests.fuzz.targets import vp8 as descriptors
from tests.support.hostile_member import (
    CAMERA,
    MIC,
    OUT,
    OUT_RTX,
    OUT_VIDEO,
    RTX,
    hostile_room,
    hostile_rtcp,
    hostile_rtp,
    try_send,
)
from tests.support.plane_rig import Client, InlineRig, Stage, started
from tests.support.rtp_peer import RtpPeer, build_rtp, pli, rtcp, stun_check

SEED = 20_262
OWN_FAULTS = ("error", "timer-error", "srtp-protect", "verb-error")
SSRCS_SHARE = 0.05  # of the count: 50 000 of a million
PLI_PER_SECOND, PLI_SECONDS = 500, 20
TURNS_PER_SECOND = 20
PLI_UPSTREAM_PER_SECOND = 2
TALK_EVERY = 40
LASTING = frozenset((MIC, CAMERA, RTX, OUT, OUT_VIDEO, OUT_RTX, 1))
FORGET_AFTER = 200


def faults(drops: Counter[str]) -> list[Check]:
    return [none(f"drops by '{cause}'", drops.get(cause, 0)) for cause in OWN_FAULTS]


async def u3(count: int) -> list[Check]:
    """Structured mutations of Binding requests, from strangers and from addresses that are somebody's."""
    chance = random.Random(SEED)
    async with started(InlineRig()) as rig:
        assert isinstance(rig, InlineRig)
        stage = Stage(rig)
        victim, other = await stage.join(), await stage.join()
        stage.slot(victim, ssrc=OUT, show=stage.publish(other, ssrc=MIC))
        strangers = [Client(0, 0, other.peer, rig.link(other.peer), rig) for _ in range(16)]
        victim.peer.stun.clear()
        sizes: Counter[bool] = Counter()
        unproven = amplified = heard = 0
        began = perf_counter()
        for step in range(count):
            message, is_valid = stun_mutation(chance, victim, other)
            sender = other if chance.random() < 0.1 else chance.choice(strangers)
            before = len(other.peer.stun)
            sender.send(message)
            rig.plane.core.flush()
            rig.deliver()
            replies = other.peer.stun[before:]
            sizes[bool(replies)] += 1
            unproven += bool(replies) and not is_valid
            amplified += sum(len(reply) > 1.5 * len(message) for reply in replies)
            other.peer.stun.clear()
            if step % 500 == 0:
                victim.check()
                other.check()
                other.audio(MIC, step // 500)
                rig.plane.advance(0.02)
                await rig.fence()
                heard += 1
                other.peer.stun.clear()
        await rig.fence()
        core = rig.plane.core
        return [
            Check("mutations", count, True),
            Check("per second", round(count / (perf_counter() - began)), True),
            Check("answered, all of them proven", sizes[True], True),
            none("answered without valid integrity", unproven),
            none("answers above 1.5 x the request", amplified),
            none("packets that the victim missed", heard - len(victim.received(OUT))),
            at_most(
                "addresses that one peer holds", max(len(one.ice.paths) for one in core._peers.values()), MAX_PATHS
            ),
            *faults(core.drops),
        ]


def stun_mutation(chance: random.Random, victim: Client, other: Client) -> tuple[bytes, bool]:
    """A request, and whether it is one that deserves an answer."""
    of = chance.choice((victim, other))
    kind = chance.randrange(8)
    name, pwd = f"{of.peer.ufrag}:them", of.peer.pwd
    transaction = chance.randbytes(12)
    if kind == 0:  # somebody known, but the wrong password
        return stun_check(name, "x" * 24, transaction=transaction), False
    if kind == 1:
        return stun_check(f"{chance.getrandbits(32):08x}:them", pwd, transaction=transaction), False
    if kind == 2:
        return stun_check(name, pwd, transaction=transaction, integrity=chance.random() < 0.5, fingerprint=False), False
    if kind == 3 and chance.random() < 0.05:  # a good one, from wherever: a path of its own
        return stun_check(name, pwd, transaction=transaction, use_candidate=False), True
    size = chance.randint(0, 40)
    extra = struct.pack(
        "!HH", chance.getrandbits(16), chance.choice((size, chance.getrandbits(16)))
    ) + chance.randbytes(size + -size % 4)
    signed_by = pwd if kind == 3 else "x" * 24
    signed = stun_check(name, signed_by, transaction=transaction, extra=extra)
    message = bytearray(signed)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(message))
        message[at] ^= 1 << chance.randrange(8)
    if kind == 5:
        struct.pack_into("!H", message, 2, chance.getrandbits(16))
    if kind == 6:
        del message[chance.randrange(len(message)) :]
    # Two changes may undo one another.
    return bytes(message), kind == 3 and message == signed


async def u5(count: int) -> list[Check]:
    """A member's RTP and RTCP under good keys: a million mutations, then each trick by itself."""
    chance = random.Random(SEED)
    async with started(InlineRig()) as rig:
        assert isinstance(rig, InlineRig)
        room = await hostile_room(rig)
        hostile, speaker, listener = room.hostile, room.speaker, room.listener
        seqs: dict[int, int] = {}
        talk, liar = Talk(rig, hostile, speaker, listener), Liar(hostile)
        began = perf_counter()
        for step in range(count):
            if chance.random() < 0.7:
                liar.say(hostile_rtp(chance, seqs), is_rtcp=False)
            else:
                liar.say(hostile_rtcp(chance), is_rtcp=True)
            if step % TALK_EVERY == 0:
                await talk.turn()
        rate = round(count / (perf_counter() - began))
        await many_ssrcs(chance, liar, talk, round(count * SSRCS_SHARE))
        for step in range(2_000):
            hostile.rtcp(rtcp(203, 2, struct.pack("!II", MIC, OUT)))
            if step % TALK_EVERY == 0:
                await talk.turn()
        plis = await pli_flood(hostile, speaker, room.stage, talk)
        core = rig.plane.core
        return [
            Check("mutations", count, True),
            Check("per second", rate, True),
            *(await talk.verdict()),
            at_most("contexts of the hostile member", len(core._peers[hostile.number].ssrcs), MAX_CONTEXTS),
            *plis,
            Check("the hostile member is connected", core._peers[hostile.number].path is not None, True),
            none("peers that timed out", len(rig.sink.named("timeout"))),
            *faults(core.drops),
        ]


class Liar:
    """Seals what a member says. libsrtp searches its streams one by one, so those of passing sources are forgotten."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._sealed = 0
        self._passing = client.peer

    def say(self, packet: bytes, *, is_rtcp: bool) -> None:
        ssrc = int.from_bytes(packet[4:8] if is_rtcp else packet[8:12], "big")
        if ssrc in LASTING:
            try_send(self._client, packet, is_rtcp=is_rtcp)
            return
        if self._sealed % FORGET_AFTER == 0:
            self._passing = RtpPeer(self._client.peer.ufrag, self._client.peer.pwd)
        self._sealed += 1
        with suppress(SrtpError, ValueError):  # libsrtp does not even protect it
            seal = self._passing.seal_rtcp if is_rtcp else self._passing.seal
            self._client.send(seal(packet))


class Talk:
    """A good voice beside it all: each packet holds its number, and arrives once, in order, at everybody else."""

    def __init__(self, rig: InlineRig, hostile: Client, speaker: Client, listener: Client) -> None:
        self._rig = rig
        self._clients = (hostile, speaker, listener)
        self._heard = (hostile, listener)
        self._speaker = speaker
        self._said = 0
        self._wrong = self._foreign = self._unreadable = 0

    async def turn(self) -> None:
        self._speaker.audio(MIC, self._said, struct.pack("!I", self._said))
        for client in self._clients:
            client.check()
        self._rig.plane.advance(0.05)
        await self._rig.fence()
        for client in self._heard:
            voice = client.received(OUT)
            self._wrong += [one.payload for one in voice] != [struct.pack("!I", self._said)]
        self._said += 1
        self._foreign += sum(map(len, self._speaker.peer.rtp.values()))
        for client in self._clients:
            self._unreadable += client.peer.unreadable
            client.peer.unreadable = 0
            client.peer.rtp.clear()
            client.peer.stun.clear()
            if client is not self._speaker:
                client.peer.rtcp.clear()

    async def verdict(self) -> list[Check]:
        return [
            Check("good packets beside it", self._said, True),
            none("turns in which somebody heard anything else than the good voice", self._wrong),
            none("packets at somebody who asked for none", self._foreign),
            none("packets that others could not read", self._unreadable),
        ]


async def many_ssrcs(chance: random.Random, liar: Liar, talk: Talk, count: int) -> None:
    for number in range(count):
        ssrc = 0x10_0000 + number if number % 10 else OUT
        extensions = {1: chance.choice((b"00", b"01", b"02", b"07", b"\xff"))}
        kind = chance.choice((111, 96, 97, chance.randrange(128)))
        liar.say(build_rtp(kind, number, number, ssrc, b"x" * 20, extensions=extensions), is_rtcp=False)
        if number % TALK_EVERY == 0:
            await talk.turn()


async def pli_flood(hostile: Client, speaker: Client, stage: Stage, talk: Talk) -> list[Check]:
    """Of a flood of requests, some come out at the publisher of the picture, and few in any one second."""
    picture = stage.publish(speaker, Kind.VIDEO, ssrc=CAMERA, mid="01")
    stage.slot(hostile, Kind.VIDEO, ssrc=OUT_VIDEO + 200, rtx=OUT_RTX + 200, mid="12", show=picture)
    speaker.video(CAMERA, 1, key=True)
    await talk.turn()
    asked = []  # in each turn
    for _ in range(TURNS_PER_SECOND * PLI_SECONDS):
        speaker.peer.rtcp.clear()
        for _ in range(PLI_PER_SECOND // TURNS_PER_SECOND):
            hostile.rtcp(pli(OUT_VIDEO + 200))
        await talk.turn()
        asked.append(sum(part.word(1) == CAMERA for part in speaker.peer.take_rtcp(206, 1)))
    # One leaves at the beginning or at the end of its turn: a turn less is what surely lies within a second.
    most = max(sum(asked[begin : begin + TURNS_PER_SECOND - 1]) for begin in range(len(asked)))
    return [
        at_least("PLI upstream of the whole flood", sum(asked), PLI_SECONDS),
        at_most("PLI upstream in one second", most, PLI_UPSTREAM_PER_SECOND),
    ]


async def u6(count: int) -> list[Check]:
    """Payload descriptors, each mutation put to every property of its fuzz target."""
    chance, seeds = random.Random(SEED), [bytes(seed) for seed in descriptors.seeds()]
    raised: Counter[str] = Counter()
    began = perf_counter()
    for _ in range(count):
        data = bytearray(chance.choice(seeds))
        for _ in range(chance.randint(1, 4)):
            data[chance.randrange(len(data))] = chance.getrandbits(8)
        if chance.random() < 0.3:
            del data[chance.randrange(len(data)) :]
        elif chance.random() < 0.3:
            data += chance.randbytes(chance.randint(1, 12))
        try:
            descriptors.one(bytes(data))
        except Exception as fault:
            raised[type(fault).__name__] += 1
    return [
        at_least("mutations", count, count),
        Check("per second", round(count / (perf_counter() - began)), True),
        none(f"properties that did not hold{f' {dict(raised)}' if raised else ''}", raised.total()),
    ]
