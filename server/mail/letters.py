"""The letters, each a frozen type that holds all its words need. What they say is in `words/<language>.toml`.

The name of the type is the name of the words: `SignInLink` is `[sign-in-link]`.
"""

import re
from dataclasses import dataclass
from typing import ClassVar

from rooms.ids import Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """`is_neutral`: nothing before the letter is opened, and nothing in its first lines, tells what it is about.

    `url` is where the one button of the letter leads, "" for none. `is_optional`: sent because somebody wished for
    it, so that it can be stopped from the letter itself.
    """

    is_optional: ClassVar[bool] = False
    url: str = ""
    is_neutral: bool = True

    @property
    def kind(self) -> str:
        return re.sub(r"(?<!^)(?=[A-Z])", "-", type(self).__name__).lower()


# --- to an account: nothing of a group is in them, so they are neutral anyway -------------------------------------
@dataclass(frozen=True, slots=True, kw_only=True)
class SignInLink(Letter):
    expires_at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation(Letter):
    """To somebody who has an account now and never signed in."""

    organisation: str
    expires_at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressChanged(Letter):
    """To the former address of an account."""


# --- about a group ------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True, kw_only=True)
class GroupLetter(Letter):
    """`group` is its name, or its discreet name where the letter is neutral."""

    group: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceGiven(GroupLetter):
    """`starts_at` of the next date, where there is one."""

    starts_at: Instant | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceWaiting(GroupLetter):
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacePending(GroupLetter):
    """The answers to the intake questions have come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceDeclined(GroupLetter):
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeReceived(GroupLetter):
    """To a host; without the name and the answers of whoever asked."""


# --- about one date -----------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True, kw_only=True)
class DateLetter(GroupLetter):
    starts_at: Instant
    length_min: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DateMoved(DateLetter):
    was_at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class DateCanceled(DateLetter):
    """`next_at` of the next date, where there is one; `is_last` where it is known that nothing more is planned."""

    next_at: Instant | None = None
    is_last: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DateCanceledNobodyLed(DateCanceled):
    """Nobody came to lead it: they may have waited."""


# --- about several dates of one edit: one date of it is a letter of those above -----------------------------------
@dataclass(frozen=True, slots=True)
class MovedTime:
    starts_at: Instant
    was_at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class DatesLetter(GroupLetter):
    """About two dates at least, `moved` and `canceled` each by start. `next_at` and `is_last` as in `DateCanceled`,
    where some were canceled."""

    moved: tuple[MovedTime, ...]
    canceled: tuple[Instant, ...]
    next_at: Instant | None = None
    is_last: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DatesMoved(DatesLetter):
    """All of them moved."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DatesCanceled(DatesLetter):
    """All of them are canceled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DatesChanged(DatesLetter):
    """Some moved, others are canceled."""


# --- reminders ----------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True, kw_only=True)
class ReminderDay(DateLetter):
    is_optional: ClassVar[bool] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ReminderHour(DateLetter):
    is_optional: ClassVar[bool] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ReminderStarting(DateLetter):
    """The doors are open."""

    is_optional: ClassVar[bool] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class MissedYou(DateLetter):
    """`next_at` of the next date, where there is one."""

    is_optional: ClassVar[bool] = True
    next_at: Instant | None = None


# --- to those who lead --------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True, kw_only=True)
class LeadWanted(DateLetter):
    """Will you lead this date?"""


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupWanted(DateLetter):
    """People wait, and nobody is there to lead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadTaken(DateLetter):
    """To those who were asked as well: somebody leads it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NobodyLeads(DateLetter):
    """To hosts and backups, a day before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NobodyCame(DateLetter):
    """To hosts: people wait, nobody leads, the backups are being asked."""

    cancel_at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class TryLetter(Letter):
    """To the administrator who asked whether mail works."""


EVERY_LETTER: tuple[type[Letter], ...] = (
    SignInLink,
    Invitation,
    AddressChanged,
    PlaceGiven,
    PlaceWaiting,
    PlacePending,
    PlaceDeclined,
    IntakeReceived,
    DateMoved,
    DateCanceled,
    DateCanceledNobodyLed,
    DatesMoved,
    DatesCanceled,
    DatesChanged,
    ReminderDay,
    ReminderHour,
    ReminderStarting,
    MissedYou,
    LeadWanted,
    BackupWanted,
    LeadTaken,
    NobodyLeads,
    NobodyCame,
    TryLetter,
)
