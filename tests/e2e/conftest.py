"""One server and one browser per file; what a page complained about fails the test in which it did."""

from collections.abc import AsyncIterator, Generator

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.support.browser import People, chromium
from tests.support.server_process import ServerProcess, serving


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """With a failure, what the server said about problems."""
    report = yield
    server = getattr(item, "funcargs", {}).get("server")
    if report.failed and isinstance(server, ServerProcess):
        said = [
            line for line in server.log.splitlines() if '"level": "info"' not in line and '"level": "debug"' not in line
        ]
        report.sections.append(("server", "\n".join(said[-40:])))
    return report


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Browser]:
    async with chromium(tmp_path_factory.mktemp("browser")) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ServerProcess]:
    async with serving(tmp_path_factory.mktemp("server")) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def people(browser: Browser, server: ServerProcess) -> AsyncIterator[People]:
    crowd = People(browser, server.origin)
    yield crowd
    await crowd.close()


@pytest_asyncio.fixture(autouse=True, loop_scope="module")
async def pages_behave(request: pytest.FixtureRequest) -> AsyncIterator[None]:
    """After each test: no page made a foreign request, an error or a CSP report."""
    yield
    if "people" in request.fixturenames:
        crowd: People = request.getfixturevalue("people")
        crowd.check()
