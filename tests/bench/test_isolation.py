"""A bench in its namespaces leaves nothing behind, even when it is killed."""

import asyncio
import os
import shutil
import signal
import sys
from pathlib import Path

import pytest

from tests.support.deadline import until

ROOT = Path(__file__).resolve().parents[2]
BENCH = """
import signal, subprocess, sys
from bench.rig.isolation import HOST, isolate
isolate("isolated_bench", within_s=60)
held = subprocess.Popen(["sleep", "4242.125"])
print(HOST, subprocess.run(["ip", "-o", "addr"], capture_output=True, text=True).stdout.count(HOST), flush=True)
signal.pause()
"""


def sleepers() -> list[str]:
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if b"4242.125" in path.read_bytes() and b"python" not in path.read_bytes():
                found.append(path.parent.name)
        except OSError:
            continue
    return found


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
async def test_nothing_outlives_a_bench_that_is_killed(tmp_path: Path, how: signal.Signals) -> None:
    assert shutil.which("ip"), "iproute2 is missing"
    (tmp_path / "isolated_bench.py").write_text(BENCH)
    environment = os.environ | {"PYTHONPATH": f"{ROOT}:{tmp_path}"}
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "isolated_bench", env=environment, stdout=pipe)
    assert process.stdout is not None
    host, count = (await process.stdout.readline()).decode().split()
    assert (host, count) == ("10.77.0.1", "1")
    assert sleepers()
    process.send_signal(how)

    async def is_gone() -> bool:
        return not sleepers()

    await until(is_gone, "everything inside ends", 10.0)
    await process.wait()
