"""One viewer's way out, as the fan needs it: where to, under which key, which tracks flow, transport-wide numbers."""

from typing import TYPE_CHECKING, Final

from sfu.packet.addresses import TCP, split
from sfu.packet.arena import address_of_store
from sfu.packet.congestion.pacer import Pacer
from sfu.packet.control_blocks import ControlBlocks
from sfu.packet.sent_ring import SentRing
from sfu.packet.srtp import Cipher

if TYPE_CHECKING:
    from sfu.packet.track import Track

# What a track's packets become in a slot: added to the number, added to the timestamp, SSRC, MID.
Constants = tuple[int, int, int, bytes]
_NAME: Final = 32


class Lane:
    """Changed only through the `Fan`, which sends what waits before. `ring` is None without transport-wide numbers.

    `pacer`: this line is narrow, and video waits there as (protected datagram, transport-wide number or -1).
    """

    __slots__ = (
        "_name",
        "controls",
        "flows",
        "is_udp",
        "name_at",
        "name_length",
        "next_number",
        "pacer",
        "path",
        "ring",
        "socket_index",
        "tx",
    )

    def __init__(self) -> None:
        self.flows: dict[Track, Constants] = {}
        self.tx: Cipher | None = None
        self.path: bytes | None = None
        self.ring: SentRing | None = None
        self.next_number = 1
        self.pacer: Pacer[tuple[bytes, int]] | None = None
        self._name = bytearray(_NAME)
        self.name_at = address_of_store(self._name)
        self.name_length = 0
        self.socket_index = 0
        self.is_udp = False
        self.controls = ControlBlocks.leaving_from(b"")

    def lead_to(self, path: bytes | None) -> None:
        """Packets leave by this path from now on."""
        self.path = path
        if path is None:
            return
        self.socket_index, name, local = split(path)
        self.is_udp = self.socket_index != TCP
        self._name[: len(name)] = name
        self.name_length = len(name)
        if self.is_udp:
            self.controls = ControlBlocks.leaving_from(local)

    def take_number(self, now_us: int, size: int) -> int:
        """The next transport-wide number, noted in the ring; only where there is one."""
        number = self.next_number
        self.next_number = (number + 1) & 0xFFFF
        if self.ring is not None:
            self.ring.record(number, now_us, size)
        return number

    def give_back(self, number: int) -> None:
        """What has this number does not leave yet; whoever sends it notes it anew."""
        if self.ring is not None and number >= 0:
            self.ring.forget(number)
