"""A web proxy that can be a bad one: it cuts, holds, orphans or trickles what a page and the server say over TCP.

A page behind it (`BadProxy.url` as its browser's proxy) has its pages and its WebSocket go through; media does not.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

CHUNK = 512


class BadProxy:
    """Use `bad_proxy()` to make one; it is a good proxy until told otherwise."""

    def __init__(self) -> None:
        self.port = 0
        self._is_cut = False
        self._flows = _flowing()
        self._tunnels = _flowing()
        self._orphans: list[asyncio.Event] = []
        self._bytes_per_s: float | None = None
        self._open: set[asyncio.StreamWriter] = set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def cut(self) -> None:
        """Every connection ends at once, whatever was under way, and so does every new one."""
        self._is_cut = True
        for writer in list(self._open):
            writer.transport.abort()

    def hold(self) -> None:
        """Nothing passes, on old connections and new ones, until `go_on`; then all that was held does."""
        self._flows.clear()
        self._tunnels.clear()

    def go_on(self) -> None:
        self._flows.set()
        self._tunnels.set()

    def orphan(self) -> None:
        """Every WebSocket of now stays open and never carries anything again; new ones are good, and so are pages."""
        self._tunnels.clear()
        self._orphans.append(self._tunnels)
        self._tunnels = _flowing()

    def end(self) -> None:
        """Nobody waits for anything any more, orphans neither."""
        self.cut()
        for flows in (self._flows, self._tunnels, *self._orphans):
            flows.set()

    def trickle(self, bits_per_s: float) -> None:
        """Each connection carries so much in each direction."""
        self._bytes_per_s = bits_per_s / 8

    def heal(self) -> None:
        """A good proxy again, for new connections and for those that are not orphans."""
        self._is_cut = False
        self._bytes_per_s = None
        self.go_on()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            if self._is_cut:
                writer.transport.abort()
                return
            await self._serve(reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            return
        finally:
            self._open.discard(writer)
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        method, target, _ = head.split(b" ", 2)
        is_tunnel = method == b"CONNECT"
        flows = self._tunnels if is_tunnel else self._flows
        parts = urlsplit(f"//{target.decode()}" if is_tunnel else target.decode())
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", parts.port or 80)
        self._open.add(far_writer)
        try:
            if is_tunnel:
                writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            else:
                far_writer.write(head)
            await asyncio.gather(self._carry(reader, far_writer, flows), self._carry(far_reader, writer, flows))
        finally:
            self._open.discard(far_writer)
            far_writer.close()

    async def _carry(self, source: asyncio.StreamReader, target: asyncio.StreamWriter, flows: asyncio.Event) -> None:
        while data := await source.read(CHUNK if self._bytes_per_s else 65_536):
            await flows.wait()
            if self._bytes_per_s:
                await asyncio.sleep(len(data) / self._bytes_per_s)
            target.write(data)
            await target.drain()
        target.close()


def _flowing() -> asyncio.Event:
    event = asyncio.Event()
    event.set()
    return event


@asynccontextmanager
async def bad_proxy() -> AsyncIterator[BadProxy]:
    """Listens on a free port of this machine."""
    proxy = BadProxy()
    listening = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    proxy.port = listening.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        listening.close()
        proxy.end()
        await listening.wait_closed()
