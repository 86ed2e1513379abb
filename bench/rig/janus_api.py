"""The Janus API over its WebSocket, as far as the VideoRoom needs it."""

import asyncio
import itertools
from typing import Any, Final

import aiohttp

_ANSWER_S: Final = 20.0


class JanusRefused(RuntimeError):
    """Janus answered with an error; carries its words."""


class Api:
    """One session on one socket. `ask` waits for the plugin's answer, asynchronous ones included."""

    def __init__(self, client: aiohttp.ClientSession, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._client = client
        self._socket = socket
        self._numbers = itertools.count(1)
        self._waiting: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._session: int | None = None
        self._reader = asyncio.get_running_loop().create_task(self._read())

    @classmethod
    async def connect(cls, url: str, within_s: float = 15.0) -> "Api":
        """Tries until Janus listens. Raises TimeoutError."""
        client = aiohttp.ClientSession()
        try:
            async with asyncio.timeout(within_s):
                while True:
                    try:
                        socket = await client.ws_connect(url, protocols=("janus-protocol",), max_msg_size=1 << 22)
                        break
                    except aiohttp.ClientError:
                        await asyncio.sleep(0.05)
        except BaseException:
            await client.close()
            raise
        api = cls(client, socket)
        api._session = (await api._request({"janus": "create"}))["data"]["id"]
        return api

    async def attach(self) -> int:
        """A handle of the VideoRoom plugin."""
        said = await self._request({"janus": "attach", "plugin": "janus.plugin.videoroom"})
        return int(said["data"]["id"])

    async def ask(self, handle: int, body: dict[str, Any], jsep: dict[str, str] | None = None) -> dict[str, Any]:
        """The answer: its `plugindata.data` under "data" and its SDP under "sdp", None without. Raises JanusRefused."""
        message: dict[str, Any] = {"janus": "message", "handle_id": handle, "body": body}
        if jsep is not None:
            message["jsep"] = jsep
        said = await self._request(message)
        data = said.get("plugindata", {}).get("data", {})
        if "error" in data:
            raise JanusRefused(data["error"])
        return {"data": data, "sdp": said.get("jsep", {}).get("sdp")}

    async def close(self) -> None:
        self._reader.cancel()
        await self._socket.close()
        await self._client.close()

    async def _request(self, message: dict[str, Any]) -> dict[str, Any]:
        transaction = str(next(self._numbers))
        future: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._waiting[transaction] = future
        whole = message | {"transaction": transaction}
        if self._session is not None:
            whole["session_id"] = self._session
        await self._socket.send_json(whole)
        async with asyncio.timeout(_ANSWER_S):
            said = await future
        if said["janus"] == "error":
            raise JanusRefused(said["error"]["reason"])
        return said

    async def _read(self) -> None:
        """An `ack` says that the answer comes later with the same transaction; what has none is news, and unused."""
        async for frame in self._socket:
            said = frame.json()
            if said["janus"] == "ack":
                continue
            future = self._waiting.pop(said.get("transaction", ""), None)
            if future is not None and not future.done():
                future.set_result(said)
