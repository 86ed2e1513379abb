"""One viewer's way out, as the fan needs it: where to, under which key, which tracks flow, transport-wide numbers."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from sfu.packet.addresses import TCP, split
from sfu.packet.arena import address_of_store
from sfu.packet.congestion.pacer import Pacer
from sfu.packet.control_blocks import ControlBlocks
from sfu.packet.sent_ring import NO_ORIGIN, SentRing
from sfu.packet.srtp import Cipher

if TYPE_CHECKING:
    from sfu.packet.track import Track

# What a track's packets become in a slot: added to the number, added to the timestamp, SSRC.
Constants = tuple[int, int, int]
# A protected datagram, its transport-wide number or -1, the SSRC of its slot.
Paced = tuple[bytes, int, int]
_NAME: Final = 32

# How to protect (see `Sealing`), `flows.get`, the words of a message: name, its length, socket, the ancillary data of
# segmented messages (where that of size 0 lies, how long each is), that of others (where, how long).
Way: TypeAlias = tuple[
    Callable[[Any, Any, Any], int],
    Any,
    Sequence[Any],
    Any,
    int,
    Callable[["Track"], Constants | None],
    int,
    int,
    int,
    int,
    int,
    int,
    int,
]


class Lane:
    """Changed only through the `Fan`, which sends what waits before. `ring` is None without transport-wide numbers.

    `pacer`: this line is narrow, and video waits there, see `Paced`.
    """

    __slots__ = (
        "_name",
        "_number",
        "controls",
        "flows",
        "is_udp",
        "name_at",
        "name_length",
        "next_number_at",
        "on_change",
        "pacer",
        "path",
        "ring",
        "socket_index",
        "tx",
        "way",
    )

    def __init__(self) -> None:
        self.flows: dict[Track, Constants] = {}
        self.tx: Cipher | None = None
        self.path: bytes | None = None
        self.ring: SentRing | None = None
        # In memory of its own, for code that is not Python's.
        store = bytearray(8)
        self.next_number_at = address_of_store(store)
        self._number = memoryview(store).cast("Q")
        self._number[0] = 1
        self.pacer: Pacer[Paced] | None = None
        self._name = bytearray(_NAME)
        self.name_at = address_of_store(self._name)
        self.name_length = 0
        self.socket_index = 0
        self.is_udp = False
        self.controls = ControlBlocks.leaving_from(b"")
        self.way: Way | None = None  # what of all this a loop needs, in one piece
        self.on_change: Callable[[], None] | None = None  # for whoever keeps another form of all this

    def lead_to(self, path: bytes | None) -> None:
        """Packets leave by this path from now on."""
        self.path = path
        self._changed()
        if path is None:
            return
        self.socket_index, name, local = split(path)
        self.is_udp = self.socket_index != TCP
        self._name[: len(name)] = name
        self.name_length = len(name)
        if self.is_udp:
            self.controls = ControlBlocks.leaving_from(local)

    @property
    def next_number(self) -> int:
        """The transport-wide number of the next packet, 16 bits."""
        return self._number[0]

    @next_number.setter
    def next_number(self, number: int) -> None:
        self._number[0] = number

    def seal_with(self, tx: Cipher | None) -> None:
        """Packets are protected by this context from now on."""
        self.tx = tx
        self._changed()

    def number_in(self, ring: SentRing) -> None:
        """Packets have transport-wide numbers from now on."""
        self.ring = ring
        self._changed()

    def _changed(self) -> None:
        self.way = None
        if self.on_change is not None:
            self.on_change()

    def find_way(self) -> Way | None:
        """Fill in `way`; None while nothing can be sent."""
        if self.path is None or self.tx is None:
            return None
        controls = self.controls
        self.way = (
            *self.tx.sealing,
            self.flows.get,
            self.name_at,
            self.name_length,
            self.socket_index << 32,
            controls.base,
            controls.stride,
            *controls.of(0),
        )
        return self.way

    def take_number(self, now_us: int, size: int, origin: int = NO_ORIGIN) -> int:
        """The next transport-wide number, noted in the ring; only where there is one. `size` is that before SRTP."""
        number = self.next_number
        self.next_number = (number + 1) & 0xFFFF
        if self.ring is not None:
            self.ring.record(number, now_us, size if self.tx is None else size + self.tx.sealing[4], origin)
        return number

    def give_back(self, number: int) -> None:
        """What has this number does not leave yet; whoever sends it notes it anew."""
        if self.ring is not None and number >= 0:
            self.ring.forget(number)
