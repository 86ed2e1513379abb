"""From the click on "Enter the room" to the first picture of somebody else, in real Chromium: `python -m bench.join`.

A facilitator with a camera is in the room. A co-facilitator, who needs nobody's admission, opens the page, chooses a
camera, clicks, sees the first picture, and leaves; then the next one, with a browser context of their own. The moments
are noted from outside the page (join_probe.js wraps what the browser gives it). Prints a table of medians and JSON with
machine and commit.
"""

import argparse
import asyncio
import json
import os
import statistics
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from playwright.async_api import Browser, async_playwright

from bench.machine import machine
from bench.rig.results import columns, keep
from tests.support.browser import CRASH_FLAGS, QUIET_FLAGS, People, chromium_path, write_hum
from tests.support.deadline import until
from tests.support.journey import schedule
from tests.support.people import FacilitatorPage
from tests.support.server_process import serving

CAMERA_FPS: Final = 30
PROBE: Final = Path(__file__).with_name("join_probe.js")
JOINER: Final = "Slow River"

# Each stage ends with a moment; it begins where the one before it ended.
STAGES: Final = (
    ("click to request sent", "enter"),
    ("request to answer of the server", "ok"),
    ("to the offer", "offer"),
    ("peer connection, remote description", "remote-description"),
    ("devices, local description", "local-description"),
    ("answer sent", "answer"),
    ("ICE", "ice-connected"),
    ("DTLS", "dtls-connected"),
    ("first picture complete", "keyframe"),
    ("decoded", "decoded"),
    ("on the screen", "frame"),
)
BEFORE: Final = (
    ("page to ticket asked", "page-ticket-asked"),
    ("ticket", "page-ticket"),
    ("WebSocket", "page-socket"),
    ("hello to welcome", "page-welcome"),
)


def stages(moments: Mapping[str, float], names: Sequence[tuple[str, str]], start: float) -> dict[str, float]:
    """Milliseconds of each stage. A moment that came out of turn ends its stage at once; one that is missing is 0."""
    found, before = {}, start
    for name, moment in names:
        at = max(before, moments.get(moment, before))
        found[name] = at - before
        before = at
    return found


def total_ms(moments: Mapping[str, float], last: str = "decoded") -> float:
    return moments[last] - moments["click"]


def table(runs: Sequence[Mapping[str, Any]]) -> str:
    rows = [["ms, medians", "took", "since the click"]]
    for name in runs[0]["before"]:
        rows.append([f"before the click: {name}", f"{statistics.median(run['before'][name] for run in runs):.1f}", ""])
    since = 0.0
    for name in runs[0]["stages"]:
        took = statistics.median(run["stages"][name] for run in runs)
        since += took
        rows.append([name, f"{took:.1f}", f"{since:.1f}"])
    totals = sorted(run["decoded_ms"] for run in runs)
    summary = f"click to first decoded picture: median {statistics.median(totals):.0f} ms"
    return columns(rows) + f"\n{summary} ({totals[0]:.0f} to {totals[-1]:.0f}, {len(totals)} times)"


@asynccontextmanager
async def browser(folder: Path) -> AsyncIterator[Browser]:
    """Chromium with a fake camera of `CAMERA_FPS`."""
    hum = folder / "hum.wav"
    write_hum(hum)
    flags = [
        *QUIET_FLAGS,
        *CRASH_FLAGS,
        "--use-fake-ui-for-media-stream",
        f"--use-fake-device-for-media-stream=fps={CAMERA_FPS}",
        f"--use-file-for-fake-audio-capture={hum}",
    ]
    if os.geteuid() == 0:
        flags.append("--no-sandbox")
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=chromium_path(), args=flags)
        try:
            yield opened
        finally:
            await opened.close()


async def one_join(page: FacilitatorPage) -> dict[str, Any]:
    """Load, choose the camera, click, wait for the picture, leave."""
    await page.open()
    await page.get_ready(camera=True)
    await page.button("Enter the room").click()

    async def has_seen() -> bool:
        return bool(await page.page.evaluate("() => 'frame' in window.__join.moments()"))

    await until(has_seen, "the first picture of somebody else", 30.0)
    moments: dict[str, float] = await page.page.evaluate("() => window.__join.moments()")
    stats = await page.page.evaluate("() => window.__join.stats()")
    await page.leave()
    return {
        "moments": moments,
        "before": stages(moments, BEFORE, 0.0),
        "stages": stages(moments, STAGES, moments["click"]),
        "decoded_ms": total_ms(moments),
        "frame_ms": total_ms(moments, "frame"),
        "stats": stats,
    }


async def measure(count: int, folder: Path) -> list[dict[str, Any]]:
    async with serving(folder) as server, browser(folder) as opened:
        people = People(opened, server.origin)
        try:
            stage = await schedule(server, people)
            await stage.lead(camera=True)
            await stage.leader.start()
            found = []
            for number in range(count + 1):
                link = await stage.host.make_link(f"guest {number}", "Co-facilitator")
                person = await people.arrive(f"{JOINER} {number}")
                await person.context.add_init_script(PROBE.read_text())
                page = FacilitatorPage(person, stage.links.session_url, person.name)
                await page.exchange(link)
                found.append(await one_join(page))
                await people.leave(person)
                sys.stderr.write(".")
                sys.stderr.flush()
            sys.stderr.write("\n")
            return found[1:]  # the first fills the browser's caches
        finally:
            await people.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=20, help="joins that count; one before them does not")
    parser.add_argument("--out", type=Path, help="where the JSON is kept")
    chosen = parser.parse_args()
    about = machine()

    async def whole() -> list[dict[str, Any]]:
        async with asyncio.timeout(120 + 40 * chosen.count):
            with tempfile.TemporaryDirectory(prefix="holdspace-bench-") as folder:
                return await measure(chosen.count, Path(folder))

    runs = asyncio.run(whole())
    median = statistics.median(run["decoded_ms"] for run in runs)
    result = {"bench": "join", "machine": about, "median_ms": median, "camera_fps": CAMERA_FPS, "runs": runs}
    if chosen.out is not None:
        keep(chosen.out, result)
    sys.stdout.write(table(runs) + "\n")
    sys.stdout.write(json.dumps(result) + "\n")


if __name__ == "__main__":
    main()
