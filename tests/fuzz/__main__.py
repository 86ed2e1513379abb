"""Coverage-guided fuzzing of the parsers: `python -m tests.fuzz stun --seconds 600`, or `all`.

What was found interesting is kept in artifacts/fuzz/<target>, so that a later run goes on from there. An input that
breaks a property is written to tests/fuzz/seeds/<target>, where ordinary tests try it again ever after. Prints one line
of JSON for each target; the exit code is 1 where anything broke.
"""

import argparse
import json
import re
import subprocess
import sys
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path

from tests.fuzz.catalogue import GUIDES, SEEDS, kept, load

ROOT = Path(__file__).resolve().parents[2]
CORPORA = ROOT / "artifacts" / "fuzz"
LONGEST = {"sdp": 12_000, "tcp": 4_000, "rtcp": 400}
SLOWEST_S = 5
GRACE_S = 60
TAIL = 4_000


@dataclass(frozen=True)
class Outcome:
    """`coverage` and `features` are libFuzzer's counts at the end; `words` is its last output where something broke."""

    target: str
    executions: int
    per_second: int
    coverage: int
    features: int
    corpus: int
    broken: tuple[str, ...]
    words: str


def fuzz(name: str, seconds: int) -> Outcome:
    corpus, seeds = CORPORA / name, SEEDS / name
    corpus.mkdir(parents=True, exist_ok=True)
    seeds.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(load(name).seeds()):
        (corpus / f"seed-{number:02}").write_bytes(seed)
    before = set(kept(name))
    options = [
        f"-max_total_time={seconds}",
        f"-max_len={LONGEST.get(name, 1_500)}",
        f"-timeout={SLOWEST_S}",
        f"-artifact_prefix={seeds}/",
        "-print_final_stats=1",
    ]
    command = [sys.executable, "-m", "tests.fuzz.engine", name, *options, str(corpus), str(seeds)]
    run = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, errors="replace", timeout=seconds + GRACE_S, check=False
    )
    words = run.stdout + run.stderr
    progress = re.findall(r"cov: (\d+) ft: (\d+) corp: (\d+)", words)
    coverage, features, size = map(int, progress[-1]) if progress else (0, 0, 0)
    is_broken = run.returncode != 0
    return Outcome(
        name,
        _number(r"stat::number_of_executed_units: (\d+)", words),
        _number(r"stat::average_exec_per_sec: +(\d+)", words),
        coverage,
        features,
        size,
        tuple(path.name for path in kept(name) if path not in before) or (("exit",) if is_broken else ()),
        words[-TAIL:] if is_broken else "",
    )


def _number(pattern: str, text: str) -> int:
    found = re.search(pattern, text)
    return int(found.group(1)) if found else 0


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.fuzz", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "targets", nargs="+", choices=(*GUIDES, "all"), metavar="target", help=f"{', '.join(GUIDES)}, all"
    )
    parser.add_argument("--seconds", type=int, default=600, help="for each target")
    options = parser.parse_args()
    if find_spec("atheris") is None:
        print("Fuzzing needs atheris, which has wheels for Linux on x86-64 (pip install atheris).", file=sys.stderr)
        return 1
    is_fine = True
    for name in GUIDES if "all" in options.targets else options.targets:
        outcome = fuzz(name, options.seconds)
        is_fine &= not outcome.broken
        found = asdict(outcome)
        words = found.pop("words")
        print(json.dumps(found), flush=True)
        if words:
            print(words, file=sys.stderr)
    return 0 if is_fine else 1


if __name__ == "__main__":
    sys.exit(main())
