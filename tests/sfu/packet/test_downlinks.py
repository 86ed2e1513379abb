"""The real plane and a viewer's line: numbers out, feedback in, layers fitted, voices first."""

from sfu.packet.downlinks import STEP_S
from tests.support.line_rig import VIDEO_SLOT, LineScene
from tests.support.line_schedule import Impairment
from tests.support.plane_rig import started


async def test_a_step_down_and_up_through_the_plane() -> None:
    scene = LineScene()
    async with started(scene.rig):
        await scene.start()
        plane, line = scene.rig.plane, scene.rig.line
        line.become(Impairment(delay_s=0.025, rate_bps=3e6))
        await scene.run(8)
        assert scene.targets[-1][1] == "f", (scene.targets, scene.estimates)
        assert scene.seen.padding > 0
        assert not scene.seen.named_mids, "Firefox takes padding that does for another m-line's (ADR 0096)"
        assert scene.video_bps(plane.now - 2, plane.now) > 1_000_000

        line.become(Impairment(delay_s=0.025, rate_bps=3e5))
        fell_at = plane.now
        await scene.run(10)
        assert scene.targets[-1][1] == "q", (scene.targets, scene.estimates)
        assert 80_000 < scene.video_bps(fell_at + 4, plane.now) < 200_000
        assert scene.longest_gap(fell_at - 0.5) < 0.2

        line.become(Impairment(delay_s=0.025, rate_bps=3e6))
        rose_at = plane.now
        await scene.run(10)
        assert scene.targets[-1][1] == "f", (scene.targets, scene.estimates)
        assert scene.targets[-1][0] - rose_at < 9
        assert scene.video_bps(plane.now - 1, plane.now) > 900_000
        assert scene.longest_gap(rose_at) < 0.2
        assert scene.viewer.peer.unreadable == 0
        assert not scene.rig.plane.core.drops["timer-error"]
        assert not scene.rig.plane.core.drops["error"]


async def test_what_waits_for_a_narrow_line_does_not_leave_when_the_gate_closes() -> None:
    scene = LineScene()
    async with started(scene.rig):
        await scene.start()
        scene.rig.line.become(Impairment(delay_s=0.025, rate_bps=3e5))
        await scene.run(6)
        assert scene.video_bps(scene.rig.plane.now - 2, scene.rig.plane.now) > 50_000
        pacer = scene.rig.plane.core._peers[scene.viewer.number].lane.pacer  # the test is about what is in there
        assert pacer is not None
        scene._layers[0].wants_key = True
        await scene.run(0.04)
        assert not pacer.is_empty
        scene.rig.plane.set_gate(scene.pub, False)
        await scene.rig.fence()
        assert pacer.is_empty
        scene.rig.arrived.clear()
        scene.rig._under_way.clear()
        await scene.run(0.5)
        assert scene.viewer.peer.rtp[VIDEO_SLOT] == []


async def test_video_comes_back_after_a_clog_in_which_everybody_fell_silent() -> None:
    scene = LineScene()
    async with started(scene.rig):
        await scene.start()
        plane, line = scene.rig.plane, scene.rig.line
        line.become(Impairment(delay_s=0.025, rate_bps=3e6))
        await scene.run(8)
        line.become(Impairment(delay_s=0.025, rate_bps=3e5))
        estimator = plane.core._downlinks._lines[plane.core._peers[scene.viewer.number]].estimator
        assert estimator is not None
        while not estimator.is_clogged:
            await scene.run(0.02)
        scene._voice_at = float("inf")
        await scene.run(6)
        assert scene.video_bps(plane.now - 2, plane.now) > 50_000, (scene.targets, scene.estimates)


async def test_the_first_packet_for_an_idle_narrow_line_leaves_within_a_step() -> None:
    scene = LineScene()
    async with started(scene.rig):
        await scene.start()
        plane = scene.rig.plane
        scene.rig.line.become(Impairment(delay_s=0.025, rate_bps=3e5))
        await scene.run(6)
        pacer = plane.core._peers[scene.viewer.number].lane.pacer
        assert pacer is not None
        idle = waiting = 0
        for _ in range(400):
            await scene.run(0.005)
            idle += pacer.is_empty
            if not pacer.is_empty:
                waiting += 1
                due = plane.core.deadline()
                assert due is not None and due - plane.now <= STEP_S + 1e-6
        assert idle > 20 and waiting > 20


async def test_what_a_wide_line_loses_is_sent_again_unasked_and_what_a_narrow_one_loses_is_not() -> None:
    scene = LineScene()
    async with started(scene.rig):
        await scene.start()
        plane, line = scene.rig.plane, scene.rig.line

        async def repaired() -> int:
            return sum(slot.retransmitted for slot in (await plane.stats()).slots.values())

        line.become(Impairment(delay_s=0.025, rate_bps=3e6, loss=0.03))
        await scene.run(8)
        assert await repaired() > 10
        line.become(Impairment(delay_s=0.025, rate_bps=3e5, loss=0.03))
        await scene.run(6)
        assert plane.core._peers[scene.viewer.number].lane.pacer is not None
        before = await repaired()
        await scene.run(6)
        assert await repaired() == before
        assert scene.video_bps(plane.now - 2, plane.now) > 50_000
