"""Reads the lines every two seconds: for the figures, and for the rooms whose people are told."""

import asyncio
from collections.abc import Callable, Mapping

import structlog

from server.host_faults import where
from server.line_figures import LineFigures
from server.line_quality import EVERY_S
from sfu.node import LineStats, MediaNode

_log = structlog.get_logger("lines")


async def keep_watching(
    media: MediaNode,
    figures: LineFigures,
    tell: Callable[[Mapping[int, LineStats]], None],
    every_s: float = EVERY_S,
) -> None:
    """Until it is canceled. A reading that goes wrong is one less, nothing else."""
    while True:
        await asyncio.sleep(every_s)
        try:
            lines = await media.lines()
            figures.read(lines)
            tell(lines)
        except Exception as error:
            _log.error("lines-not-read", kind=type(error).__name__, where=where(error))
