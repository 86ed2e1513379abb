"""One browser's transport in the plane: its paths, its SRTP contexts, its SSRCs, its publications and slots."""

from collections import deque
from typing import TYPE_CHECKING, Final

from sfu.packet.bucket import Bucket
from sfu.packet.bwe import ArrivalLog
from sfu.packet.congestion.uplink import UplinkWatch
from sfu.packet.demux import SsrcTable
from sfu.packet.ice import IceAgent
from sfu.packet.lane import Lane
from sfu.packet.srtp import Cipher

if TYPE_CHECKING:
    from sfu.packet.publication import Publication
    from sfu.packet.subscription import Subscription

MAX_DTLS: Final = 16
DTLS_PER_S: Final = 20.0
MAX_RTCP_SOURCES: Final = 64
# Twelve videos at 30 % loss, each number asked for again and again, stay below this.
NACKS_PER_S: Final = 4000.0
NACK_BURST: Final = 1024
# Datagrams. Honest at 20 % loss of the busiest downlink (600 packets of video a second): some 150 with a NACK, 20 with
# transport feedback, 25 with a receiver's report, 10 with a sender's, 15 that ask for a keyframe. This is twice that.
RTCP_PER_S: Final = 500.0
RTCP_BURST: Final = 500


class Peer:
    """`path` is where packets leave for it, None while nothing may be sent. `tx` and `rx` are None before the keys."""

    __slots__ = (
        "arrivals",
        "dtls_budget",
        "has_timed_out",
        "ice",
        "is_path_told",
        "is_path_untold",
        "is_quiet",
        "keys",
        "lane",
        "last_media",
        "nack_budget",
        "number",
        "path",
        "publications",
        "room",
        "rtcp_budget",
        "rtcp_sources",
        "rx",
        "rx_rtcp",
        "slots",
        "spent",
        "ssrcs",
        "stamp",
        "stamped_at",
        "tx",
        "unused_octets",
        "uplink",
        "uplink_cap",
        "waiting_dtls",
    )

    def __init__(self, number: int, room: int, ice: IceAgent) -> None:
        self.number = number
        self.room = room
        self.ice = ice
        self.path: bytes | None = None
        self.rx: Cipher | None = None
        self.rx_rtcp: Cipher | None = None
        self.tx: Cipher | None = None
        self.lane = Lane()
        self.keys: tuple[object, ...] | None = None
        self.ssrcs = SsrcTable()
        self.rtcp_sources: set[int] = set()
        self.publications: dict[int, Publication] = {}
        self.slots: dict[int, Subscription] = {}  # by media SSRC
        self.spent: dict[int, int] = {}  # SSRC of a slot that is gone -> its next sequence number
        self.arrivals = ArrivalLog()
        self.uplink = UplinkWatch()
        self.stamp, self.stamped_at = 0, 0.0  # abs-send-time of the newest packet, and when it came
        self.unused_octets = 0  # of retransmissions that repeat nothing, padding above all
        self.waiting_dtls: deque[bytes] = deque(maxlen=MAX_DTLS)
        self.uplink_cap: int | None = None
        self.is_path_told = False
        self.is_path_untold = False  # it moved again: told by the timer, so that flapping is no flood
        self.is_quiet = False
        self.has_timed_out = False
        self.last_media = ice.last_heard
        # A handshake is a handful of datagrams; a stream of them is not passed on to control.
        self.dtls_budget = Bucket(DTLS_PER_S, MAX_DTLS, ice.last_heard)
        self.nack_budget = Bucket(NACKS_PER_S, NACK_BURST, ice.last_heard)
        self.rtcp_budget = Bucket(RTCP_PER_S, RTCP_BURST, ice.last_heard)

    def refresh_path(self, now: float) -> None:
        """Set `path` from what ICE allows now."""
        path = self.ice.selected if self.ice.may_send(now) else None
        if path != self.path:
            self.path = path
            # Each stops what flows, so that nothing waits for the old path.
            for subscription in self.slots.values():
                subscription.stop_flow()
            self.lane.lead_to(path)
