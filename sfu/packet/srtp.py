"""SRTP and SRTCP of one peer on libsrtp (RFC 3711, RFC 7714): the only file that names pylibsrtp's privates.

The direct way calls libsrtp in place on the arena through pylibsrtp's own cffi binding (pinned to 1.0.x, see
tests/contract/test_plane_srtp.py). Where that binding looks different, the public `Session` does the same with copies.
A context is used by one thread and freed only between batches.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final, Protocol

import pylibsrtp
from pylibsrtp import Policy, Session

from sfu.packet.arena import STRIDE, Arena
from sfu.plane import SrtpProfile

REPLAY_WINDOW: Final = 1024
_PROFILES: Final = {
    SrtpProfile.AEAD_AES_256_GCM: Policy.SRTP_PROFILE_AEAD_AES_256_GCM,
    SrtpProfile.AEAD_AES_128_GCM: Policy.SRTP_PROFILE_AEAD_AES_128_GCM,
    SrtpProfile.AES128_CM_SHA1_80: Policy.SRTP_PROFILE_AES128_CM_SHA1_80,
}


# (function, handle, pointer of each buffer slot, a box for the length in and out, bytes that each packet grows by):
# function(handle, pointers[slot], box) is 0 when it went well.
Sealing = tuple[Callable[[Any, Any, Any], int], Any, Sequence[Any], Any, int]
_TRAILER: Final = {
    SrtpProfile.AEAD_AES_256_GCM: 16,
    SrtpProfile.AEAD_AES_128_GCM: 16,
    SrtpProfile.AES128_CM_SHA1_80: 10,
}


class Cipher(Protocol):
    """One direction's contexts. Each call works in place on a buffer slot and returns the new length, -1 on failure."""

    def unprotect(self, slot: int, length: int) -> int: ...

    def unprotect_rtcp(self, slot: int, length: int) -> int: ...

    def protect(self, slot: int, length: int) -> int: ...

    def protect_rtcp(self, slot: int, length: int) -> int: ...

    def forget(self, ssrc: int) -> None:
        """Free the receiving context of one SSRC, if there is one."""

    @property
    def sealing(self) -> Sealing:
        """`protect` taken apart, for a loop: see `Sealing`."""

    @property
    def opening(self) -> Sealing:
        """`unprotect` in the same way."""


class Ciphers:
    """Makes the two contexts of each peer over one arena; `rx` works on ingress slots, `tx` on egress slots."""

    def __init__(self, arena: Arena, *, direct: bool = True) -> None:
        self._arena = arena
        self._ingress: _Slots | None = None
        self._egress: _Slots | None = None
        if direct and _binding_fits():
            self._ingress = _Slots(arena.ingress_store, arena.batch)
            self._egress = _Slots(arena.egress_store, arena.capacity)

    @property
    def is_direct(self) -> bool:
        """Whether libsrtp is called in place."""
        return self._ingress is not None

    def rx(self, profile: SrtpProfile, key: bytes) -> Cipher:
        """Any inbound SSRC. Raises ValueError for a key that does not fit."""
        session = _session(profile, key, Policy.SSRC_ANY_INBOUND)
        if self._ingress is not None:
            return _DirectCipher(session, self._ingress, _TRAILER[profile])
        return _SessionCipher(session, self._arena.ingress, _TRAILER[profile])

    def tx(self, profile: SrtpProfile, key: bytes) -> Cipher:
        """Any outbound SSRC; a repeated sequence number is refused, because under GCM it would reveal plaintext."""
        session = _session(profile, key, Policy.SSRC_ANY_OUTBOUND)
        if self._egress is not None:
            return _DirectCipher(session, self._egress, _TRAILER[profile])
        return _SessionCipher(session, self._arena.egress, _TRAILER[profile])


def _session(profile: SrtpProfile, key: bytes, ssrc_type: int) -> Session:
    policy = Policy(key=key, ssrc_type=ssrc_type, srtp_profile=_PROFILES[profile])
    policy.allow_repeat_tx = False
    policy.window_size = REPLAY_WINDOW
    try:
        return Session(policy)
    except pylibsrtp.Error as error:
        raise ValueError(str(error)) from None


def _binding_fits() -> bool:
    try:
        from pylibsrtp import _binding
    except ImportError:
        return False
    wanted = ("srtp_protect", "srtp_unprotect", "srtp_protect_rtcp", "srtp_unprotect_rtcp", "srtp_err_status_ok")
    return pylibsrtp.__version__.startswith("1.0.") and all(hasattr(_binding.lib, name) for name in wanted)


class _Slots:
    """Pointers to every slot of one store, made once; the views inside keep the store where it is."""

    def __init__(self, store: bytearray, count: int) -> None:
        from pylibsrtp._binding import ffi

        self._base: Any = ffi.from_buffer("unsigned char[]", store, require_writable=True)
        self.pointers: list[Any] = [self._base + index * STRIDE for index in range(count)]
        self.length: Any = ffi.new("int *")


