"""One browser's negotiation: one offer in flight, wishes coalesced, stale answers dropped, bad ones without effect."""

import asyncio
import itertools
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import pytest

from sfu.control.peer import Peer, PeerKit, Publication
from sfu.control.sdp.ledger import new_ledger
from sfu.control.transport import Certificate, HalfOpen
from sfu.node import BadAnswer, IceServer, Offer, Source
from sfu.plane import Address
from tests.sfu.control.dtls_client import PROOF, DtlsClient
from tests.support.client_packets import read_offer, write_answer
from tests.support.fake_plane import FakePlane

CERTIFICATE = Certificate()
SSRCS = {"00": (11,), "01": (21, 22), "02": (31, 32)}


@dataclass
class Owner:
    offers: list[Offer] = field(default_factory=list)
    added: list[Publication] = field(default_factory=list)
    removed: list[Publication] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    connected: asyncio.Event = field(default_factory=asyncio.Event)

    def on_offer(self, peer: int, offer: Offer) -> None:
        self.offers.append(offer)

    def on_publications(self, peer: int, added: Sequence[Publication], removed: Sequence[Publication]) -> None:
        self.added.extend(added)
        self.removed.extend(removed)

    def on_connected(self, peer: int) -> None:
        self.connected.set()

    def on_ended(self, peer: int, reason: str) -> None:
        self.ended.append(reason)


@dataclass
class Scene:
    peer: Peer
    plane: FakePlane
    owner: Owner

    def answer(self, generation: int | None = None, **changes: str) -> None:
        offer = self.owner.offers[-1]
        text = write_answer(read_offer(offer.sdp), "abcd", "q" * 24, f"{PROOF.algorithm} {PROOF.value}", SSRCS)
        for old, new in changes.items():
            text = text.replace(old, new)
        self.peer.answer(generation or offer.generation, text)


async def turn() -> None:
    for _ in range(3):
        await asyncio.sleep(0)


@pytest.fixture
async def scene() -> Scene:
    made = make()
    await turn()
    return made


def make(
    connect_s: float = 30.0, relay: Callable[[], IceServer | None] = lambda: None, *, numbers_downlink: bool = False
) -> Scene:
    plane, owner, ids = FakePlane(), Owner(), itertools.count(1)
    source = random.Random(3)
    tokens: Iterator[str] = (f"{source.getrandbits(128):032x}" for _ in itertools.count())
    kit = PeerKit(
        plane,
        [Address("127.0.0.1", 4000)],
        CERTIFICATE,
        HalfOpen(),
        lambda: next(ids),
        lambda length: next(tokens)[:length],
        connect_s,
        relay=relay,
        is_relay_only=True,
        numbers_downlink=numbers_downlink,
    )
    peer = Peer(7, 1, new_ledger(lambda: source.getrandbits(32)), kit, owner)
    peer.open()
    return Scene(peer, plane, owner)


async def test_a_peer_is_in_the_plane_with_the_credentials_of_its_offer(scene: Scene) -> None:
    offered = read_offer(scene.owner.offers[0].sdp)
    assert scene.plane.peers[7] == (1, offered.ufrag, offered.pwd)
    assert scene.owner.offers[0].uplinks == ((Source.MIC, "00"), (Source.CAMERA, "01"), (Source.SCREEN, "02"))


async def test_an_answer_puts_publications_with_closed_gates_and_slots_into_the_plane(scene: Scene) -> None:
    scene.answer()
    camera = scene.peer.publications[Source.CAMERA]
    assert scene.plane.publications[camera.pub][1].ssrcs == (21,)
    assert scene.plane.publications[camera.pub][1].fid == {21: 22}
    assert camera.payload_type == 96
    assert set(scene.plane.gates.values()) == {False}
    assert len(scene.plane.slots) == 18
    assert {spec.payload_types for _, spec in scene.plane.slots.values()} == {(111,), (96, 97)}


async def test_one_offer_is_in_flight_and_wishes_are_coalesced(scene: Scene) -> None:
    scene.peer.negotiate()
    scene.peer.restart_ice()
    scene.peer.restart_ice()
    await turn()
    assert [offer.generation for offer in scene.owner.offers] == [1]
    scene.answer()
    await turn()
    assert [offer.generation for offer in scene.owner.offers] == [1, 2]
    scene.answer()
    await turn()
    assert [offer.generation for offer in scene.owner.offers] == [1, 2]


