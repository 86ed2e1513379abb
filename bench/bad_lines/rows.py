"""What every scenario measures in the same way, as rows with the limit each has to keep."""

from dataclasses import dataclass

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
    """Nobody else in the room notices: of each other they lose no sound and no picture."""
    rest = room.apart_from_it()
    concealed = max(hearing(room, *pair, span).concealed for pair in rest)
    freezes = sum(seeing(room, *pair, span).freezes for pair in rest)
    return [
        Row("the others among themselves: audio concealed, worst", 100 * concealed, "%", 1.0),
        Row("the others among themselves: video freezes", freezes, "", 0),
    ]


def transports_row(room: LineRoom, before: int) -> Row:
    """Connections that `far` had to make anew."""
    return Row("transports lost", room.samples[FAR][-1].connections - before, "", 0)
