"""The buffers of the packet path: allocated once, never moved, never freed while the plane lives.

Pointers into them sit as bare integers in kernel structures and pass through two cffi libraries, so nothing else ties
their lifetime to a use (media.md section 6). Each slot is `STRIDE` bytes: a datagram, the SRTP trailer, and room for
the two bytes of RTX.
"""

import ctypes
from typing import Final

STRIDE: Final = 2304
MAX_DATAGRAM: Final = 2048
BATCH: Final = 64
EGRESS: Final = 2048
HEADER_BYTES: Final = 64  # one `struct mmsghdr`
VECTOR_BYTES: Final = 16  # one `struct iovec`

Sent = tuple[bytes, int, int]  # path, egress slot, length


class Arena:
    """`ingress` holds one received batch, `egress` what leaves in the next flush; both are writable views.

    Egress slot i has the i-th I/O vector; `headers` are the messages over them, see `outbox` and `batch`.
    """

    def __init__(self, batch: int = BATCH, egress: int = EGRESS) -> None:
        self.batch = batch
        self.capacity = egress
        # A bytearray with an exported view can neither move nor shrink: Python itself guards the address.
        self.ingress_store = bytearray(batch * STRIDE)
        self.egress_store = bytearray(egress * STRIDE)
        self.headers_store = bytearray(egress * HEADER_BYTES)
        self.vectors_store = bytearray(egress * VECTOR_BYTES)
        self.ingress = memoryview(self.ingress_store)
        self.egress = memoryview(self.egress_store)
        self.headers = memoryview(self.headers_store)
        self.vectors = memoryview(self.vectors_store).cast("Q")
        self.vectors_at = address_of_store(self.vectors_store)
        base = address_of_store(self.egress_store)
        for slot in range(egress):
            self.vectors[2 * slot] = base + slot * STRIDE


def address_of_store(store: bytearray | memoryview) -> int:
    """Where a store lies; whoever keeps a view of it keeps it there."""
    return ctypes.addressof(ctypes.c_char.from_buffer(store))
