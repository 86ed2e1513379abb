"""Where browsers are told that the media is: from what is bound, advertised, and what this machine has."""

import pytest

from sfu.control.config import NodeConfig, usable
from sfu.plane import Address


def test_browsers_are_told_where_the_server_can_be_reached() -> None:
    bound = [Address("0.0.0.0", 5)]
    assert NodeConfig(advertise=("203.0.113.9",)).candidates(bound) == (Address("203.0.113.9", 5),)
    assert NodeConfig(("192.0.2.50",)).candidates([Address("192.0.2.50", 6)]) == (Address("192.0.2.50", 6),)
    both = [Address("0.0.0.0", 5), Address("::", 6)]
    told = NodeConfig(advertise=("2001:db8::9", "203.0.113.9")).candidates(both)
    assert told == (Address("2001:db8::9", 6), Address("203.0.113.9", 5))
    assert NodeConfig(advertise=("2001:db8::9",)).candidates(bound) == (Address("2001:db8::9", 5),)
    found = NodeConfig(is_local=True).candidates(bound)
    assert found[-1] == Address("127.0.0.1", 5)
    assert NodeConfig().candidates(bound) == (found[:-1] or found)


def test_tcp_has_the_numbers_of_udp_unless_it_has_its_own_or_none() -> None:
    hosts = ("192.0.2.50",)
    assert NodeConfig(hosts, 8081).listen(2) == [Address("192.0.2.50", 8083), Address("192.0.2.50", 8083, True)]
    assert NodeConfig(hosts, 8081, tcp_port=443).listen(1)[1:] == [Address("192.0.2.50", 444, True)]
    assert NodeConfig(hosts, 8081, tcp_port=None).listen(0) == [Address("192.0.2.50", 8081)]
    assert NodeConfig(hosts, 0).listen(5) == [Address("192.0.2.50", 0), Address("192.0.2.50", 0, True)]


def test_browsers_are_told_of_tcp_where_it_listens() -> None:
    udp, tcp = Address("0.0.0.0", 5), Address("0.0.0.0", 7, True)
    told = NodeConfig(advertise=("203.0.113.9",))
    assert told.candidates([udp, tcp]) == (Address("203.0.113.9", 5), Address("203.0.113.9", 7, True))
    assert told.candidates([udp]) == (Address("203.0.113.9", 5),)
    own = NodeConfig(("192.0.2.50",)).candidates([Address("192.0.2.50", 5), Address("192.0.2.50", 5, True)])
    assert own == (Address("192.0.2.50", 5), Address("192.0.2.50", 5, True))
    assert NodeConfig(is_local=True).candidates([udp, tcp])[-2:] == (
        Address("127.0.0.1", 5),
        Address("127.0.0.1", 7, True),
    )


def test_a_machine_with_ipv6_alone_is_told_by_it() -> None:
    bound = [Address("::", 5), Address("::", 5, True)]
    assert NodeConfig(("::",), advertise=("2001:db8::9",)).candidates(bound) == (
        Address("2001:db8::9", 5),
        Address("2001:db8::9", 5, True),
    )
    assert Address("::1", 5) in NodeConfig(("::",), is_local=True).candidates(bound)


def test_the_wildcard_of_ipv6_is_left_out_where_it_cannot_be_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sfu.control.config._has_ipv6", lambda: False)
    assert usable(("0.0.0.0", "::")) == ("0.0.0.0",)
    assert usable(("::",)) == ("::",)
    assert usable(("192.0.2.50", "2001:db8::1")) == ("192.0.2.50", "2001:db8::1")
