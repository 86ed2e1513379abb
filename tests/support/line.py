"""One person's bad line: a relay process between their browser and the server's media port, told what to do."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import BrowserContext

from tests.support.line_schedule import CLEAR, Impairment

ROOT = Path(__file__).resolve().parents[2]
ANSWER_WITHIN_S = 10.0

# The page is told the relay's port in place of the server's, and of no other way to the server.
REDIRECT_JS = """(() => {
  const Plain = window.RTCPeerConnection;
  if (!Plain) return;
  const through = (sdp) => sdp.split("\\r\\n").flatMap((line) => {
    if (!line.startsWith("a=candidate:")) return [line];
    const words = line.split(" ");
    if (words[2].toLowerCase() !== "udp" || words[4] !== "HOST") return [];
    words[5] = "PORT";
    return [words.join(" ")];
  }).join("\\r\\n");
  window.RTCPeerConnection = class extends Plain {
    setRemoteDescription(description) {
      return super.setRemoteDescription({ type: description.type, sdp: through(description.sdp) });
    }
  };
})();"""


@dataclass(frozen=True)
class Counts:
    """Datagrams since the line exists: `up` from the browser, `down` to it.

    `plain` and `repeated`: those of voices, as they came to the line.
    """

    up_passed: int
    up_lost: int
    down_passed: int
    down_lost: int
    up_plain: int
    up_repeated: int
    down_plain: int
    down_repeated: int


class Line:
    """Use `bad_line()` to make one."""

    def __init__(self, process: asyncio.subprocess.Process, host: str, port: int) -> None:
        self._process = process
        self._host = host
        self.port = port

    async def carry(self, context: BrowserContext) -> None:
        """All media of pages opened from now on goes over this line."""
        await context.add_init_script(REDIRECT_JS.replace("HOST", self._host).replace("PORT", str(self.port)))

    async def become(self, up: Impairment = CLEAR, down: Impairment = CLEAR) -> Counts:
        return await self._order({"up": up.to_json(), "down": down.to_json()})

    async def rebind(self) -> Counts:
        """The server sees the browser at another port from now on."""
        return await self._order({"rebind": True})

    async def counts(self) -> Counts:
        return await self._order({})

    async def _order(self, order: dict[str, object]) -> Counts:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(order).encode() + b"\n")
        async with asyncio.timeout(ANSWER_WITHIN_S):
            return Counts(**json.loads(await self._process.stdout.readline()))


@asynccontextmanager
async def bad_line(host: str, udp_port: int, seed: int) -> AsyncIterator[Line]:
    """A line to the server's media port that is clear at first."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.support.line_relay",
        str(seed),
        host,
        str(udp_port),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(ANSWER_WITHIN_S):
            port = json.loads(await process.stdout.readline())["port"]
        yield Line(process, host, port)
    finally:
        if process.stdin is not None:
            process.stdin.close()
        await process.wait()
