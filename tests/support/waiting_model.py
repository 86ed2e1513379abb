"""A small model of who is where, written apart from `rooms/`: what a reader of the rules would expect."""

from dataclasses import dataclass, field
from enum import Enum


class Place(Enum):
    OUT = "out"
    WAITING = "waiting"
    IN = "in"
    LEFT = "left"
    DECLINED = "declined"
    REMOVED = "removed"


@dataclass
class Seat:
    by_self: bool = True
    by_facilitator: bool = False


@dataclass
class Model:
    """One facilitator leads a live room; `act` says whether the request is allowed, and then does it."""

    names: list[str]
    place: dict[str, Place] = field(default_factory=dict)
    seat: dict[str, Seat] = field(default_factory=dict)
    was_here: set[str] = field(default_factory=set)
    silenced: set[str] = field(default_factory=set)
    is_locked: bool = False
    is_paused: bool = False

    OWN = ("knock", "unmute-self", "mute-self", "leave", "reload")
    ACTS = (
        *OWN,
        "admit",
        "admit",
        "knock",
        "unmute-self",
        "decline",
        "remove",
        "readmit",
        "send-back",
        "mute-participant",
        "allow-unmute",
        "lock-entry",
        "unlock-entry",
        "pause-room",
        "resume-room",
    )

    def __post_init__(self) -> None:
        self.place = dict.fromkeys(self.names, Place.OUT)

    def is_heard(self, name: str) -> bool:
        seat = self.seat[name]
        return not seat.by_self and not seat.by_facilitator and not self.is_paused

    def reload(self, name: str) -> None:
        if name in self.seat:
            self.seat[name].by_self = True

    def act(self, act: str, name: str) -> bool:
        place = self.place[name]
        match act:
            case "pause-room":
                self.is_paused = True
                return True
            case "resume-room":
                allowed, self.is_paused = self.is_paused, False
                return allowed
            case "lock-entry" | "unlock-entry":
                self.is_locked = act == "lock-entry"
                return True
            case "knock":
                return self._knock(name, place)
            case "admit":
                if place is not Place.WAITING or self.is_paused:
                    return False
                self._sit(name)
                return True
            case "decline":
                return self._put_out(name, place is Place.WAITING, Place.DECLINED)
            case "send-back":
                return self._put_out(name, place is Place.IN, Place.WAITING)
            case "leave":
                self._put_out(name, place in (Place.IN, Place.WAITING), Place.LEFT)
                return True
            case "remove":
                return self._put_out(name, True, Place.REMOVED)
            case "readmit":
                if place not in (Place.DECLINED, Place.REMOVED):
                    return False
                self.place[name] = Place.LEFT if name in self.was_here else Place.OUT
                return True
            case _:
                return self._microphone(act, name)

    def _microphone(self, act: str, name: str) -> bool:
        if self.place[name] is not Place.IN:
            return False
        seat = self.seat[name]
        match act:
            case "unmute-self":
                if seat.by_facilitator or self.is_paused:
                    return False
                seat.by_self = False
            case "mute-self":
                seat.by_self = True
            case "mute-participant":
                seat.by_self = seat.by_facilitator = True
            case "allow-unmute":
                seat.by_facilitator = False
        return True

    def _knock(self, name: str, place: Place) -> bool:
        if place in (Place.DECLINED, Place.REMOVED, Place.IN):
            return False
        if place is Place.WAITING:
            return True
        if self.is_locked and name not in self.was_here:
            return False
        self.place[name] = Place.WAITING
        return True

    def _sit(self, name: str) -> None:
        self.place[name] = Place.IN
        self.was_here.add(name)
        self.seat[name] = Seat(by_facilitator=name in self.silenced)

    def _put_out(self, name: str, may: bool, to: Place) -> bool:
        if not may:
            return False
        if name in self.seat:
            (self.silenced.add if self.seat.pop(name).by_facilitator else self.silenced.discard)(name)
        self.place[name] = to
        return True
