"""How many lines of one cause go into the log: whoever makes the server say something must not fill its disk.

A cause is a line without its times and counts. Each has a few lines at once and then one now and then, which tells in
`more` how many before it were left out.
"""

import logging
from collections import OrderedDict
from collections.abc import Callable, MutableMapping
from typing import Any, Final

import structlog

BURST: Final = 8
EVERY_S: Final = 15.0
MOST_CAUSES: Final = 500
_NUMBERS: Final = frozenset({"status", "close"})  # the numbers that are part of a cause
Cause = tuple[object, ...]


class Pace:
    """`clock` is monotonic, in seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        # Causes, the one that was met longest ago first: when it has its whole burst again, and what was left out.
        self._causes: OrderedDict[Cause, tuple[float, int]] = OrderedDict()

    def let_pass(self, cause: Cause) -> int | None:
        """How many lines of this cause were left out since the last one that passed; None for one more of them."""
        now = self._clock()
        whole_at, left_out = self._causes.pop(cause, (now, 0))
        whole_at = max(now, whole_at) + EVERY_S
        passes = whole_at - now <= BURST * EVERY_S
        self._causes[cause] = (whole_at, 0) if passes else (whole_at - EVERY_S, left_out + 1)
        if len(self._causes) > MOST_CAUSES:
            self._causes.popitem(last=False)
        return left_out if passes else None


def paced(pace: Pace) -> structlog.types.Processor:
    """Of lines of our own; before a time is put in."""

    def process(_logger: object, _name: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        more = pace.let_pass(tuple(sorted((k, str(v)) for k, v in line.items() if k in _NUMBERS or _is_word(v))))
        if more is None:
            raise structlog.DropEvent
        return {**line, "more": more} if more else line

    return process


def _is_word(value: object) -> bool:
    return not isinstance(value, int | float)


class PacedLibraries(logging.Filter):
    """Of lines that libraries log, by logger, template and kind of exception."""

    def __init__(self, pace: Pace) -> None:
        super().__init__()
        self._pace = pace

    def filter(self, record: logging.LogRecord) -> bool:
        kind = record.exc_info[0] if isinstance(record.exc_info, tuple) else None
        more = self._pace.let_pass((record.name, str(record.msg), kind))
        if more:
            record.more = more
        return more is not None
