"""Who gets into a packet plane and past its gates; every plane passes (fixtures: conftest)."""

import random

from sfu.codecs import OPUS, Kind
from tests.support.rtp_peer import (
    build_rtp,
    read_stun_success,
    stun_check,
)

MIC, CAMERA, RTX = 0x1111, 0x2222, 0x3333
OUT, OUT_VIDEO, OUT_RTX = 0xA001, 0xA002, 0xA003


async def test_a_valid_check_is_answered_with_the_address_it_came_from(rig, stage):
    client = await stage.join()
    host, port = read_stun_success(client.peer.stun[0], client.peer.pwd)
    assert (host, port) == (client.link.address.host, client.link.address.port)
    assert rig.sink.named("path") == [(client.number, client.link.address)]


async def test_checks_without_integrity_fingerprint_or_a_known_ufrag_get_silence(rig, stage):
    client = await stage.join(checked=False)
    name, pwd = f"{client.peer.ufrag}:them", client.peer.pwd
    for datagram in (
        stun_check(name, pwd, integrity=False),
        stun_check(name, pwd, fingerprint=False),
        stun_check(name, "another password"),
        stun_check("nobody:them", pwd),
        stun_check(client.peer.ufrag, pwd),
    ):
        client.send(datagram)
    await rig.fence()
    assert client.peer.stun == []
    assert rig.sink.named("path") == []


async def test_a_gate_is_closed_until_it_is_opened_and_after_it_is_closed(rig, stage):
    speaker, listener = await stage.join(), await stage.join()
    pub = stage.publish(speaker, ssrc=MIC, open_=False)
    stage.slot(listener, ssrc=OUT, show=pub)
    await rig.fence()
    speaker.audio(MIC, 1)
    await rig.fence()
    assert listener.received(OUT) == []
    rig.plane.set_gate(pub, True)
    await rig.plane.settle()
    speaker.audio(MIC, 2)
    await rig.until(lambda: len(listener.received(OUT)) == 1)
    rig.plane.set_gate(pub, False)
    await rig.plane.settle()
    for seq in range(3, 60):
        speaker.audio(MIC, seq)
    await rig.fence()
    assert len(listener.received(OUT)) == 1
    rig.plane.set_gate(pub, True)
    await rig.plane.settle()
    speaker.audio(MIC, 60)
    await rig.until(lambda: len(listener.received(OUT)) == 2)
    first, second = listener.received(OUT)
    assert second.seq == first.seq + 1
    assert second.timestamp - first.timestamp & 0xFFFFFFFF == 58 * 960
    assert (await rig.plane.stats()).publications[pub].gated == 58


async def test_a_closed_gate_gives_no_level(rig, stage):
    loud, silenced, listener = await stage.join(), await stage.join(), await stage.join()
    heard, muted = stage.publish(loud, ssrc=MIC), stage.publish(silenced, ssrc=MIC, open_=False)
    stage.slot(listener, ssrc=OUT, show=heard)
    await rig.fence()
    for seq in range(50):
        loud.audio(MIC, seq, level=5)
        silenced.audio(MIC, seq, level=5)
    await rig.until(lambda: rig.sink.named("levels"))
    assert {level.pub for (levels,) in rig.sink.named("levels") for level in levels} == {heard}
    assert muted not in {level.pub for (levels,) in rig.sink.named("levels") for level in levels}


async def test_dtls_travels_both_ways_but_only_for_bound_addresses(rig, stage):
    client = await stage.join(keys=False, checked=False)
    hello = b"\x16\xfe\xfd" + bytes(20)
    client.send(hello)
    rig.plane.send_dtls(client.number, b"\x16 early " + bytes(20))
    await rig.fence()
    assert rig.sink.named("dtls") == []
    assert client.peer.dtls == []
    client.check()
    await rig.until(lambda: client.peer.dtls)
    client.send(hello)
    await rig.until(lambda: rig.sink.named("dtls"))
    assert rig.sink.named("dtls") == [(client.number, hello)]
    rig.plane.send_dtls(client.number, b"\x16 later " + bytes(20))
    await rig.until(lambda: len(client.peer.dtls) == 2)
    assert [datagram[:8] for datagram in client.peer.dtls] == [b"\x16 early ", b"\x16 later "]