async def test_an_ice_restart_changes_the_credentials_and_nothing_else(scene: Scene) -> None:
    scene.answer()
    before = dict(scene.plane.publications)
    scene.peer.restart_ice()
    await turn()
    first, second = (read_offer(offer.sdp) for offer in scene.owner.offers)
    assert second.ufrag != first.ufrag and second.pwd != first.pwd
    assert (second.fingerprint, second.lines) == (first.fingerprint, first.lines)
    assert scene.plane.peers[7][1:] == (second.ufrag, second.pwd)
    scene.answer()
    assert scene.plane.publications == before


async def test_an_offer_says_since_when_its_path_is_offered(scene: Scene) -> None:
    scene.answer()
    scene.peer.negotiate()
    scene.peer.restart_ice()
    await turn()
    for _ in range(2):
        scene.answer()
        scene.peer.negotiate()
        await turn()
    assert [(offer.generation, offer.path_since) for offer in scene.owner.offers] == [(1, 1), (2, 1), (3, 3), (4, 3)]


async def test_a_relay_s_credentials_are_fresh_for_a_transport_and_for_each_restart() -> None:
    users = itertools.count(1)
    made = make(relay=lambda: IceServer(("turn:relay.example",), f"9:{next(users)}", "secret"))
    await turn()
    made.answer()
    made.peer.negotiate()
    await turn()
    made.answer()
    made.peer.restart_ice()
    await turn()
    assert [offer.relay and offer.relay.username for offer in made.owner.offers] == ["9:1", "9:1", "9:2"]
    assert made.owner.offers[0].is_relay_only


async def test_without_a_relay_none_is_offered(scene: Scene) -> None:
    assert scene.owner.offers[0].relay is None


async def test_answers_to_other_offers_than_the_one_in_flight_are_dropped(scene: Scene) -> None:
    scene.answer(generation=2)
    assert scene.plane.publications == {}
    scene.answer()
    known = list(scene.plane.calls)
    scene.answer()
    assert scene.plane.calls == known


async def test_a_bad_answer_changes_nothing_and_a_good_one_may_follow(scene: Scene) -> None:
    known = list(scene.plane.calls)
    with pytest.raises(BadAnswer):
        scene.answer(**{"a=setup:active": "a=setup:passive"})
    assert scene.plane.calls == known
    scene.answer()
    assert len(scene.plane.publications) == 3


async def test_a_later_answer_may_not_bring_another_certificate(scene: Scene) -> None:
    scene.answer()
    scene.peer.restart_ice()
    await turn()
    with pytest.raises(BadAnswer):
        scene.answer(**{PROOF.value: ":".join(["00"] * 32)})


async def test_what_a_browser_stops_sending_leaves_the_plane_and_comes_back_behind_a_closed_gate(scene: Scene) -> None:
    scene.answer()
    first = scene.peer.publications[Source.SCREEN]
    scene.plane.set_gate(first.pub, True)
    for mid in ("a=mid:02\r\na=inactive", "a=mid:02\r\na=sendonly"):
        scene.peer.restart_ice()
        await turn()
        scene.answer(**{"a=mid:02\r\na=sendonly": mid})
    second = scene.peer.publications[Source.SCREEN]
    assert scene.owner.removed == [first]
    assert second.pub != first.pub
    assert scene.plane.gates[second.pub] is False
    assert first.pub not in scene.plane.publications


async def test_a_slot_that_is_answered_otherwise_is_made_anew(scene: Scene) -> None:
    scene.answer(**{"a=mid:20\r\na=recvonly": "a=mid:20\r\na=inactive"})
    assert len(scene.plane.slots) == 17
    assert scene.peer.slots[-1].accepted == ()
    scene.peer.restart_ice()
    await turn()
    scene.answer()
    assert len(scene.plane.slots) == 18
    scene.peer.restart_ice()
    await turn()
    scene.answer(**{"a=mid:20\r\na=recvonly": "a=mid:20\r\na=inactive"})
    assert len(scene.plane.slots) == 17


