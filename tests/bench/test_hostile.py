"""A little of the cases of bad input that need no server; `python -m bench.hostile` runs them at full counts."""

from bench.hostility import plane_cases
from bench.hostility.check import Check, at_least, at_most, none


def unkept(checks: list[Check]) -> list[str]:
    return [str(check) for check in checks if not check.passes]


async def test_checks_that_lie_are_not_answered() -> None:
    assert unkept(await plane_cases.u3(3_000)) == []


async def test_a_member_who_lies_is_noticed_by_nobody_else() -> None:
    assert unkept(await plane_cases.u5(3_000)) == []


async def test_payload_descriptors_are_read_whatever_they_are() -> None:
    assert unkept(await plane_cases.u6(3_000)) == []


def test_a_promise_that_is_not_kept_shows() -> None:
    assert unkept([none("faults", 0), at_most("loss", 1.0, 1.0), at_least("joins", 99, 99)]) == []
    assert len(unkept([none("faults", 1), at_most("loss", 1.1, 1.0), at_least("joins", 98, 99)])) == 3