class _DirectCipher:
    """libsrtp called in place, without a copy or an allocation."""

    __slots__ = (
        "_handle",
        "_length",
        "_pointers",
        "_protect",
        "_session",
        "_slots",
        "_unprotect",
        "opening",
        "sealing",
    )

    def __init__(self, session: Session, slots: _Slots, trailer: int) -> None:
        from pylibsrtp._binding import lib

        self._session = session  # owns the handle: freed with this object, and not before
        self._slots = slots
        self._handle: Any = session._srtp[0]
        self._pointers = slots.pointers
        self._length = slots.length
        self._protect = lib.srtp_protect
        self._unprotect = lib.srtp_unprotect
        self.sealing: Sealing = (self._protect, self._handle, self._pointers, self._length, trailer)
        self.opening: Sealing = (self._unprotect, self._handle, self._pointers, self._length, -trailer)

    def unprotect(self, slot: int, length: int) -> int:
        box = self._length
        box[0] = length
        return box[0] if self._unprotect(self._handle, self._pointers[slot], box) == 0 else -1

    def protect(self, slot: int, length: int) -> int:
        box = self._length
        box[0] = length
        return box[0] if self._protect(self._handle, self._pointers[slot], box) == 0 else -1

    def unprotect_rtcp(self, slot: int, length: int) -> int:
        from pylibsrtp._binding import lib

        box = self._length
        box[0] = length
        return box[0] if lib.srtp_unprotect_rtcp(self._handle, self._pointers[slot], box) == 0 else -1

    def protect_rtcp(self, slot: int, length: int) -> int:
        from pylibsrtp._binding import lib

        box = self._length
        box[0] = length
        return box[0] if lib.srtp_protect_rtcp(self._handle, self._pointers[slot], box) == 0 else -1

    def forget(self, ssrc: int) -> None:
        _forget(self._session, ssrc)


class _SessionCipher:
    """The same by pylibsrtp's public names: two copies more, and no packet above 1356 bytes."""

    __slots__ = ("_session", "_trailer", "_view")

    def __init__(self, session: Session, view: memoryview, trailer: int) -> None:
        self._session = session
        self._view = view
        self._trailer = trailer

    @property
    def sealing(self) -> Sealing:
        return _seal, self, range(len(self._view) // STRIDE), [0], self._trailer

    @property
    def opening(self) -> Sealing:
        return _open, self, range(len(self._view) // STRIDE), [0], -self._trailer

    def unprotect(self, slot: int, length: int) -> int:
        return self._apply(self._session.unprotect, slot, length)

    def unprotect_rtcp(self, slot: int, length: int) -> int:
        return self._apply(self._session.unprotect_rtcp, slot, length)

    def protect(self, slot: int, length: int) -> int:
        return self._apply(self._session.protect, slot, length)

    def protect_rtcp(self, slot: int, length: int) -> int:
        return self._apply(self._session.protect_rtcp, slot, length)

    def _apply(self, function: Any, slot: int, length: int) -> int:
        at = slot * STRIDE
        try:
            result: bytes = function(bytes(self._view[at : at + length]))
        except (ValueError, pylibsrtp.Error):
            return -1
        self._view[at : at + len(result)] = result
        return len(result)

    def forget(self, ssrc: int) -> None:
        _forget(self._session, ssrc)


def _seal(cipher: _SessionCipher, slot: int, box: list[int]) -> int:
    return 0 if cipher.protect(slot, box[0]) > 0 else 1


def _open(cipher: _SessionCipher, slot: int, box: list[int]) -> int:
    box[0] = cipher.unprotect(slot, box[0])
    return 0 if box[0] >= 0 else 1


def _forget(session: Session, ssrc: int) -> None:
    try:
        session.remove_stream(ssrc)
    except pylibsrtp.Error:
        return  # never seen by libsrtp: nothing to free


def protect_address() -> int:
    """Where libsrtp's `srtp_protect` lies, for compiled code. Raises ValueError without the direct way."""
    return _address_of("srtp_protect")


def unprotect_address() -> int:
    """The same of `srtp_unprotect`."""
    return _address_of("srtp_unprotect")


def _address_of(name: str) -> int:
    if not _binding_fits():
        raise ValueError("pylibsrtp's binding is not the one that this version knows")
    from pylibsrtp._binding import ffi, lib

    return int(ffi.cast("uintptr_t", ffi.addressof(lib, name)))


def address_of_context(cipher: Cipher) -> int:
    """The context that `protect_address` wants; it lives as long as the cipher."""
    from pylibsrtp._binding import ffi

    return int(ffi.cast("uintptr_t", cipher.sealing[1]))
