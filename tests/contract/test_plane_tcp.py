"""Members over TCP beside members over UDP, on a media process with real sockets (RFC 6544)."""

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from sfu.codecs import Kind
from sfu.plane import Address
from sfu.process.plane_choice import PLANE
from tests.support.plane_rig import Client, ProcessRig, Stage
from tests.support.rtp_peer import RtpPeer, read_stun_success
from tests.support.tcp_link import TcpLink

VOICE, PICTURE = 1001, 1002
AT_BOB, AT_CARA = 2001, 3001


class BothRig(ProcessRig):
    """Clients come by UDP or, after `by_tcp`, by TCP."""

    def __init__(self) -> None:
        super().__init__()
        self.tcp = self.address
        self.tcp_links: list[TcpLink] = []

    def connect(self, client: Client, *, receive_buffer: int | None = None) -> TcpLink:
        """A TCP connection in place of the client's way."""
        link = client.link = TcpLink(client.peer, self.tcp, receive_buffer=receive_buffer)
        self.tcp_links.append(link)
        return link

    async def fence(self) -> None:
        await super().fence()
        for link in self.tcp_links:
            link.drain()

    async def close(self) -> None:
        for link in self.tcp_links:
            link.close()
        await super().close()


@asynccontextmanager
async def both(host: str) -> AsyncIterator[BothRig]:
    rig = BothRig()
    rig.address, rig.tcp = await rig.plane.start([Address(host, 0), Address(host, 0, True)], rig.sink)
    try:
        yield rig
    finally:
        await rig.close()


@pytest.fixture
async def rig() -> AsyncIterator[BothRig]:
    async with both("127.0.0.1") as ready:
        yield ready


@pytest.fixture
def stage(rig: BothRig) -> Stage:
    return Stage(rig)


async def joined_by_tcp(stage: Stage, rig: BothRig, *, receive_buffer: int | None = None) -> Client:
    client = await stage.join(checked=False)
    rig.connect(client, receive_buffer=receive_buffer)
    client.check()
    await rig.until(lambda: client.peer.stun)
    return client


async def test_it_listens_on_the_number_of_the_udp_port(rig: BothRig) -> None:
    assert rig.tcp.is_tcp
    assert rig.tcp.host == rig.address.host
    # Another program may have that number; then it is another one.
    assert rig.tcp.port > 0


@pytest.mark.parametrize("form", ["plain", "fast"])
async def test_voices_go_between_tcp_and_udp(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PLANE, form)
    async with both("127.0.0.1") as rig:
        await voices_go_both_ways(rig, Stage(rig))


async def voices_go_both_ways(rig: BothRig, stage: Stage) -> None:
    anna, bob = await joined_by_tcp(stage, rig), await stage.join()
    assert isinstance(anna.link, TcpLink)
    assert read_stun_success(anna.peer.stun[0], anna.peer.pwd) == (anna.link.address.host, anna.link.address.port)
    assert rig.sink.named("path")[0] == (anna.number, anna.link.address)
    annas = stage.publish(anna, ssrc=VOICE)
    bobs = stage.publish(bob, ssrc=VOICE + 1)
    stage.slot(bob, ssrc=AT_BOB, show=annas)
    stage.slot(anna, ssrc=AT_CARA, show=bobs)
    await rig.fence()
    for seq in range(20):
        anna.audio(VOICE, seq, b"from anna")
        bob.audio(VOICE + 1, seq, b"from bob")
    await rig.until(lambda: len(bob.received(AT_BOB)) == 20 and len(anna.received(AT_CARA)) == 20)
    assert {packet.payload for packet in bob.received(AT_BOB)} == {b"from anna"}
    assert {packet.payload for packet in anna.received(AT_CARA)} == {b"from bob"}


async def test_dtls_goes_both_ways(rig: BothRig, stage: Stage) -> None:
    anna = await joined_by_tcp(stage, rig)
    anna.send(b"\x16\xfe\xfd" + bytes(30))
    await rig.until(lambda: rig.sink.named("dtls"))
    rig.plane.send_dtls(anna.number, b"\x16\xfe\xfd" + bytes(40))
    await rig.until(lambda: anna.peer.dtls)


