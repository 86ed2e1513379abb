"""Checks of an installation, each answered in plain words."""

import asyncio
import os
import shutil
import socket
import sys
import time
from collections.abc import AsyncIterator, Iterator
from urllib.parse import urlsplit

import aiohttp

from server.config import LOCAL_HOSTS, Config
from server.data_lock import DataInUse, data_lock
from server.doctor_ways import Finding, relays, ways
from server.mail.check import mail
from server.passwords import hash_now, verify_now
from server.ports import StoreDown
from server.store.database import Database
from server.store.migrate import UnknownRevision, migrate
from server.store.upgrade import drift
from sfu.control.config import NodeConfig, usable
from sfu.control.node import Node
from sfu.node import Offer, Pictures, SlotShown, SourceWanted
from sfu.process.client import ProcessPlane

PLENTY_BYTES = 1024**3
OLDEST_PLAUSIBLE_S = 1_780_000_000  # mid 2026: a clock before this was never set
SLOWEST_HASH_S = 1.0


async def examine(config: Config) -> list[Finding]:
    """All checks; a check that breaks is a finding too."""
    is_running = not _is_free(config)
    findings = [python(), clock(), passwords(), disk(config), *address(config)]
    findings += [finding async for finding in _store(config, is_running)]
    findings += ports(config, is_running)
    findings.append(udp_to_oneself(config))
    findings.append(ways(config))
    findings += [finding async for finding in relays(config)]
    findings.append(await mail(config))
    findings.append(await _media())
    findings.append(await _answering(config, is_running))
    return findings


def python() -> Finding:
    words = f"{sys.version_info.major}.{sys.version_info.minor} on {os.cpu_count()} cores"
    return Finding("Python", sys.version_info >= (3, 11), words)


def clock() -> Finding:
    now_s = time.time()
    if now_s < OLDEST_PLAUSIBLE_S:
        return Finding("Clock", False, "the date is far in the past. Turn time synchronisation on (systemd-timesyncd).")
    return Finding("Clock", True, time.strftime("%Y-%m-%d %H:%M UTC; compare it with your own", time.gmtime(now_s)))


def passwords() -> Finding:
    started = time.perf_counter()
    try:
        fits = verify_now(hash_now("doctor"), "doctor")
    except Exception as error:
        return Finding(
            "Passwords", False, f"Argon2id is missing ({type(error).__name__}): cryptography needs OpenSSL 3.2"
        )
    seconds = (time.perf_counter() - started) / 2
    return Finding("Passwords", fits and seconds < SLOWEST_HASH_S, f"Argon2id, {seconds * 1_000:.0f} ms a sign-in")


def disk(config: Config) -> Finding:
    config.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    free = shutil.disk_usage(config.data_dir).free
    words = f"{free / 1024**3:.1f} GiB free where the data is"
    return Finding("Disk", free >= PLENTY_BYTES, words if free >= PLENTY_BYTES else f"{words}; 1 GiB is the least")


def address(config: Config) -> Iterator[Finding]:
    parts = urlsplit(config.public_url)
    if parts.scheme == "https":
        yield Finding(
            "Address", True, f"{config.public_url}, so TLS has to end in front of this server (OPERATIONS.md)"
        )
        if not config.trusted_proxies:
            yield Finding(
                "Proxy",
                False,
                "all visitors look like one address, and share its limits. Set HOLDSPACE_TRUSTED_PROXIES to the "
                "address of the server that ends TLS, 127.0.0.1 where it is this machine",
            )
    else:
        advice = "on this machine only. For other people set HOLDSPACE_PUBLIC_URL to an https address"
        yield Finding("Address", True, f"{config.public_url}, {advice}")
    if parts.hostname in LOCAL_HOSTS or config.udp_advertise:
        return
    yield Finding(
        "Media address",
        True,
        "found from the network interfaces; behind NAT set HOLDSPACE_UDP_ADVERTISE to the public one",
    )


async def _store(config: Config, is_running: bool) -> AsyncIterator[Finding]:
    database = Database(config.database)
    kind = "SQLite" if database.is_sqlite else "PostgreSQL"
    try:
        if not is_running:
            await migrate(database)
        await database.check()
        differences = await drift(database)
        started = time.perf_counter()
        async with database.write() as connection:
            await connection.exec_driver_sql("CREATE TEMPORARY TABLE doctor (x INTEGER)")
            await connection.exec_driver_sql("DROP TABLE doctor")
        ms = (time.perf_counter() - started) * 1_000
        words = (
            f"{kind} reads and writes ({ms:.1f} ms)" if not differences else f"{kind}: tables differ from this version"
        )
        yield Finding("Store", not differences, words)
    except UnknownRevision:
        yield Finding("Store", False, f"{kind} was written by a newer Holdspace")
    except StoreDown as error:
        yield Finding("Store", False, f"{kind} does not answer ({error})")
    finally:
        await database.close()


