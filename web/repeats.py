"""How a series repeats: from the choices of a form to a rule, from a rule to the form again, and in words. Pure."""

from datetime import date, timedelta
from enum import StrEnum

from rooms.program.recurrence import Frequency, Rule

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
DAY_FIELDS = tuple(f"day_{number}" for number in range(7))  # Monday first
LAST = -1
NTH = {1: "1st", 2: "2nd", 3: "3rd", 4: "4th", LAST: "last"}
UNITS = {Frequency.DAILY: "day", Frequency.WEEKLY: "week", Frequency.MONTHLY: "month"}


class Repeat(StrEnum):
    """The choices of the form; which day of the month is meant follows from the first date."""

    NEVER = "never"
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY_DATE = "monthly-date"
    MONTHLY_WEEKDAY = "monthly-weekday"
    MONTHLY_LAST = "monthly-last"


class Ends(StrEnum):
    NEVER = "never"
    UNTIL = "until"
    COUNT = "count"


def choices(first: date | None) -> dict[Repeat, str]:
    """The words of each choice; where the first date is known, with its day in them and only what fits it."""
    words = {Repeat.NEVER: "Does not repeat", Repeat.DAILY: "Every day", Repeat.WEEKLY: "Every week"}
    if first is None:
        return words | {
            Repeat.MONTHLY_DATE: "Every month on this date",
            Repeat.MONTHLY_WEEKDAY: "Every month on this weekday, like the 3rd Saturday",
            Repeat.MONTHLY_LAST: "Every month on the last of this weekday",
        }
    weekday = WEEKDAYS[first.weekday()]
    words[Repeat.MONTHLY_DATE] = f"Every month on the {ordinal(first.day)}"
    if (nth := _nth(first)) != LAST:
        words[Repeat.MONTHLY_WEEKDAY] = f"Every month on the {NTH[nth]} {weekday}"
    if (first + timedelta(days=7)).month != first.month:
        words[Repeat.MONTHLY_LAST] = f"Every month on the last {weekday}"
    return words


def rule_of(
    repeat: Repeat,
    first: date,
    every: int = 1,
    weekdays: tuple[int, ...] = (),
    until: date | None = None,
    count: int | None = None,
) -> Rule | None:
    """The rule of these choices; `weekdays` count for a weekly one alone, none of them means that of `first`."""
    match repeat:
        case Repeat.NEVER:
            return None
        case Repeat.DAILY:
            return Rule(Frequency.DAILY, every, until=until, count=count)
        case Repeat.WEEKLY:
            return Rule(Frequency.WEEKLY, every, weekdays or (first.weekday(),), until=until, count=count)
        case Repeat.MONTHLY_DATE:
            return Rule(Frequency.MONTHLY, every, monthday=first.day, until=until, count=count)
        case Repeat.MONTHLY_WEEKDAY:
            nth = (_nth(first), first.weekday())
            return Rule(Frequency.MONTHLY, every, nth_weekday=nth, until=until, count=count)
        case Repeat.MONTHLY_LAST:
            return Rule(Frequency.MONTHLY, every, nth_weekday=(LAST, first.weekday()), until=until, count=count)


def values_of(rule: Rule | None) -> dict[str, str]:
    """What the form shows of a rule that exists."""
    if rule is None:
        return {"repeat": Repeat.NEVER}
    values = {"repeat": _choice(rule), "every": str(rule.interval), "ends": Ends.NEVER}
    values |= {DAY_FIELDS[day]: "on" for day in rule.weekdays}
    if rule.until is not None:
        values |= {"ends": Ends.UNTIL, "until": rule.until.isoformat()}
    if rule.count is not None:
        values |= {"ends": Ends.COUNT, "count": str(rule.count)}
    return values


def in_words(rule: Rule | None, first: date) -> str:
    """For example "Every 2 weeks on Tuesday and Thursday, until 3 March 2027"; `first` is the first local date."""
    if rule is None:
        return "Once"
    unit = UNITS[rule.frequency]
    every = f"Every {unit}" if rule.interval == 1 else f"Every {rule.interval} {unit}s"
    on = _on(rule, first)
    if rule.until is not None:
        end = f", until {rule.until.day} {rule.until:%B %Y}"
    elif rule.count is not None:
        end = f", {rule.count} time{'' if rule.count == 1 else 's'}"
    else:
        end = ""
    return f"{every}{on}{end}"


def ordinal(number: int) -> str:
    if number % 100 in (11, 12, 13):
        return f"{number}th"
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th') }"


def _on(rule: Rule, first: date) -> str:
    if rule.frequency is Frequency.DAILY:
        return ""
    if rule.frequency is Frequency.WEEKLY:
        days = [WEEKDAYS[day] for day in sorted(rule.weekdays)] or [WEEKDAYS[first.weekday()]]
        return " on " + (days[0] if len(days) == 1 else ", ".join(days[:-1]) + f" and {days[-1]}")
    if rule.nth_weekday is not None:
        nth, weekday = rule.nth_weekday
        return f" on the {NTH[nth]} {WEEKDAYS[weekday]}"
    if rule.monthday == -1:
        return " on its last day"
    return f" on the {ordinal(rule.monthday or first.day)}"


def _choice(rule: Rule) -> Repeat:
    if rule.frequency is Frequency.DAILY:
        return Repeat.DAILY
    if rule.frequency is Frequency.WEEKLY:
        return Repeat.WEEKLY
    if rule.nth_weekday is None:
        return Repeat.MONTHLY_DATE
    return Repeat.MONTHLY_LAST if rule.nth_weekday[0] == LAST else Repeat.MONTHLY_WEEKDAY


def _nth(day: date) -> int:
    """Which of its weekday in the month; the 5th, which most months do not have, is the last."""
    nth = (day.day - 1) // 7 + 1
    return nth if nth < 5 else LAST
