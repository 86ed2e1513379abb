"""One connection of a member: its socket, ICE, DTLS and keys, what it sends and what it received.

Nothing here waits: `take` gets what arrived, `on_timer` is called now and then, both send what that causes.
"""

import time
from random import Random

from pylibsrtp import Error as SrtpError
from pylibsrtp import Session

from bench.load import arrivals, feedback, ice, sdp
from bench.load.arrivals import Arrivals
from bench.load.dtls import Certificate, Handshake
from bench.load.kernel import Outbox, open_socket
from bench.load.sink import First, Tracks, begins_keyframe, payload_of, sent_at_ns
from bench.load.source import Camera, Microphone, Uplink
from bench.load.srtp import Protector, Slots, receiving, reporting

_PLI, _FIR, _PSFB = 1, 4, 206


class Link:
    """`answer` or `offer` and `accept`; ready when `is_ready`. Raises ConnectionError where it cannot be made."""

    def __init__(
        self,
        host: str,
        own: Certificate,
        profiles: tuple[str, ...],
        random: Random,
        *,
        has_arrivals: bool = False,
        takes_whole: bool = False,
    ) -> None:
        self.sock = open_socket(host, takes_whole=takes_whole)
        self.fd = self.sock.fileno()
        self.is_ready = False
        self.first = First()
        self.tracks = Tracks()
        self.delays_ns: list[int] = []
        self.camera: Camera | None = None
        self.microphone: Microphone | None = None
        self.keyframes_asked = 0
        self._own = own
        self._profiles = profiles
        self._random = random
        self._local = sdp.Local(
            f"{random.getrandbits(32):08x}",
            f"{random.getrandbits(128):032x}",
            own.fingerprint,
            self.sock.getsockname(),
        )
        self._ssrcs = [random.getrandbits(31) | 1 for _ in range(3)]
        self._peer: sdp.Description | None = None
        self._is_controlling = True
        self._is_checked = False
        self._check_due = 0.0
        self._handshake: Handshake | None = None
        self._rx: Session | None = None
        self._reporter: Session | None = None
        self._report_due = 0.0
        self.arrivals: Arrivals | None = None
        self._has_arrivals = has_arrivals
        self._feedback_due = 0.0

    def answer(self, offer: str, *, is_controlling: bool) -> str:
        """Of a server that offers; what it takes from us goes on the first audio and the first video line."""
        described = sdp.read(offer)
        self._is_controlling = is_controlling
        audio, camera, rtx = self._ssrcs
        ssrcs: dict[str, tuple[int, ...]] = {}
        for kind, own in (("audio", (audio,)), ("video", (camera, rtx))):
            line = next((one for one in described.lines if one.kind == kind and one.direction == "recvonly"), None)
            if line is not None:
                ssrcs[line.mid] = own
        self._begin(described)
        offered = [line.extensions.get(sdp.TRANSPORT_WIDE) for line in described.lines if line.direction == "sendonly"]
        number = next((number for number in offered if number is not None), None)
        if self._has_arrivals and number is not None and self.arrivals is None:
            self.arrivals = Arrivals(number)
        return sdp.write_answer(described, self._local, ssrcs, has_arrivals=self.arrivals is not None)

    def offer(self) -> str:
        audio, camera, rtx = self._ssrcs
        return sdp.write_offer(self._local, {"0": (audio,), "1": (camera, rtx)})

    def accept(self, answer: str) -> None:
        self._begin(sdp.read(answer))

    def publish(self, outbox: Outbox, slots: Slots) -> tuple[Microphone, Camera]:
        """Sources that send over this link."""
        assert self._handshake is not None and self._handshake.keys is not None
        uplink = Uplink(self.fd, outbox, Protector(self._handshake.keys, slots))
        self.microphone = Microphone(uplink, self._ssrcs[0], self._random)
        self.camera = Camera(uplink, self._ssrcs[1], self._random)
        return self.microphone, self.camera

    def on_timer(self, now: float) -> None:
        """Checks until one is answered, then one every 2 s; the handshake's own timer."""
        if self._peer is None:
            return
        if now >= self._check_due:
            self._check_due = now + (ice.KEEP_EVERY_S if self._is_checked else ice.CHECK_EVERY_S)
            peer = self._peer
            self._write(
                ice.check(self._local.ufrag, peer.ufrag, peer.pwd, is_controlling=self._is_controlling),
            )
        if self._handshake is not None and not self.is_ready:
            self._write(*self._handshake.on_timer())
        if self._reporter is not None and self.tracks.expected:
            self._report(now, self._reporter)

    def take(self, datagram: bytes) -> None:
        """Anything but RTP."""
        first = datagram[0]
        if first < 4:
            self._take_stun(datagram)
        elif 20 <= first < 64:
            if self._handshake is not None:
                self._write(*self._handshake.feed(datagram))
                self._take_keys()
        elif first >= 128 and self._rx is not None:
            self._take_feedback(datagram, self._rx)

    def take_sample(self, datagram: bytes, payload_type: int, stamp_ns: int, *, is_measuring: bool) -> None:
        """An RTP packet of a known payload type: decrypt it and note its delay."""
        if self._rx is None:
            return
        try:
            payload = payload_of(self._rx.unprotect(datagram))
        except SrtpError:
            return  # by chance older than what was decrypted before
        if is_measuring:
            self.delays_ns.append(stamp_ns - sent_at_ns(payload, payload_type))
        if self.first.packet_ns is None:
            self.first.packet_ns = stamp_ns
        if self.first.keyframe_ns is None and begins_keyframe(payload, payload_type):
            self.first.keyframe_ns = stamp_ns

    def close(self) -> None:
        self.sock.close()

    def _report(self, now: float, reporter: Session) -> None:
        own = self._ssrcs[0]
        if now >= self._report_due:
            self._report_due = now + feedback.EVERY_S
            bps = feedback.BITS_PER_S if self.arrivals is None else None
            self._write(reporter.protect_rtcp(feedback.report(own, self.tracks.expected, bps)))
        if self.arrivals is not None and now >= self._feedback_due:
            self._feedback_due = now + arrivals.EVERY_S
            compound = self.arrivals.feedback(own)
            if compound is not None:
                self._write(reporter.protect_rtcp(compound))

    def _begin(self, described: sdp.Description) -> None:
        host = self._local.address[0]
        self._peer = described
        self.sock.connect(next((one for one in described.candidates if one[0] == host), described.candidates[0]))
        self.on_timer(time.monotonic())

    def _take_stun(self, datagram: bytes) -> None:
        if self._peer is None:
            return  # a check ahead of the answer that it belongs to; it comes again
        address = self.sock.getpeername()
        is_selected, reply = ice.read(datagram, self._local.pwd, address, is_controlling=self._is_controlling)
        if reply is not None:
            self._write(reply)
        if is_selected and not self._is_checked:
            self._is_checked = True
            assert self._peer is not None
            self._handshake = Handshake(self._own, self._peer.fingerprint, self._profiles, is_client=True)
            self._write(*self._handshake.start())

    def _take_keys(self) -> None:
        if self._rx is None and self._handshake is not None and self._handshake.keys is not None:
            self._rx = receiving(self._handshake.keys)
            self._reporter = reporting(self._handshake.keys)
            self.is_ready = True

    def _take_feedback(self, datagram: bytes, rx: Session) -> None:
        try:
            compound = rx.unprotect_rtcp(datagram)
        except SrtpError:
            return
        if self.camera is not None and asks_for_keyframe(compound, self.camera.ssrc):
            self.keyframes_asked += 1
            self.camera.wants_key = True

    def _write(self, *datagrams: bytes) -> None:
        for datagram in datagrams:
            try:
                self.sock.send(datagram)
            except (BlockingIOError, ConnectionRefusedError):
                continue  # as if it were lost on the way: ICE and DTLS send again

    @property
    def profile(self) -> str | None:
        """The SRTP profile that was agreed."""
        keys = self._handshake.keys if self._handshake is not None else None
        return keys.profile if keys else None


def asks_for_keyframe(compound: bytes, ssrc: int) -> bool:
    """PLI (RFC 4585 section 6.3.1) or FIR (RFC 5104 section 4.3.1) for this SSRC in a compound of RTCP."""
    at = 0
    while at + 12 <= len(compound):
        end = at + 4 + 4 * int.from_bytes(compound[at + 2 : at + 4], "big")
        form = compound[at] & 0x1F
        if compound[at + 1] == _PSFB:
            if form == _PLI and int.from_bytes(compound[at + 8 : at + 12], "big") == ssrc:
                return True
            if form == _FIR:
                asked = [int.from_bytes(compound[one : one + 4], "big") for one in range(at + 12, end, 8)]
                if ssrc in asked:
                    return True
        at = end
    return False
