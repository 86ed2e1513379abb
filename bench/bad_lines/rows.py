"""What every scenario measures in the same way, as rows with the limit each has to keep."""

from dataclasses import dataclass
from math import ceil

from tests.support.line_figures import Heard, Seen, heard, seen
from tests.support.line_room import FAR, LineRoom
from tests.support.people import RoomPage


@dataclass(frozen=True)
class Row:
    """One figure; `most` is what it may be at the most, None where the figure is only told."""

    what: str
    value: float
    unit: str
    most: float | None = None

    @property
    def is_kept(self) -> bool | None:
        return None if self.most is None else self.value <= self.most

    def to_json(self) -> dict[str, object]:
        return {
            "what": self.what,
            "value": round(self.value, 3),
            "unit": self.unit,
            "most": self.most,
            "kept": self.is_kept,
        }


@dataclass(frozen=True)
class Span:
    """Seconds of wall time."""

    since: float
    until: float

    @property
    def minutes(self) -> float:
        return (self.until - self.since) / 60


def hearing(room: LineRoom, viewer: RoomPage, other: RoomPage, span: Span) -> Heard:
    return heard(room.samples[viewer.alias], room.ids[other.alias], span.since, span.until)


def seeing(room: LineRoom, viewer: RoomPage, other: RoomPage, span: Span) -> Seen:
    return seen(room.samples[viewer.alias], room.ids[other.alias], span.since, span.until)


def over_the_line(room: LineRoom, span: Span) -> tuple[list[Heard], list[Seen], list[Heard], list[Seen]]:
    """What `far` heard and saw of the others, then what they heard and saw of `far`."""
    down = [(v, o) for v, o in room.over_the_line() if v.alias == FAR]
    up = [(v, o) for v, o in room.over_the_line() if o.alias == FAR]
    return (
        [hearing(room, *pair, span) for pair in down],
        [seeing(room, *pair, span) for pair in down],
        [hearing(room, *pair, span) for pair in up],
        [seeing(room, *pair, span) for pair in up],
    )


def others_rows(room: LineRoom, span: Span) -> list[Row]:
    """Nobody else in the room notices: of each other they lose no more than on the clear line before.

    Three browsers on few cores freeze now and then by themselves, so the span is held against the time before it.
    """
    clear = Span(*room.clear)
    heard_now, heard_before = (_worst_concealed(room, one) for one in (span, clear))
    freezes, usual = _freezes(room, span), ceil(_freezes(room, clear) * span.minutes / clear.minutes)
    return [
        Row("the others: audio concealed, more than before", 100 * max(0.0, heard_now - heard_before), "%", 1.0),
        Row("the others: freezes more than before", max(0, freezes - usual), "", 0),
        Row("the others before: audio concealed, worst", 100 * heard_before, "%"),
        Row("the others before: freezes a minute", _freezes(room, clear) / clear.minutes, "/min"),
    ]


def _worst_concealed(room: LineRoom, span: Span) -> float:
    return max(hearing(room, *pair, span).concealed for pair in room.apart_from_it())


def _freezes(room: LineRoom, span: Span) -> int:
    return sum(seeing(room, *pair, span).freezes for pair in room.apart_from_it())


def transports_row(room: LineRoom, before: int) -> Row:
    """Connections that `far` had to make anew."""
    return Row("transports lost", room.samples[FAR][-1].connections - before, "", 0)
