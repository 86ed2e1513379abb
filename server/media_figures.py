"""What the server holds for people's media, as figures: after everybody has left, all of it is as it was before."""

import asyncio
from typing import Final

from prometheus_client import CollectorRegistry, Gauge

from sfu.node import MediaNode

ANSWER_S: Final = 1.0


class MediaFigures:
    """`read` brings them up to date; where the media processes do not answer in time, they stay as they were."""

    def __init__(self, registry: CollectorRegistry, media: MediaNode) -> None:
        self._media = media
        self._tasks = Gauge("holdspace_tasks", "Tasks of the event loop", registry=registry)
        self._held = Gauge("holdspace_media", "What the media processes hold", ["what"], registry=registry)
        self._packets = Gauge("holdspace_media_packets", "Since the last start", ["way"], registry=registry)
        self._cpu = Gauge("holdspace_media_cpu_seconds", "Since the last start", registry=registry)
        self._queue = Gauge("holdspace_media_queue_seconds", "Longest wait of a packet, last second", registry=registry)
        self._shed = Gauge("holdspace_media_shed", "Video left undone: 1 upper layers, 2 all", registry=registry)
        self._full = Gauge("holdspace_media_full", "Media processes that take nobody new", registry=registry)
        self._drops = Gauge("holdspace_media_drops", "Datagrams that were not used", ["cause"], registry=registry)

    async def read(self) -> None:
        self._tasks.set(len(asyncio.all_tasks()))
        try:
            async with asyncio.timeout(ANSWER_S):
                stats = await self._media.stats()
        except TimeoutError:
            return
        held = {
            "peers": stats.peers,
            "publications": len(stats.publications),
            "slots": len(stats.slots),
            "contexts": stats.contexts,
        }
        for what, count in held.items():
            self._held.labels(what).set(count)
        self._packets.labels("in").set(stats.packets_in)
        self._packets.labels("out").set(stats.packets_out)
        self._cpu.set(stats.cpu_s)
        self._queue.set(stats.queue_s)
        self._shed.set(stats.shed)
        self._full.set(self._media.full_processes())
        for cause, count in stats.drops.items():
            self._drops.labels(cause).set(count)