async def test_nothing_is_forwarded_from_one_room_to_another(rig, stage):
    speaker, stranger = await stage.join(room=1), await stage.join(room=2)
    pub = stage.publish(speaker, ssrc=MIC)
    stage.slot(stranger, ssrc=OUT, show=pub)
    await rig.fence()
    speaker.audio(MIC, 1)
    await rig.fence()
    assert stranger.received(OUT) == []
    assert (await rig.plane.stats()).drops["subscribe-refused"] == 1


async def test_an_ssrc_is_learned_from_its_mid_and_only_from_it(rig, stage):
    speaker, listener = await stage.join(), await stage.join()
    stage.slot(listener, ssrc=OUT, show=stage.publish(speaker, mid="03"))
    await rig.fence()
    speaker.audio(MIC, 1)
    speaker.audio(MIC, 2, mid="04")
    speaker.audio(MIC, 3, b"first", mid="03")
    speaker.audio(MIC, 4, b"second")
    await rig.until(lambda: len(listener.received(OUT)) == 2)
    assert [packet.payload for packet in listener.received(OUT)] == [b"first", b"second"]


async def test_an_ssrc_of_another_publication_is_never_taken_over(rig, stage):
    publisher, viewer = await stage.join(), await stage.join()
    mic = stage.publish(publisher, ssrc=MIC, mid="00", open_=False)
    camera = stage.publish(publisher, Kind.VIDEO, ssrc=MIC, mid="01")
    other = stage.publish(publisher, ssrc=None, mid="02")
    stage.slot(viewer, ssrc=OUT, show=mic)
    stage.slot(viewer, Kind.VIDEO, ssrc=OUT_VIDEO, show=camera)
    stage.slot(viewer, ssrc=OUT + 16, show=other)
    await rig.fence()
    publisher.audio(MIC, 1)
    publisher.audio(MIC, 2, mid="02")
    publisher.video(MIC, 3, key=True)
    await rig.fence()
    assert all(not packets for packets in viewer.peer.rtp.values())
    assert (await rig.plane.stats()).drops["ssrc-claimed"] == 1


async def test_server_side_media_passes_the_same_gate(rig, stage):
    viewer = await stage.join()
    pub = stage.publish(None, open_=False)
    stage.slot(viewer, ssrc=OUT, show=pub)
    rig.plane.inject(pub, build_rtp(OPUS.payload_type, 1, 1, 5, b"hidden"))
    rig.plane.inject(pub, b"not rtp")
    await rig.fence()
    rig.plane.set_gate(pub, True)
    rig.plane.inject(pub, build_rtp(OPUS.payload_type, 2, 961, 5, b"shown"))
    await rig.until(lambda: viewer.received(OUT))
    assert [packet.payload for packet in viewer.received(OUT)] == [b"shown"]


async def test_a_removed_peer_sends_and_receives_nothing_and_its_path_is_free(rig, stage):
    speaker, listener = await stage.join(), await stage.join()
    pub = stage.publish(speaker, ssrc=MIC)
    stage.slot(listener, ssrc=OUT, show=pub)
    await rig.fence()
    rig.plane.remove_peer(listener.number)
    await rig.plane.settle()
    listener.peer.stun.clear()
    listener.check()
    speaker.audio(MIC, 1)
    await rig.fence()
    assert listener.received(OUT) == []
    assert listener.peer.stun == []
    stats = await rig.plane.stats()
    assert stats.slots == {}
    for verb in (rig.plane.remove_peer, rig.plane.remove_publication, rig.plane.remove_slot):
        verb(listener.number)
    rig.plane.set_gate(999, True)
    rig.plane.subscribe(999, pub, None)
    await rig.fence()


