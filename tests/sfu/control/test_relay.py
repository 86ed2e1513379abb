"""Credentials of a relay: what coturn computes from the same secret, good for a time, and of nobody."""

import base64
import hashlib
import hmac

from sfu.control.relay import Relay

URLS = ("turn:turn.example.org:3478?transport=udp", "turns:turn.example.org:443?transport=tcp")
NOW = 1_900_000_000.9
KNOWN = "q4LdYtJDoccKbLWCc0VUBDl8WcA="


def test_the_name_says_until_when_and_the_credential_is_its_code_under_the_secret() -> None:
    server = Relay(URLS, "a shared secret", 600).server(NOW, "0f1e2d3c")
    assert server.urls == URLS
    assert server.username == "1900000600:0f1e2d3c"
    digest = hmac.new(b"a shared secret", server.username.encode(), hashlib.sha1).digest()
    assert base64.b64decode(server.credential) == digest


def test_a_known_pair() -> None:
    """Computed by `printf %s 1900000600:anna | openssl dgst -sha1 -hmac north -binary | base64`."""
    assert Relay(URLS, "north", 600).server(NOW, "anna").credential == KNOWN


def test_neither_secret_nor_credential_is_shown_by_accident() -> None:
    relay = Relay(URLS, "a shared secret")
    server = relay.server(NOW, "x")
    assert "a shared secret" not in repr(relay)
    assert server.credential not in repr(server)
