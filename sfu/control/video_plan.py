"""What one viewer is sent of the pictures that its page shows, over time. Pure: `now` in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sfu.control.chooser import Chooser, Want
from sfu.control.ladder import Rung, camera_ladder, settled, single_ladder
from sfu.node import Pictures
from sfu.plane import Layer
from sfu.uplinks import CAMERA_BPS, UplinkLayer

# What a line lets through is said when it lasted: every picture starts small and grows within seconds.
SAID_AFTER_S: Final = {Pictures.ALL: 3.0, Pictures.FEWER: 8.0, Pictures.NONE: 1.0}


@dataclass(frozen=True, slots=True)
class Picture:
    """A publication that the page shows, `width` device pixels wide, 0 where unknown.

    `rates`: bits a second of its layers that are live, by rid. `layers`: those that may come, lowest first; empty
    without simulcast. `temporal`: steps of frame rate in each of them.
    """

    pub: int
    rates: Mapping[str | None, int]
    layers: Sequence[UplinkLayer] = ()
    width: int = 0
    is_first: bool = False
    temporal: int = 1


@dataclass(frozen=True, slots=True)
class Choice:
    """`target`: what to ask of the plane now. `wish`: the layer that should be published, None without simulcast."""

    target: Layer
    wish: str | None


class VideoPlan:
    """`through`: what the line lets through of what is wanted, said with some delay."""

    def __init__(self) -> None:
        self.through = Pictures.ALL
        self.goal: tuple[Want, ...] = ()
        self._chooser = Chooser()
        self._leaning: tuple[Pictures, float] | None = None

    def update(
        self, pictures: Sequence[Picture], budget: float | None, now: float, *, is_saver: bool = False
    ) -> dict[int, Choice]:
        """Publication → what to send; one that is missing is not sent. `pictures` most important first.

        `budget`: bits a second for video, None while the line is unknown.
        """
        self.goal = tuple(Want(picture.pub, _rungs(picture, is_saver), picture.is_first) for picture in pictures)
        chosen = self._chooser.update(self.goal, budget, now)
        self._lean(chosen, budget, now)
        return {want.pub: _choice(want.rungs, chosen[want.pub]) for want in self.goal if want.pub in chosen}

    @property
    def is_wary(self) -> bool:
        """See `Chooser`."""
        return self._chooser.is_wary

    def considers(self, pub: int) -> bool:
        """Did the newest choice depend on this publication?"""
        return any(want.pub == pub for want in self.goal)

    @property
    def due(self) -> float | None:
        """When to ask again although nothing changed."""
        said = None if self._leaning is None else self._leaning[1] + SAID_AFTER_S[self._leaning[0]]
        return min((at for at in (self._chooser.due, said) if at is not None), default=None)

    def _lean(self, chosen: Mapping[int, int], budget: float | None, now: float) -> None:
        is_full = all(chosen.get(want.pub) == len(want.rungs) - 1 for want in self.goal)
        newest = Pictures.FEWER if chosen else Pictures.NONE
        if is_full or budget is None:
            newest = Pictures.ALL
        if newest is self.through:
            self._leaning = None
        elif self._leaning is None or self._leaning[0] is not newest:
            self._leaning = (newest, now)
        elif now - self._leaning[1] >= SAID_AFTER_S[newest]:
            self.through, self._leaning = newest, None


def _rungs(picture: Picture, is_saver: bool) -> tuple[Rung, ...]:
    if not picture.layers:
        return single_ladder(sum(picture.rates.values()) or CAMERA_BPS)
    rates = {rid: bps for rid, bps in picture.rates.items() if rid is not None}
    return camera_ladder(rates, picture.width, temporal=picture.temporal, smallest_only=is_saver, layers=picture.layers)


def _choice(rungs: Sequence[Rung], wish: int) -> Choice:
    layer = rungs[wish].layer
    if layer.rid is None:
        return Choice(layer, None)
    # Before anything is known to come, whatever comes first is shown.
    is_anything_live = any(rung.is_live for rung in rungs)
    return Choice(settled(rungs, wish) if is_anything_live else Layer(), layer.rid)
