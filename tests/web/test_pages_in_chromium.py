"""Every page with sample data in a real browser: axe finds nothing, nothing scrolls sideways, nothing is blocked."""

import pytest

from tests.support.look import look

pytestmark = pytest.mark.browser


async def test_every_page_is_accessible_and_fits_in_every_size_and_theme() -> None:
    problems = await look([], leaves_pictures=False)
    assert not problems, "\n".join(problems)
