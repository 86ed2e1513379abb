"""What a room looks like: who publishes, and whom each viewer receives."""

import argparse
from dataclasses import dataclass
from typing import Final

from bench.load.source import PER_SECOND

AUDIBLE: Final = 8  # microphones at once where not everybody is visible: what Holdspace has slots for


@dataclass(frozen=True)
class View:
    """The members whose camera and whose microphone one member receives."""

    cameras: tuple[int, ...]
    microphones: tuple[int, ...]

    @property
    def packets_per_second(self) -> int:
        return len(self.cameras) * PER_SECOND["video"] + len(self.microphones) * PER_SECOND["audio"]


@dataclass(frozen=True)
class Case:
    """`fan`: member 0 publishes, `size` watch. `room`: `size` publish, each receives the others or `visible` of them.

    `rooms` of these stand beside one another. Members are numbered through all rooms.
    """

    kind: str
    size: int
    visible: int | None = None
    rooms: int = 1

    @classmethod
    def parse(cls, text: str) -> "Case":
        """`fan:10`, `room:12`, `room:25/9`, `4xroom:12`. Raises argparse's error for anything else."""
        many, _, rest = text.rpartition("x")
        kind, _, numbers = rest.partition(":")
        size, slash, visible = numbers.partition("/")
        words = [size, *([visible] if slash else []), *([many] if many else [])]
        if kind not in ("fan", "room") or not all(word.isdigit() and int(word) > 0 for word in words):
            raise argparse.ArgumentTypeError(f"{text!r} is none of fan:N, room:N, room:N/VISIBLE, Kxroom:N")
        case = cls(kind, int(size), int(visible) if slash else None, int(many or 1))
        if (case.kind == "fan" and slash) or (case.kind == "room" and case.size < 2):
            raise argparse.ArgumentTypeError(f"{text!r} shows nobody anything")
        return case

    def __str__(self) -> str:
        visible = "" if self.visible is None else f"/{self.visible}"
        return f"{self.rooms}x" * (self.rooms > 1) + f"{self.kind}:{self.size}{visible}"

    @property
    def in_room(self) -> int:
        return self.size + 1 if self.kind == "fan" else self.size

    @property
    def members(self) -> int:
        return self.in_room * self.rooms

    def room_of(self, member: int) -> int:
        return member // self.in_room

    def publishers(self) -> list[int]:
        if self.kind == "fan":
            return [room * self.in_room for room in range(self.rooms)]
        return list(range(self.members))

    def view_of(self, member: int) -> View:
        """A member beyond the last is a latecomer to the first room, who publishes nothing and sees what all see.

        Where not everybody is visible, whom one sees turns with one's place, so that everybody is seen by somebody.
        """
        is_late = member >= self.members
        room = 0 if is_late else self.room_of(member)
        first = room * self.in_room
        if self.kind == "fan":
            publisher = (first,) if member != first else ()
            return View(publisher, publisher)
        place = self.size if is_late else member - first
        others = tuple(first + (place + step) % self.size for step in range(0 if is_late else 1, self.size))
        others = others[: self.size - 1]
        if self.visible is None:
            return View(others, others)
        return View(others[: self.visible], others[:AUDIBLE])

    @property
    def packets_per_second(self) -> int:
        """Out of the server."""
        return sum(self.view_of(member).packets_per_second for member in range(self.members))

    @property
    def tracks(self) -> int:
        """SSRCs that all members together receive."""
        views = [self.view_of(member) for member in range(self.members)]
        return sum(len(view.cameras) + len(view.microphones) for view in views)
