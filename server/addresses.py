"""Where a request comes from: for rate limits only. An address is never stored and never logged."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from aiohttp import web

Network = IPv4Network | IPv6Network


def client_address(request: web.Request, trusted_proxies: Sequence[Network]) -> IPv4Address | IPv6Address | None:
    """The peer, or behind trusted proxies the last address of `X-Forwarded-For` that is not one of them."""
    address = _parse(request.remote)
    hops = [hop for line in request.headers.getall("X-Forwarded-For", []) for hop in line.split(",")]
    while address is not None and hops and any(address in network for network in trusted_proxies):
        address = _parse(hops.pop().strip())
    return address


def prefix_of(address: IPv4Address | IPv6Address | None) -> str:
    """One household or one office: /24 of IPv4, /56 of IPv6."""
    if address is None:
        return "unknown"
    return str(ip_network((address, 24 if address.version == 4 else 56), strict=False))


def is_this_machine(request: web.Request) -> bool:
    """Asked from here, and not by a proxy of this machine for somebody else."""
    address = _parse(request.remote)
    forwarded = any(name in request.headers for name in ("X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"))
    return address is not None and address.is_loopback and not forwarded


def _parse(text: str | None) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(text or "")
    except ValueError:
        return None
    return address.ipv4_mapped or address if isinstance(address, IPv6Address) else address
