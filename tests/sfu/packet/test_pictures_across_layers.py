"""TL0PICIDX as a viewer sees it never goes back over a switch: Chromium would drop the base layer then (RFC 7741)."""

from collections.abc import AsyncIterator
from itertools import pairwise

import pytest

from sfu.codecs import VP8, Kind
from sfu.packet import vp8
from sfu.packet.congestion.pacer import Pacer
from sfu.packet.fast import FAST
from sfu.packet.forms import INTERPRETED
from sfu.packet.layout import Layout
from sfu.packet.media import MediaPacket
from sfu.packet.track import Track
from sfu.plane import Layer
from tests.support.plane_rig import Client, InlineRig, Stage, started

SSRCS = {"q": 101, "h": 102}
SLOT = 12


@pytest.fixture(params=[INTERPRETED, FAST], ids=["interpreted", "fast"])
async def rig(request: pytest.FixtureRequest) -> AsyncIterator[InlineRig]:
    async with started(InlineRig(forms=request.param)) as ready:
        assert isinstance(ready, InlineRig)
        yield ready


def frame(picture_id: int, tl0: int, tid: int, *, key: bool = False) -> bytes:
    picture = (0x8000 | picture_id & 0x7FFF).to_bytes(2, "big")
    head = bytes((0x90, 0xE0)) + picture + bytes((tl0 & 0xFF, tid << 6 | (tid == 2) << 5))
    return head + (b"\x10\x00\x00\x9d\x01\x2a" if key else b"\x11") + bytes(40)


class Camera:
    """Two layers of three temporal ones each; every fourth picture is of the base."""

    def __init__(self, publisher: Client, tl0: dict[str, int]) -> None:
        self._publisher = publisher
        self._tl0 = dict(tl0)
        self._count = dict.fromkeys(SSRCS, 0)

    def send(self, rid: str, pictures: int, *, key: bool = False) -> None:
        for index in range(pictures):
            count = self._count[rid]
            self._count[rid] += 1
            is_key = key and index == 0
            tid = 0 if is_key else (0, 2, 1, 2)[count % 4]
            self._tl0[rid] += tid == 0
            body = frame(1_000 + count, self._tl0[rid], tid, key=is_key)
            extensions = {1: b"01", 5: rid.encode()}
            self._publisher.video(SSRCS[rid], 1 + count, key=is_key, payload=body, extensions=extensions)


class Scene:
    """A camera of two layers and one slot that shows it."""

    def __init__(self, rig: InlineRig) -> None:
        self.rig = rig
        self._stage = Stage(rig)

    async def start(self, target: str, tl0: dict[str, int]) -> Camera:
        publisher, self.viewer = await self._stage.join(), await self._stage.join()
        camera = self._stage.publish(publisher, Kind.VIDEO, mid="01", rids=("q", "h"))
        self.slot = self._stage.slot(
            self.viewer, Kind.VIDEO, ssrc=SLOT, rtx=SLOT + 1, mid="12", show=camera, target=Layer(target), twcc=True
        )
        return Camera(publisher, tl0)

    def check(self, least: int, most: int | None = None) -> None:
        """So many packets came, and the base layer's numbers never went back."""
        seen = [picture for one in self.viewer.received(SLOT) if (picture := vp8.parse(one.payload)) is not None]
        assert least <= len(seen) <= (most or len(seen))
        for before, now in pairwise(seen):
            step = (now.tl0 - before.tl0) & 0xFF
            assert 0 < step < 0x80 if now.is_keyframe else step == (now.tid == 0)


def packet(number: int, tl0: int) -> MediaPacket:
    header = bytes((0x80, VP8.payload_type)) + number.to_bytes(2, "big") + bytes(8)
    return MediaPacket.kept(header + frame(number, tl0, 0), Layout(len(header)), number, 0.0)


@pytest.mark.parametrize("looks", [1, 2, 3])
def test_what_a_track_showed_last_never_goes_back_however_often_that_is_looked_at(looks: int) -> None:
    """Some of its packets are kept for others, later ones are not; the kept ones are looked at again."""
    track = Track("h", SSRCS["h"], Kind.VIDEO, 0.0)
    track.history.add(packet(200, 100))
    track.unkept = packet(250, 150)
    for _ in range(looks):
        track.note_picture()
    assert track.pictured is not None
    assert (track.pictured.picture_id, track.pictured.tl0) == (250, 150)


@pytest.fixture
def scene(rig: InlineRig) -> Scene:
    return Scene(rig)


@pytest.mark.parametrize("behind", [1, 10, 49, 100, 127, 128, 200, 255])
async def test_the_base_layer_s_numbers_go_on_over_every_switch(scene: Scene, rig: InlineRig, behind: int) -> None:
    sends = await scene.start("q", {"q": 300, "h": 300 + 10 - behind})
    sends.send("q", 40, key=True)
    for rid, other in (("h", "q"), ("q", "h"), ("h", "q")):
        rig.plane.set_target_layer(scene.slot, Layer(rid))
        await rig.fence()
        sends.send(other, 4)
        sends.send(rid, 40, key=True)
        await rig.fence()
    scene.check(160)


async def test_after_a_pause_the_base_layer_s_numbers_go_on(scene: Scene, rig: InlineRig) -> None:
    sends = await scene.start("q", {"q": 7, "h": 7})
    sends.send("q", 40, key=True)
    await rig.fence()
    rig.plane.set_paused(scene.slot, True)
    await rig.fence()
    sends.send("q", 4 * 200)  # more than half of a byte: they seem to have gone back
    rig.plane.set_paused(scene.slot, False)
    await rig.fence()
    sends.send("q", 20, key=True)
    await rig.fence()
    scene.check(60, 60)


@pytest.mark.parametrize("is_paced", [False, True])
async def test_after_a_layer_that_ceased_the_base_layer_s_numbers_go_on(
    scene: Scene, rig: InlineRig, is_paced: bool
) -> None:
    """Its packets are forgotten a second after the last one, and only then another layer takes its place.

    On a narrow line, where each waits its turn, none is kept for others.
    """
    sends = await scene.start("h", {"q": 100, "h": 177})
    if is_paced:
        rig.plane.core._peers[scene.viewer.number].lane.pacer = Pacer(rig.plane.now)
    sends.send("q", 4, key=True)
    sends.send("h", 40, key=True)
    await rig.fence()
    for _ in range(30):
        rig.plane.advance(0.1)
        sends.send("q", 1)
        await rig.fence()
    rig.plane.set_target_layer(scene.slot, Layer("q"))
    await rig.fence()
    sends.send("q", 40, key=True)
    await rig.fence()
    scene.check(80)
