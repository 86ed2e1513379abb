"""STUN for an ICE-lite server (RFC 8489, RFC 8445): a total parser of Binding requests and the one reply we ever send.

Stricter than the RFC on purpose (rule N3): no integrity or no fingerprint means no answer, not an error answer.
"""

import hashlib
import hmac
import struct
import zlib
from dataclasses import dataclass
from typing import Final

MIN_SIZE: Final = 20
MAX_SIZE: Final = 1280
MAGIC: Final = 0x2112A442
_HEAD: Final = struct.Struct("!HHI12s")
_ATTRIBUTE: Final = struct.Struct("!HH")
_BINDING_REQUEST: Final = 0x0001
_BINDING_SUCCESS: Final = 0x0101
_USERNAME: Final = 0x0006
_MESSAGE_INTEGRITY: Final = 0x0008
_XOR_MAPPED_ADDRESS: Final = 0x0020
_PRIORITY: Final = 0x0024
_USE_CANDIDATE: Final = 0x0025
_FINGERPRINT: Final = 0x8028
_FINGERPRINT_XOR: Final = 0x5354554E
_KNOWN_REQUIRED: Final = frozenset({_USERNAME, _MESSAGE_INTEGRITY, _PRIORITY, _USE_CANDIDATE})
_MAX_USERNAME: Final = 513


@dataclass(frozen=True, slots=True)
class Check:
    """A well-formed Binding request with a good fingerprint; its integrity is not checked yet.

    `ufrag` is ours, the part of USERNAME before the colon. `integrity_at` is where MESSAGE-INTEGRITY begins.
    """

    transaction: bytes
    ufrag: bytes
    use_candidate: bool
    integrity_at: int


def parse(data: bytes) -> Check | None:
    """None for anything but a Binding request with USERNAME, MESSAGE-INTEGRITY and a correct FINGERPRINT at its end."""
    size = len(data)
    if not MIN_SIZE <= size <= MAX_SIZE or size % 4:
        return None
    kind, length, magic, transaction = _HEAD.unpack_from(data)
    if kind != _BINDING_REQUEST or magic != MAGIC or length != size - MIN_SIZE:
        return None
    username = b""
    use_candidate = False
    integrity_at = 0
    at = MIN_SIZE
    while at < size:
        if size - at < 4:
            return None
        attribute, length = _ATTRIBUTE.unpack_from(data, at)
        after = at + 4 + (length + 3 & ~3)
        if after > size:
            return None
        if attribute == _FINGERPRINT:
            if not integrity_at or length != 4 or after != size or not _fingerprint_fits(data, at):
                return None
            ufrag, colon, _ = username.partition(b":")
            return Check(transaction, ufrag, use_candidate, integrity_at) if colon and ufrag else None
        if integrity_at:
            # RFC 8489 section 14.5: only FINGERPRINT counts after MESSAGE-INTEGRITY.
            at = after
            continue
        if attribute == _MESSAGE_INTEGRITY:
            if length != 20:
                return None
            integrity_at = at
        elif attribute == _USERNAME and not username:
            if length > _MAX_USERNAME:
                return None
            username = data[at + 4 : at + 4 + length]
        elif attribute == _USE_CANDIDATE:
            use_candidate = True
        elif attribute < 0x8000 and attribute not in _KNOWN_REQUIRED:
            return None
        at = after
    return None


def is_authentic(data: bytes, check: Check, pwd: bytes) -> bool:
    """Does MESSAGE-INTEGRITY fit this password? Constant time in the digest (RFC 8489 section 14.5)."""
    at = check.integrity_at
    covered = data[:2] + struct.pack("!H", at + 24 - MIN_SIZE) + data[4:at]
    return hmac.compare_digest(hmac.digest(pwd, covered, hashlib.sha1), data[at + 4 : at + 24])


def success(check: Check, address: bytes, port: int, pwd: bytes) -> bytes:
    """The Binding success response with XOR-MAPPED-ADDRESS; `address` is 4 or 16 raw bytes."""
    mask = struct.pack("!I", MAGIC) + check.transaction
    xored = bytes(a ^ b for a, b in zip(address, mask, strict=False))
    family = 1 if len(address) == 4 else 2
    mapped = struct.pack("!HHBBH", _XOR_MAPPED_ADDRESS, 4 + len(xored), 0, family, port ^ (MAGIC >> 16)) + xored
    body_length = len(mapped) + 24
    head = _HEAD.pack(_BINDING_SUCCESS, body_length, MAGIC, check.transaction)
    integrity = _ATTRIBUTE.pack(_MESSAGE_INTEGRITY, 20) + hmac.digest(pwd, head + mapped, hashlib.sha1)
    message = _HEAD.pack(_BINDING_SUCCESS, body_length + 8, MAGIC, check.transaction) + mapped + integrity
    return message + _ATTRIBUTE.pack(_FINGERPRINT, 4) + struct.pack("!I", zlib.crc32(message) ^ _FINGERPRINT_XOR)


def _fingerprint_fits(data: bytes, at: int) -> bool:
    (found,) = struct.unpack_from("!I", data, at + 4)
    return bool(found == zlib.crc32(data[:at]) ^ _FINGERPRINT_XOR)
