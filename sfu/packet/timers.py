"""What the plane does by the clock: feedback, requests kept back, reports, levels, rates, liveness."""

import math
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, ParamSpec

from sfu.codecs import Kind
from sfu.packet import rtcp_write
from sfu.packet.addresses import address_of
from sfu.packet.bwe import INTERVAL_S
from sfu.packet.downlinks import Downlinks
from sfu.packet.ice import TIMEOUT_S, IceTable
from sfu.packet.peer import Peer
from sfu.packet.publication import Publication
from sfu.packet.subscription import Subscription
from sfu.packet.track import Track
from sfu.packet.upstream import Upstream
from sfu.packet.wire import FEEDBACK_SSRC, Waiter, Wire
from sfu.plane import AudioLevel, LayerRate

TICK_S: Final = 0.05
LEVELS_S: Final = 0.2
LIVENESS_S: Final = 0.5
REPORTS_S: Final = 1.0
QUIET_S: Final = 4.0
# A browser that sends no media is heard by its checks alone, in Firefox one in 4 to 5 s (interop.md 1).
QUIET_BY_CHECKS_S: Final = 6.0
MEDIA_LATELY_S: Final = 10.0
RATE_CHANGE: Final = 0.1
AT_ONCE: Final = 4  # peers or publications, some 50 us each

P = ParamSpec("P")