def ports(config: Config, is_running: bool) -> Iterator[Finding]:
    hosts = usable(config.udp_bind)
    wanted: list[tuple[str, socket.SocketKind, tuple[str, ...], int]] = [
        (f"Port {config.bind_port}/tcp", socket.SOCK_STREAM, (config.bind_host,), config.bind_port),
        (f"Port {config.udp_port}/udp", socket.SOCK_DGRAM, hosts, config.udp_port),
    ]
    if config.tcp_port != "off":
        port = config.tcp_port or config.udp_port
        wanted.append((f"Port {port}/tcp for media (HOLDSPACE_TCP_PORT)", socket.SOCK_STREAM, hosts, port))
    for name, kind, where, number in wanted:
        problem = next((found for host in where if (found := _bind(kind, host, number))), None)
        if problem is None:
            yield Finding(name, True, "free" if not is_running else "free, although a server runs on this data")
        elif is_running:
            yield Finding(name, True, "in use by the running server")
        else:
            yield Finding(name, False, f"{problem}. Stop what uses it, or choose another port")


def udp_to_oneself(config: Config) -> Finding:
    """A datagram to each address where media is received must come back to this machine."""
    for host in usable(config.udp_bind):
        family, loopback = (socket.AF_INET6, "::1") if ":" in host else (socket.AF_INET, "127.0.0.1")
        try:
            with socket.socket(family, socket.SOCK_DGRAM) as there, socket.socket(family, socket.SOCK_DGRAM) as here:
                there.bind((host, 0))
                there.settimeout(2)
                here.sendto(b"holdspace", (loopback if _is_any(host) else host, there.getsockname()[1]))
                is_fine = there.recv(64) == b"holdspace"
        except OSError as error:
            is_fine = False
            problem = f" ({error.strerror or 'timeout'})"
        else:
            problem = ""
        if not is_fine:
            return Finding("UDP", False, f"a datagram to oneself at {host} was lost{problem}: check the firewall")
    return Finding("UDP", True, "a datagram to oneself arrives; from outside, open the port in the firewall")


async def _media() -> Finding:
    """A media process of its own, on a free port of this machine: libsrtp, DTLS's certificates, batched sockets."""
    node = Node(NodeConfig(bind=("127.0.0.1",), port=0, processes=1), ProcessPlane)
    started = time.perf_counter()
    try:
        async with asyncio.timeout(20):
            await node.start(_Deaf())
            await node.stats()
    except (OSError, TimeoutError) as error:
        return Finding("Media", False, f"a media process does not start ({type(error).__name__})")
    finally:
        await node.close()
    ms = (time.perf_counter() - started) * 1_000
    is_batched = sys.platform == "linux" and sys.maxsize > 2**32
    sockets = (
        "batched sockets" if is_batched else "plain sockets: 64-bit Linux sends in batches and needs half the time"
    )
    return Finding("Media", True, f"a media process starts ({ms:.0f} ms), {sockets}")


class _Deaf:
    """Nobody's media is in a test of the installation."""

    def on_offer(self, peer: int, offer: Offer) -> None: ...
    def on_connected(self, peer: int) -> None: ...
    def on_quiet(self, peer: int, is_quiet: bool) -> None: ...
    def on_gone(self, peer: int) -> None: ...
    def on_slots(self, peer: int, slots: tuple[SlotShown, ...]) -> None: ...
    def on_speaking(self, room: int, peers: tuple[int, ...]) -> None: ...
    def on_layers_wanted(self, peer: int, sources: tuple[SourceWanted, ...]) -> None: ...
    def on_pictures(self, peer: int, pictures: Pictures) -> None: ...
    def on_lost(self, peers: tuple[int, ...]) -> None: ...


async def _answering(config: Config, is_running: bool) -> Finding:
    if not is_running:
        return Finding("Server", True, "not running")
    url = f"http://{'localhost' if _is_any(config.bind_host) else config.bind_host}:{config.bind_port}/readyz"
    try:
        async with asyncio.timeout(5), aiohttp.ClientSession() as client, client.get(url) as response:
            return Finding("Server", response.status == 200, f"answers {response.status} at /readyz")
    except (aiohttp.ClientError, TimeoutError) as error:
        return Finding("Server", False, f"runs on this data and does not answer ({type(error).__name__})")


def _is_free(config: Config) -> bool:
    try:
        with data_lock(config.data_dir):
            return True
    except DataInUse:
        return False


def _bind(kind: socket.SocketKind, host: str, port: int) -> str | None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family, kind) as probe:
            if family == socket.AF_INET6:
                probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            if kind == socket.SOCK_STREAM:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        return error.strerror or "cannot be bound"
    return None


def _is_any(host: str) -> bool:
    return host in ("0.0.0.0", "::")  # noqa: S104 - compared, not bound
