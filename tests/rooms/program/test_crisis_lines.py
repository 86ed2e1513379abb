"""Whom one can call, as an admin writes it."""

import pytest

from rooms.program.organisation import BadOrganisation, CrisisLine, check_lines


def test_lines_come_in_order_of_their_country_without_the_empty_ones() -> None:
    rows = [
        ("pt", " SOS  Voz Amiga ", "213 544 545", ""),
        ("", "", " ", ""),
        ("", "Befrienders", "befrienders.org", ""),
    ]
    assert check_lines(rows) == (
        CrisisLine("", "Befrienders", "befrienders.org"),
        CrisisLine("PT", "SOS Voz Amiga", "213 544 545"),
    )


@pytest.mark.parametrize(
    ("row", "field"),
    [
        (("Portugal", "a", "112", ""), "country-1"),
        (("PT", "", "112", ""), "name-1"),
        (("PT", "a", "call us", ""), "number-1"),
        (("PT", "a", "112", "x" * 121), "note-1"),
    ],
)
def test_a_line_that_does_not_fit_is_named(row: tuple[str, str, str, str], field: str) -> None:
    with pytest.raises(BadOrganisation) as caught:
        check_lines([("PT", "a", "112", ""), row])
    assert list(caught.value.errors) == [field]


def test_there_is_an_end_to_them() -> None:
    with pytest.raises(BadOrganisation):
        check_lines([("PT", "a", "112", "")] * 61)


def test_a_number_is_dialed_without_what_people_write_between() -> None:
    assert CrisisLine("PT", "a", "+351 213-544 545").dialed == "+351213544545"
    assert CrisisLine("DE", "a", "0800 / 111 0 111").dialed == "08001110111"
    assert CrisisLine("", "a", "befrienders.org").is_web
    assert not CrisisLine("DE", "a", "0800.111.0.111").is_web
