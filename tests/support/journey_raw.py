"""Somebody without a browser: speaks HTTP and the signaling protocol by hand, politely or not.

For what a page would never do: try a spent token again, knock after a removal, write as fast as the server allows.
"""

import asyncio
import json
from types import TracebackType
from typing import Any, Self

import aiohttp


class RawMember:
    """One HTTP client with its own cookies and at most one socket. Use as an async context manager."""

    def __init__(self, session_url: str, cookies: dict[str, str] | None = None) -> None:
        self.session_url = session_url
        self.origin = session_url.split("/s/", 1)[0]
        self.http = aiohttp.ClientSession(
            cookie_jar=aiohttp.CookieJar(unsafe=True, quote_cookie=False),
            headers={"Origin": self.origin, "Sec-Fetch-Site": "same-origin"},
        )
        if cookies:
            self.http.cookie_jar.update_cookies(cookies)
        self.socket: aiohttp.ClientWebSocketResponse | None = None
        self.me = ""
        self.resume = ""
        self.messages: list[dict[str, Any]] = []
        self._next_id = 0

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.socket is not None:
            await self.socket.close()
        await self.http.close()

    async def exchange(self, link: str) -> None:
        """Spend a personal link for this client's cookie."""
        url = link.split("#", 1)[0]
        async with self.http.post(url, data={"link": link}, allow_redirects=False) as response:
            assert response.status in (302, 303), f"{response.status}: {await response.text()}"

    async def ticket(self) -> str:
        async with self.http.post(f"{self.session_url}/ticket") as response:
            assert response.status == 200, f"{response.status}: {await response.text()}"
            return str((await response.json())["ticket"])

    async def open_socket(self) -> aiohttp.ClientWebSocketResponse:
        self.socket = await self.http.ws_connect(f"{self.session_url}/ws", max_msg_size=0)
        return self.socket

    async def hello(self, **proof: Any) -> None:
        """A socket and the first frame; with neither `ticket` nor `resume` it fetches a ticket."""
        if not proof.keys() & {"ticket", "resume"}:
            proof["ticket"] = await self.ticket()
        await self.open_socket()
        await self.send({"type": "hello", "protocol": 1, **proof})

    async def join(self, **proof: Any) -> None:
        """`hello`, and then the server's welcome and first view."""
        await self.hello(**proof)
        welcome = await self.until_type("welcome")
        self.me, self.resume = str(welcome["me"]), str(welcome["resume"])

    async def send(self, message: dict[str, Any]) -> None:
        assert self.socket is not None
        await self.socket.send_str(json.dumps(message))

    async def send_frame(self, frame: str | bytes) -> None:
        """Anything at all, as it is."""
        assert self.socket is not None
        await (self.socket.send_bytes(frame) if isinstance(frame, bytes) else self.socket.send_str(frame))

    async def read(self, within_s: float = 10.0) -> dict[str, Any] | None:
        """The next message; None once the socket is closed. Raises TimeoutError."""
        assert self.socket is not None
        async with asyncio.timeout(within_s):
            frame = await self.socket.receive()
        if frame.type is not aiohttp.WSMsgType.TEXT:
            return None
        message: dict[str, Any] = json.loads(frame.data)
        self.messages.append(message)
        return message

    async def until_type(self, *kinds: str, within_s: float = 10.0) -> dict[str, Any]:
        """The next message of one of these types. Raises AssertionError when the socket closes first."""
        async with asyncio.timeout(within_s):
            while True:
                message = await self.read(within_s)
                assert message is not None, f"closed with {self.close_code} before {' or '.join(kinds)}"
                if message["type"] in kinds:
                    return message

    @property
    def close_code(self) -> int | None:
        return None if self.socket is None else self.socket.close_code

    async def request(self, kind: str, **fields: Any) -> dict[str, Any]:
        """One request; returns its `ok` or `refused`."""
        self._next_id += 1
        number = self._next_id
        await self.send({"type": kind, "id": number, **fields})
        while True:
            answer = await self.until_type("ok", "refused")
            if answer["id"] == number:
                return answer
