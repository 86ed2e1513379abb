"""A DTLS client without a network: what a transport sends goes in, what the client sends comes out."""

import asyncio
from collections import deque
from collections.abc import Callable

from aiortc import RTCCertificate, RTCDtlsFingerprint, RTCDtlsParameters, RTCDtlsTransport

from sfu.control.sdp.answer import Fingerprint

CERTIFICATE = RTCCertificate.generateCertificate()
PROOF = next(Fingerprint(f.algorithm, f.value) for f in CERTIFICATE.getFingerprints() if f.algorithm == "sha-256")


class DtlsClient:
    """`send` carries its datagrams to the server; give the server's to `feed`."""

    role = "controlling"

    def __init__(self, send: Callable[[bytes], None]) -> None:
        self.send = send
        self.native = RTCDtlsTransport(self, [CERTIFICATE])  # type: ignore[arg-type]
        self.native._set_role("client")
        self._in: deque[bytes] = deque()
        self._wake = asyncio.Event()
        self._is_ended = False

    def feed(self, datagram: bytes) -> None:
        self._in.append(datagram)
        self._wake.set()

    async def connect(self, fingerprint: str) -> None:
        """`fingerprint` as in the offer. Raises TimeoutError."""
        algorithm, value = fingerprint.split()
        async with asyncio.timeout(5):
            await self.native.start(RTCDtlsParameters([RTCDtlsFingerprint(algorithm, value)]))

    def keys(self) -> bytes:
        """The keying material of AEAD_AES_256_GCM: client key, server key, client salt, server salt."""
        ssl = self.native._ssl
        assert ssl is not None
        return ssl.export_keying_material(b"EXTRACTOR-dtls_srtp", 88)

    async def goodbye(self) -> None:
        await self.native.stop()

    def end(self) -> None:
        self._is_ended = True
        self._wake.set()

    async def _recv(self) -> bytes:
        while not self._in:
            if self._is_ended:
                raise ConnectionError
            self._wake.clear()
            await self._wake.wait()
        return self._in.popleft()

    async def _send(self, datagram: bytes) -> None:
        self.send(datagram)
