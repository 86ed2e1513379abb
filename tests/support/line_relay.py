"""The bad line as a process of its own: `python -m tests.support.line_relay SEED HOST PORT`.

Listens on a free UDP port of HOST, which it prints, and carries what comes there to HOST:PORT and back, one socket per
sender, through `line_schedule`. A line of JSON on standard input changes the line: {"up": {…}, "down": {…}} for the two
directions, {"rebind": true} for new sockets towards the server, as a NAT that forgot does. Each line is answered by one
with what was lost and passed until then, and which voices came. Ends with its standard input.
"""

import asyncio
import heapq
import json
import socket
import sys
from collections.abc import Callable
from functools import partial
from itertools import count
from typing import Any

from tests.support.line_schedule import Direction, Impairment
from tests.support.line_voices import Voices

Address = tuple[str, int]
MOST_AT_ONCE = 64


class Relay:
    """Both directions for any number of senders; `front` is bound and non-blocking."""

    def __init__(self, front: socket.socket, server: Address, seed: int) -> None:
        self._loop = asyncio.get_running_loop()
        self._front = front
        self._server = server
        self._up, self._down = Direction(seed), Direction(seed + 1)
        self._up_voices, self._down_voices = Voices(), Voices()
        self._backs: dict[Address, socket.socket] = {}
        self._queue: list[tuple[float, int, Callable[[], object]]] = []
        self._order = count()
        self._timer: asyncio.TimerHandle | None = None
        self._loop.add_reader(front, self._from_browser)

    def change(self, order: dict[str, Any]) -> dict[str, int]:
        if "up" in order:
            self._up.become(Impairment.from_json(order["up"]))
        if "down" in order:
            self._down.become(Impairment.from_json(order["down"]))
        if order.get("rebind"):
            self._forget_backs()
        return {
            "up_passed": self._up.passed,
            "up_lost": self._up.lost,
            "down_passed": self._down.passed,
            "down_lost": self._down.lost,
            "up_plain": self._up_voices.plain,
            "up_repeated": self._up_voices.repeated,
            "down_plain": self._down_voices.plain,
            "down_repeated": self._down_voices.repeated,
        }

    def _forget_backs(self) -> None:
        for back in self._backs.values():
            self._loop.remove_reader(back)
            back.close()
        self._backs.clear()

    def _from_browser(self) -> None:
        for _ in range(MOST_AT_ONCE):
            try:
                data, sender = self._front.recvfrom(65_535)
            except OSError:
                return
            self._up_voices.note(data)
            self._later(self._up, data, partial(self._send_up, data, sender))

    def _from_server(self, back: socket.socket, sender: Address) -> None:
        for _ in range(MOST_AT_ONCE):
            try:
                data = back.recv(65_535)
            except OSError:
                return
            self._down_voices.note(data)
            self._later(self._down, data, partial(self._front.sendto, data, sender))

    def _send_up(self, data: bytes, sender: Address) -> None:
        self._back(sender).send(data)

    def _back(self, sender: Address) -> socket.socket:
        back = self._backs.get(sender)
        if back is None:
            back = self._backs[sender] = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            back.setblocking(False)
            back.connect(self._server)
            self._loop.add_reader(back, self._from_server, back, sender)
        return back

    def _later(self, direction: Direction, data: bytes, send: Callable[[], object]) -> None:
        due = direction.arrival(self._loop.time(), len(data))
        if due is not None:
            heapq.heappush(self._queue, (due, next(self._order), send))
            self._flush()

    def _flush(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        while self._queue and self._queue[0][0] <= self._loop.time():
            send = heapq.heappop(self._queue)[2]
            try:
                send()
            except OSError:
                continue  # as on any line: what does not go out is lost
        if self._queue:
            self._timer = self._loop.call_at(self._queue[0][0], self._flush)


async def carry(seed: int, host: str, port: int) -> None:
    """Until standard input ends."""
    front = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    front.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
    front.bind((host, 0))
    front.setblocking(False)
    relay = Relay(front, (host, port), seed)
    loop = asyncio.get_running_loop()
    orders = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
    _say({"port": front.getsockname()[1]})
    async for line in orders:
        _say(relay.change(json.loads(line)))


def _say(answer: dict[str, int]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(carry(int(sys.argv[1]), sys.argv[2], int(sys.argv[3])))
