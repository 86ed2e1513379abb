"""Silence, consent and path changes on virtual time (rules N5 and N11)."""

import pytest

from sfu.packet.inline import InlinePlane
from sfu.plane import Address
from tests.support.plane_rig import InlineRig, Stage, started
from tests.support.rtp_peer import RtpPeer, stun_check

MIC, OUT = 0x1111, 0xA001


async def test_a_peer_is_quiet_after_four_seconds_and_back_with_a_packet() -> None:
    async with started(InlineRig()) as rig:
        assert isinstance(rig, InlineRig)
        stage = Stage(rig)
        client = await stage.join()
        stage.publish(client, ssrc=MIC)
        client.audio(MIC, 1)
        rig.plane.advance(3.9)
        assert rig.sink.named("quiet") == []
        rig.plane.advance(0.7)
        [(peer, quiet_ms)] = rig.sink.named("quiet")
        assert peer == client.number
        assert 4000 <= quiet_ms < 4700
        client.audio(MIC, 2)
        rig.plane.advance(0.6)
        assert rig.sink.named("quiet")[1:] == [(client.number, 0)]


async def test_checks_alone_each_five_seconds_are_not_silence() -> None:
    async with started(InlineRig()) as rig:
        assert isinstance(rig, InlineRig)
        client = await Stage(rig).join()
        rig.plane.advance(1)
        for _ in range(6):
            client.check()
            rig.plane.advance(3)
        rig.sink.calls.clear()
        for _ in range(6):
            client.check()
            rig.plane.advance(5)
        assert rig.sink.named("quiet") == []


async def test_nothing_is_sent_after_ten_seconds_without_a_check_and_the_end_is_told_after_thirty() -> None:
    async with started(InlineRig()) as rig:
        assert isinstance(rig, InlineRig)
        stage = Stage(rig)
        speaker, listener = await stage.join(), await stage.join()
        stage.slot(listener, ssrc=OUT, show=stage.publish(speaker, ssrc=MIC))

        async def heard(seq: int) -> bool:
            before = len(listener.received(OUT))
            speaker.check()
            speaker.audio(MIC, seq)
            await rig.fence()
            return len(listener.received(OUT)) > before

        rig.plane.advance(9)
        assert await heard(1)
        rig.plane.advance(2)
        assert not await heard(2)
        assert rig.sink.named("timeout") == []
        listener.check()
        assert await heard(3)
        for _ in range(5):
            rig.plane.advance(6.2)
            speaker.check()
        assert rig.sink.named("timeout") == [(listener.number,)]
        rig.plane.advance(10)
        assert rig.sink.named("timeout") == [(listener.number,)]


async def test_media_follows_a_browser_behind_a_nat_that_forgot_it() -> None:
    async with started(InlineRig()) as rig:
        assert isinstance(rig, InlineRig)
        stage = Stage(rig)
        speaker, listener = await stage.join(), await stage.join()
        stage.slot(listener, ssrc=OUT, show=stage.publish(speaker, ssrc=MIC))
        there = rig.link(listener.peer)
        for seq in range(110):
            if seq % 40 == 0:
                there.send(listener.peer.check(use_candidate=False))
            speaker.check()
            speaker.audio(MIC, seq)
            rig.plane.advance(0.1)
        rig.plane.take()
        there.send(listener.peer.check(use_candidate=False))
        speaker.audio(MIC, 200)
        assert {address for address, datagram in rig.plane.take() if datagram[0] >= 128} == {there.address}


async def test_a_peer_that_never_came_times_out_too() -> None:
    async with started(InlineRig()) as rig:
        assert isinstance(rig, InlineRig)
        client = await Stage(rig).join(checked=False)
        rig.plane.advance(29)
        assert rig.sink.named("timeout") == []
        rig.plane.advance(2)
        assert rig.sink.named("timeout") == [(client.number,)]
        assert rig.sink.named("quiet") == []


async def test_flapping_between_paths_is_told_at_a_bounded_rate() -> None:
    async with started(InlineRig()) as rig:
        assert isinstance(rig, InlineRig)
        client = await Stage(rig).join()
        links = [client.link, rig.link(client.peer)]
        for step in range(200):
            client.link = links[step % 2]
            client.check()
            rig.plane.advance(0.005)
        assert len(rig.sink.named("path")) <= 4
        assert rig.sink.named("path")[-1][1] in [link.address for link in links]


@pytest.mark.parametrize("seconds", [1.0, 60.0])
async def test_an_empty_plane_has_nothing_to_wake_for(seconds: float) -> None:
    rig = InlineRig()
    async with started(rig):
        assert rig.plane.core.deadline() is None
        client = await Stage(rig).join()
        rig.plane.advance(seconds)
        assert rig.plane.core.deadline() is not None
        rig.plane.remove_peer(client.number)
        assert rig.plane.core.deadline() is None


async def test_a_handshake_is_passed_on_and_a_flood_of_it_is_not() -> None:
    async with started(InlineRig()) as rig:
        client = await Stage(rig).join(keys=False)
        for _ in range(500):
            client.send(b"\x16\xfe\xfd" + bytes(40))
        assert len(rig.sink.named("dtls")) == 16
        drops = (await rig.plane.stats()).drops
        assert drops["dtls-rate"] == 484


async def test_an_address_of_the_sixth_version_is_mapped() -> None:
    rig = InlineRig()
    async with started(rig):
        peer = RtpPeer("six6", "a-password-of-enough-length")
        rig.plane.add_peer(1, 1, peer.ufrag, peer.pwd)
        source = Address("2001:db8::7", 5000)
        plane: InlinePlane = rig.plane
        plane.deliver(stun_check("six6:them", peer.pwd), source)
        [(address, reply)] = plane.take()
        assert address == source
        assert reply[20:24] == b"\x00\x20\x00\x14"
        assert rig.sink.named("path") == [(1, source)]


async def test_an_error_over_one_peer_costs_nobody_else_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    async with started(InlineRig()) as rig:
        assert isinstance(rig, InlineRig)
        stage = Stage(rig)
        faulty, speaker = await stage.join(), await stage.join()
        faulty_pub, pub = stage.publish(faulty, ssrc=MIC), stage.publish(speaker, ssrc=MIC)
        core = rig.plane.core

        def fail(*_: object) -> None:
            raise ValueError

        monkeypatch.setattr(core._peers[faulty.number].arrivals, "feedback", fail)
        monkeypatch.setattr(core._publications[faulty_pub], "meter", None)
        monkeypatch.setattr(core._publications[faulty_pub], "rates", fail)
        for seq in range(40):
            faulty.audio(MIC, seq)
            speaker.audio(MIC, seq)
            rig.plane.advance(0.1)
        rig.deliver()
        assert len(speaker.peer.take_rtcp(205, 15)) >= 30
        assert [part for part in speaker.peer.rtcp if part.kind == 201]
        assert {level.pub for (levels,) in rig.sink.named("levels") for level in levels} == {pub}
        assert core.drops["timer-error"] > 0
        rig.plane.advance(31)
        assert (speaker.number,) in rig.sink.named("timeout")
