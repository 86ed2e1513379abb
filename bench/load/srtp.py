"""SRTP of one link on libsrtp: outgoing packets in place on the outbox, incoming ones by pylibsrtp's own copies.

Only one incoming packet in many is decrypted, so that its copies do not matter.
"""

from typing import Any, Final

from pylibsrtp import Policy, Session
from pylibsrtp._binding import ffi, lib

from bench.load.dtls import Keys
from bench.load.kernel import BATCH, STRIDE, Outbox

_PROFILES: Final = {
    "SRTP_AEAD_AES_256_GCM": Policy.SRTP_PROFILE_AEAD_AES_256_GCM,
    "SRTP_AEAD_AES_128_GCM": Policy.SRTP_PROFILE_AEAD_AES_128_GCM,
    "SRTP_AES128_CM_SHA1_80": Policy.SRTP_PROFILE_AES128_CM_SHA1_80,
}


def receiving(keys: Keys) -> Session:
    """Any SSRC; `unprotect` and `unprotect_rtcp` of pylibsrtp."""
    return _session(keys.profile, keys.rx, Policy.SSRC_ANY_INBOUND)


def reporting(keys: Keys) -> Session:
    """For RTCP alone: its index is apart from that of the media."""
    return _session(keys.profile, keys.tx, Policy.SSRC_ANY_OUTBOUND)


class Slots:
    """Pointers to the slots of an outbox, made once."""

    def __init__(self, outbox: Outbox) -> None:
        self._base: Any = ffi.from_buffer("unsigned char[]", outbox.store, require_writable=True)
        self.pointers = [self._base + index * STRIDE for index in range(BATCH)]
        self.length: Any = ffi.new("int *")


class Protector:
    """Outgoing packets of one link."""

    def __init__(self, keys: Keys, slots: Slots) -> None:
        self._session = _session(keys.profile, keys.tx, Policy.SSRC_ANY_OUTBOUND)
        self._handle: Any = self._session._srtp[0]
        self._slots = slots

    def protect(self, slot: int, length: int) -> int:
        """In place; the new length. Raises RuntimeError where libsrtp refuses."""
        box = self._slots.length
        box[0] = length
        if lib.srtp_protect(self._handle, self._slots.pointers[slot], box):
            raise RuntimeError("srtp_protect")
        return int(box[0])


def _session(profile: str, key: bytes, ssrc_type: int) -> Session:
    return Session(Policy(key=key, ssrc_type=ssrc_type, srtp_profile=_PROFILES[profile]))
