"""A packet plane with clients around it: the same verbs and waits over an in-process plane and over real sockets."""

import asyncio
import socket
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Protocol

from sfu.codecs import OPUS, VP8, Kind
from sfu.packet.arena import Arena
from sfu.packet.fan import Fan
from sfu.packet.forms import INTERPRETED, Forms
from sfu.packet.inline import InlinePlane
from sfu.packet.outbox import Outbox
from sfu.plane import Address, AudioLevel, Layer, LayerRate, PacketPlane, PublicationSpec, SlotSpec
from sfu.process.client import ProcessPlane
from tests.support.rtp_peer import Rtp, RtpPeer, build_rtp

DEADLINE_S = 5.0
VIDEO_KEY = b"\x10\x00\x9d\x01\x2a" + b"k" * 200
VIDEO_DELTA = b"\x10\x01" + b"d" * 200


class RecordingSink:
    """Keeps every upcall as (name, *arguments)."""

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []

    def named(self, name: str) -> list[tuple[Any, ...]]:
        """The arguments of each call of one upcall."""
        return [call[1:] for call in self.calls if call[0] == name]

    def on_dtls(self, peer: int, datagram: bytes) -> None:
        self.calls.append(("dtls", peer, datagram))

    def on_path(self, peer: int, address: Address) -> None:
        self.calls.append(("path", peer, address))

    def on_quiet(self, peer: int, quiet_ms: int) -> None:
        self.calls.append(("quiet", peer, quiet_ms))

    def on_timeout(self, peer: int) -> None:
        self.calls.append(("timeout", peer))

    def on_layers(self, pub: int, live: tuple[LayerRate, ...]) -> None:
        self.calls.append(("layers", pub, live))

    def on_levels(self, levels: tuple[AudioLevel, ...]) -> None:
        self.calls.append(("levels", levels))

    def on_downlink_bps(self, peer: int, bps: int) -> None:
        self.calls.append(("downlink_bps", peer, bps))

    def on_switched(self, slot: int, pub: int, layer: Layer | None) -> None:
        self.calls.append(("switched", slot, pub, layer))

    def on_lost(self) -> None:
        self.calls.append(("lost",))


def idle_fan() -> Fan:
    """A fan that nobody reads, for a publication alone."""
    arena = Arena(batch=1, egress=1)
    return Fan(arena, Outbox(arena, lambda entries: None), Counter())


class Link(Protocol):
    """How a client's datagrams travel."""

    def send(self, data: bytes) -> None: ...


class Client:
    """One client: an `RtpPeer` and its way to the plane."""

    def __init__(self, number: int, room: int, peer: RtpPeer, link: Link, rig: "Rig") -> None:
        self.number = number
        self.room = room
        self.peer = peer
        self.link = link
        self.rig = rig

    def send(self, data: bytes) -> None:
        """A raw datagram."""
        self.link.send(data)

    def check(self, *, use_candidate: bool = True) -> None:
        """A STUN check."""
        self.send(self.peer.check(use_candidate=use_candidate))

    def rtp(self, packet: bytes) -> None:
        """An RTP packet, protected."""
        self.send(self.peer.seal(packet))

    def rtcp(self, packet: bytes) -> None:
        """An RTCP packet, protected."""
        self.send(self.peer.seal_rtcp(packet))

    def audio(
        self,
        ssrc: int,
        seq: int,
        payload: bytes = b"opus",
        *,
        mid: str | None = None,
        level: int = 20,
        stamp: bytes = b"\1\2\3",
    ) -> None:
        """One Opus packet; with the same `stamp` as the one before it has waited for as long as that is ago."""
        extensions = {2: bytes((0x80 | level,)), 3: stamp, 4: seq.to_bytes(2, "big")}
        if mid is not None:
            extensions[1] = mid.encode()
        self.rtp(build_rtp(OPUS.payload_type, seq, seq * 960, ssrc, payload, extensions=extensions))

    def video(
        self, ssrc: int, seq: int, *, key: bool = False, timestamp: int | None = None, extensions: Any = None,
        payload: bytes | None = None,
    ) -> None:  # fmt: skip
        """One VP8 packet that is a whole frame."""
        body = payload or (VIDEO_KEY if key else VIDEO_DELTA)
        at = seq * 3000 if timestamp is None else timestamp
        self.rtp(build_rtp(VP8.payload_type, seq, at, ssrc, body, marker=True, extensions=extensions))

    def received(self, ssrc: int) -> list[Rtp]:
        """RTP packets that came on an SSRC."""
        return self.peer.rtp[ssrc]


class Rig(Protocol):
    """A started plane and its clients."""

    plane: PacketPlane
    sink: RecordingSink

    def link(self, peer: RtpPeer) -> Link: ...

    async def fence(self) -> None:
        """Everything sent so far was handled and its effects were received."""

    async def until(self, holds: Callable[[], object], deadline_s: float = DEADLINE_S) -> None:
        """Wait, in the plane's time, until something holds; AssertionError after the deadline."""

    async def close(self) -> None: ...


