"""Too much to do: upper layers go first, then all video, voices never; one stall sheds nothing."""

from collections.abc import AsyncIterator

import pytest

from sfu.codecs import Kind
from sfu.packet.fast import FAST
from sfu.packet.forms import INTERPRETED
from sfu.packet.load import ALL_VIDEO, CALM_S, LATE_S, PATIENCE_S, Load
from sfu.plane import Layer
from tests.support.plane_rig import InlineRig, Stage, started


def test_a_single_stall_sheds_nothing() -> None:
    load = Load()
    for step in range(20):
        load.on_batch(0.5 - step * 0.02, 10.0 + step * 0.01, stood=True)
    assert load.step == 0
    assert load.queue_s(10.2) == 0.5
    assert load.queue_s(13.0) == 0.0


def test_lasting_lateness_sheds_step_by_step_and_calm_brings_it_back() -> None:
    load, now, steps = Load(), 10.0, [0]
    while now < 20.0:
        load.on_batch(LATE_S + 0.01 if now < 11.0 else 0.001, now, stood=True)
        if load.step != steps[-1]:
            steps.append(load.step)
        if now < 10.0 + PATIENCE_S:
            assert load.step == 0
        if 11.1 < now < 11.0 + CALM_S:
            assert load.step == ALL_VIDEO
        now += 0.01
    assert steps == [0, 1, 2, 1, 0]


def test_a_machine_that_wakes_us_late_sheds_nothing_and_the_wait_is_told() -> None:
    load, now = Load(), 10.0
    while now < 20.0:
        load.on_batch(0.2, now, stood=False)
        now += 0.01
    assert load.step == 0
    assert load.queue_s(now) == 0.2


def test_a_second_socket_where_nothing_waits_hides_no_lateness() -> None:
    load, now = Load(), 10.0
    while now < 11.0:
        load.on_batch(LATE_S, now, stood=True)
        load.on_batch(0.0, now + 0.005, stood=False)
        now += 0.01
    assert load.step == ALL_VIDEO


@pytest.fixture(params=[INTERPRETED, FAST], ids=["interpreted", "fast"])
async def either(request: pytest.FixtureRequest) -> AsyncIterator[InlineRig]:
    async with started(InlineRig(forms=request.param)) as rig:
        assert isinstance(rig, InlineRig)
        yield rig


async def test_voices_go_on_while_video_is_shed(either: InlineRig) -> None:
    rig, stage = either, Stage(either)
    publisher, viewer = await stage.join(), await stage.join()
    mic = stage.publish(publisher, ssrc=1)
    camera = stage.publish(publisher, Kind.VIDEO, mid="01", rids=("q", "h"))
    stage.slot(viewer, ssrc=11, show=mic)
    stage.slot(viewer, Kind.VIDEO, ssrc=12, mid="11", show=camera, target=Layer("q"))
    stage.slot(viewer, Kind.VIDEO, ssrc=13, mid="12", show=camera, target=Layer("h"))
    load = rig.plane.core.ingress.load
    for seq in range(1, 31):
        load.step = (seq - 1) // 10
        publisher.audio(1, seq)
        publisher.video(101, seq, key=seq == 1, extensions={1: b"01", 5: b"q"})
        publisher.video(102, seq, key=seq == 1, extensions={1: b"01", 5: b"h"})
    await rig.fence()
    assert [len(viewer.received(ssrc)) for ssrc in (11, 12, 13)] == [30, 20, 10]
    stats = await rig.plane.stats()
    assert stats.shed == ALL_VIDEO
    assert stats.drops["shed"] == 30
