"""Checks of the ways by which browsers reach the media: addresses of both families, and relays."""

import asyncio
import secrets
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass

from server.config import TURN_URL, Config
from sfu.control.config import NodeConfig, usable
from sfu.plane import Address

RELAY_ANSWERS_S = 3.0
STUN_BINDING = b"\0\1\0\0\x21\x12\xa4\x42"  # RFC 8489 section 5, an empty Binding request


@dataclass(frozen=True, slots=True)
class Finding:
    """`advice` says what to do where it is not fine, or what is worth knowing where it is."""

    name: str
    is_fine: bool
    advice: str

    def __str__(self) -> str:
        return f"{'ok  ' if self.is_fine else 'LOOK'}  {self.name}: {self.advice}"


def ways(config: Config) -> Finding:
    """What browsers are told, and who cannot come by it."""
    hosts = usable(config.udp_bind)
    node = NodeConfig(config.udp_bind, config.udp_port, config.udp_advertise, config.is_local_http)
    told = [one.host for one in node.candidates([Address(host, config.udp_port) for host in hosts])]
    words = f"browsers are told {', '.join(told)}"
    if config.relay_only:
        return Finding("Ways", True, f"{words}, and reach it through the relay alone")
    has_six = any(":" in host for host in told)
    if not has_six:
        words += ". Devices with IPv6 alone come through their network's translator, or by a relay with IPv6"
    if config.tcp_port == "off":
        words += ". Media over TCP is off: where a network blocks UDP only a relay helps"
    return Finding("Ways", True, words)


async def relays(config: Config) -> AsyncIterator[Finding]:
    """Whether each relay answers from here; that it takes the secret is seen by a browser first."""
    for url in config.turn_urls:
        found = TURN_URL.fullmatch(url)
        if found is None:
            continue
        scheme, host, port, _, transport = found.groups()
        number = int(port[1:]) if port else 5349 if scheme == "turns" else 3478
        is_udp = scheme == "turn" and transport != "tcp"
        problem = await _asked(host.strip("[]"), number, is_udp=is_udp)
        if problem is None:
            yield Finding("Relay", True, f"{url} answers")
        else:
            yield Finding("Relay", False, f"{url} does not answer ({problem}): is it running, is its port open?")


async def _asked(host: str, port: int, *, is_udp: bool) -> str | None:
    """None when something answers there, else why not."""
    try:
        async with asyncio.timeout(RELAY_ANSWERS_S):
            if is_udp:
                await _stun(host, port)
            else:
                _, writer = await asyncio.open_connection(host, port)
                writer.transport.abort()
    except TimeoutError:
        return "nothing within 3 s"
    except OSError as error:
        return error.strerror or type(error).__name__
    return None


async def _stun(host: str, port: int) -> None:
    loop = asyncio.get_running_loop()
    [(family, _, _, _, address), *_] = await loop.getaddrinfo(host, port, type=socket.SOCK_DGRAM)
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        probe.setblocking(False)
        await loop.sock_connect(probe, address)
        await loop.sock_sendall(probe, STUN_BINDING + secrets.token_bytes(12))
        await loop.sock_recv(probe, 1_500)
