"""Which publication and layer an SSRC belongs to: declared, else learned from MID and RID (RFC 8843 section 9.2).

An unknown SSRC is only *proposed* from the clear header; it is latched after libsrtp accepted the packet (rule N8).
"""

from dataclasses import dataclass
from typing import Final

from sfu.codecs import CODECS
from sfu.packet.layout import Layout
from sfu.packet.publication import Publication
from sfu.packet.rtp import RtpView

MAX_CONTEXTS: Final = 16
# Retransmission payload type -> the payload type inside (RFC 4588 section 8.1, apt).
REPAIRED: Final = {codec.rtx: codec.payload_type for codec in CODECS if codec.rtx is not None}


@dataclass(slots=True)
class Route:
    """Where packets of one SSRC go. `publication` None: retired, its packets are dropped.

    `layout` is that of the newest packet.
    """

    publication: Publication | None
    rid: str | None
    is_rtx: bool
    layout: Layout | None = None


class SsrcTable:
    """One peer's SSRCs, at most 16 over the life of its publications.

    The SRTP state of a removed publication's SSRC stays until its place is needed: a browser that sends that SSRC again
    continues its rollover counter, and an old packet stays a replay.
    """

    def __init__(self) -> None:
        self._routes: dict[int, Route] = {}
        self.get = self._routes.get  # the route of a known SSRC
        self._by_mid: dict[bytes, Publication] = {}

    def __len__(self) -> int:
        return len(self._routes)

    def declare(self, publication: Publication) -> tuple[int, list[int]]:
        """Admit a publication's MID and its declared SSRCs: (how many were refused, evicted SSRCs to forget).

        SSRCs declared beside RIDs are not read: they do not say which layer they are (interop.md 2).
        """
        spec = publication.spec
        self._by_mid[spec.mid.encode()] = publication
        if spec.rids:
            return 0, []
        refused = 0
        evicted: list[int] = []
        repairs = set(spec.fid.values())
        for ssrc in dict.fromkeys((*spec.ssrcs, *spec.fid, *spec.fid.values())):
            gone = self.latch(ssrc, Route(publication, None, ssrc in repairs))
            if gone is None:
                refused += 1
            else:
                evicted += gone
        return refused, evicted

    def propose(self, view: RtpView) -> Route | None:
        """The route that an unknown SSRC would get by its clear header, None if it may have none."""
        if view.mid is None:
            return None
        publication = self._by_mid.get(view.mid)
        if publication is None:
            return None
        payload_type = view.payload_type
        is_rtx = payload_type in REPAIRED
        if not publication.accepts(REPAIRED.get(payload_type, payload_type)):
            return None
        rids = publication.spec.rids
        if not rids:
            return Route(publication, None, is_rtx)
        raw = (view.repaired_rid or view.rid) if is_rtx else view.rid
        rid = next((rid for rid in rids if raw is not None and rid.encode() == raw), None)
        return None if rid is None else Route(publication, rid, is_rtx)

    def latch(self, ssrc: int, route: Route) -> list[int] | None:
        """Make a route permanent; returns SSRCs whose SRTP state must be freed for it, None when it is refused.

        An SSRC of another publication of this peer is never taken over.
        """
        known = self._routes.get(ssrc)
        if known is not None:
            if known.publication is not None and known.publication is not route.publication:
                return None
            self._routes[ssrc] = route
            return []
        evicted: list[int] = []
        if len(self._routes) >= MAX_CONTEXTS:
            retired = next((one for one, old in self._routes.items() if old.publication is None), None)
            if retired is None:
                return None
            del self._routes[retired]
            evicted.append(retired)
        self._routes[ssrc] = route
        return evicted

    def has_room(self) -> bool:
        """Whether one more SSRC could be latched."""
        return len(self._routes) < MAX_CONTEXTS or any(route.publication is None for route in self._routes.values())

    def retire(self, publication: Publication) -> None:
        """Drop everything of this publication from now on."""
        mid = publication.spec.mid.encode()
        if self._by_mid.get(mid) is publication:
            del self._by_mid[mid]
        for route in self._routes.values():
            if route.publication is publication:
                route.publication = None
