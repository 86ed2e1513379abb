"""The subcommands, as an operator types them: what they print, what they change, how they end."""

import io
import logging
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from server.__main__ import main
from server.data_lock import data_lock

PASSWORD = "a long sentence nobody guesses"


@pytest.fixture(autouse=True)
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("HOLDSPACE_DATA_DIR", str(tmp_path))
    with socket.socket() as tcp, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        tcp.bind(("127.0.0.1", 0))
        udp.bind(("127.0.0.1", 0))
        monkeypatch.setenv("HOLDSPACE_BIND_PORT", str(tcp.getsockname()[1]))
        monkeypatch.setenv("HOLDSPACE_UDP_PORT", str(udp.getsockname()[1]))
    monkeypatch.setenv("HOLDSPACE_UDP_BIND", "127.0.0.1")
    handlers, level = logging.root.handlers[:], logging.root.level
    yield
    structlog.reset_defaults()
    logging.captureWarnings(capture=False)
    logging.root.handlers[:], logging.root.level = handlers, level


@pytest.fixture
def type_in(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{PASSWORD}\n{PASSWORD}\n"))
    yield


@pytest.mark.usefixtures("type_in")
def test_a_host_is_made_once(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert main(["create-host", "ines"]) == 0
    assert "/sign-in" in capsys.readouterr().out
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{PASSWORD}\n{PASSWORD}\n"))
    assert main(["create-host", "ines"]) == 1
    assert "Somebody has this name already." in capsys.readouterr().err


def test_two_passwords_that_differ_make_nothing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{PASSWORD}\n{PASSWORD}.\n"))
    assert main(["create-host", "ines"]) == 1
    assert "differ" in capsys.readouterr().err
    assert main(["invite", "--host", "ines"]) == 1


def test_a_host_may_come_by_link_only(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["create-host", "ines", "--link-only"]) == 0
    assert "/enter#" in capsys.readouterr().out
    assert main(["invite", "--host", "ines"]) == 0
    assert "/enter#" in capsys.readouterr().out


@pytest.mark.usefixtures("type_in")
def test_a_host_gets_a_new_password_or_is_signed_out(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["set-password", "ines"]) == 1
    assert "nobody of this name" in capsys.readouterr().err
    assert main(["create-host", "ines", "--link-only"]) == 0
    monkeypatch.setattr("sys.stdin", io.StringIO("short\nshort\n"))
    assert main(["set-password", "ines"]) == 1
    assert "10 characters or more" in capsys.readouterr().err
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{PASSWORD}\n{PASSWORD}\n"))
    assert main(["set-password", "ines"]) == 0
    assert "Changed." in capsys.readouterr().out
    assert main(["sign-out-host", "ines"]) == 0
    assert "Signed out everywhere." in capsys.readouterr().out
    assert main(["sign-out-host", "tom"]) == 1


def test_a_session_s_link_is_printed_by_role(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo"]) == 0
    session = capsys.readouterr().out.partition("/s/")[2].split()[0]
    assert main(["invite", "--session", session, "--role", "facilitator", "--label", "Tom"]) == 0
    assert "/enter#" in capsys.readouterr().out
    assert main(["invite", "--session", "s_none"]) == 1
    assert "no session with this id" in capsys.readouterr().err


def test_migrating_twice_does_nothing_twice(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["migrate"]) == 0
    assert "Applied: 0001" in capsys.readouterr().out
    assert main(["migrate"]) == 0
    assert "up to date" in capsys.readouterr().out


def test_commands_that_need_the_data_to_themselves_say_who_has_it(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    with data_lock(tmp_path):
        for command in ("run", "migrate"):
            assert main([command]) == 1
            assert "Another Holdspace runs" in capsys.readouterr().err


def test_hosts_and_links_can_be_made_beside_a_running_server(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main(["migrate"]) == 0
    with data_lock(tmp_path):
        assert main(["create-host", "ines", "--link-only"]) == 0
    assert "/enter#" in capsys.readouterr().out


def test_settings_are_checked_before_anything_is_done(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOLDSPACE_BIND_PORT", "eighty")
    monkeypatch.setenv("HOLDSPACE_PUBLIC_URL", "groups")
    assert main(["migrate"]) == 1
    err = capsys.readouterr().err
    assert "HOLDSPACE_BIND_PORT" in err
    assert "HOLDSPACE_PUBLIC_URL" in err
    assert "Traceback" not in err


def test_a_port_that_is_taken_is_said_plainly(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        monkeypatch.setenv("HOLDSPACE_BIND_PORT", str(taken.getsockname()[1]))
        assert main(["run"]) == 1
    assert "The system said no" in capsys.readouterr().err


def test_doctor_finds_a_good_installation_good(capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["doctor"])
    out = capsys.readouterr().out
    assert code == 0, out
    for name in ("Python", "Clock", "Passwords", "Disk", "Address", "Store", "/tcp", "/udp", "UDP", "Media", "Server"):
        assert name in out


def test_doctor_names_a_port_that_something_else_uses(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        monkeypatch.setenv("HOLDSPACE_UDP_PORT", str(port))
        assert main(["doctor"]) == 1
    assert f"LOOK  Port {port}/udp: Address already in use" in capsys.readouterr().out


def test_doctor_names_the_port_of_media_over_tcp(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as taken:
        taken.bind(("0.0.0.0", 0))
        taken.listen()
        port = taken.getsockname()[1]
        monkeypatch.setenv("HOLDSPACE_TCP_PORT", str(port))
        assert main(["doctor"]) == 1
    said = capsys.readouterr().out
    assert f"LOOK  Port {port}/tcp for media (HOLDSPACE_TCP_PORT): Address already in use" in said


def test_doctor_says_which_relay_answers_and_which_does_not(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as relay:
        relay.bind(("127.0.0.1", 0))
        relay.listen()
        port = relay.getsockname()[1]
        monkeypatch.setenv("HOLDSPACE_TURN_URLS", f"turn:127.0.0.1:{port}?transport=tcp,turns:127.0.0.1:1")
        monkeypatch.setenv("HOLDSPACE_TURN_SECRET", "hunter2")
        assert main(["doctor"]) == 1
    said = capsys.readouterr().out
    assert f"ok    Relay: turn:127.0.0.1:{port}?transport=tcp answers" in said
    assert "LOOK  Relay: turns:127.0.0.1:1 does not answer" in said
    assert "hunter2" not in said


def test_doctor_names_a_database_that_does_not_answer(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOLDSPACE_DATABASE_URL", "postgresql+asyncpg://me:hunter2@127.0.0.1:1/none")
    assert main(["doctor"]) == 1
    out = capsys.readouterr().out
    assert "LOOK  Store: PostgreSQL does not answer" in out
    assert "hunter2" not in out


def test_doctor_finds_a_clock_that_was_never_set(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.doctor.time.time", lambda: 86_400.0)
    assert main(["doctor"]) == 1
    assert "LOOK  Clock" in capsys.readouterr().out


def test_doctor_names_a_proxy_that_is_not_trusted(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOLDSPACE_PUBLIC_URL", "https://groups.example.org")
    assert main(["doctor"]) == 1
    assert "LOOK  Proxy: all visitors look like one address" in capsys.readouterr().out
    monkeypatch.setenv("HOLDSPACE_TRUSTED_PROXIES", "127.0.0.1")
    assert main(["doctor"]) == 0
    assert "Proxy" not in capsys.readouterr().out
