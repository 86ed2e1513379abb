"""A connection that does not send the head of its first request in time is dropped; the HTTP library waits for ever."""

import asyncio
from collections.abc import Callable
from typing import Final, cast

HEADER_S: Final = 10.0
END: Final = b"\r\n\r\n"


class HeaderDeadline(asyncio.Protocol):
    """Stands before `inner` until the head is there, then steps out of the way."""

    def __init__(self, inner: asyncio.Protocol, seconds: float = HEADER_S) -> None:
        self._inner = inner
        self._seconds = seconds
        self._tail = b""
        self._timer: asyncio.TimerHandle | None = None
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # TCP: what asyncio gives a stream's protocol
        self._timer = asyncio.get_running_loop().call_later(self._seconds, self._transport.abort)
        self._inner.connection_made(transport)

    def data_received(self, data: bytes) -> None:
        seen = self._tail + data
        if END in seen:
            self._step_aside()
        else:
            self._tail = seen[-len(END) + 1 :]
        self._inner.data_received(data)

    def eof_received(self) -> bool | None:
        return self._inner.eof_received()

    def connection_lost(self, error: Exception | None) -> None:
        self._stop()
        self._inner.connection_lost(error)

    def pause_writing(self) -> None:
        self._inner.pause_writing()

    def resume_writing(self) -> None:
        self._inner.resume_writing()

    def _step_aside(self) -> None:
        self._stop()
        if self._transport is not None:
            self._transport.set_protocol(self._inner)

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()


def impatient(factory: Callable[[], asyncio.Protocol], seconds: float = HEADER_S) -> Callable[[], asyncio.Protocol]:
    """The same protocols, each behind a deadline of its own."""
    return lambda: HeaderDeadline(factory(), seconds)
