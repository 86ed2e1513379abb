"""A browser's media in a few lines of Python: answers an offer, checks ICE, does DTLS, sends and counts packets.

It uses aiortc for DTLS, aioice for STUN messages and pylibsrtp's public API, so it shares no code with the server it
tests. It can be told to misbehave: everything it sends can be sent raw.
"""

import asyncio
import contextlib
import random
import socket
import struct
from collections import Counter, deque
from dataclasses import dataclass
from time import monotonic
from typing import Any

from aioice import stun
from aiortc import RTCCertificate, RTCDtlsFingerprint, RTCDtlsParameters, RTCDtlsTransport
from pylibsrtp import Error as SrtpError
from pylibsrtp import Policy, Session

from tests.support.client_packets import (
    ABS_SEND_TIME,
    LEVEL,
    MID,
    OPUS,
    TRANSPORT_CC,
    VP8,
    Offered,
    ReadRtp,
    read_offer,
    read_rtp,
    rtcp_packets,
    rtp,
    vp8_frame,
    write_answer,
)

CERTIFICATE = RTCCertificate.generateCertificate()
MIC, CAMERA, SCREEN = "00", "01", "02"
CHECK_EVERY_S = 2.0
CONNECT_S = 10.0


@dataclass
class Received:
    """What arrived on one downlink mid."""

    packets: int = 0
    keyframes: int = 0
    began_with_key: bool = False
    lost: int = 0  # gaps that nothing filled later
    late: int = 0
    last_at: float = 0.0
    last: ReadRtp | None = None
    next_seq: int | None = None


@dataclass
class _Uplink:
    ssrc: int
    rtx_ssrc: int
    seq: int
    timestamp: int
    picture: int = 0
    is_key_wanted: bool = True
    sent: int = 0
    plis: int = 0


