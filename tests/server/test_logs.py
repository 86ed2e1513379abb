"""Logs hold what an operator needs and nothing that a person said, is called, or comes from."""

import asyncio
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from server.logs import HIDDEN, configure_logs

SECRET = "Quiet Heron 203.0.113.9"


@pytest.fixture(autouse=True)
def logging_as_it_was(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("asyncio", "aiohttp.server", "some.library"):
        monkeypatch.setattr(logging.getLogger(name), "disabled", False)  # another tool's set-up may have
    handlers, level = logging.root.handlers[:], logging.root.level
    yield
    structlog.reset_defaults()
    logging.captureWarnings(capture=False)
    logging.root.handlers[:], logging.root.level = handlers, level


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_line_is_one_json_object_with_time_level_and_event(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("info")
    structlog.get_logger("room").info("room-claimed", room="s_1", epoch=3)
    (line,) = lines(capsys)
    assert line.pop("time")
    assert line == {"event": "room-claimed", "level": "info", "room": "s_1", "epoch": 3}


def test_text_under_a_key_that_is_not_known_is_hidden(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("info")
    structlog.get_logger("room").info("knock", alias=SECRET, notes=[SECRET], more={"a": SECRET}, count=2, ok=True)
    (line,) = lines(capsys)
    assert (line["alias"], line["notes"], line["more"]) == (HIDDEN, HIDDEN, HIDDEN)
    assert (line["count"], line["ok"]) == (2, True)


def test_an_exception_keeps_its_type_and_places_and_loses_its_words(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("info")
    try:
        raise ValueError(SECRET)
    except ValueError:
        structlog.get_logger("room").exception("request-broke")
        logging.getLogger("aiohttp.server").exception("Error handling request from %s", "203.0.113.9")
    own, foreign = lines(capsys)
    for line in (own, foreign):
        assert line["exception"] == "ValueError"
        places = line["places"]
        assert isinstance(places, list)
        assert places[-1].startswith("test_logs.py:")
        assert "Heron" not in json.dumps(line)
        assert "203.0" not in json.dumps(line)
    assert foreign["event"] == "Error handling request from %s"
    assert foreign["logger"] == "aiohttp.server"


def test_libraries_are_heard_from_warnings_on(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("debug")
    logging.getLogger("some.library").info("connected to %s", SECRET)
    logging.getLogger("some.library").warning("lost %s\nand %s", SECRET, SECRET)
    (line,) = lines(capsys)
    assert line["event"] == "lost %s"


def test_a_task_that_broke_unseen_is_told_without_its_words(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("info")
    loop = asyncio.new_event_loop()
    loop.call_exception_handler({"message": "Task exception was never retrieved", "exception": ValueError(SECRET)})
    loop.close()
    (line,) = lines(capsys)
    assert line["event"] == "Task exception was never retrieved"
    assert "Heron" not in json.dumps(line)


def test_the_level_is_kept(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("warning")
    structlog.get_logger("room").info("quiet")
    structlog.get_logger("room").warning("heard")
    assert [line["event"] for line in lines(capsys)] == ["heard"]
