"""One target under libFuzzer, which ends the process itself: `python -m tests.fuzz.engine <target> <its options>`."""

import sys

import atheris

from tests.fuzz.catalogue import GUIDES, load


def main(name: str, options: list[str]) -> None:
    with atheris.instrument_imports(include=list(GUIDES[name])):
        target = load(name)
    mutate = getattr(target, "mutate", None)
    if mutate is None:
        atheris.Setup([name, *options], target.one)
    else:
        atheris.Setup(
            [name, *options],
            target.one,
            custom_mutator=lambda data, most, seed: mutate(data, most, seed, atheris.Mutate),
        )
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
