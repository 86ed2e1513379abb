"""Who outside a room hears what happened in it: mail that calls a backup, webhooks, attendance."""

from typing import Protocol

import structlog

from rooms.ids import SessionId
from rooms.live.events import Recorded
from rooms.live.state import RoomState
from server.host_faults import where

_log = structlog.get_logger("listeners")


class RoomListener(Protocol):
    def heard(self, session: SessionId, events: tuple[Recorded, ...], state: RoomState) -> None:
        """Called after the room has stored and told `events`; `state` is the room after them.

        Returns at once: what takes longer is put into a task or a queue. After a crash nothing is told twice, and what
        happened right before it may never be told; whoever must not miss it looks at what is stored as well.
        """


class Listeners:
    """A fault of one listener is neither the room's nor another listener's."""

    def __init__(self) -> None:
        self._listeners: list[RoomListener] = []

    def add(self, listener: RoomListener) -> None:
        self._listeners.append(listener)

    def tell(self, session: SessionId, events: tuple[Recorded, ...], state: RoomState) -> None:
        if not events:
            return
        for listener in self._listeners:
            try:
                listener.heard(session, events, state)
            except Exception as error:
                _log.error("listener-failed", kind=type(error).__name__, where=where(error))