class Timers:
    """`deadline` says when `run` has something to do next; both in the plane's monotonic seconds."""

    def __init__(
        self,
        wire: Wire,
        ice: IceTable[Peer],
        upstream: Upstream,
        downlinks: Downlinks,
        peers: Mapping[int, Peer],
        publications: Mapping[int, Publication],
        subscriptions: Mapping[int, Subscription],
    ) -> None:
        self._wire = wire
        self._ice = ice
        self._upstream = upstream
        self._downlinks = downlinks
        self._peers = peers
        self._publications = publications
        self._subscriptions = subscriptions
        self._todo: deque[tuple[Callable[[Any, float], None], Mapping[int, Any], int]] = deque()
        self._tick = self._feedbacks = self._levels = self._liveness = self._reports = -math.inf

    def deadline(self) -> float | None:
        """None while there is nobody."""
        if self._todo:
            return -math.inf
        if not self._peers:
            return None
        due = self._upstream.nack_due
        soonest = min(self._tick, self._downlinks.due)
        return soonest if due is None else min(soonest, due)

    def run(self, now: float) -> None:
        """Everything that is due. An error is counted and costs one peer, publication or slot its turn, nobody else."""
        self._try(self._upstream.run_nacks, now)
        if now >= self._downlinks.due:
            self._try(self._downlinks.run, now)
        if self._todo:
            self._go_on(now)
            return
        if now < self._tick:
            return
        self._tick = now + TICK_S
        self._try(self._upstream.run_keyframes, now)
        for waiter in list(self._wire.waiting):
            self._try(self._wait, waiter, now)
        if now >= self._feedbacks:
            self._feedbacks = now + INTERVAL_S - TICK_S / 2  # every second tick, however they fall
            for number, peer in self._peers.items():
                if peer.arrivals.has_news:
                    self._todo.append((self._feedback, self._peers, number))
        if now >= self._levels:
            self._levels = now + LEVELS_S
            self._tell_levels(now)
        if now >= self._liveness:
            self._liveness = now + LIVENESS_S
            for number in self._peers:
                self._todo.append((self._check_life, self._peers, number))
            for subscription in list(self._subscriptions.values()):
                if subscription.repair is not None:
                    self._try(subscription.repair.cache.trim, now)
        if now >= self._reports:
            self._reports = now + REPORTS_S
            for number in self._peers:
                self._todo.append((self._report, self._peers, number))
            for number in self._publications:
                self._todo.append((self._tell_rates, self._publications, number))
        self._go_on(now)

    def _go_on(self, now: float) -> None:
        """Do some of what is left of this tick; the packets that came meanwhile do not wait for the rest."""
        for _ in range(min(AT_ONCE, len(self._todo))):
            work, things, number = self._todo.popleft()
            if (thing := things.get(number)) is not None:
                self._try(work, thing, now)

    def _try(self, work: Callable[P, None], *args: P.args, **kwargs: P.kwargs) -> None:
        try:
            work(*args, **kwargs)
        except Exception:
            self._wire.drops["timer-error"] += 1

    def _feedback(self, peer: Peer, now: float) -> None:
        feedback = peer.arrivals.feedback(FEEDBACK_SSRC, now)
        if feedback is None:
            return
        voiced, others = (sum(track.bytes for track in _tracks(peer, kind)) for kind in (Kind.AUDIO, Kind.VIDEO))
        peer.uplink.update(peer.stamp, peer.stamped_at, voiced + others + peer.unused_octets, voiced, now)
        if peer.uplink.limit is not None:
            feedback += _bound(peer, now)
        self._wire.send_rtcp(peer, feedback)

    def _wait(self, waiter: Waiter, now: float) -> None:
        if not waiter.wait(now):
            self._wire.waiting.discard(waiter)

    def _tell_levels(self, now: float) -> None:
        levels: list[AudioLevel] = []
        for publication in self._publications.values():
            if publication.is_open and publication.spec.kind is Kind.AUDIO:
                self._try(self._read_level, publication, now, levels)
        if levels:
            self._try(self._wire.sink.on_levels, tuple(levels))

    def _read_level(self, publication: Publication, now: float, levels: list[AudioLevel]) -> None:
        levels.append(AudioLevel(publication.number, publication.meter.read(now)))

    def _check_life(self, peer: Peer, now: float) -> None:
        sink, ice = self._wire.sink, peer.ice
        self._ice.expire(peer, now)
        peer.refresh_path(now)
        if peer.is_path_untold and ice.selected is not None:
            peer.is_path_untold = False
            sink.on_path(peer.number, address_of(ice.selected))
        silent = now - ice.last_heard
        limit = QUIET_S if now - peer.last_media < MEDIA_LATELY_S else QUIET_BY_CHECKS_S
        if peer.is_path_told and peer.is_quiet is not (silent >= limit):
            peer.is_quiet = not peer.is_quiet
            sink.on_quiet(peer.number, int(silent * 1000) if peer.is_quiet else 0)
        if now - ice.last_check >= TIMEOUT_S and not peer.has_timed_out:
            peer.has_timed_out = True
            sink.on_timeout(peer.number)

    def _report(self, peer: Peer, now: float) -> None:
        tracks = [track for track in _tracks(peer, *Kind) if track.is_live(now)]
        if not tracks:
            return
        blocks = [track.stats.report(now) for track in tracks]
        packet = rtcp_write.receiver_report(FEEDBACK_SSRC, blocks) + rtcp_write.description(FEEDBACK_SSRC, "plane")
        if peer.uplink_cap is not None:
            packet += _bound(peer, now)
        self._wire.send_rtcp(peer, packet)

    def _tell_rates(self, publication: Publication, now: float) -> None:
        rates = publication.rates(now)
        if publication.spec.kind is Kind.VIDEO and _differ(publication.told_rates, rates):
            publication.told_rates = rates
            self._wire.sink.on_layers(publication.number, rates)


def _tracks(peer: Peer, *kinds: Kind) -> Iterator[Track]:
    for publication in peer.publications.values():
        if publication.spec.kind in kinds:
            yield from publication.tracks.values()


def _bound(peer: Peer, now: float) -> bytes:
    """What this publisher may send, as REMB; browsers heed it beside their own estimate."""
    bounds = [bound for bound in (peer.uplink_cap, peer.uplink.limit) if bound is not None]
    return rtcp_write.remb(
        FEEDBACK_SSRC, min(bounds), [track.ssrc for track in _tracks(peer, *Kind) if track.is_live(now)]
    )


def _differ(told: tuple[LayerRate, ...], rates: tuple[LayerRate, ...]) -> bool:
    if [(rate.rid, rate.temporal) for rate in told] != [(rate.rid, rate.temporal) for rate in rates]:
        return True
    return any(abs(new.bps - old.bps) > RATE_CHANGE * old.bps for old, new in zip(told, rates, strict=True))
