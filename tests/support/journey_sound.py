"""Who is heard: reads every page's audio packets, to prove that a microphone reaches nobody."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from time import time

from tests.support.deadline import until
from tests.support.people import RoomPage


@dataclass(frozen=True)
class Heard:
    """All audio slots of one page: packets so far and when the newest came, ms of wall time."""

    packets: int
    last_packet_at: float


async def heard_by(page: RoomPage) -> Heard:
    mids = (await page.probe.by_mid()).values()
    audio = [mid for mid in mids if mid["kind"] == "audio"]
    return Heard(sum(mid["packets"] for mid in audio), max((mid["lastPacketAt"] for mid in audio), default=0.0))


async def everyone_hears(pages: Sequence[RoomPage], speaker: str) -> None:
    await asyncio.gather(*(page.hears(speaker) for page in pages))


async def nobody_hears_anything(pages: Sequence[RoomPage], sender: RoomPage, after_ms: float, for_s: float) -> float:
    """No audio packet reaches these pages later than `after_ms` (wall time), while `sender` sends on for `for_s`.

    Returns how long after `after_ms` the last packet came, in ms; negative when it came before.
    """
    start = time()
    sent_before = (await sender.probe.sent()).get("mic", 0)

    async def sent_on() -> bool:
        return time() - start >= for_s and (await sender.probe.sent()).get("mic", 0) > sent_before + 25 * for_s

    await until(sent_on, f"{sender.alias}'s page keeps sending for {for_s} s")
    heard = await asyncio.gather(*(heard_by(page) for page in pages))
    return max(one.last_packet_at for one in heard) - after_ms
