"""A node without signaling, in a process of its own: `python -m bench.rig.holdspace_node HOST`, told by JSON lines.

Peers, DTLS and the media process are the real ones. Each peer gets as many slots as its view of the case needs, and
who is shown where is told to the plane directly: how a room would choose is not what is compared here.
"""

import asyncio
import itertools
import json
import secrets
import sys
from collections.abc import Sequence
from typing import Any

from sfu.control.peer import Peer, PeerKit, Publication
from sfu.control.sdp.ledger import SlotLine, UplinkLine
from sfu.control.transport import Certificate, HalfOpen
from sfu.node import Offer, Source
from sfu.plane import Address, AudioLevel, Layer, LayerRate
from sfu.process.client import ProcessPlane


class Node:
    """Implements what peers and the plane report to."""

    def __init__(self) -> None:
        self.plane = ProcessPlane()
        self._peers: dict[int, Peer] = {}
        self._generations: dict[int, int] = {}
        self._ids = itertools.count(1)
        self._kit: PeerKit | None = None

    async def start(self, host: str) -> None:
        bound = await self.plane.start([Address(host, 0)], self)
        self._kit = PeerKit(
            self.plane,
            bound,
            Certificate(),
            HalfOpen(),
            lambda: next(self._ids),
            lambda length: secrets.token_hex(length)[:length],
        )

    async def order(self, what: dict[str, Any]) -> None:
        match what["do"]:
            case "open":
                self._open(what["peer"], what["room"], what["microphones"], what["cameras"])
            case "answer":
                self._peers[what["peer"]].answer(self._generations[what["peer"]], what["sdp"])
            case "show":
                self._show(self._peers[what["peer"]], what["microphones"], what["cameras"])
                await self.plane.settle()
                say({"shown": what["peer"]})
            case "facts":
                stats = await self.plane.stats()
                say({"drops": dict(stats.drops), "packets_in": stats.packets_in, "packets_out": stats.packets_out})

    async def close(self) -> None:
        for peer in self._peers.values():
            peer.close()
        await self.plane.close()

    def _open(self, number: int, room: int, microphones: int, cameras: int) -> None:
        assert self._kit is not None
        lines: list[UplinkLine | SlotLine] = [UplinkLine("00", Source.MIC), UplinkLine("01", Source.CAMERA)]
        for source, count in ((Source.MIC, microphones), (Source.CAMERA, cameras)):
            for _ in range(count):
                ssrc = secrets.randbits(30) * 2 + 2
                lines.append(SlotLine(f"{len(lines):02}", source, ssrc, ssrc + 1 if source is Source.CAMERA else None))
        # Ids of peers are from the caller; those of publications and slots from the kit.
        peer = self._peers[number] = Peer(number, room + 1, tuple(lines), self._kit, self)
        peer.open()

    def _show(self, viewer: Peer, microphones: Sequence[int], cameras: Sequence[int]) -> None:
        for source, shown in ((Source.MIC, microphones), (Source.CAMERA, cameras)):
            slots = [slot.slot for slot in viewer.slots if slot.line.source is source]
            for slot, publisher in zip(slots, shown, strict=True):
                pub = self._peers[publisher].publications[source].pub
                self.plane.set_gate(pub, True)
                self.plane.subscribe(slot, pub, None)

    # What peers and the plane tell.

    def on_offer(self, peer: int, offer: Offer) -> None:
        self._generations[peer] = offer.generation
        say({"sdp": offer.sdp})

    def on_publications(self, peer: int, added: Sequence[Publication], removed: Sequence[Publication]) -> None: ...

    def on_connected(self, peer: int) -> None:
        say({"event": "connected", "peer": peer})

    def on_ended(self, peer: int, reason: str) -> None:
        raise SystemExit(f"a member was lost: {reason}")

    def on_dtls(self, peer: int, datagram: bytes) -> None:
        self._peers[peer].on_dtls(datagram)

    def on_path(self, peer: int, address: Address) -> None:
        self._peers[peer].on_path()

    def on_quiet(self, peer: int, quiet_ms: int) -> None: ...

    def on_timeout(self, peer: int) -> None:
        self.on_ended(peer, "timeout")

    def on_layers(self, pub: int, live: tuple[LayerRate, ...]) -> None: ...

    def on_levels(self, levels: tuple[AudioLevel, ...]) -> None: ...

    def on_downlink_bps(self, peer: int, bps: int) -> None: ...

    def on_switched(self, slot: int, pub: int, layer: Layer | None) -> None: ...

    def on_lost(self) -> None:
        raise SystemExit("the media process died")


def say(message: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


async def main(host: str) -> None:
    reader = asyncio.StreamReader(limit=1 << 22)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    node = Node()
    await node.start(host)
    say({"started": True})
    try:
        while line := await reader.readline():
            await node.order(json.loads(line))
    finally:
        await node.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
