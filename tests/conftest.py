"""What the whole suite shares: the figures that tests measured are shown at the end and kept in artifacts/."""

import pytest

from tests.support import figures


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    measured = figures.recorded()
    if measured:
        figures.save()
        terminalreporter.section("measured")
        for figure in measured:
            terminalreporter.write_line(str(figure))
