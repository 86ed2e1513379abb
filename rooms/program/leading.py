"""Who leads one date: who is asked when, who may say yes, and whom to ask when nobody came. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from rooms.ids import Instant
from rooms.live.settings import MINUTE_MS, SECOND_MS
from rooms.program.authority import Position
from rooms.program.ids import AccountId

HOUR_MS: Final = 60 * MINUTE_MS
DAY_MS: Final = 24 * HOUR_MS
ASKED_AHEAD_MS: Final = 7 * DAY_MS
PATIENCE_MS: Final = 2 * DAY_MS  # how long one is waited for before the next is asked too
HURRY_MS: Final = 2 * DAY_MS  # before the start: from here on all are asked
ALERT_MS: Final = DAY_MS  # before the start: nobody said yes, so hosts and backups hear of it
PAGE_STEP_MS: Final = 90 * SECOND_MS  # between one backup and the next; the session waits ten minutes in all


class LeadState(StrEnum):
    """`released`: was asked or said yes, and was not there at the start or may not lead any more; others are asked."""

    ASKED = "asked"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    RELEASED = "released"


@dataclass(frozen=True, slots=True)
class Lead:
    """One account's part in one date."""

    account: AccountId
    rank: int
    state: LeadState
    asked_at: Instant | None
    answered_at: Instant | None


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody of the group's staff in one position; `rank` orders those of one position, the lowest first."""

    account: AccountId
    position: Position
    rank: int
    training_expires_on: date | None = None  # the last day on which they may lead
    is_disabled: bool = False

    def may_lead_on(self, day: date) -> bool:
        return not self.is_disabled and (self.training_expires_on is None or day <= self.training_expires_on)


class Answer(StrEnum):
    """What became of a yes or a no."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    TAKEN = "taken"  # somebody else leads it
    OVER = "over"  # the date is past or canceled
    NOT_TRAINED = "not-trained"
    NOT_ASKED = "not-asked"  # not of this group's staff


def leader_of(leads: Iterable[Lead]) -> AccountId | None:
    """Who said yes to it."""
    return next((lead.account for lead in leads if lead.state is LeadState.ACCEPTED), None)


def in_order(candidates: Iterable[Candidate], day: date) -> tuple[Candidate, ...]:
    """Those who may lead on that day, each once: facilitators, where there is none the hosts."""
    able = [each for each in candidates if each.may_lead_on(day)]
    facilitators = _of(able, Position.FACILITATOR)
    return facilitators or _of(able, Position.HOST)


def to_ask(
    candidates: Sequence[Candidate], leads: Sequence[Lead], day: date, start_at: Instant, now: Instant
) -> tuple[Candidate, ...]:
    """Who is to be asked now whether they will lead.

    The first in order; the next when somebody declined or has not answered for two days; in the last two days all.
    """
    if leader_of(leads) is not None or not start_at - ASKED_AHEAD_MS <= now < start_at:
        return ()
    known = {lead.account for lead in leads}
    fresh = tuple(each for each in in_order(candidates, day) if each.account not in known)
    if now >= start_at - HURRY_MS:
        return fresh
    waits = any(
        lead.state is LeadState.ASKED and lead.asked_at is not None and now - lead.asked_at < PATIENCE_MS
        for lead in leads
    )
    return () if waits else fresh[:1]


def to_alert(
    candidates: Sequence[Candidate], leads: Sequence[Lead], day: date, start_at: Instant, now: Instant
) -> tuple[Candidate, ...]:
    """Whom to tell that nobody leads: hosts, and the backups who may lead; nobody before it is a day away."""
    if leader_of(leads) is not None or not start_at - ALERT_MS <= now < start_at:
        return ()
    backups = _of((each for each in candidates if each.may_lead_on(day)), Position.BACKUP)
    return _each_once((*_of((c for c in candidates if not c.is_disabled), Position.HOST), *backups))


def to_page(
    candidates: Sequence[Candidate], leads: Sequence[Lead], paged: frozenset[AccountId], day: date
) -> tuple[Candidate, ...]:
    """Whom to ask next to come at once.

    First whoever said yes and is not there, together with the first backup; then one at a time, in order: the other
    backups, facilitators, hosts.
    """
    able = [each for each in candidates if each.may_lead_on(day)]
    absent = {lead.account for lead in leads if lead.state in (LeadState.ACCEPTED, LeadState.RELEASED)}
    order = _each_once(
        (
            *(each for each in able if each.account in absent),
            *_of(able, Position.BACKUP),
            *_of(able, Position.FACILITATOR),
            *_of(able, Position.HOST),
        )
    )
    left = tuple(each for each in order if each.account not in paged)
    first = 0
    while first < len(left) and left[first].account in absent:
        first += 1
    return left[: first + 1]


def answered(leads: Sequence[Lead], account: AccountId, is_yes: bool, is_open: bool, may_lead: bool) -> Answer:
    """What an answer of `account` does. `is_open`: the date is neither past nor canceled."""
    if not is_open:
        return Answer.OVER
    if not is_yes:
        return Answer.DECLINED
    if not may_lead:
        return Answer.NOT_TRAINED
    return Answer.ACCEPTED if leader_of(leads) in (None, account) else Answer.TAKEN


def _of(candidates: Iterable[Candidate], position: Position) -> tuple[Candidate, ...]:
    mine = (each for each in candidates if each.position is position)
    return tuple(sorted(mine, key=lambda each: (each.rank, each.account)))


def _each_once(candidates: Iterable[Candidate]) -> tuple[Candidate, ...]:
    seen: dict[AccountId, Candidate] = {}
    for each in candidates:
        seen.setdefault(each.account, each)
    return tuple(seen.values())
