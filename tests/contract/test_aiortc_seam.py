"""What `sfu/control/transport.py` takes from aiortc beyond its public names: each is pinned here, by use.

A new version of aiortc must pass this before it is allowed in (aiortc is pinned to 1.16.x). Only names and shapes: what
a handshake does with strange bytes is tested against our own transport.
"""

import asyncio
import inspect
from collections import deque
from importlib.metadata import version
from typing import Any

import pytest
from aiortc import RTCCertificate, RTCDtlsFingerprint, RTCDtlsParameters, RTCDtlsTransport
from OpenSSL import SSL

CERTIFICATE = RTCCertificate.generateCertificate()
PARAMETERS = RTCDtlsParameters([RTCDtlsFingerprint(f.algorithm, f.value) for f in CERTIFICATE.getFingerprints()])


class Wire:
    """A transport by duck type: `role`, `_recv` and `_send` are all that is asked of it."""

    def __init__(self, role: str) -> None:
        self.role = role
        self.other: Wire | None = None
        self.waiting: deque[bytes] = deque()
        self.wake = asyncio.Event()
        self.is_ended = False

    async def _recv(self) -> bytes:
        while not self.waiting:
            if self.is_ended:
                raise ConnectionError
            self.wake.clear()
            await self.wake.wait()
        return self.waiting.popleft()

    async def _send(self, data: bytes) -> None:
        assert self.other is not None
        self.other.waiting.append(data)
        self.other.wake.set()

    def end(self) -> None:
        self.is_ended = True
        self.wake.set()


def pair() -> tuple[Any, Any, Wire, Wire]:
    ours, theirs = Wire("controlled"), Wire("controlling")
    ours.other, theirs.other = theirs, ours
    server, client = RTCDtlsTransport(ours, [CERTIFICATE]), RTCDtlsTransport(theirs, [CERTIFICATE])  # type: ignore[arg-type]
    server._set_role("server")
    client._set_role("client")
    return server, client, ours, theirs


async def connected() -> tuple[Any, Any, Wire, Wire]:
    server, client, ours, theirs = pair()
    async with asyncio.timeout(10):
        await asyncio.gather(server.start(PARAMETERS), client.start(PARAMETERS))
    return server, client, ours, theirs


async def test_the_version_is_the_one_that_was_read() -> None:
    assert version("aiortc").startswith("1.16.")


async def test_a_transport_by_duck_type_reaches_connected_and_both_ends_export_the_same_keys() -> None:
    server, client, ours, theirs = await connected()
    assert server.state == client.state == "connected"
    assert isinstance(server._ssl, SSL.Connection)
    assert server._ssl.get_selected_srtp_profile() == b"SRTP_AEAD_AES_256_GCM"
    exported = [end._ssl.export_keying_material(b"EXTRACTOR-dtls_srtp", 88) for end in (server, client)]
    assert exported[0] == exported[1] and len(exported[0]) == 88
    ours.end()
    theirs.end()


async def test_its_own_srtp_contexts_have_the_names_that_we_clear() -> None:
    server, _, ours, theirs = await connected()
    assert server._rx_srtp is not None and server._tx_srtp is not None
    ours.end()
    theirs.end()


async def test_a_read_that_raises_connection_error_ends_a_handshake_as_failed() -> None:
    server, _, ours, _ = pair()
    started = asyncio.ensure_future(server.start(PARAMETERS))
    await asyncio.sleep(0)
    ours.end()
    async with asyncio.timeout(5):
        await started
    assert server.state == "failed"


async def test_a_canceled_start_leaves_nothing_running() -> None:
    server, _, _, _ = pair()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await server.start(PARAMETERS)
    assert server._task is None


async def test_an_authenticated_close_shows_as_the_closed_state_and_an_event() -> None:
    server, client, ours, _ = await connected()
    closed = asyncio.Event()
    server.on("statechange", closed.set)
    await client.stop()
    async with asyncio.timeout(5):
        await closed.wait()
    assert server.state == "closed"
    ours.end()


async def test_a_fingerprint_that_does_not_match_fails_and_gives_no_keys_to_srtp() -> None:
    server, client, ours, theirs = pair()
    wrong = RTCDtlsParameters([RTCDtlsFingerprint("sha-256", ":".join(["00"] * 32))])
    async with asyncio.timeout(10):
        await asyncio.gather(server.start(wrong), client.start(PARAMETERS))
    assert server.state == "failed" and server._rx_srtp is None
    ours.end()
    theirs.end()


def test_the_public_names_have_the_shapes_that_we_call() -> None:
    assert list(inspect.signature(RTCDtlsTransport.start).parameters) == ["self", "remoteParameters"]
    assert CERTIFICATE.expires.tzinfo is not None
    assert {f.algorithm for f in CERTIFICATE.getFingerprints()} == {"sha-256", "sha-384", "sha-512"}