async def test_one_who_leaves_tcp_goes_on_by_udp_and_back(rig: BothRig, stage: Stage) -> None:
    """The paths are one peer's: keys, publications and slots stay."""
    anna, bob = await joined_by_tcp(stage, rig), await stage.join()
    stage.slot(bob, ssrc=AT_BOB, show=stage.publish(anna, ssrc=VOICE))
    stage.slot(anna, ssrc=AT_CARA, show=stage.publish(bob, ssrc=VOICE + 1))
    numbers = itertools.count()

    async def hears() -> None:
        before = len(bob.received(AT_BOB)), len(anna.received(AT_CARA))

        def has_more() -> bool:
            seq = next(numbers)
            anna.audio(VOICE, seq)
            bob.audio(VOICE + 1, seq)
            return len(bob.received(AT_BOB)) > before[0] and len(anna.received(AT_CARA)) > before[1]

        await rig.until(has_more)

    await hears()
    link = anna.link
    assert isinstance(link, TcpLink)
    link.close()
    rig.tcp_links.clear()
    anna.link = rig.link(anna.peer)
    answers = len(anna.peer.stun)
    anna.check(use_candidate=False)
    await rig.until(lambda: len(anna.peer.stun) > answers)
    await hears()
    rig.connect(anna)
    answers = len(anna.peer.stun)
    anna.check()
    await rig.until(lambda: len(anna.peer.stun) > answers)
    await hears()


async def stuck_with_a_voice(stage: Stage, rig: BothRig) -> tuple[Client, Client, int, int]:
    """A viewer whose line takes nothing, for whom one voice waits; who speaks, the publication, its slot."""
    slow, bob, cara = await joined_by_tcp(stage, rig, receive_buffer=4_096), await stage.join(), await stage.join()
    stage.slot(slow, Kind.VIDEO, ssrc=5001, mid="11", show=stage.publish(cara, Kind.VIDEO, ssrc=PICTURE, mid="01"))
    voice = stage.publish(bob, ssrc=VOICE)
    slot = stage.slot(slow, ssrc=5002, show=voice)
    await rig.fence()
    assert isinstance(slow.link, TcpLink)
    slow.link.is_read = False
    for sent in range(50_000):
        cara.video(PICTURE, sent, key=sent == 0, payload=(b"\x10\x00\x9d\x01\x2a" if not sent else b"\x10\x01") * 200)
        if sent % 100 == 99:
            await rig.fence()
            if (await rig.plane.stats()).drops.get("tcp-full"):
                break
    bob.audio(VOICE, 1, b"before")
    await rig.fence()
    return slow, bob, voice, slot


@pytest.mark.parametrize("how", ["gate", "pause", "leave"])
async def test_what_was_said_before_a_mute_does_not_wait_for_a_stuck_line(rig: BothRig, stage: Stage, how: str) -> None:
    slow, bob, voice, slot = await stuck_with_a_voice(stage, rig)
    assert isinstance(slow.link, TcpLink)
    plane = rig.plane
    if how == "gate":
        plane.set_gate(voice, False)
        plane.set_gate(voice, True)
    elif how == "pause":
        plane.set_paused(slot, True)
        plane.set_paused(slot, False)
    else:
        plane.subscribe(slot, None, None)
        plane.subscribe(slot, voice, None)
    await rig.fence()
    slow.link.is_read = True
    for seq in range(2, 500):
        bob.audio(VOICE, seq, b"after")
        await rig.fence()
        if slow.received(5002):
            break
    assert {packet.payload for packet in slow.received(5002)} == {b"after"}
    assert not (await plane.stats()).drops.get("tcp-late"), "it was dropped for its age"


async def test_a_removed_member_hears_nothing_after_it_is_in_force(rig: BothRig, stage: Stage) -> None:
    slow, *_ = await stuck_with_a_voice(stage, rig)
    link = slow.link
    assert isinstance(link, TcpLink)
    rig.plane.remove_peer(slow.number)
    await rig.fence()
    link.is_read = True
    link.drain()
    assert link.is_ended
    assert slow.received(5002) == []