class InlineRig:
    """Virtual time."""

    def __init__(self, *, direct_srtp: bool = True, forms: Forms = INTERPRETED) -> None:
        self.plane = InlinePlane(seed=7, now=1000.0, direct_srtp=direct_srtp, forms=forms)
        self.sink = RecordingSink()
        self._by_port: dict[int, RtpPeer] = {}

    def link(self, peer: RtpPeer) -> "InlineLink":
        port = 40_000 + len(self._by_port)
        self._by_port[port] = peer
        return InlineLink(self, port)

    def deliver(self) -> None:
        for address, datagram in self.plane.take():
            self._by_port[address.port].open(datagram)

    async def fence(self) -> None:
        await self.plane.settle()
        self.deliver()

    async def until(self, holds: Callable[[], object], deadline_s: float = DEADLINE_S) -> None:
        ends = self.plane.now + deadline_s
        await self.fence()
        while not holds():
            assert self.plane.now < ends, "did not come to hold"
            self.plane.advance(0.01)
            await self.fence()

    async def close(self) -> None:
        await self.plane.close()


class InlineLink:
    def __init__(self, rig: InlineRig, port: int) -> None:
        self._rig = rig
        self.address = Address("192.0.2.7", port)

    def send(self, data: bytes) -> None:
        self._rig.plane.deliver(data, self.address)


class ProcessRig:
    """A media process and UDP sockets on loopback."""

    def __init__(self) -> None:
        self.plane = ProcessPlane()
        self.sink = RecordingSink()
        self.address = Address("127.0.0.1", 0)
        self._links: list[UdpLink] = []

    def link(self, peer: RtpPeer) -> "UdpLink":
        made = UdpLink(peer, self.address)
        self._links.append(made)
        return made

    async def fence(self) -> None:
        # Loopback delivers within `send`, and the media process reads its sockets before it answers.
        await self.plane.settle()
        for link in self._links:
            link.drain()

    async def until(self, holds: Callable[[], object], deadline_s: float = DEADLINE_S) -> None:
        ends = time.monotonic() + deadline_s
        await self.fence()
        while not holds():
            assert time.monotonic() < ends, "did not come to hold"
            await asyncio.sleep(0.005)
            await self.fence()

    async def close(self) -> None:
        for link in self._links:
            link.close()
        await self.plane.close()


class UdpLink:
    def __init__(self, peer: RtpPeer, plane: Address) -> None:
        self._peer = peer
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.setblocking(False)
        self._plane = (plane.host, plane.port)
        self.address = Address(*self._socket.getsockname())

    def send(self, data: bytes) -> None:
        self._socket.sendto(data, self._plane)

    def drain(self) -> None:
        while True:
            try:
                self._peer.open(self._socket.recv(65_536))
            except BlockingIOError:
                return

    def close(self) -> None:
        self._socket.close()


@asynccontextmanager
async def started(rig: InlineRig | ProcessRig) -> AsyncIterator[InlineRig | ProcessRig]:
    """Start and close around a test."""
    [address] = await rig.plane.start([Address("127.0.0.1", 0)], rig.sink)
    if isinstance(rig, ProcessRig):
        rig.address = address
    try:
        yield rig
    finally:
        await rig.close()


class Stage:
    """Peers, publications and slots by one line each; ids and SSRCs count up."""

    def __init__(self, rig: InlineRig | ProcessRig) -> None:
        self.rig = rig
        self.plane: PacketPlane = rig.plane
        self._ids = 0

    def new_id(self) -> int:
        """An id never used before."""
        self._ids += 1
        return self._ids

    async def join(self, room: int = 1, *, keys: bool = True, checked: bool = True) -> Client:
        """A peer with a bound path and SRTP keys."""
        number = self.new_id()
        peer = RtpPeer(f"uf{number:02d}", f"pwd-of-peer-number-{number:06d}")
        client = Client(number, room, peer, self.rig.link(peer), self.rig)
        self.plane.add_peer(number, room, peer.ufrag, peer.pwd)
        if keys:
            self.plane.set_srtp(number, peer.profile, peer.rx_key, peer.tx_key)
        await self.rig.fence()
        if checked:
            client.check()
            await self.rig.until(lambda: peer.stun)
        return client

    def publish(
        self, client: Client | None, kind: Kind = Kind.AUDIO, *, ssrc: int | None = None, open_: bool = True,
        mid: str = "00", rids: tuple[str, ...] = (), rtx: int | None = None,
    ) -> int:  # fmt: skip
        """A publication; returns its id."""
        pub = self.new_id()
        codec = OPUS if kind is Kind.AUDIO else VP8
        types = (codec.payload_type,) if codec.rtx is None else (codec.payload_type, codec.rtx)
        fid = {ssrc: rtx} if ssrc is not None and rtx is not None else {}
        spec = PublicationSpec(kind, mid, types, () if ssrc is None else (ssrc,), fid, rids)
        self.plane.add_publication(pub, None if client is None else client.number, spec)
        if open_:
            self.plane.set_gate(pub, True)
        return pub

    def slot(
        self, client: Client, kind: Kind = Kind.AUDIO, *, ssrc: int, mid: str = "10", rtx: int | None = None,
        show: int | None = None, target: Layer | None = None, twcc: bool = False,
    ) -> int:  # fmt: skip
        """A slot, showing `show`; returns its id."""
        slot = self.new_id()
        codec = OPUS if kind is Kind.AUDIO else VP8
        types = (codec.payload_type,) if codec.rtx is None else (codec.payload_type, codec.rtx)
        self.plane.add_slot(slot, client.number, SlotSpec(kind, mid, ssrc, rtx, types, twcc))
        if show is not None:
            self.plane.subscribe(slot, show, target)
        return slot
