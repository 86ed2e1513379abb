"""Bad signaling: what a hostile client sends over the WebSocket, before and after it is known."""

import asyncio
import contextlib
import json
import random
from collections.abc import Callable

import aiohttp

TOO_BIG = 70_000
Frame = str | bytes


class BadFrames:
    """Frames that no page sends, made from a seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def any(self) -> Frame:
        makers: tuple[Callable[[], Frame], ...] = (
            self.noise,
            self.binary,
            self.deep,
            self.wrong_types,
            self.unknown,
            self.numbers,
        )
        return self._random.choice(makers)()

    def noise(self) -> str:
        return "".join(chr(self._random.randint(1, 0xD7FF)) for _ in range(self._random.randint(0, 300)))

    def binary(self) -> bytes:
        return self._random.randbytes(self._random.randint(0, 300))

    def deep(self) -> str:
        return "[" * 20_000 + "]" * self._random.randint(0, 20_000)

    def too_big(self) -> str:
        return json.dumps({"type": "post-chat", "id": 1, "text": "x" * TOO_BIG})

    def wrong_types(self) -> str:
        kind = self._random.choice(("admit", "mute-participant", "remove", "post-chat", "answer", "viewing", "hello"))
        odd: tuple[object, ...] = (
            None,
            [],
            {},
            -1,
            1e308,
            "\u202e\u0000",
            {"a": {"b": []}},
            True,
            ["p_aaaaaaaaaa"] * 200,
        )
        names = ("id", "target", "targets", "text", "sdp", "transport", "generation", "tiles", "protocol", "seen")
        return json.dumps({"type": kind} | {name: self._random.choice(odd) for name in names})

    def unknown(self) -> str:
        return json.dumps({"type": self._random.choice(("unmute-participant", "start-camera-of", "", "room"))})

    def numbers(self) -> str:
        odd = ('{"type":NaN}', '{"type":"ping","id":1e999}', '{"type":"ping"' + "0" * 3_000 + "}", "9" * 5_000)
        return self._random.choice(odd)


async def pester(session_url: str, seed: int, pause_s: float, on_sent: Callable[[], None]) -> None:
    """Until canceled: open a socket, say something bad, see it closed or close it, and again."""
    frames, chance = BadFrames(seed), random.Random(seed)
    headers = {"Origin": session_url.split("/s/", 1)[0]}
    async with aiohttp.ClientSession(headers=headers) as http:
        while True:
            # The server ends such sockets, at whatever point it likes.
            with contextlib.suppress(aiohttp.ClientError, ConnectionError, TimeoutError):
                async with http.ws_connect(f"{session_url}/ws", max_msg_size=0) as ws:
                    frame = frames.too_big() if chance.random() < 0.1 else frames.any()
                    await (ws.send_bytes(frame) if isinstance(frame, bytes) else ws.send_str(frame))
                    on_sent()
                    async with asyncio.timeout(1.0):
                        await ws.receive()
            await asyncio.sleep(pause_s)