async def test_one_who_does_not_read_costs_nobody_else_a_packet(rig: BothRig, stage: Stage) -> None:
    slow, bob, cara = await joined_by_tcp(stage, rig, receive_buffer=4_096), await stage.join(), await stage.join()
    pictures, voice = stage.publish(bob, Kind.VIDEO, ssrc=PICTURE, mid="01"), stage.publish(bob, ssrc=VOICE)
    for viewer, ssrc in ((slow, 5001), (cara, AT_CARA)):
        stage.slot(viewer, Kind.VIDEO, ssrc=ssrc, mid="11", show=pictures)
        stage.slot(viewer, ssrc=ssrc + 1, show=voice)
    await rig.fence()
    assert isinstance(slow.link, TcpLink)
    slow.link.is_read = False
    sent = 0
    while not (await rig.plane.stats()).drops.get("tcp-full"):
        for _ in range(100):
            bob.video(
                PICTURE, sent, key=sent == 0, payload=(b"\x10\x00\x9d\x01\x2a" if not sent else b"\x10\x01") * 200
            )
            sent += 1
        await rig.fence()
        assert sent < 50_000, "it is buffered without limit"
    await rig.until(lambda: len(cara.received(AT_CARA)) == sent)
    slow.link.is_read = True
    bob.audio(VOICE, 1, b"still here")
    await rig.until(lambda: [packet.payload for packet in slow.received(5002)] == [b"still here"])


@pytest.mark.parametrize("first", [b"\0\1\0\0 no check", b"\x80\x6f" + bytes(30), b"GET / HTTP/1.1\r\n\r\n"])
async def test_strangers_are_shown_the_door(rig: BothRig, stage: Stage, first: bytes) -> None:
    member = await joined_by_tcp(stage, rig)
    stranger = TcpLink(RtpPeer("none", "none"), rig.tcp)
    rig.tcp_links.append(stranger)
    stranger.send(first)
    await rig.until(lambda: stranger.is_ended)
    answers = len(member.peer.stun)
    member.check()
    await rig.until(lambda: len(member.peer.stun) > answers)


async def test_a_check_with_a_wrong_password_is_a_stranger(rig: BothRig, stage: Stage) -> None:
    member = await stage.join()
    forger = RtpPeer(member.peer.ufrag, "not the password of anybody")
    stranger = TcpLink(forger, rig.tcp)
    rig.tcp_links.append(stranger)
    stranger.send(forger.check())
    await rig.until(lambda: stranger.is_ended)
    assert forger.stun == []


async def test_a_removed_member_loses_the_connection_too(rig: BothRig, stage: Stage) -> None:
    anna = await joined_by_tcp(stage, rig)
    rig.plane.send_dtls(anna.number, b"\x15\xfe\xfd goodbye")
    rig.plane.remove_peer(anna.number)
    link = anna.link
    assert isinstance(link, TcpLink)
    await rig.fence()
    assert link.is_ended
    assert anna.peer.dtls == [b"\x15\xfe\xfd goodbye"]


async def test_an_answer_to_one_whose_connection_ended_meanwhile_costs_nobody_the_media() -> None:
    """A valid check, then what is no frame, in one segment: the last connection ends before its answer leaves."""
    rig = BothRig()
    binds = [Address("127.0.0.1", 0), Address("::1", 0), Address("127.0.0.1", 0, True)]
    rig.address, _, rig.tcp = await rig.plane.start(binds, rig.sink)
    try:
        stage = Stage(rig)
        member, anna = await stage.join(), await stage.join(checked=False)
        link = rig.connect(anna)
        check = anna.peer.check()
        link.send_raw(len(check).to_bytes(2, "big") + check + b"\xff\xff")
        await rig.until(lambda: link.is_ended)
        answers = len(member.peer.stun)
        member.check()
        await rig.until(lambda: len(member.peer.stun) > answers)
        assert rig.sink.named("lost") == []
        assert (await rig.plane.stats()).drops["tcp-gone"] == 1
    finally:
        await rig.close()


async def test_ipv6_goes_by_udp_and_by_tcp() -> None:
    async with both("::1") as rig:
        stage = Stage(rig)
        anna, bob = await joined_by_tcp(stage, rig), await joined_by_tcp(stage, rig)
        assert rig.tcp.host == rig.address.host == "::1"
        stage.slot(bob, ssrc=AT_BOB, show=stage.publish(anna, ssrc=VOICE))
        await rig.fence()
        anna.audio(VOICE, 1, b"by six")
        await rig.until(lambda: [packet.payload for packet in bob.received(AT_BOB)] == [b"by six"])


async def test_a_port_in_use_is_named(rig: BothRig) -> None:
    other = BothRig()
    with pytest.raises(OSError, match=f"TCP port {rig.tcp.port}"):
        await other.plane.start([Address("127.0.0.1", 0), rig.tcp], other.sink)
    await other.close()
