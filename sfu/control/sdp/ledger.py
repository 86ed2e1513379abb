"""The m-lines of one peer, fixed up front: three uplinks, then the downlink slots.

The ledger is append-only (RFC 9429 section 5.2.2: m-lines are never reordered or removed) and a mid is the index in two
digits, so that rewriting a MID extension never changes its length (media.md 9). All slots are offered at once because
who is shown in a slot is switched by rewriting packets, without SDP.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from sfu.codecs import CODECS, RED, Codec, Kind
from sfu.node import Source
from sfu.uplinks import CAMERA_LAYERS

AUDIO_SLOTS: Final = 8
CAMERA_SLOTS: Final = 9
SCREEN_SLOTS: Final = 1
KIND_OF: Final = {Source.MIC: Kind.AUDIO, Source.CAMERA: Kind.VIDEO, Source.SCREEN: Kind.VIDEO}
# A screen is text: one sharp layer, at a low rate of frames where the line is narrow.
RIDS_OF: Final = {
    Source.MIC: (),
    Source.CAMERA: tuple(layer.rid for layer in CAMERA_LAYERS),
    Source.SCREEN: (),
}
CODECS_OF: Final[dict[Kind, tuple[Codec, ...]]] = {
    kind: tuple(codec for codec in CODECS if codec.kind is kind) for kind in Kind
}


@dataclass(frozen=True, slots=True)
class UplinkLine:
    """What the browser may send. `rids` names its simulcast layers, lowest first; empty: one layer, no rid.

    `is_redundant`: a voice that repeats itself is preferred.
    """

    mid: str
    source: Source
    rids: tuple[str, ...] = ()
    is_redundant: bool = False

    @property
    def kind(self) -> Kind:
        return KIND_OF[self.source]


@dataclass(frozen=True, slots=True)
class SlotLine:
    """What the server may send: one publication of `source` at a time, on an SSRC that never changes."""

    mid: str
    source: Source
    ssrc: int
    rtx_ssrc: int | None

    @property
    def kind(self) -> Kind:
        return KIND_OF[self.source]


Line = UplinkLine | SlotLine
Ledger = tuple[Line, ...]


def new_ledger(new_ssrc: Callable[[], int]) -> Ledger:
    """The layout every peer gets. `new_ssrc` gives random 32-bit numbers; a repeated or zero one is asked for again."""
    used = {0}

    def fresh() -> int:
        while (ssrc := new_ssrc()) in used:
            pass
        used.add(ssrc)
        return ssrc

    lines: list[Line] = [UplinkLine(f"{index:02}", source, RIDS_OF[source]) for index, source in enumerate(Source)]
    for source, count in ((Source.MIC, AUDIO_SLOTS), (Source.CAMERA, CAMERA_SLOTS), (Source.SCREEN, SCREEN_SLOTS)):
        for _ in range(count):
            rtx = None if KIND_OF[source] is Kind.AUDIO else fresh()
            lines.append(SlotLine(f"{len(lines):02}", source, fresh(), rtx))
    return tuple(lines)


def payload_types_of(line: Line) -> tuple[int, ...]:
    """Every payload type offered on a line, its retransmission types included, in order of preference."""
    codecs = CODECS_OF[line.kind]
    if isinstance(line, UplinkLine) and line.is_redundant:
        codecs = (RED, *(codec for codec in codecs if codec is not RED))
    return tuple(number for codec in codecs for number in (codec.payload_type, codec.rtx) if number is not None)
