"""Settings: all problems at once, each with its variable; secrets from files; nothing secret in a message."""

from pathlib import Path

import pytest

from server.config import BadConfig, load_config


def problems(**variables: str) -> list[str]:
    with pytest.raises(BadConfig) as raised:
        load_config({f"HOLDSPACE_{name.upper()}": value for name, value in variables.items()})
    return raised.value.problems


def test_nothing_needs_to_be_set() -> None:
    config = load_config({"PATH": "/bin"})
    assert config.public_url == "http://localhost:8080"
    assert config.is_local_http
    assert config.database.startswith("sqlite+aiosqlite:////")


def test_the_address_follows_the_port_unless_it_is_set() -> None:
    assert load_config({"HOLDSPACE_BIND_PORT": "9000"}).public_url == "http://localhost:9000"
    both = {"HOLDSPACE_BIND_PORT": "9000", "HOLDSPACE_PUBLIC_URL": "https://groups.example.org/"}
    assert load_config(both).public_url == "https://groups.example.org"


def test_every_problem_is_named_with_its_variable() -> None:
    found = problems(
        public_url="http://groups.example.org",
        bind_port="many",
        udp_bind="everywhere",
        trusted_proxies="10.0.0.0/33",
        quick_exit_url="http://example.org",
        database_url="mysql://x",
        retention_days="-1",
        colour="blue",
    )
    assert [line.split(":")[0] for line in sorted(found)] == [
        "HOLDSPACE_BIND_PORT",
        "HOLDSPACE_COLOUR",
        "HOLDSPACE_DATABASE_URL",
        "HOLDSPACE_PUBLIC_URL",
        "HOLDSPACE_QUICK_EXIT_URL",
        "HOLDSPACE_RETENTION_DAYS",
        "HOLDSPACE_TRUSTED_PROXIES",
        "HOLDSPACE_UDP_BIND",
    ]


def test_no_problem_repeats_a_value() -> None:
    assert "hunter2" not in "".join(problems(database_url="mysql://me:hunter2@db/x", bind_port="hunter2"))


@pytest.mark.parametrize(
    "url", ["groups.example.org", "https://", "https://x.example/path", "https://x.example?q", "ftp://x.example"]
)
def test_an_address_is_scheme_host_and_port(url: str) -> None:
    assert problems(public_url=url)[0].startswith("HOLDSPACE_PUBLIC_URL")


@pytest.mark.parametrize("url", ["http://localhost:1", "http://127.0.0.1:1", "http://[::1]:1"])
def test_plain_http_is_for_this_machine(url: str) -> None:
    assert load_config({"HOLDSPACE_PUBLIC_URL": url}).is_local_http


def test_lists_are_separated_by_commas() -> None:
    config = load_config({"HOLDSPACE_UDP_ADVERTISE": "203.0.113.7, 2001:db8::7", "HOLDSPACE_TRUSTED_PROXIES": "::1"})
    assert config.udp_advertise == ("203.0.113.7", "2001:db8::7")
    assert [str(network) for network in config.trusted_proxies] == ["::1/128"]


def test_media_over_tcp_has_a_port_of_its_own_or_none() -> None:
    assert load_config({}).tcp_port is None
    assert load_config({"HOLDSPACE_TCP_PORT": "443"}).tcp_port == 443
    assert load_config({"HOLDSPACE_TCP_PORT": "off"}).tcp_port == "off"
    assert problems(tcp_port="maybe")


def test_a_relay_has_addresses_and_a_secret_and_may_be_the_only_way() -> None:
    urls = "turn:turn.example.org, turns:[2001:db8::1]:443?transport=tcp"
    both = {"HOLDSPACE_TURN_URLS": urls, "HOLDSPACE_TURN_SECRET": "s", "HOLDSPACE_RELAY_ONLY": "1"}
    config = load_config(both)
    assert config.turn_urls == ("turn:turn.example.org", "turns:[2001:db8::1]:443?transport=tcp")
    assert config.relay_only
    assert problems(turn_urls="turn:x") == ["HOLDSPACE_TURN_URLS and HOLDSPACE_TURN_SECRET go together"]
    assert problems(turn_secret="s") == ["HOLDSPACE_TURN_URLS and HOLDSPACE_TURN_SECRET go together"]
    assert problems(relay_only="1") == ["HOLDSPACE_RELAY_ONLY needs HOLDSPACE_TURN_URLS"]


@pytest.mark.parametrize(
    "url", ["https://turn.example.org", "turn://x", "turn:x?transport=tls", "turn:x:port", "stun:x"]
)
def test_a_relay_s_address_is_of_turn(url: str) -> None:
    assert problems(turn_urls=url, turn_secret="s")[0].startswith("HOLDSPACE_TURN_URLS: ")


def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("abc\n")
    config = load_config({"HOLDSPACE_METRICS_TOKEN_FILE": str(file)})
    assert config.metrics_token is not None
    assert config.metrics_token.get_secret_value() == "abc"
    assert "abc" not in repr(config)


def test_a_secret_file_that_is_missing_or_doubled_is_a_problem(tmp_path: Path) -> None:
    assert problems(redis_url_file=str(tmp_path / "none"))[0].startswith("HOLDSPACE_REDIS_URL_FILE: No such file")
    assert "not both" in problems(redis_url="unix:///x", redis_url_file="/x")[0]


def test_only_secrets_come_from_files() -> None:
    assert problems(bind_port_file="/x") == ["HOLDSPACE_BIND_PORT_FILE: no such setting"]


def test_the_fast_plane_is_refused_in_plain_words_without_its_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_config({}).plane == "plain"
    monkeypatch.setattr("server.config.find_spec", lambda name: None)
    with pytest.raises(BadConfig, match=r"HOLDSPACE_PLANE: fast needs Numba.*pip install"):
        load_config({"HOLDSPACE_PLANE": "fast"})
    monkeypatch.setattr("server.config.find_spec", lambda name: object())
    assert load_config({"HOLDSPACE_PLANE": "fast"}).plane == "fast"
