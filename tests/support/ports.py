"""Ports for servers that are started in a moment, or started again and again.

From below those that the system gives to whoever connects to somewhere: between the choice and the start nobody gets
one of these by accident, though other tests run at the same time.
"""

import contextlib
import random
import socket

FROM, TO = 15_000, 32_000
_random = random.SystemRandom()  # other runs of the tests choose at the same time


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    """A port nobody uses at this moment on the loopback address; of UDP one whose number is free for TCP too."""
    while True:
        port = _random.randrange(FROM, TO)
        with (
            contextlib.suppress(OSError),
            socket.socket(socket.AF_INET, kind) as probe,
            socket.socket(socket.AF_INET, socket.SOCK_STREAM) as twin,
        ):
            probe.bind(("127.0.0.1", port))
            if kind is socket.SOCK_DGRAM:
                twin.bind(("0.0.0.0", port))
            return port
