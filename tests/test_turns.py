"""Two runs of the suite on one machine."""

import fcntl
import os
import threading
from pathlib import Path

import pytest

from tests.support.turns import FOLDER, turn


def is_locked(path: Path) -> bool:
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False


def test_a_timely_test_waits_for_the_one_under_way_and_no_other_begins_before_it_is_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FOLDER, str(tmp_path))
    order: list[str] = []

    def take(name: str, *, is_timely: bool) -> None:
        with turn(is_timely=is_timely):
            order.append(name)

    timely = threading.Thread(target=take, args=("timely",), kwargs={"is_timely": True})
    other = threading.Thread(target=take, args=("other",), kwargs={"is_timely": False})
    with turn(is_timely=False):
        timely.start()
        while not is_locked(tmp_path / "door"):
            os.sched_yield()
        other.start()
        other.join(0.2)
        order.append("under way")
    timely.join(10)
    other.join(10)
    assert order == ["under way", "timely", "other"]


def test_tests_that_are_not_timely_do_not_wait_for_one_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FOLDER, str(tmp_path))
    with turn(is_timely=False), turn(is_timely=False):
        assert not is_locked(tmp_path / "inside")


def test_without_another_run_nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(FOLDER, raising=False)
    with turn(is_timely=True), turn(is_timely=True):
        pass
