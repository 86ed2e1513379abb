"""From what happens in rooms to webhooks: a listener that queues, and one task that writes in order."""

import asyncio
from collections import OrderedDict, deque

import structlog

from rooms.ids import SessionId
from rooms.live.events import Recorded
from rooms.live.state import RoomState
from server.ports import StoreDown
from server.webhooks.book import WebhookBook
from server.webhooks.events import notice_id, of_room

MOST_WAITING = 10_000
MOST_TOLD = 5_000
AGAIN_S = 1.0
_log = structlog.get_logger("webhooks")


class RoomNews:
    """Implements `server.listeners.RoomListener`."""

    def __init__(self, book: WebhookBook) -> None:
        self._book = book
        self._waiting: deque[tuple[str, dict[str, str]]] = deque(maxlen=MOST_WAITING)
        self._told: OrderedDict[str, None] = OrderedDict()
        self._news = asyncio.Event()

    def heard(self, session: SessionId, events: tuple[Recorded, ...], state: RoomState) -> None:
        for recorded in events:
            found = of_room(session, recorded)
            if found is None:
                continue
            event, about = found
            if (once := notice_id(event, session)) is not None and not self._is_first(once):
                continue
            self._waiting.append((event.value, about))
            self._news.set()

    async def keep_writing(self) -> None:
        """Until it is cancelled. Where the store is down it is tried again; what is too old then is not told."""
        while True:
            await self._news.wait()
            self._news.clear()
            while self._waiting:
                event, about = self._waiting[0]
                try:
                    await self._book.happened(event, about)
                except StoreDown:
                    _log.warning("news-put-off")
                    # The store is down: the only thing to wait for is that it comes back.
                    await asyncio.sleep(AGAIN_S)
                else:
                    self._waiting.popleft()

    def _is_first(self, notice: str) -> bool:
        is_first = notice not in self._told
        self._told[notice] = None
        while len(self._told) > MOST_TOLD:
            self._told.popitem(last=False)
        return is_first
