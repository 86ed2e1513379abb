"""What the whole suite shares: the figures that tests measured are shown at the end and kept in artifacts/."""

import hypothesis
import pytest

from tests.support import figures

# No test may depend on how busy the machine is; and a failure is seen again in the next run.
hypothesis.settings.register_profile("holdspace", deadline=None, derandomize=True)
hypothesis.settings.load_profile("holdspace")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    measured = figures.recorded()
    if measured:
        figures.save()
        terminalreporter.section("measured")
        for figure in measured:
            terminalreporter.write_line(str(figure))
