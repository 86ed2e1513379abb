"""The phases of a room, each carrying what is true only in it (features.md section 5)."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from rooms.ids import Instant


class EndReason(StrEnum):
    BY_FACILITATOR = "by-facilitator"
    TIME_IS_UP = "time-is-up"
    NO_FACILITATOR = "no-facilitator"  # held for too long
    BY_HOST = "by-host"


class CancelReason(StrEnum):
    NO_FACILITATOR = "no-facilitator"  # nobody came to lead
    BY_HOST = "by-host"
    TOO_FEW = "too-few"  # a peer-held group did not come together


@dataclass(frozen=True, slots=True)
class Scheduled:
    """Before doors."""

    tag: Literal["scheduled"] = "scheduled"


@dataclass(frozen=True, slots=True)
class DoorsOpen:
    """Doors reached, nobody leads yet: people may wait, nobody can be admitted."""

    tag: Literal["doors-open"] = "doors-open"


@dataclass(frozen=True, slots=True)
class AwaitingFacilitator:
    """The start has passed and nobody leads."""

    tag: Literal["awaiting-facilitator"] = "awaiting-facilitator"
    backups_paged: bool = False


@dataclass(frozen=True, slots=True)
class Ready:
    """A facilitator is inside; only facilitators' media flows. `may_start`: the early start is open."""

    may_start: bool = False
    tag: Literal["ready"] = "ready"


@dataclass(frozen=True, slots=True)
class Live:
    tag: Literal["live"] = "live"


@dataclass(frozen=True, slots=True)
class Paused:
    """Only facilitators are seen and heard; chat and admissions rest. Resuming restores each person as they were."""

    since: Instant
    resume_to: Literal["live", "closing"]
    tag: Literal["paused"] = "paused"


@dataclass(frozen=True, slots=True)
class Held:
    """No facilitator is left: microphones, cameras and chat are closed until one returns."""

    since: Instant
    resume_to: Literal["live", "closing"]
    tag: Literal["held"] = "held"


@dataclass(frozen=True, slots=True)
class Closing:
    """The end is near: as live, but only those who were in may enter."""

    tag: Literal["closing"] = "closing"


@dataclass(frozen=True, slots=True)
class Ended:
    at: Instant
    reason: EndReason
    tag: Literal["ended"] = "ended"


@dataclass(frozen=True, slots=True)
class Canceled:
    at: Instant
    reason: CancelReason
    tag: Literal["canceled"] = "canceled"


Phase = Scheduled | DoorsOpen | AwaitingFacilitator | Ready | Live | Paused | Held | Closing | Ended | Canceled
