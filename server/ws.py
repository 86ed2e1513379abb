"""The signaling socket: `GET /s/{session}/ws`. What a page says there is written in docs/PROTOCOL.md."""

import asyncio
import contextlib
import socket as sockets
import sys
from collections.abc import Sequence
from typing import Final

from aiohttp import web

from rooms.ids import SessionId
from server.addresses import Network, client_address, prefix_of
from server.hosts import RoomHosts
from server.hosts_figures import RoomFigures
from server.ports import Clock, Gatekeeper
from server.ws_connection import Connection, Signaling
from server.ws_limits import Places, SocketLimits
from signaling.codec import MAX_FRAME_BYTES
from signaling.errors import CloseCode

SIGNALING = web.AppKey("signaling", Signaling)
_TCP_NOTSENT_LOWAT: Final = 25
TRUSTED_PROXIES: web.AppKey[Sequence[Network]] = web.AppKey("trusted-proxies", Sequence[Network])


def add_signaling(
    app: web.Application,
    hosts: RoomHosts,
    gatekeeper: Gatekeeper,
    clock: Clock,
    origins: frozenset[str],
    figures: RoomFigures,
    trusted_proxies: Sequence[Network] = (),
    limits: SocketLimits | None = None,
) -> None:
    """Makes `signaling_socket` work in `app`; the route itself is the caller's."""
    chosen = limits or SocketLimits()
    app[TRUSTED_PROXIES] = trusted_proxies
    app[SIGNALING] = Signaling(
        hosts=hosts,
        gatekeeper=gatekeeper,
        clock=clock,
        origins=origins,
        figures=figures,
        limits=chosen,
        people=Places(chosen.per_person),
        prefixes=Places(chosen.per_prefix),
    )


def hold_little(transport: asyncio.Transport | None, unsent: int) -> None:
    """From now on a write waits until the kernel took all of it, and the kernel takes only what it can soon send."""
    if transport is not None:
        transport.set_write_buffer_limits(high=0)
        sock = transport.get_extra_info("socket")
        if sock is not None and sys.platform == "linux":
            with contextlib.suppress(OSError):  # the other end left already
                sock.setsockopt(sockets.IPPROTO_TCP, _TCP_NOTSENT_LOWAT, unsent)


async def signaling_socket(request: web.Request) -> web.StreamResponse:
    """403 for a page of another origin; everything after the upgrade is said by close codes."""
    about = request.app[SIGNALING]
    if request.headers.get("Origin") not in about.origins:
        about.figures.count("wrong-origin")
        raise web.HTTPForbidden
    socket = web.WebSocketResponse(
        # The codec has the exact limit; a longer frame must not even be collected.
        max_msg_size=MAX_FRAME_BYTES + 1,
        compress=False,
        autoping=False,
        timeout=about.limits.close_s,
        writer_limit=0,
    )
    await socket.prepare(request)
    hold_little(request.transport, about.limits.unsent)
    prefix = prefix_of(client_address(request, request.app[TRUSTED_PROXIES]))
    if not about.prefixes.take(prefix):
        about.figures.count("too-many-connections")
        await socket.close(code=CloseCode.POLICY)
        return socket
    try:
        await Connection(socket, request, SessionId(request.match_info["session"]), about).run()
    finally:
        about.prefixes.give_back(prefix)
    return socket
