"""The shell scripts that developers and continuous integration call."""

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

# What ./test does with its fuzzers, with a stand-in for Python that only ends as it is told.
FUZZING = """
set -eu
fuzz=yes
. "$1/tools/beside.sh"
. "$1/tools/fuzzing.sh"
begin_fuzzing
code=0
collect_beside fuzzing || code=$?
exit "$code"
"""


@pytest.mark.parametrize("found", [0, 1])
def test_fuzzing_that_is_over_leaves_its_own_exit_code(tmp_path: Path, found: int) -> None:
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\n[ "$1" = -c ] || exit {found}\n')
    python.chmod(0o755)
    kept = tmp_path / "logs"
    kept.mkdir()

    turns = tmp_path / "turns"
    turns.mkdir()

    done = subprocess.run(
        ["sh", "-c", FUZZING, "sh", str(ROOT)],
        cwd=tmp_path,
        env={**os.environ, "TMPDIR": str(kept), "TEST_TURNS": str(turns)},
        check=False,
    )

    assert done.returncode == found
    assert list(kept.iterdir()) == []
    assert turns.is_dir(), "another shell's"
