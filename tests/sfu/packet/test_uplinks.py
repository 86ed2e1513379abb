"""A publisher whose packets wait longer and longer is told by the plane to send less, and then that it need not."""

from collections.abc import AsyncIterator

import pytest

from sfu.codecs import OPUS, Kind
from sfu.packet.congestion.uplink import OPEN_BPS
from sfu.packet.forms import INTERPRETED
from sfu.packet.rtp import abs_send_time
from sfu.process.plane_choice import chosen_forms
from tests.support.plane_rig import Client, InlineRig, Stage, started
from tests.support.rtp_peer import build_rtp

MIC, SLOT, CAMERA, CAMERA_RTX = 11, 21, 101, 102


@pytest.fixture(params=["interpreted", "fast"])
async def rig(request: pytest.FixtureRequest) -> AsyncIterator[InlineRig]:
    forms = INTERPRETED if request.param == "interpreted" else chosen_forms("fast")
    async with started(InlineRig(forms=forms)) as ready:
        assert isinstance(ready, InlineRig)
        yield ready


class Voice:
    """Fifty packets a second, each `late` seconds under way."""

    def __init__(self, rig: InlineRig, speaker: Client) -> None:
        self._rig = rig
        self._speaker = speaker
        self._seq = 0
        self.late = 0.02

    async def goes_on(self, seconds: float, *, slower_by: float = 0.0) -> list[int]:
        """The bounds that its page was told meanwhile; `slower_by`: seconds longer under way, each second."""
        for _ in range(int(seconds * 50)):
            self._rig.plane.advance(0.02)
            self._seq += 1
            self.late += 0.02 * slower_by
            stamp = abs_send_time(self._rig.plane.now - self.late)
            extensions = {2: b"\x94", 3: stamp, 4: self._seq.to_bytes(2, "big")}
            packet = build_rtp(OPUS.payload_type, self._seq, self._seq * 960, MIC, bytes(80), extensions=extensions)
            self._speaker.rtp(packet)
            await self._rig.fence()
        return [(told & 0x3FFFF) << (told >> 18 & 63) for told in self._words()]

    def _words(self) -> list[int]:
        return [part.word(3) for part in self._speaker.peer.take_rtcp(206, 15)]


async def test_whose_packets_wait_longer_and_longer_is_told_to_send_less(rig: InlineRig) -> None:
    stage = Stage(rig)
    speaker, listener = await stage.join(), await stage.join()
    stage.slot(listener, ssrc=SLOT, show=stage.publish(speaker, ssrc=MIC))
    voice = Voice(rig, speaker)
    assert await voice.goes_on(3) == []
    told = await voice.goes_on(0.6, slower_by=0.6)
    assert told
    assert max(told) < OPEN_BPS / 100
    voice.late = 0.02
    assert max(await voice.goes_on(1)) > OPEN_BPS / 2
    await voice.goes_on(2)
    assert await voice.goes_on(1) == []
    assert listener.peer.take_rtcp(206, 15) == []


async def test_what_a_control_plane_allows_at_most_stays_the_most(rig: InlineRig) -> None:
    stage = Stage(rig)
    speaker, listener = await stage.join(), await stage.join()
    stage.slot(listener, ssrc=SLOT, show=stage.publish(speaker, ssrc=MIC))
    rig.plane.set_uplink_cap(speaker.number, 200_000)
    voice = Voice(rig, speaker)
    await voice.goes_on(3)
    await voice.goes_on(0.6, slower_by=0.6)
    voice.late = 0.02
    assert max(await voice.goes_on(2)) == 200_000


async def test_padding_counts_to_what_a_line_carries(rig: InlineRig) -> None:
    stage = Stage(rig)
    publisher = await stage.join()
    stage.publish(publisher, Kind.VIDEO, ssrc=CAMERA, rtx=CAMERA_RTX)
    told: list[int] = []
    for step in range(60):
        rig.plane.advance(0.05)
        late = 0.02 + max(0, step - 30) * 0.03
        extensions = {3: abs_send_time(rig.plane.now - late), 4: step.to_bytes(2, "big")}
        publisher.rtp(build_rtp(97, step, 0, CAMERA_RTX, b"\0\0" + bytes(1_000), extensions=extensions))
        await rig.fence()
        told += [part.word(3) for part in publisher.peer.take_rtcp(206, 15)]
    lowest = min((word & 0x3FFFF) << (word >> 18 & 63) for word in told)
    assert lowest == pytest.approx(0.85 * 1_000 * 8 * 20, rel=0.2)
