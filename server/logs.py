"""Structured logs: one JSON object a line on stdout, built so that nobody's words, name or address can be in it.

Text leaves only under the keys of `WORDS`, all of which hold words of ours or opaque ids; any other text is replaced.
A line of a library keeps its template without the values; an exception keeps its type and its places in the code, not
its message.
"""

import logging
import sys
import time
import traceback
from collections.abc import MutableMapping
from typing import Any

import structlog

from server.log_pace import Pace, PacedLibraries, paced

WORDS = frozenset(
    {
        "event", "level", "time", "logger", "node", "session", "room", "person", "host", "link", "route", "method",
        "check", "revisions", "error", "exception", "places", "act", "reason", "phase", "setting", "version", "build",
        "state", "close", "process", "kind", "where",
    }
)  # fmt: skip
HIDDEN = "[hidden]"
MOST_PLACES = 12


def configure_logs(level: str) -> None:
    """Once, before anything logs. Libraries and the standard library's loggers come the same way."""
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
        name_exception,
        redact,
    ]
    pace = Pace(time.monotonic)
    structlog.configure(
        processors=[paced(pace), *shared, structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(sys.stdout),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stdout)
    without_meta = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[_template_only, *shared], processors=[without_meta, structlog.processors.JSONRenderer()]
        )
    )
    handler.addFilter(PacedLibraries(pace))
    logging.root.handlers[:] = [handler]
    logging.root.setLevel(max(logging.WARNING, logging.getLevelNamesMapping()[level.upper()]))
    logging.captureWarnings(capture=True)


def redact(_logger: object, _name: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key, value in line.items():
        if not key.startswith("_"):
            line[key] = _shown(key, value)
    return line


def _shown(key: str, value: object) -> object:
    if value is None or isinstance(value, bool | int | float):
        return value
    if key not in WORDS:
        return HIDDEN
    if isinstance(value, list | tuple):
        return [_shown(key, item) for item in value]
    return str(value)[:300]


def name_exception(_logger: object, _name: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """`exc_info` becomes `exception`, its type, and `places`, innermost last."""
    info = line.pop("exc_info", None)
    if isinstance(info, BaseException):
        error: BaseException | None = info
    elif isinstance(info, tuple):
        error = info[1]
    else:
        error = sys.exc_info()[1] if info else None
    if error is not None:
        frames = traceback.extract_tb(error.__traceback__)[-MOST_PLACES:]
        line["exception"] = type(error).__qualname__
        line["places"] = [f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno} {frame.name}" for frame in frames]
    return line


def _template_only(_logger: object, _name: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    record = line["_record"]
    line["event"] = str(record.msg).partition("\n")[0]
    line["logger"] = record.name
    if hasattr(record, "more"):
        line["more"] = record.more
    if record.exc_info:
        line["exc_info"] = record.exc_info
        record.exc_info = None
        record.exc_text = None
    return line
