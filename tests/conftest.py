"""What the whole suite shares: turns on the machine, and figures, shown at the end and kept in artifacts/."""

from collections.abc import Generator

import hypothesis
import pytest

from tests.support import figures
from tests.support.turns import turn

# No test may depend on how busy the machine is; and a failure is seen again in the next run.
hypothesis.settings.register_profile("holdspace", deadline=None, derandomize=True)
hypothesis.settings.load_profile("holdspace")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    with turn(is_timely=item.get_closest_marker("timely") is not None):
        return (yield)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    measured = figures.recorded()
    if measured:
        figures.save()
        terminalreporter.section("measured")
        for figure in measured:
            terminalreporter.write_line(str(figure))
