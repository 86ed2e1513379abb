"""The ways in which one publication can be sent to a viewer, cheapest first. Pure.

A rung is a simulcast layer, or the same one at half its pictures where it has temporal layers. What nobody watches is
not published, so a rung may not be live yet: its rate is then what its encoding may use at most.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sfu.plane import Layer
from sfu.uplinks import CAMERA_LAYERS, UplinkLayer

CAPTURE_WIDTH: Final = 1280
# A picture may be drawn a third larger than it is before a larger layer is worth its bits.
STRETCH: Final = 0.75
# Share of a layer's bits up to a temporal id, by how many it has; a little more than encoders aim for.
SHARES: Final[dict[int, tuple[float, ...]]] = {1: (), 2: (0.65,), 3: (0.45, 0.65)}


@dataclass(frozen=True, slots=True)
class Rung:
    """`bps` is smoothed or, where the layer is not live, nominal."""

    layer: Layer
    bps: int
    is_live: bool = True


def camera_ladder(
    rates: Mapping[str, int],
    width: int,
    *,
    temporal: int = 1,
    smallest_only: bool = False,
    layers: Sequence[UplinkLayer] = CAMERA_LAYERS,
) -> tuple[Rung, ...]:
    """For a camera with simulcast, up to the layer that a tile `width` device pixels wide is worth (0: unknown, h).

    `rates`: bits a second of the layers that are live, by rid. `temporal`: how many temporal layers each has.
    """
    rungs: list[Rung] = []
    top = 0 if smallest_only else _layer_for(width, layers)
    for index, layer in enumerate(layers[: top + 1]):
        live = rates.get(layer.rid, 0)
        bps = live or layer.max_bps
        shares = SHARES.get(temporal, ())
        # Below the smallest layer there is nothing else; between layers one half step is enough.
        for tid, share in enumerate(shares):
            if index == 0 or tid == len(shares) - 1:
                _climb(rungs, Rung(Layer(layer.rid, tid), int(share * bps), live > 0))
        _climb(rungs, Rung(Layer(layer.rid), bps, live > 0))
    return tuple(rungs)


def single_ladder(bps: int) -> tuple[Rung, ...]:
    """For a publication without simulcast."""
    return (Rung(Layer(), bps),)


def settled(rungs: Sequence[Rung], wish: int) -> Layer:
    """What to ask of the plane now for a wished rung: the best live one up to it, else the wish, which will come."""
    for rung in reversed(rungs[: wish + 1]):
        if rung.is_live:
            return rung.layer
    return rungs[wish].layer


def is_above(layer: Layer, rungs: Sequence[Rung]) -> bool:
    """Is it a larger layer of a camera than any of these?"""
    return all(_rank(rung.layer) < _rank(layer) for rung in rungs)


def _rank(layer: Layer) -> int:
    return next((index for index, one in enumerate(CAMERA_LAYERS) if one.rid == layer.rid), -1)


def _layer_for(width: int, layers: Sequence[UplinkLayer]) -> int:
    if not width:
        return min(1, len(layers) - 1)
    for index, layer in enumerate(layers):
        if CAPTURE_WIDTH / layer.scale >= STRETCH * width:
            return index
    return len(layers) - 1


def _climb(rungs: list[Rung], rung: Rung) -> None:
    """What costs no more than the rung below it, and is live, replaces that; the ladder rises strictly."""
    while rungs and rungs[-1].bps >= rung.bps and rung.is_live:
        rungs.pop()
    if not rungs or rung.bps > rungs[-1].bps:
        rungs.append(rung)
