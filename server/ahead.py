"""What a server begins before most of its code is loaded, because after a crash people wait for it.

The listening sockets: whoever connects meanwhile waits for the answer instead of being refused and coming again later.
The media processes: they load their code while this process loads its own.
"""

import os
import socket
import sys
from types import TracebackType
from typing import Final

from server.config import Config
from sfu.process.spawn import Child, spawn

BACKLOG: Final = 256
# An answer that nobody takes off the line for so long ends its connection, whoever waits for room to write.
UNREAD_MS: Final = 30_000


class Ahead:
    """`listeners` are bound and nobody accepts from them yet; `children` are media processes that no plane has taken.

    Leaving the block closes and ends what was not taken. Raises OSError where a port cannot be had.
    """

    def __init__(self, config: Config) -> None:
        self.listeners = listen(config.bind_host, config.bind_port)
        self.children: list[Child] = []
        try:
            for _ in range(config.media_processes or os.cpu_count() or 1):
                self.children.append(spawn())
        except BaseException:
            self.close()
            raise

    def child(self) -> Child | None:
        """One of the media processes; None when all are taken."""
        return self.children.pop() if self.children else None

    def close(self) -> None:
        while child := self.child():
            child.discard()
        for listener in self.listeners:
            listener.close()

    def __enter__(self) -> "Ahead":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def listen(host: str, port: int) -> list[socket.socket]:
    """One socket for each address of `host`, an empty one standing for all. Raises OSError."""
    found = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    listeners: list[socket.socket] = []
    try:
        for family, _, _, _, address in dict.fromkeys(found):
            if family == socket.AF_INET6 and not socket.has_ipv6:
                continue
            listener = socket.create_server(address[:2], family=family, backlog=BACKLOG)
            listeners.append(listener)
            listener.setblocking(False)
            if sys.platform == "linux":  # connections inherit it
                listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNREAD_MS)
    except BaseException:
        for listener in listeners:
            listener.close()
        raise
    return listeners
