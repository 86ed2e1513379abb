"""How late voices and pictures are at a page: what they waited in their buffers, and why, as the browser counts it."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from tests.support.people import RoomPage

READ_FOR_S = 1.0
RECEIVER_JS = "const at = (mid) => window.__probe.current().getTransceivers().find((one) => one.mid === mid).receiver;"
READ_JS = """async (mids) => {
  RECEIVER_JS
  const counts = {};
  for (const [name, mid] of Object.entries(mids)) {
    const report = [...(await at(mid).getStats()).values()].find(({ type }) => type === "inbound-rtp");
    counts[name] = {
      waited: report.jitterBufferDelay,
      target: report.jitterBufferTargetDelay,
      needed: report.jitterBufferMinimumDelay,
      played: report.jitterBufferEmittedCount,
    };
  }
  return counts;
}""".replace("RECEIVER_JS", RECEIVER_JS)
HOLD_JS = """([mid, ms]) => {
  RECEIVER_JS
  at(mid).jitterBufferTarget = ms;
}""".replace("RECEIVER_JS", RECEIVER_JS)
# What the page asks of this receiver from now on is not done.
HOLD_FOR_GOOD_JS = """([mid, ms]) => {
  RECEIVER_JS
  at(mid).jitterBufferTarget = ms;
  Object.defineProperty(at(mid), "jitterBufferTarget", { configurable: true, get: () => ms, set: () => {} });
}""".replace("RECEIVER_JS", RECEIVER_JS)
LET_GO_JS = """(mid) => {
  RECEIVER_JS
  delete at(mid).jitterBufferTarget;
  at(mid).jitterBufferTarget = null;
}""".replace("RECEIVER_JS", RECEIVER_JS)


Counts = dict[str, dict[str, float]]


@dataclass(frozen=True)
class Waits:
    """Milliseconds in the buffers, on average over `READ_FOR_S`."""

    voice: float
    picture: float

    @property
    def lead(self) -> float:
        """How far the lips are ahead of the voice."""
        return self.voice - self.picture


class Watching:
    """One page that sees and hears one person. The slots of both stay as they are meanwhile."""

    def __init__(self, viewer: RoomPage, mids: Mapping[str, str]) -> None:
        self._viewer = viewer
        self._mids = mids

    @classmethod
    async def of(cls, viewer: RoomPage, person: str) -> "Watching":
        received = (await viewer.probe.received())[person]
        return cls(viewer, {source: received[source].mid for source in ("mic", "camera")})

    async def waits(self) -> Waits | None:
        """None where one of the two did not come meanwhile."""
        gone = await _counted(self._viewer, self._mids)
        voice, picture = gone["mic"], gone["camera"]
        if voice["played"] <= 0 or picture["played"] <= 0:
            return None
        return Waits(1_000 * voice["waited"] / voice["played"], 1_000 * picture["waited"] / picture["played"])

    async def hold_voice(self, ms: float | None) -> None:
        """As on a line whose packets come unevenly: the browser holds it for so long at least."""
        await self._viewer.page.evaluate(HOLD_JS, [self._mids["mic"], ms])

    async def hold_picture(self, ms: float) -> None:
        """For so long, whatever the page asks for, until `let_picture_go`."""
        await self._viewer.page.evaluate(HOLD_FOR_GOOD_JS, [self._mids["camera"], ms])

    async def let_picture_go(self) -> None:
        await self._viewer.page.evaluate(LET_GO_JS, self._mids["camera"])


async def added_to_voices(viewer: RoomPage) -> dict[str, float]:
    """What each voice at this page waits on account of anything but its own packets: ms, by person, over `READ_FOR_S`.

    The browser counts it: what it aims at, less what the packets alone would need.
    """
    received = await viewer.probe.received()
    mids = {person: sources["mic"].mid for person, sources in received.items() if "mic" in sources}
    gone = await _counted(viewer, mids)
    return {
        person: 1_000 * (voice["target"] - voice["needed"]) / voice["played"]
        for person, voice in gone.items()
        if voice["played"] > 0
    }


async def _counted(viewer: RoomPage, mids: Mapping[str, str]) -> Counts:
    """Counted within `READ_FOR_S`, by the names of the mids."""
    before: Counts = await viewer.page.evaluate(READ_JS, dict(mids))
    await asyncio.sleep(READ_FOR_S)  # the time over which it is counted
    after: Counts = await viewer.page.evaluate(READ_JS, dict(mids))
    return {
        name: {what: after[name][what] - count for what, count in counts.items()} for name, counts in before.items()
    }
