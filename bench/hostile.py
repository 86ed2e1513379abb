"""Bad input at full counts, case by case: `python -m bench.hostile --case U2`, or without a case all of them.

U1 datagrams of no size or too much of it · U2 handshakes that nobody finishes · U3 a million bad checks · U4 a flood of
random bytes · U5 a million lies of a member under good keys · U6 a million payload descriptors. U7, mutated resource
files, does not apply: no file is played back by this version. `--share 0.01` runs a hundredth of the counts. Prints
what was found against what is promised, and one JSON object for each case; the exit code is 1 where a promise was not
kept.
"""

import argparse
import asyncio
import contextlib
import json
import sys
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from pathlib import Path
from time import monotonic
from typing import Any

from bench.hostility import plane_cases, server_cases
from bench.hostility.check import Check
from bench.machine import machine

MILLION = 1_000_000
Case = Callable[[Path, float], Awaitable[list[Check]]]


def part(count: int, share: float) -> int:
    return max(1, round(count * share))


CASES: dict[str, Case] = {
    "U1": lambda folder, share: server_cases.u1(folder, part(1_000, share)),
    "U2": lambda folder, share: server_cases.u2(folder, part(25, share), part(10_000, share)),
    "U3": lambda _, share: plane_cases.u3(part(MILLION, share)),
    "U4": lambda folder, share: server_cases.u4(folder, 20_000, part(60, share)),
    "U5": lambda _, share: plane_cases.u5(part(MILLION, share)),
    "U6": lambda _, share: plane_cases.u6(part(MILLION, share)),
}


def keep(path: Path, result: dict[str, Any]) -> None:
    """The newest result of each case."""
    results = json.loads(path.read_text()) if path.exists() else {}
    path.write_text(json.dumps(results | {result["case"]: result}, indent=1, sort_keys=True) + "\n")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--case", choices=CASES, action="append", help="may be given several times")
    parser.add_argument("--share", type=float, default=1.0, help="of the full counts")
    parser.add_argument("--out", type=Path, help="where the newest result of each case is kept, as JSON")
    options = parser.parse_args()
    about, is_fine = machine(), True
    for name in options.case or CASES:
        began = monotonic()
        # What the store logs while the session is made is not part of the answer.
        with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(sys.stderr):
            checks = asyncio.run(CASES[name](Path(folder), options.share))
        kept = all(check.passes for check in checks)
        is_fine &= kept
        seconds = round(monotonic() - began, 1)
        print(
            f"{name}: {'as promised' if kept else 'NOT as promised'}, {seconds} s", *checks, sep="\n", file=sys.stderr
        )
        found = {"case": name, "passes": kept, "share": options.share, "seconds": seconds}
        result = found | {"checks": [asdict(check) for check in checks]} | about
        if options.out is not None:
            keep(options.out, result)
        print(json.dumps(result), flush=True)
    return 0 if is_fine else 1


if __name__ == "__main__":
    sys.exit(main())
