"""Whose address counts, and how far it is told apart from its neighbours."""

from ipaddress import ip_address, ip_network

import pytest
from aiohttp.test_utils import make_mocked_request
from multidict import CIMultiDict

from server.addresses import client_address, is_this_machine, prefix_of

PROXIES = (ip_network("10.0.0.0/8"), ip_network("::1/128"))


class Peer:
    """As much of a transport as a request asks for its peer."""

    def __init__(self, address: str) -> None:
        self._address = address

    def get_extra_info(self, name: str, default: object = None) -> object:
        return (self._address, 4711) if name == "peername" else default


def seen_as(peer: str, *forwarded: str) -> str:
    headers = CIMultiDict([("X-Forwarded-For", line) for line in forwarded])
    request = make_mocked_request("GET", "/", headers, transport=Peer(peer))
    return str(client_address(request, PROXIES))


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("203.0.113.9", (), "203.0.113.9"),
        ("203.0.113.9", ("198.51.100.1",), "203.0.113.9"),  # nobody's proxy: not believed
        ("10.0.0.1", ("198.51.100.1",), "198.51.100.1"),
        ("10.0.0.1", ("1.2.3.4, 198.51.100.1",), "198.51.100.1"),  # the first was written by the visitor
        ("10.0.0.1", ("1.2.3.4", "198.51.100.1, 10.0.0.2"), "198.51.100.1"),
        ("::1", ("2001:db8::7",), "2001:db8::7"),
        ("::ffff:10.0.0.1", ("198.51.100.1",), "198.51.100.1"),
        ("10.0.0.1", ("somewhere",), "None"),
        ("10.0.0.1", (), "10.0.0.1"),
    ],
)
def test_only_a_trusted_proxy_speaks_for_others(peer: str, forwarded: tuple[str, ...], address: str) -> None:
    assert seen_as(peer, *forwarded) == address


def test_a_household_is_one_prefix() -> None:
    assert prefix_of(ip_address("203.0.113.9")) == "203.0.113.0/24"
    assert prefix_of(ip_address("2001:db8:1:2ff::7")) == "2001:db8:1:200::/56"
    assert prefix_of(None) == "unknown"


@pytest.mark.parametrize(
    ("peer", "headers", "answer"),
    [
        ("127.0.0.1", {}, True),
        ("::1", {}, True),
        ("203.0.113.9", {}, False),
        ("127.0.0.1", {"X-Forwarded-For": "127.0.0.1"}, False),
        ("127.0.0.1", {"Forwarded": "for=127.0.0.1"}, False),
        ("127.0.0.1", {"Via": "1.1 caddy"}, False),
    ],
)
def test_this_machine_is_not_a_proxy_of_this_machine(peer: str, headers: dict[str, str], answer: bool) -> None:
    request = make_mocked_request("GET", "/", headers, transport=Peer(peer))
    assert is_this_machine(request) is answer
