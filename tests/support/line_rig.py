"""A viewer of the real plane behind a bad line, in virtual time: simulcast and a voice in, feedback back."""

import heapq
import random
from dataclasses import dataclass, field
from itertools import count, pairwise

from sfu.codecs import EXT_MID, EXT_RID, EXT_TWCC, OPUS, VP8, Kind
from sfu.control.chooser import Chooser, Want, goal_bps, voices_bps
from sfu.control.ladder import camera_ladder
from sfu.packet.bwe import ArrivalLog
from sfu.plane import Layer
from tests.support.line_schedule import Direction, Impairment
from tests.support.plane_rig import Client, InlineRig, Stage
from tests.support.rtp_peer import RtpPeer, build_rtp

STEP_S = 0.005
FEEDBACK_S = 0.1
CHECK_S = 2.5
RATES = {"q": 120_000, "h": 400_000, "f": 1_200_000}
SSRCS = {"q": 101, "h": 102, "f": 103}
VOICE_SSRC, VIDEO_SLOT, RTX_SLOT, VOICE_SLOT = 100, 900, 901, 902
MTU = 1_100


class LineRig(InlineRig):
    """Datagrams to `far` go through `line`; all others arrive at once."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self.line = Direction(seed)
        self.far: RtpPeer | None = None
        self.arrived: list[tuple[float, bytes]] = []
        self._under_way: list[tuple[float, int, bytes]] = []
        self._order = count()

    def deliver(self) -> None:
        for address, datagram in self.plane.take():
            peer = self._by_port[address.port]
            if peer is not self.far:
                peer.open(datagram)
                continue
            due = self.line.arrival(self.plane.now, len(datagram))
            if due is not None:
                heapq.heappush(self._under_way, (due, next(self._order), datagram))
        while self._under_way and self._under_way[0][0] <= self.plane.now:
            due, _, datagram = heapq.heappop(self._under_way)
            assert self.far is not None
            self.arrived.append((due, datagram))
            self.far.open(datagram)


@dataclass
class Sending:
    """One simulcast layer at its publisher."""

    rid: str
    seq: int = 1
    frame_at: float = 0.0
    wants_key: bool = False


@dataclass
class Seen:
    voice_at: list[float] = field(default_factory=list)
    video: list[tuple[float, int]] = field(default_factory=list)  # arrival, payload length
    padding: int = 0  # bytes
    named_mids: int = 0  # packets with one


class LineScene:
    """`start`, then `run`; the target layer is chosen by the `Chooser` from what the plane tells."""

    def __init__(self, seed: int = 1) -> None:
        self.rig = LineRig(seed)
        self.seen = Seen()
        self._random = random.Random(seed)
        self._stage = Stage(self.rig)
        self._layers = [Sending(rid) for rid in RATES]
        self._voice_seq = 1
        self._arrivals = ArrivalLog()
        self._chooser = Chooser()
        self.estimates: list[tuple[float, int]] = []
        self.targets: list[tuple[float, str | None]] = []
        self._read = 0

    async def start(self) -> None:
        rig, stage = self.rig, self._stage
        self.sender: Client = await stage.join()
        self.viewer: Client = await stage.join()
        rig.far = self.viewer.peer
        rig.line.become(Impairment(delay_s=0.025))
        self.pub = stage.publish(self.sender, Kind.VIDEO, mid="01", rids=tuple(RATES))
        voice = stage.publish(self.sender, Kind.AUDIO, ssrc=VOICE_SSRC)
        self.slot = stage.slot(self.viewer, Kind.VIDEO, ssrc=VIDEO_SLOT, rtx=RTX_SLOT, mid="11", twcc=True)
        stage.slot(self.viewer, Kind.AUDIO, ssrc=VOICE_SLOT, mid="12", show=voice, twcc=True)
        await rig.fence()
        now = rig.plane.now
        self._voice_at = self._feedback_at = self._check_at = now
        for layer in self._layers:
            layer.frame_at = now
        self._choose(None)

    async def run(self, seconds: float) -> None:
        plane = self.rig.plane
        until = plane.now + seconds
        while plane.now < until:
            plane.advance(STEP_S)
            if plane.now >= self._check_at:
                self._check_at += CHECK_S
                self.sender.check()
                self.viewer.check()
            self._publish(plane.now)
            await self.rig.fence()
            self._receive()
            if plane.now >= self._feedback_at:
                self._feedback_at += FEEDBACK_S
                feedback = self._arrivals.feedback(1, plane.now)
                if feedback is not None:
                    self.viewer.rtcp(feedback)
            self._control(plane.now)

    def _publish(self, now: float) -> None:
        for part in self.sender.peer.take_rtcp(206, 1):
            for layer in self._layers:
                layer.wants_key |= part.word(1) == SSRCS[layer.rid]
        if now >= self._voice_at:
            self._voice_at += 0.02
            self._voice_seq += 1
            self.sender.rtp(
                build_rtp(
                    OPUS.payload_type, self._voice_seq, self._voice_seq * 960, VOICE_SSRC, bytes(80),
                    extensions={EXT_TWCC: b"\0\0"},
                )
            )  # fmt: skip
        for layer in self._layers:
            if now >= layer.frame_at:
                layer.frame_at += 1 / 30
                bits = RATES[layer.rid] * (0.3 if layer.wants_key else self._random.uniform(0.8, 1.2) / 30)
                self._frame(layer, int(bits / 8), now)

    def _frame(self, layer: Sending, size: int, now: float) -> None:
        head = b"\x10\x00\x9d\x01\x2a" if layer.wants_key else b"\x10\x01"
        layer.wants_key = False
        while size > 0:
            body = head + bytes(min(size, MTU))
            size -= MTU
            head = b"\x00\x01"
            layer.seq += 1
            self.sender.rtp(
                build_rtp(
                    VP8.payload_type, layer.seq, int(now * 90_000), SSRCS[layer.rid], body, marker=size <= 0,
                    extensions={1: b"01", EXT_TWCC: b"\0\0", EXT_RID: layer.rid.encode()},
                )
            )  # fmt: skip

    def _receive(self) -> None:
        peer = self.viewer.peer
        arrived, self.rig.arrived = self.rig.arrived, []
        times = [at for at, datagram in arrived if datagram[0] & 0xC0 == 0x80 and not 192 <= datagram[1] <= 223]
        packets = {ssrc: list(peer.rtp.pop(ssrc, [])) for ssrc in (VIDEO_SLOT, RTX_SLOT, VOICE_SLOT)}
        ssrcs = [
            int.from_bytes(datagram[8:12], "big")
            for _, datagram in arrived
            if datagram[0] & 0xC0 == 0x80 and not 192 <= datagram[1] <= 223
        ]
        for at, ssrc in zip(times, ssrcs, strict=True):
            packet = packets[ssrc].pop(0)
            self.seen.named_mids += EXT_MID in packet.extensions
            self._arrivals.on_packet(int.from_bytes(packet.extensions[EXT_TWCC], "big"), ssrc, at)
            if ssrc == VOICE_SLOT:
                self.seen.voice_at.append(at)
            elif ssrc == VIDEO_SLOT:
                self.seen.video.append((at, len(packet.payload)))
            else:
                self.seen.padding += 255

    def _control(self, now: float) -> None:
        told = self.rig.sink.named("downlink_bps")
        for peer, bps in told[self._read :]:
            assert peer == self.viewer.number
            self.estimates.append((now, bps))
            self._choose(bps)
        self._read = len(told)
        if self._chooser.due is not None and now >= self._chooser.due:
            self._choose(self.estimates[-1][1])

    def _choose(self, bps: int | None) -> None:
        plane = self.rig.plane
        wants = [Want(self.pub, camera_ladder(RATES, 1280), is_first=True)]
        chosen = self._chooser.update(wants, None if bps is None else bps - voices_bps(1), plane.now)
        plane.set_downlink_goal(self.viewer.number, goal_bps(wants, 1, is_wary=self._chooser.is_wary))
        rid = None if self.pub not in chosen else wants[0].rungs[chosen[self.pub]].layer.rid
        if self.targets and self.targets[-1][1] == rid:
            return
        self.targets.append((plane.now, rid))
        plane.subscribe(self.slot, None if rid is None else self.pub, None if rid is None else Layer(rid))

    # What tests ask.

    def video_bps(self, since: float, until: float) -> float:
        return sum(size for at, size in self.seen.video if since <= at < until) * 8 / (until - since)

    def longest_gap(self, since: float) -> float:
        times = [at for at in self.seen.voice_at if at >= since]
        return max(after - before for before, after in pairwise(times))
