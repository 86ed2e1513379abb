"""The fuzz targets: which there are, and whose branches guide the fuzzer."""

from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Final, Protocol

SEEDS: Final = Path(__file__).parent / "seeds"

GUIDES: Final[dict[str, tuple[str, ...]]] = {
    "stun": ("sfu.packet.stun",),
    "rtp": ("sfu.packet.rtp", "sfu.packet.layout"),
    "rtcp": ("sfu.packet.rtcp", "sfu.packet.rtcp_write", "sfu.packet.transport_feedback", "sfu.packet.bwe"),
    "vp8": ("sfu.packet.vp8", "sfu.packet.keyframes"),
    "sdp": ("sfu.control.sdp.answer",),
    "tcp": ("sfu.packet.tcp_frames",),
}


class Target(Protocol):
    """A module of `targets`. `one` raises AssertionError, or whatever escapes, where a property does not hold.

    `mutate(data, most, seed, by_bytes)` is optional.
    """

    one: Callable[[bytes], None]
    seeds: Callable[[], Iterator[bytes]]


def load(name: str) -> Target:
    """Raises KeyError for a name that is not in the catalogue."""
    if name not in GUIDES:
        raise KeyError(name)
    module: Target = import_module(f"tests.fuzz.targets.{name}")  # type: ignore[assignment]
    return module


def kept(name: str) -> list[Path]:
    """Inputs that once broke something."""
    return sorted((SEEDS / name).glob("*")) if (SEEDS / name).is_dir() else []
