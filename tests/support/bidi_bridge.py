"""Stands between Playwright and a Firefox that knows less of WebDriver BiDi: `-m tests.support.bidi_bridge FIREFOX …`.

Playwright speaks the newest BiDi; a long-term Firefox answers "unknown command" to what came after it. The commands in
`NOT_YET_KNOWN` only override what pages see of the user's taste, so they are answered here with success and everything
else passes as it is. Started by `tests.support.firefox` in Firefox's place, with Firefox's arguments.
"""

import asyncio
import json
import re
import sys

import aiohttp
from aiohttp import web

NOT_YET_KNOWN = frozenset({"emulation.setMediaFeaturesOverride"})
LISTENING = re.compile(rb"WebDriver BiDi listening on (ws://\S+)")


def answer_here(message: str) -> str | None:
    """The answer to a command that Firefox does not know; None for all that it shall answer itself."""
    command = json.loads(message)
    if command.get("method") not in NOT_YET_KNOWN:
        return None
    return json.dumps({"type": "success", "id": command["id"], "result": {}})


async def relay(request: web.Request, firefox_url: str) -> web.WebSocketResponse:
    """One session: both directions until either side closes."""
    near = web.WebSocketResponse(max_msg_size=0)
    await near.prepare(request)
    async with (
        aiohttp.ClientSession() as http,
        http.ws_connect(firefox_url + request.path, max_msg_size=0) as far,
        asyncio.TaskGroup() as both,
    ):

        async def back() -> None:
            async for message in far:
                await near.send_str(message.data)
            await near.close()

        both.create_task(back())
        async for message in near:
            answer = answer_here(message.data)
            if answer is None:
                await far.send_str(message.data)
            else:
                await near.send_str(answer)
        await far.close()
    return near


async def bridge(command: list[str]) -> int:
    """Runs Firefox until it ends; says where to connect in Firefox's own words. Returns its exit code."""
    firefox = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE
    )
    found: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def serve(request: web.Request) -> web.WebSocketResponse:
        return await relay(request, await found)

    app = web.Application()
    app.router.add_get("/{path:.*}", serve)
    runner = web.AppRunner(app, shutdown_timeout=1.0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]
    assert firefox.stderr is not None
    async for line in firefox.stderr:
        match = LISTENING.match(line)
        if match:
            found.set_result(match[1].decode())
            line = b"WebDriver BiDi listening on ws://127.0.0.1:%d\n" % port
        sys.stderr.buffer.write(line)
        sys.stderr.flush()
    code = await firefox.wait()
    await runner.cleanup()
    return code


if __name__ == "__main__":
    sys.exit(asyncio.run(bridge(sys.argv[1:])))