@pytest.mark.parametrize("is_answer_first", [True, False])
async def test_the_handshake_waits_for_the_answer_and_for_the_path(scene: Scene, is_answer_first: bool) -> None:
    client = DtlsClient(scene.peer.on_dtls)
    scene.plane.wires[7] = client.feed
    if is_answer_first:
        scene.answer()
    connecting = asyncio.ensure_future(client.connect(CERTIFICATE.fingerprint))
    await turn()
    if not is_answer_first:
        assert scene.plane.dtls == []
        scene.answer()
    async with asyncio.timeout(5):
        await connecting
        await scene.owner.connected.wait()
    assert scene.peer.is_connected and scene.plane.keys[7][1] == client.keys()[:32] + client.keys()[64:76]
    await client.goodbye()
    await turn()
    assert scene.owner.ended == ["closed"]
    scene.peer.close()
    assert 7 not in scene.plane.peers


async def test_a_peer_that_never_connects_ends_and_one_that_was_closed_says_nothing() -> None:
    scene, closed = make(connect_s=0.01), make(connect_s=0.01)
    closed.peer.close()
    async with asyncio.timeout(5):
        while not scene.owner.ended:  # noqa: ASYNC110 - a timer of 10 ms
            await asyncio.sleep(0.005)
    assert scene.owner.ended == ["never connected"]
    assert (closed.owner.offers, closed.owner.ended, closed.plane.peers) == ([], [], {})


async def test_a_voice_that_repeats_itself_is_asked_for_by_the_order_of_a_further_offer_and_keeps_its_gate(
    scene: Scene,
) -> None:
    both = {"SAVPF 111": "SAVPF 111 63"}
    scene.answer(**both)
    assert scene.peer.takes_redundant
    mic = scene.peer.publications[Source.MIC]
    scene.plane.set_gate(mic.pub, True)
    known = list(scene.plane.calls)
    scene.peer.prefer_redundant(True)
    scene.peer.prefer_redundant(True)
    await turn()
    assert len(scene.owner.offers) == 2
    lines = scene.owner.offers[-1].sdp.split("m=")
    assert lines[1].startswith("audio 9 UDP/TLS/RTP/SAVPF 63 111")
    assert lines[4].startswith("audio 9 UDP/TLS/RTP/SAVPF 111 63")
    scene.answer(**{"SAVPF 111": "SAVPF 63 111"})
    assert scene.peer.publications[Source.MIC] == mic
    assert scene.plane.calls == known
    scene.peer.prefer_redundant(False)
    await turn()
    assert scene.owner.offers[-1].sdp.split("m=")[1].startswith("audio 9 UDP/TLS/RTP/SAVPF 111 63")


async def test_a_browser_without_such_voices_is_not_asked_for_them(scene: Scene) -> None:
    scene.answer()
    assert not scene.peer.takes_redundant
    scene.peer.prefer_redundant(True)
    await turn()
    assert len(scene.owner.offers) == 1


NUMBERS = "a=extmap:4 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"
TAKES_NUMBERS = {
    "a=rtpmap:111": f"{NUMBERS}\r\na=rtpmap:111",
    "a=rtpmap:96 ": f"{NUMBERS}\r\na=rtcp-fb:96 transport-cc\r\na=rtpmap:96 ",
}


async def test_numbers_are_written_for_a_browser_that_takes_them_in_every_slot() -> None:
    made = make(numbers_downlink=True)
    await turn()
    made.answer(**TAKES_NUMBERS)
    assert all(spec.twcc for _, spec in made.plane.slots.values())


@pytest.mark.parametrize("without", sorted(TAKES_NUMBERS))
async def test_no_numbers_where_a_slot_would_not_be_reported_on(without: str) -> None:
    made = make(numbers_downlink=True)
    await turn()
    made.answer(**{key: value for key, value in TAKES_NUMBERS.items() if key != without})
    assert not any(spec.twcc for _, spec in made.plane.slots.values())


async def test_no_numbers_where_they_are_switched_off(scene: Scene) -> None:
    scene.answer(**TAKES_NUMBERS)
    assert not any(spec.twcc for _, spec in scene.plane.slots.values())