async def test_an_ssrc_that_comes_back_continues_its_numbers(rig, stage):
    speaker, listener = await stage.join(), await stage.join()
    pub = stage.publish(speaker, ssrc=MIC)
    slot = stage.slot(listener, ssrc=OUT, show=pub)
    await rig.fence()
    speaker.audio(MIC, 1)
    await rig.until(lambda: listener.received(OUT))
    rig.plane.remove_slot(slot)
    stage.slot(listener, ssrc=OUT, show=pub)
    await rig.fence()
    speaker.audio(MIC, 2)
    await rig.until(lambda: len(listener.received(OUT)) == 2)
    first, second = listener.received(OUT)
    assert second.seq == first.seq + 1


async def test_the_send_path_moves_only_with_a_nomination(rig, stage):
    speaker, listener = await stage.join(), await stage.join()
    stage.slot(listener, ssrc=OUT, show=stage.publish(speaker, ssrc=MIC))
    await rig.fence()
    old, listener.link = listener.link, rig.link(listener.peer)
    listener.check(use_candidate=False)
    await rig.until(lambda: len(listener.peer.stun) == 2)
    listener.audio(MIC, 1)
    await rig.fence()
    assert len(rig.sink.named("path")) == 2
    listener.check()
    await rig.until(lambda: len(rig.sink.named("path")) == 3)
    assert rig.sink.named("path")[-1] == (listener.number, listener.link.address)
    assert old.address != listener.link.address


async def test_an_ice_restart_keeps_the_old_credentials_until_the_new_are_nominated(rig, stage):
    speaker, listener = await stage.join(), await stage.join()
    stage.slot(listener, ssrc=OUT, show=stage.publish(speaker, ssrc=MIC))
    old = (listener.peer.ufrag, listener.peer.pwd)
    rig.plane.set_ice(listener.number, "next", "another-password-of-some-length")
    await rig.fence()
    listener.peer.stun.clear()
    listener.check()
    speaker.audio(MIC, 1)
    await rig.until(lambda: listener.peer.stun and listener.received(OUT))
    listener.peer.ufrag, listener.peer.pwd = "next", "another-password-of-some-length"
    listener.check(use_candidate=False)
    await rig.until(lambda: len(listener.peer.stun) == 2)
    listener.check()
    await rig.until(lambda: len(listener.peer.stun) == 3)
    listener.peer.ufrag, listener.peer.pwd = old
    listener.check()
    speaker.audio(MIC, 2)
    await rig.until(lambda: len(listener.received(OUT)) == 2)
    assert len(listener.peer.stun) == 3


async def test_garbage_costs_nobody_anything(rig, stage):
    speaker, listener = await stage.join(), await stage.join()
    stage.slot(listener, ssrc=OUT, show=stage.publish(speaker, ssrc=MIC))
    await rig.fence()
    random_ = random.Random(3)
    stranger = rig.link(listener.peer)
    for round_ in range(40):
        for sender in (stranger.send, speaker.send, listener.send):
            sender(b"")
            sender(random_.randbytes(random_.choice((1, 2, 11, 12, 19, 20, 60, 1200, 2048))))
            sender(bytes((random_.choice((0, 1, 20, 22, 63, 128, 144, 176, 191)),)) + random_.randbytes(70))
            sender(random_.randbytes(2049))
            sender(random_.randbytes(9000))
        speaker.audio(MIC, round_)
        await rig.fence()
    await rig.until(lambda: len(listener.received(OUT)) == 40)
    drops = (await rig.plane.stats()).drops
    assert drops["empty"] == 120
    assert drops.get("error", 0) == 0


async def test_settle_returns_after_everything_before_it(rig, stage):
    speaker, listener = await stage.join(), await stage.join()
    pub = stage.publish(speaker, ssrc=MIC)
    stage.slot(listener, ssrc=OUT, show=pub)
    await rig.fence()
    for seq in range(20):
        rig.plane.set_gate(pub, seq % 2 == 0)
        await rig.plane.settle()
        speaker.audio(MIC, seq, b"%d" % seq)
        await rig.fence()
    assert [int(packet.payload) for packet in listener.received(OUT)] == list(range(0, 20, 2))
