"""What may be written in the texts of a session."""

import pytest

from server.scheduling import TEXT_LIMITS, text_fault


@pytest.mark.parametrize("field", TEXT_LIMITS)
def test_a_text_may_be_as_long_as_its_limit_and_no_longer(field: str) -> None:
    assert text_fault(field, "ä" * TEXT_LIMITS[field]) is None
    assert text_fault(field, "ä" * (TEXT_LIMITS[field] + 1)) == f"Keep this to {TEXT_LIMITS[field]} characters."


def test_lines_and_tabs_are_text_and_control_characters_are_not() -> None:
    assert text_fault("guidelines", "One.\nTwo.\r\n\tThree.") is None
    assert text_fault("guidelines", "Bell \a") == "This text holds characters that cannot be shown."
