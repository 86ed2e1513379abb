"""What once broke a parser does not any more, and neither does a little noise around good inputs."""

import random

import pytest

from tests.fuzz.catalogue import GUIDES, kept, load

MUTATIONS = 300


@pytest.mark.parametrize("name", GUIDES)
def test_inputs_that_once_broke_something_are_dealt_with(name: str) -> None:
    for path in kept(name):
        load(name).one(path.read_bytes())


@pytest.mark.parametrize("name", GUIDES)
def test_seeds_and_their_neighbours_hold_every_property(name: str) -> None:
    target, chance = load(name), random.Random(name)
    for seed in target.seeds():
        target.one(seed)
        for _ in range(MUTATIONS):
            target.one(_changed(seed, chance))


def _changed(data: bytes, chance: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(changed) + 1)
        match chance.randrange(3):
            case 0:
                changed[at : at + 1] = bytes((chance.getrandbits(8),))
            case 1:
                changed[at:at] = chance.randbytes(chance.randint(1, 4))
            case _:
                del changed[at : at + chance.randint(1, 8)]
    return bytes(changed)
