"""What a room knows of one member and of one publication."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sfu.control.peer import Peer, Publication
from sfu.control.redundancy import Redundancy
from sfu.control.video_plan import Choice, VideoPlan
from sfu.control.watched import Watched
from sfu.node import Pictures, SlotShown, Source, SourceWanted, Wanted
from sfu.plane import Layer, LayerRate
from sfu.uplinks import CAMERA_LAYERS, UplinkLayer


@dataclass(slots=True, eq=False)
class Member:
    """As a publisher: `gates`. As a viewer: what it wants, and what its slots carry and were told to carry."""

    peer: Peer
    is_receiving: bool = False
    wanted: Wanted = field(default_factory=Wanted)
    gates: set[Source] = field(default_factory=set)
    shown: dict[int, int | None] = field(default_factory=dict)  # slot → publication
    targets: dict[int, Layer] = field(default_factory=dict)  # slot → layer asked of the plane
    flowing: dict[int, str | None] = field(default_factory=dict)  # slot → rid that the plane switched to
    plan: VideoPlan = field(default_factory=VideoPlan)
    sent: Mapping[int, Choice] = field(default_factory=dict)  # by publication
    downlink_bps: int | None = None
    goal_bps: int = 0  # what all that its page shows would take, as the plane was told
    used_bps: int | None = None  # the estimate that was last chosen by
    told: tuple[SlotShown, ...] | None = None
    told_pictures: Pictures = Pictures.ALL
    told_layers: tuple[SourceWanted, ...] | None = None


@dataclass(slots=True, eq=False)
class Published:
    """`rates`: bits a second to reckon with, by rid, of the layers that are live. `temporal`: steps of frame rate."""

    owner: Member
    publication: Publication
    watched: Watched
    rates: dict[str | None, int] = field(default_factory=dict)
    temporal: int = 1
    redundancy: Redundancy = field(default_factory=Redundancy)

    @property
    def is_open(self) -> bool:
        return self.publication.source in self.owner.gates

    def on_rates(self, live: Sequence[LayerRate]) -> None:
        """What comes of it. A layer that is not asked for dwindles before it ceases, and gets no cheaper by it."""
        asked = (None, *self.watched.rids)
        self.rates = {
            rate.rid: rate.bps if rate.rid in asked else max(rate.bps, self.rates.get(rate.rid, 0)) for rate in live
        }
        # Our page asks for three steps; a browser that makes none must not be taken for one that does.
        self.temporal = max((rate.temporal for rate in live), default=1)

    def layers(self, now: float) -> Sequence[UplinkLayer]:
        """The simulcast layers that may come."""
        missing = self.watched.missing(self.rates, now)
        return [
            layer for layer in CAMERA_LAYERS if layer.rid in self.publication.spec.rids and layer.rid not in missing
        ]
