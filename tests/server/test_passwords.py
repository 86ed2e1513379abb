"""Password hashing: Argon2id strings, another salt each time, the same work for a name nobody has."""

import time
from collections.abc import Iterator

import pytest

from server.passwords import Passwords, hash_now


@pytest.fixture
def passwords() -> Iterator[Passwords]:
    made = Passwords()
    yield made
    made.close()


async def test_a_password_fits_its_hash_only(passwords: Passwords) -> None:
    phc = await passwords.hash("correct horse")
    assert phc.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert await passwords.verify(phc, "correct horse")
    assert not await passwords.verify(phc, "correct horsf")
    assert await passwords.hash("correct horse") != phc


async def test_nobody_s_password_never_fits_and_costs_the_same(passwords: Passwords) -> None:
    phc = hash_now("x")

    async def seconds(subject: str | None) -> float:
        started = time.process_time()  # of all threads: how long it waits for the machine says nothing
        for _ in range(3):
            assert not await passwords.verify(subject, "wrong")
        return time.process_time() - started

    known, unknown = await seconds(phc), await seconds(None)
    assert unknown > known / 3


def test_old_parameters_are_noticed(passwords: Passwords) -> None:
    assert not passwords.is_old(hash_now("x"))
    assert passwords.is_old("$argon2id$v=19$m=4096,t=3,p=1$c2FsdHNhbHRzYWx0$aGFzaA")
