"""DTLS of one peer, for its keys alone: the only file that names aiortc's privates.

`RTCDtlsTransport` runs over a fake ICE transport that is fed by `on_dtls` and writes through `send_dtls`. Once the
handshake is done and the fingerprint proven, the SRTP keys are exported once (RFC 5764 section 4.2) and media no longer
depends on this object; an authenticated close_notify still ends the peer. What is private, and pinned by
tests/contract/test_aiortc_seam.py: `_set_role`, `_ssl`, `_rx_srtp`, `_tx_srtp`, and a transport with `role`, `_recv`
and `_send`.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol, cast

from aiortc import RTCCertificate, RTCDtlsFingerprint, RTCDtlsParameters, RTCDtlsTransport, RTCIceTransport
from OpenSSL import SSL

from sfu.control.sdp.answer import Fingerprint
from sfu.plane import SrtpProfile

HANDSHAKE_S: Final = 10.0
MAX_QUEUED: Final = 16
MAX_HALF_OPEN: Final = 100

_LABEL: Final = b"EXTRACTOR-dtls_srtp"
_RENEW_BEFORE: Final = timedelta(days=10)
_SIZES: Final = {
    SrtpProfile.AEAD_AES_256_GCM: (32, 12),
    SrtpProfile.AEAD_AES_128_GCM: (16, 12),
    SrtpProfile.AES128_CM_SHA1_80: (16, 14),
}
_log = logging.getLogger(__name__)


class Certificate:
    """A self-signed certificate, one per process at a time; `fingerprint` is the value of `a=fingerprint`."""

    def __init__(self) -> None:
        self.native = RTCCertificate.generateCertificate()
        digest = next(print_ for print_ in self.native.getFingerprints() if print_.algorithm == "sha-256")
        self.fingerprint = f"{digest.algorithm} {digest.value}"

    def is_stale(self, now: datetime | None = None) -> bool:
        """True when a new peer should get a fresh one: a node may run for longer than a certificate lives."""
        return self.native.expires - (now or datetime.now(UTC)) < _RENEW_BEFORE


class HalfOpen:
    """How many handshakes are under way in this process (rule N6)."""

    def __init__(self, limit: int = MAX_HALF_OPEN) -> None:
        self.count = 0
        self._limit = limit

    def take(self) -> bool:
        if self.count >= self._limit:
            return False
        self.count += 1
        return True

    def give_back(self) -> None:
        self.count -= 1


class TransportOwner(Protocol):
    """Who a transport reports to, from the event loop, never inside one of its own methods."""

    def on_keys(self, profile: SrtpProfile, rx_key: bytes, tx_key: bytes) -> None: ...

    def on_ended(self, reason: str) -> None:
        """Once, and not after `close`: the handshake failed or the browser closed."""


class _Pipe:
    """What `RTCDtlsTransport` takes for its ICE transport: a bounded queue in, a callable out."""

    role = "controlled"

    def __init__(self, send: Callable[[bytes], None]) -> None:
        self._write = send
        self._queue: deque[bytes] = deque()
        self._waiter: asyncio.Future[None] | None = None
        self._is_ended = False

    def feed(self, datagram: bytes) -> None:
        if datagram and not self._is_ended and len(self._queue) < MAX_QUEUED:
            self._queue.append(datagram)
            self._wake()

    def end(self) -> None:
        """Every pending and later read raises, which is the one way to end a handshake from outside."""
        self._is_ended = True
        self._queue.clear()
        self._wake()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    async def _recv(self) -> bytes:
        while not self._queue:
            if self._is_ended:
                raise ConnectionError
            self._waiter = asyncio.get_running_loop().create_future()
            await self._waiter
        return self._queue.popleft()

    async def _send(self, datagram: bytes) -> None:
        if not self._is_ended:
            self._write(datagram)


class Transport:
    """DTLS server of one peer. Feed it from the start: datagrams wait for `start`, which waits for the answer."""

    def __init__(
        self,
        certificate: Certificate,
        send: Callable[[bytes], None],
        owner: TransportOwner,
        half_open: HalfOpen,
        deadline_s: float = HANDSHAKE_S,
    ) -> None:
        self._pipe = _Pipe(send)
        self._send = send
        self._owner = owner
        self._half_open = half_open
        self._deadline_s = deadline_s
        self._dtls = RTCDtlsTransport(cast(RTCIceTransport, self._pipe), [certificate.native])
        self._dtls._set_role("server")
        self._task: asyncio.Task[None] | None = None
        self._is_closed = False

    def feed(self, datagram: bytes) -> None:
        """One DTLS datagram of this peer; beyond 16 waiting ones it is dropped and DTLS sends again."""
        self._pipe.feed(datagram)

    def start(self, fingerprints: Sequence[Fingerprint]) -> None:
        """Begin the handshake, which must prove one of the fingerprints; call once, when the path is known."""
        if self._task is None and not self._is_closed:
            self._task = asyncio.get_running_loop().create_task(self._run(fingerprints))
            self._task.add_done_callback(lambda _: self._forget())

    def close(self) -> None:
        """Tell the browser (close_notify) and stop. Nothing is reported afterwards."""
        if self._is_closed:
            return
        self._is_closed = True
        ssl = self._dtls._ssl
        if ssl is not None:
            try:
                ssl.shutdown()
                self._send(ssl.bio_read(1500))
            except SSL.Error:
                _log.debug("a transport closed before its handshake was done")
        self._pipe.end()

    async def _run(self, fingerprints: Sequence[Fingerprint]) -> None:
        if not self._half_open.take():
            self._ended("busy")
            return
        try:
            async with asyncio.timeout(self._deadline_s):
                await self._dtls.start(
                    RTCDtlsParameters([RTCDtlsFingerprint(proof.algorithm, proof.value) for proof in fingerprints])
                )
        except TimeoutError:
            self._ended("deadline")
            return
        except Exception as fault:
            # The library sees bytes of strangers: whatever it raises costs this one handshake and nothing else.
            _log.warning("a handshake ended by %s", type(fault).__name__)
            self._ended("handshake")
            return
        finally:
            self._half_open.give_back()
        if self._is_closed:
            return
        if self._dtls.state != "connected":
            self._ended("handshake")
            return
        self._dtls.on("statechange", self._on_state)
        self._export(cast(SSL.Connection, self._dtls._ssl))

    def _export(self, ssl: SSL.Connection) -> None:
        """Keys as libsrtp wants them, key and salt together. The server reads with the client's (RFC 5764 4.2)."""
        profile = SrtpProfile(ssl.get_selected_srtp_profile().decode())
        key, salt = _SIZES[profile]
        block = ssl.export_keying_material(_LABEL, 2 * (key + salt))
        rx_key = block[:key] + block[2 * key : 2 * key + salt]
        tx_key = block[key : 2 * key] + block[2 * key + salt :]
        # SRTP never enters aiortc: its own contexts are memory and key copies for nothing.
        vars(self._dtls).update(_rx_srtp=None, _tx_srtp=None)
        self._owner.on_keys(profile, rx_key, tx_key)

    def _on_state(self) -> None:
        if self._dtls.state == "closed":
            self._ended("closed")
            self._forget()

    def _forget(self) -> None:
        """Free what OpenSSL holds, some 65 kB, once nothing reads: there is a cycle, and the collector comes late."""
        if self._dtls.state != "connected":
            self._dtls.remove_all_listeners()
            vars(self._dtls)["_ssl"] = None

    def _ended(self, reason: str) -> None:
        if not self._is_closed:
            self._is_closed = True
            self._pipe.end()
            self._owner.on_ended(reason)
