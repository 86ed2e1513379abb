"""When a session's doors open, until when one may still come, and what happens where nobody leads. In minutes."""

from dataclasses import dataclass
from typing import Final

LONGEST_MIN: Final = 8 * 60  # of a session, and of a late arrival
EARLIEST_DOORS_MIN: Final = 120
LONGEST_ABSENT_MIN: Final = 120


@dataclass(frozen=True, slots=True)
class Timers:
    """The timers of a group's or a series' sessions (defaults: features.md section 7).

    `late_min` counts from the start; None lets people knock until the end. The absent timers count from the start too:
    first the backups are asked, then, where nobody came, the session is called off.
    """

    doors_min: int = 15
    late_min: int | None = 10
    absent_page_min: int = 5
    absent_cancel_min: int = 15


def faults_of(timers: Timers) -> dict[str, str]:
    """One sentence for each field that cannot be so; empty where all is well."""
    errors = {}
    if not 0 <= timers.doors_min <= EARLIEST_DOORS_MIN:
        errors["doors_min"] = f"Doors can open from 0 to {EARLIEST_DOORS_MIN} minutes before the start."
    if timers.late_min is not None and not 0 <= timers.late_min <= LONGEST_MIN:
        errors["late_min"] = f"Choose from 0 to {LONGEST_MIN} minutes, or leave this empty."
    if not 0 <= timers.absent_page_min <= LONGEST_ABSENT_MIN:
        errors["absent_page_min"] = f"Backups can be asked from 0 to {LONGEST_ABSENT_MIN} minutes after the start."
    if not 1 <= timers.absent_cancel_min <= LONGEST_ABSENT_MIN:
        errors["absent_cancel_min"] = f"Choose from 1 to {LONGEST_ABSENT_MIN} minutes."
    elif timers.absent_cancel_min < timers.absent_page_min and "absent_page_min" not in errors:
        errors["absent_cancel_min"] = "Give the backups time to come: choose this later than when they are asked."
    return errors
