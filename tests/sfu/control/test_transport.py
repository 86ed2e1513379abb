"""DTLS of one peer: keys come out once, faults and strangers end one handshake, closing is heard."""

import asyncio
import gc
import weakref
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from sfu.control.sdp.answer import Fingerprint
from sfu.control.transport import MAX_QUEUED, Certificate, HalfOpen, Transport
from sfu.plane import SrtpProfile
from tests.sfu.control.dtls_client import PROOF, DtlsClient

CERTIFICATE = Certificate()
STRANGER = Fingerprint("sha-256", ":".join(["00"] * 32))


class Owner:
    def __init__(self) -> None:
        self.keys: list[tuple[SrtpProfile, bytes, bytes]] = []
        self.ended: list[str] = []
        self.changed = asyncio.Event()

    def on_keys(self, profile: SrtpProfile, rx_key: bytes, tx_key: bytes) -> None:
        self.keys.append((profile, rx_key, tx_key))
        self.changed.set()

    def on_ended(self, reason: str) -> None:
        self.ended.append(reason)
        self.changed.set()

    async def change(self) -> None:
        async with asyncio.timeout(5):
            await self.changed.wait()
        self.changed.clear()


def make(half_open: HalfOpen | None = None, deadline_s: float = 5.0) -> tuple[Transport, DtlsClient, Owner]:
    owner = Owner()
    client: DtlsClient
    transport = Transport(
        CERTIFICATE, lambda datagram: client.feed(datagram), owner, half_open or HalfOpen(), deadline_s
    )
    client = DtlsClient(transport.feed)
    return transport, client, owner


async def connected(**kwargs: Any) -> tuple[Transport, DtlsClient, Owner]:
    transport, client, owner = make(**kwargs)
    transport.start([PROOF])
    await client.connect(CERTIFICATE.fingerprint)
    await owner.change()
    return transport, client, owner


async def test_keys_are_exported_once_and_match_those_of_the_browser() -> None:
    transport, client, owner = await connected()
    block = client.keys()
    assert owner.keys == [
        (SrtpProfile.AEAD_AES_256_GCM, block[:32] + block[64:76], block[32:64] + block[76:88]),
    ]
    assert owner.ended == []
    transport.close()
    client.end()


async def test_datagrams_that_come_before_the_answer_are_waiting_for_it() -> None:
    transport, client, owner = make()
    connecting = asyncio.ensure_future(client.connect(CERTIFICATE.fingerprint))
    await asyncio.sleep(0)
    transport.start([PROOF])
    await connecting
    await owner.change()
    assert len(owner.keys) == 1
    transport.close()
    client.end()


async def test_another_certificate_than_answered_gives_no_keys() -> None:
    transport, client, owner = make()
    transport.start([STRANGER])
    await client.connect(CERTIFICATE.fingerprint)
    await owner.change()
    assert (owner.keys, owner.ended) == ([], ["handshake"])
    client.end()


async def test_a_handshake_that_nobody_answers_ends_at_its_deadline_and_frees_its_place() -> None:
    half_open = HalfOpen(1)
    transport, _, owner = make(half_open, deadline_s=0.05)
    transport.start([PROOF])
    await owner.change()
    assert (owner.ended, half_open.count) == (["deadline"], 0)


async def test_more_handshakes_than_allowed_are_refused_at_once_and_the_others_go_on() -> None:
    half_open = HalfOpen(1)
    first, _, first_owner = make(half_open)
    first.start([PROOF])
    await asyncio.sleep(0)
    second, _, second_owner = make(half_open)
    second.start([PROOF])
    await second_owner.change()
    assert (second_owner.ended, first_owner.ended, half_open.count) == (["busy"], [], 1)
    first.close()
    await settled(lambda: half_open.count == 0)


async def settled(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not holds():  # noqa: ASYNC110 - turns of the loop, no time passes
            await asyncio.sleep(0)


async def test_the_browser_s_close_is_heard_once() -> None:
    transport, client, owner = await connected()
    await client.goodbye()
    await owner.change()
    assert owner.ended == ["closed"]
    transport.close()
    await asyncio.sleep(0)
    assert owner.ended == ["closed"]


async def test_our_close_is_heard_by_the_browser_and_reported_to_nobody() -> None:
    transport, client, owner = await connected()
    transport.close()
    await settled(lambda: client.native.state == "closed")
    transport.close()
    assert owner.ended == []


async def test_closing_in_the_middle_of_a_handshake_ends_it() -> None:
    half_open = HalfOpen()
    transport, client, owner = make(half_open)
    transport.start([PROOF])
    client.send = lambda datagram: None if len(datagram) > 400 else transport.feed(datagram)
    connecting = asyncio.ensure_future(client.connect(CERTIFICATE.fingerprint))
    await settled(lambda: half_open.count == 1)
    transport.close()
    await settled(lambda: half_open.count == 0)
    assert (owner.keys, owner.ended) == ([], [])
    client.end()
    await connecting


async def test_noise_after_the_handshake_changes_nothing() -> None:
    transport, client, owner = await connected()
    for noise in (b"\x16", b"\x17\xfe\xfd" + bytes(40), b"\x15\xfe\xfd" + bytes(10) + b"\x02\x28", b"\x14" * 1_200):
        transport.feed(noise)
    for _ in range(20):
        await asyncio.sleep(0)
    assert owner.ended == []
    await client.goodbye()
    await owner.change()
    assert owner.ended == ["closed"]


async def test_what_waits_is_bounded() -> None:
    transport, client, owner = make()
    for _ in range(10 * MAX_QUEUED):
        transport.feed(b"\x17" * 100)
    assert len(transport._pipe._queue) == MAX_QUEUED
    transport.start([PROOF])
    await client.connect(CERTIFICATE.fingerprint)
    await owner.change()
    assert len(owner.keys) == 1
    transport.close()
    client.end()


@pytest.mark.parametrize("left, is_stale", [(timedelta(days=11), False), (timedelta(days=9), True)])
def test_a_certificate_is_renewed_before_it_ends(left: timedelta, is_stale: bool) -> None:
    certificate = Certificate()
    assert certificate.is_stale(certificate.native.expires - left) is is_stale


class Held:
    """Watches a transport's OpenSSL object without holding it."""

    def __init__(self, transport: Transport) -> None:
        self._freed = asyncio.Event()
        self._ref = weakref.ref(transport._dtls._ssl, lambda _: self._freed.set())

    async def freed(self) -> None:
        async with asyncio.timeout(5):
            await self._freed.wait()


@pytest.fixture
def no_collector() -> Iterator[None]:
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("no_collector")
async def test_what_openssl_holds_is_freed_with_the_transport() -> None:
    transport, client, owner = await connected()
    held = Held(transport)
    transport.close()
    await held.freed()
    client.end()

    shut, visitor, owner = await connected()
    held = Held(shut)
    await visitor.goodbye()
    await owner.change()
    await held.freed()


@pytest.mark.usefixtures("no_collector")
async def test_what_openssl_holds_is_freed_when_a_handshake_comes_to_nothing() -> None:
    transport, client, owner = make(deadline_s=0.05)
    transport.start([PROOF])
    await asyncio.sleep(0)
    held = Held(transport)
    await owner.change()
    assert owner.ended == ["deadline"]
    await held.freed()
    client.end()
