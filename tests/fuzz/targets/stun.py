"""Binding requests: raw bytes, and bytes as attributes of a message whose lengths, integrity and fingerprint fit."""

import hashlib
import hmac
import struct
import zlib
from collections.abc import Iterator

from aioice import stun as other

from sfu.packet import stun

PWD = b"p" * 24
STRANGE_PWD = b"q" * 24
_ADDRESSES = (bytes((192, 0, 2, 7)), bytes.fromhex("20010db8000000000000000000000007"))


def one(data: bytes) -> None:
    """The first byte says how the rest is taken."""
    if not data:
        assert stun.parse(b"") is None
        return
    message = signed(data[1:]) if data[0] & 1 else data[1:]
    check = stun.parse(message)
    if check is None:
        return
    assert isinstance(check, stun.Check)
    assert len(check.transaction) == 12
    assert check.ufrag and b":" not in check.ufrag
    assert stun.MIN_SIZE <= check.integrity_at <= len(message) - 32
    assert message[check.integrity_at : check.integrity_at + 4] == b"\x00\x08\x00\x14"
    assert not stun.is_authentic(message, check, STRANGE_PWD)
    if not stun.is_authentic(message, check, PWD):
        return
    for address in _ADDRESSES:
        reply = stun.success(check, address, 40_000, PWD)
        assert len(reply) <= 1.5 * len(message)
        covered = reply[:2] + struct.pack("!H", len(reply) - 28) + reply[4:-32]
        assert reply[-28:-8] == hmac.digest(PWD, covered, hashlib.sha1)
        assert int.from_bytes(reply[-4:], "big") == zlib.crc32(reply[:-8]) ^ 0x5354554E
        read = other.parse_message(reply)
        assert read.transaction_id == check.transaction
        assert read.attributes["XOR-MAPPED-ADDRESS"][1] == 40_000


def signed(attributes: bytes) -> bytes:
    """A Binding request with these attributes, cut to whole words, and correct ends."""
    body = attributes[: len(attributes) & ~3]
    transaction = bytes(12)
    covered = struct.pack("!HHI", 1, len(body) + 24, stun.MAGIC) + transaction + body
    integrity = b"\x00\x08\x00\x14" + hmac.digest(PWD, covered, hashlib.sha1)
    whole = struct.pack("!HHI", 1, len(body) + 32, stun.MAGIC) + transaction + body + integrity
    return whole + b"\x80\x28\x00\x04" + struct.pack("!I", zlib.crc32(whole) ^ 0x5354554E)


def seeds() -> Iterator[bytes]:
    username = b"\x00\x06\x00\x09abcd:efgh\x00\x00\x00"
    yield b"\x01" + username
    yield b"\x01" + username + b"\x00\x24\x00\x04\x6e\x7f\x1e\xff\x80\x2a\x00\x08" + bytes(8) + b"\x00\x25\x00\x00"
    yield b"\x01" + username + b"\x7f\xff\x00\x01z\x00\x00\x00"
    yield b"\x01\x00\x06\x00\x02a:\x00\x00"
    yield b"\x00" + signed(username)
    yield b"\x00" + signed(username)[:-8]
    yield b"\x01" + username + b"\x00\x08\x00\x14" + bytes(20) + b"\x80\x28\x00\x04" + bytes(4)