class MediaClient(asyncio.DatagramProtocol):
    """`answer_to(offer)`, hand over the answer, `await connect()`; then `start_sending` and read `received`."""

    role = "controlling"

    def __init__(self, seed: int = 0) -> None:
        self._random = random.Random(seed)
        self.received: dict[str, Received] = {}
        self.rtcp: Counter[tuple[int, int]] = Counter()
        self.unreadable = 0
        self.unknown_ssrcs: Counter[int] = Counter()
        self.uplinks = {mid: self._new_uplink() for mid in (MIC, CAMERA, SCREEN)}
        self.offered: Offered | None = None
        self.rx: Session | None = None
        self.tx: Session | None = None
        self.dtls = RTCDtlsTransport(self, [CERTIFICATE])  # type: ignore[arg-type]
        self._ufrag = f"{self._random.getrandbits(32):08x}"
        self._mid_of: dict[int, str] = {}
        self._udp: asyncio.DatagramTransport | None = None
        self._dtls_in: deque[bytes] = deque()
        self._dtls_wake = asyncio.Event()
        self._is_checked = asyncio.Event()
        self._is_closed = False
        self._tasks: list[asyncio.Task[Any]] = []
        self._twcc = 0

    def answer_to(self, offer: str) -> str:
        """The answer's SDP. May be called again for a later offer of the same connection."""
        self.offered = read_offer(offer)
        for line in self.offered.lines:
            if not line.is_uplink:
                self.received.setdefault(line.mid, Received())
                self._mid_of |= dict.fromkeys(line.ssrcs, line.mid)
        digest = next(f for f in CERTIFICATE.getFingerprints() if f.algorithm == "sha-256")
        ssrcs = {mid: (up.ssrc,) if mid == MIC else (up.ssrc, up.rtx_ssrc) for mid, up in self.uplinks.items()}
        return write_answer(self.offered, self._ufrag, "p" * 24, f"sha-256 {digest.value}", ssrcs)

    async def connect(self, host: str = "127.0.0.1") -> None:
        """ICE checks until one is answered, then DTLS. Raises TimeoutError, or ConnectionError where DTLS fails."""
        assert self.offered is not None
        loop = asyncio.get_running_loop()
        address = next((one for one in self.offered.candidates if one[0] == host), self.offered.candidates[0])
        self._udp, _ = await loop.create_datagram_endpoint(lambda: self, remote_addr=address)
        # A stall of this test process must not look like loss: a browser reads its socket on a thread of its own.
        self.udp_socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        await self.on_socket()
        async with asyncio.timeout(CONNECT_S):
            self._tasks.append(loop.create_task(self._keep_checking()))
            await self._is_checked.wait()
            await self.on_checked()
            self.dtls._set_role("client")
            algorithm, value = self.offered.fingerprint.split()
            await self.dtls.start(RTCDtlsParameters([RTCDtlsFingerprint(algorithm, value)]))
        if self.dtls.state != "connected":
            raise ConnectionError(self.dtls.state)
        self._take_keys()

    async def on_socket(self) -> None:
        """Called when the socket is open and nothing was sent; for those who want to do something odd then."""

    async def on_checked(self) -> None:
        """Called when a check was answered and the handshake has not begun."""

    @property
    def udp_socket(self) -> socket.socket:
        """The open UDP socket, for its options and its counters."""
        assert self._udp is not None
        found: socket.socket = self._udp.get_extra_info("socket")
        return found

    async def close(self, *, politely: bool = True) -> None:
        """`politely`: with a close_notify; otherwise as a crashed browser goes."""
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task
        if politely and self._udp is not None:
            await self.dtls.stop()
        self._is_closed = True
        self._dtls_wake.set()
        if self._udp is not None:
            self._udp.close()
            self._udp = None

    def start_sending(self, *mids: str, fps: int = 15) -> None:
        """Audio at 50 packets a second, video at `fps` frames of 3 packets, until `close`."""
        for mid in mids:
            self._tasks.append(asyncio.get_running_loop().create_task(self._send_for_ever(mid, fps)))

    def send_audio(self, level: int = 30, mid: str = MIC) -> None:
        up = self.uplinks[mid]
        self.send_media(mid, OPUS, self._random.randbytes(80), {LEVEL: bytes([0x80 | level])}, marker=False)
        up.timestamp += 960

    def send_frame(self, mid: str = CAMERA, packets: int = 3) -> None:
        """One VP8 frame; a keyframe where one is wanted, as after a PLI."""
        up = self.uplinks[mid]
        payloads = vp8_frame(up.picture, is_key=up.is_key_wanted, packets=packets)
        up.is_key_wanted = False
        up.picture += 1
        for index, payload in enumerate(payloads):
            self.send_media(mid, VP8, payload, {}, marker=index == len(payloads) - 1)
        up.timestamp += 6000

    def send_media(self, mid: str, payload_type: int, payload: bytes, more: dict[int, bytes], *, marker: bool) -> None:
        """The next packet of an uplink, with the extensions a browser sends: MID only at the beginning."""
        up = self.uplinks[mid]
        self._twcc += 1
        extensions = {MID: mid.encode()} if up.sent < 20 else {}
        extensions |= more
        extensions[ABS_SEND_TIME] = struct.pack("!I", int(monotonic() * (1 << 18)) & 0xFFFFFF)[1:]
        extensions[TRANSPORT_CC] = struct.pack("!H", self._twcc & 0xFFFF)
        self.send_raw(rtp(payload_type, up.seq, up.timestamp, up.ssrc, payload, extensions, marker=marker))
        up.seq += 1
        up.sent += 1

    def send_raw(self, packet: bytes) -> None:
        """Any RTP packet, protected with this client's key."""
        if self.tx is not None and self._udp is not None:
            self._udp.sendto(self.tx.protect(packet))

    def send_rtcp(self, packet: bytes) -> None:
        if self.tx is not None and self._udp is not None:
            self._udp.sendto(self.tx.protect_rtcp(packet))

    def send_datagram(self, datagram: bytes) -> None:
        assert self._udp is not None
        self._udp.sendto(datagram)

    def check(self) -> None:
        """One binding request, after which the path is this one."""
        self.send_datagram(self.binding_request())

    def binding_request(self) -> bytes:
        """On the newest credentials, nominating the pair (RFC 8445 section 7.2)."""
        assert self.offered is not None
        request = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
        request.attributes["USERNAME"] = f"{self.offered.ufrag}:{self._ufrag}"
        request.attributes["PRIORITY"] = 1853824767
        request.attributes["ICE-CONTROLLING"] = 77
        request.attributes["USE-CANDIDATE"] = None
        request.add_message_integrity(self.offered.pwd.encode())
        return bytes(request)

    def total(self, *mids: str) -> int:
        """Packets received on these mids; on all of them without arguments."""
        return sum(self.received[mid].packets for mid in mids or self.received)

    # The datagram socket.

    def datagram_received(self, data: bytes, addr: object) -> None:
        first = data[0]
        if first < 4:
            self._is_checked.set()
        elif first < 64:
            self._dtls_in.append(data)
            self._dtls_wake.set()
        elif self.rx is not None:
            self._media(data, self.rx)

    def error_received(self, exc: Exception) -> None:
        """A refused port: the server is gone, which tests see by what does not arrive."""

    def _media(self, data: bytes, rx: Session) -> None:
        try:
            if 192 <= data[1] <= 223:
                self._feedback(rx.unprotect_rtcp(data))
            else:
                self._count(read_rtp(rx.unprotect(data)))
        except SrtpError:
            self.unreadable += 1

    def _count(self, packet: ReadRtp) -> None:
        mid = self._mid_of.get(packet.ssrc)
        if mid is None:
            self.unknown_ssrcs[packet.ssrc] += 1
            return
        received = self.received[mid]
        is_key = packet.payload_type == VP8 and packet.payload[:1] == b"\x90" and not packet.payload[4] & 1
        received.began_with_key |= is_key and received.packets == 0
        received.keyframes += is_key
        received.packets += 1
        received.last_at = monotonic()
        received.last = packet
        if packet.payload_type in (VP8, OPUS):
            ahead = 0 if received.next_seq is None else (packet.seq - received.next_seq) & 0xFFFF
            if ahead >= 0x8000:
                received.late += 1
                received.lost -= 1  # it was counted as a gap before
            else:
                received.lost += ahead
                received.next_seq = (packet.seq + 1) & 0xFFFF

    def _feedback(self, compound: bytes) -> None:
        for kind, form, body in rtcp_packets(compound):
            self.rtcp[kind, form] += 1
            if (kind, form) == (206, 1) and len(body) >= 8:
                ssrc = struct.unpack_from("!I", body, 4)[0]
                for up in self.uplinks.values():
                    if up.ssrc == ssrc:
                        up.is_key_wanted = True
                        up.plis += 1

    # What `RTCDtlsTransport` takes for its transport.

    async def _recv(self) -> bytes:
        while not self._dtls_in:
            if self._is_closed:
                raise ConnectionError
            self._dtls_wake.clear()
            await self._dtls_wake.wait()
        return self._dtls_in.popleft()

    async def _send(self, data: bytes) -> None:
        if self._udp is not None:
            self._udp.sendto(data)

    def _take_keys(self) -> None:
        ssl = self.dtls._ssl
        assert ssl is not None and ssl.get_selected_srtp_profile() == b"SRTP_AEAD_AES_256_GCM"
        block = ssl.export_keying_material(b"EXTRACTOR-dtls_srtp", 88)
        profile = Policy.SRTP_PROFILE_AEAD_AES_256_GCM
        mine, theirs = block[:32] + block[64:76], block[32:64] + block[76:88]
        self.tx = Session(Policy(key=mine, ssrc_type=Policy.SSRC_ANY_OUTBOUND, srtp_profile=profile))
        self.rx = Session(Policy(key=theirs, ssrc_type=Policy.SSRC_ANY_INBOUND, srtp_profile=profile))

    async def _keep_checking(self) -> None:
        while True:
            self.check()
            await asyncio.sleep(CHECK_EVERY_S if self._is_checked.is_set() else 0.1)

    async def _send_for_ever(self, mid: str, fps: int) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            if mid == MIC:
                self.send_audio()
                due += 0.02
            else:
                self.send_frame(mid)
                due += 1 / fps
            await asyncio.sleep(max(0.0, due - loop.time()))

    def _new_uplink(self) -> _Uplink:
        bits = self._random.getrandbits
        return _Uplink(bits(31) | 1, bits(31) | 1, bits(14), bits(31))
