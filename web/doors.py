"""Where a session stands, in the words of its page: the state, what happens next, and whether one can go in."""

from dataclasses import dataclass
from enum import StrEnum

from rooms.ids import Instant
from web.times import MINUTE_MS, SECOND_MS, in_words

POLL_MS = 60 * SECOND_MS
SOON_MS = 5 * SECOND_MS


class DoorState(StrEnum):
    NOT_OPEN = "not-open"
    DOORS_OPEN = "doors-open"
    IN_PROGRESS = "in-progress"
    FULL = "full"
    ENDED = "ended"
    CANCELED = "canceled"


WORDS = {
    DoorState.NOT_OPEN: "Not open yet",
    DoorState.DOORS_OPEN: "Doors are open",
    DoorState.IN_PROGRESS: "In progress",
    DoorState.FULL: "Full",
    DoorState.ENDED: "Ended",
    DoorState.CANCELED: "Canceled",
}


class Action(StrEnum):
    """What the page offers: `JOIN` is the main button, `RETURN` a quiet one for people who were in already."""

    NONE = "none"
    JOIN = "join"
    RETURN = "return"


@dataclass(frozen=True, slots=True)
class Hours:
    """The instants in force; `late_until` is None where late arrivals may come until the end."""

    doors_at: Instant
    start_at: Instant
    end_at: Instant
    late_until: Instant | None


@dataclass(frozen=True, slots=True)
class Doors:
    """`refresh_ms`: after how long the page should ask again (a change is due, or the words are old)."""

    state: DoorState
    sentence: str
    action: Action
    refresh_ms: int

    @property
    def word(self) -> str:
        return WORDS[self.state]


def doors_of(phase: str, hours: Hours, now: Instant, is_peer_held: bool = False, is_full: bool = False) -> Doors:
    """`phase` is the tag of `rooms.live.phase`; `is_full`: nobody new can wait. Raises `ValueError`."""
    match phase:
        case "scheduled":
            return _not_open(hours, now)
        case "doors-open" | "awaiting-facilitator" | "ready" | "live" | "paused" | "held" if is_full:
            sentence = "There is no free place now. If you were already there, you can go back in."
            return Doors(DoorState.FULL, sentence, Action.RETURN, POLL_MS // 4)
        case "doors-open" | "awaiting-facilitator" | "ready" if not _is_late(hours, now):
            return _open(phase, hours, now, is_peer_held)
        case "doors-open" | "awaiting-facilitator" | "ready":
            sentence = "The time to arrive has passed. If you were already there, you can go back in."
            return Doors(DoorState.IN_PROGRESS, sentence, Action.RETURN, POLL_MS // 4)
        case "live" | "paused" | "held":
            return _in_progress(hours, now)
        case "closing":
            sentence = "The session is coming to its end. If you were already there, you can go back in."
            return Doors(DoorState.IN_PROGRESS, sentence, Action.RETURN, POLL_MS)
        case "ended":
            return Doors(DoorState.ENDED, "This session has ended. Thank you for being there.", Action.NONE, POLL_MS)
        case "canceled":
            sentence = "This session will not take place. Below is where you can turn instead."
            return Doors(DoorState.CANCELED, sentence, Action.NONE, POLL_MS)
    raise ValueError(f"no such phase: {phase}")


def _not_open(hours: Hours, now: Instant) -> Doors:
    left = hours.doors_at - now
    if left <= 0:
        return Doors(DoorState.NOT_OPEN, "The doors are about to open.", Action.NONE, SOON_MS)
    return Doors(DoorState.NOT_OPEN, f"Doors open in {in_words(left)}.", Action.NONE, _until_next_word(left))


def _open(phase: str, hours: Hours, now: Instant, is_peer_held: bool) -> Doors:
    left = hours.start_at - now
    if left > 0:
        sentence = f"The session starts in {in_words(left)}. You can come in and wait."
        return Doors(DoorState.DOORS_OPEN, sentence, Action.JOIN, _until_next_word(left))
    if is_peer_held:
        sentence = "The session begins as soon as enough people are here. You can come in and wait."
    elif phase == "ready":
        sentence = "A facilitator is here. The session begins in a moment."
    elif -left < MINUTE_MS:
        sentence = "A facilitator will be here soon. You can come in and wait."
    else:
        sentence = f"Running {in_words(-left)} late: a facilitator is not here yet. You can come in and wait."
    return Doors(DoorState.DOORS_OPEN, sentence, Action.JOIN, POLL_MS // 4)


def _is_late(hours: Hours, now: Instant) -> bool:
    return hours.late_until is not None and now >= hours.late_until


def _in_progress(hours: Hours, now: Instant) -> Doors:
    until = hours.late_until
    if until is None:
        sentence = "The session has begun. You can still join; a facilitator lets you in at a quiet moment."
        return Doors(DoorState.IN_PROGRESS, sentence, Action.JOIN, POLL_MS)
    left = until - now
    if left > 0:
        sentence = f"The session has begun. You can still join for {in_words(left)}."
        return Doors(DoorState.IN_PROGRESS, sentence, Action.JOIN, _until_next_word(left))
    sentence = "The session has begun and takes no more late arrivals. If you were already there, you can go back in."
    return Doors(DoorState.IN_PROGRESS, sentence, Action.RETURN, POLL_MS)


def _until_next_word(left: int) -> int:
    """The words change at each full minute that is left; a little later, so that the answer is the new one."""
    return min(left % MINUTE_MS or MINUTE_MS, left, POLL_MS) + SECOND_MS // 4
