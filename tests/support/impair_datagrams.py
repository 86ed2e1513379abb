"""Bad datagrams of every kind that a media port meets: made from a seed, sent at a bounded rate."""

import asyncio
import hashlib
import hmac
import random
import socket
import struct
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from OpenSSL import SSL

MAGIC = 0x2112A442
TICK_S = 0.02
STRANGE_SSRCS = 60
Make = Callable[[], bytes]


def client_hello() -> bytes:
    """A real first flight, as any stranger's DTLS client sends it."""
    client = SSL.Connection(SSL.Context(SSL.DTLS_METHOD), None)
    client.set_connect_state()
    try:
        client.do_handshake()
    except SSL.WantReadError:
        return client.bio_read(65_536)
    raise AssertionError("A client that waits for nobody.")


class BadDatagrams:
    """`ufrag` is a live local fragment, so that some checks name a real peer and only their integrity is wrong.

    `ssrcs` belong to somebody; garbage RTP carries one of them or one of a few that nobody knows.
    """

    def __init__(self, seed: int, ufrag: str = "", ssrcs: Sequence[int] = ()) -> None:
        self._random = random.Random(seed)
        self._ssrcs = [*ssrcs, *(self._random.getrandbits(32) for _ in range(STRANGE_SSRCS))]
        self._ufrag = ufrag
        self._hello = client_hello()

    def size(self) -> bytes:
        """Empty, one byte, or more than any packet of ours."""
        length = self._random.choice((0, 0, 1, 2, 2_049, 4_096, 20_000, 60_000))
        return self._random.randbytes(length)

    def noise(self) -> bytes:
        """Random bytes; every first byte occurs, so every branch of the demultiplexer is met."""
        return self._random.randbytes(self._random.randint(1, 1_400))

    def hello(self) -> bytes:
        """A ClientHello, whole or with a few bytes changed or missing."""
        if self._random.random() < 0.5:
            return self._hello
        return self._mutated(self._hello)

    def whole_hello(self) -> bytes:
        """A ClientHello as it should be."""
        return self._hello

    def cut_hello(self) -> bytes:
        """The beginning of a ClientHello, shorter than its lengths say."""
        return self._hello[: self._random.randrange(1, len(self._hello))]

    def dtls(self) -> bytes:
        """DTLS records of every type with made-up bodies: alerts, fragments, application data."""
        kind = self._random.randint(20, 63)
        body = self._random.randbytes(self._random.randint(0, 200))
        length = len(body) if self._random.random() < 0.7 else self._random.randint(0, 65_535)
        return struct.pack("!BHHIHH", kind, 0xFEFD, 0, 0, self._random.randint(0, 9), length) + body

    def stun(self) -> bytes:
        """Binding requests with lies in lengths, attributes, integrity and fingerprint."""
        ufrag = self._ufrag if self._ufrag and self._random.random() < 0.5 else f"{self._random.getrandbits(32):08x}"
        username = f"{ufrag}:{self._random.getrandbits(32):08x}".encode()
        attributes = [(0x0006, username), (0x0024, struct.pack("!I", 1)), (0x002A, self._random.randbytes(8))]
        if self._random.random() < 0.5:
            attributes.append((0x0025, b""))
        if self._random.random() < 0.3:
            attributes.append((self._random.randint(0, 0xFFFF), self._random.randbytes(self._random.randint(0, 60))))
        self._random.shuffle(attributes)
        body = b"".join(self._attribute(kind, value) for kind, value in attributes)
        message = self._signed(body)
        return self._mutated(message) if self._random.random() < 0.5 else message

    def rtp(self) -> bytes:
        """Packets that look like RTP by their first byte."""
        first = 0x80 | self._random.getrandbits(6)
        payload_type = self._random.choice((111, 96, 97, 98, 102, self._random.getrandbits(7)))
        marker = self._random.getrandbits(1) << 7
        seq, timestamp = self._random.getrandbits(16), self._random.getrandbits(32)
        head = struct.pack("!BBHII", first, marker | payload_type, seq, timestamp, self._random.choice(self._ssrcs))
        return head + self._random.randbytes(self._random.randint(0, 1_200))

    def rtcp(self) -> bytes:
        """Packets that look like RTCP: lying counts and lengths, BYE for others, floods of PLI and NACK."""
        kind = self._random.choice((200, 201, 202, 203, 204, 205, 206, 207))
        body = self._random.randbytes(4 * self._random.randint(0, 20))
        count = self._random.getrandbits(5)
        words = len(body) // 4 if self._random.random() < 0.6 else self._random.getrandbits(16)
        return struct.pack("!BBH", 0x80 | count, kind, words) + body

    def of_any_kind(self) -> bytes:
        return self._random.choice((self.size, self.noise, self.hello, self.dtls, self.stun, self.rtp, self.rtcp))()

    def _attribute(self, kind: int, value: bytes) -> bytes:
        length = len(value) if self._random.random() < 0.85 else self._random.getrandbits(16)
        return struct.pack("!HH", kind, length) + value + bytes(-len(value) % 4)

    def _signed(self, body: bytes) -> bytes:
        transaction = self._random.randbytes(12)
        head = struct.pack("!HHI", 0x0001, len(body) + 24, MAGIC) + transaction
        wrong_key = self._random.randbytes(24)
        integrity = struct.pack("!HH", 0x0008, 20) + hmac.digest(wrong_key, head + body, hashlib.sha1)
        whole = struct.pack("!HHI", 0x0001, len(body) + 32, MAGIC) + transaction + body + integrity
        return whole + struct.pack("!HHI", 0x8028, 4, zlib.crc32(whole) ^ 0x5354554E)

    def _mutated(self, message: bytes) -> bytes:
        changed = bytearray(message)
        for _ in range(self._random.randint(1, 6)):
            changed[self._random.randrange(len(changed))] = self._random.getrandbits(8)
        return (
            bytes(changed[: self._random.randint(1, len(changed))]) if self._random.random() < 0.3 else bytes(changed)
        )


@contextmanager
def foreign_sockets(count: int) -> Iterator[list[socket.socket]]:
    """Sockets on as many loopback addresses: strangers to the server, each with an address of its own."""
    opened: list[socket.socket] = []
    try:
        for number in range(count):
            one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            opened.append(one)
            one.bind((f"127.0.0.{2 + number}", 0))
            one.setblocking(False)
        yield opened
    finally:
        for one in opened:
            one.close()


async def spray(send: Callable[[bytes], object], make: Make, per_second: int) -> None:
    """Until canceled; a datagram that the system refuses counts as sent."""
    loop = asyncio.get_running_loop()
    due, owed = loop.time(), 0.0
    while True:
        owed += per_second * TICK_S
        while owed >= 1:
            owed -= 1
            try:
                send(make())
            except OSError:
                continue
        due += TICK_S
        await asyncio.sleep(max(0.0, due - loop.time()))
