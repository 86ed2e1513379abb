"""Looks at one state of one page in every size and colour scheme: a picture, axe, and no sideways scrolling."""

from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Literal

from playwright.async_api import Page

from tests.support import axe
from tests.support.server_process import ROOT

SCREENS = ROOT / "artifacts" / "screens"
SIZES = ((1280, 800), (768, 1024), (320, 640))
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


@dataclass
class Screens:
    """Collects what was wrong in any state, so that one run tells everything."""

    problems: dict[str, list[str]] = field(default_factory=dict)  # what is wrong, and where
    seen: list[str] = field(default_factory=list)

    async def look(self, page: Page, state: str) -> None:
        """The page has to be in the state already; its own size and scheme are given back."""
        before = page.viewport_size
        self.seen.append(state)
        for (width, height), scheme in product(SIZES, SCHEMES):
            await page.set_viewport_size({"width": width, "height": height})
            await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            await _settle(page)
            await page.screenshot(path=picture(state, width, scheme))
            found = [str(finding) for finding in await axe.violations(page)]
            found += [f"scrolls sideways: {line}" for line in await axe.overflow(page)]
            for problem in found:
                self.problems.setdefault(f"{state}: {problem}", []).append(f"{width} {scheme}")
        await page.emulate_media(color_scheme="light", reduced_motion="reduce")
        if before is not None:
            await page.set_viewport_size(before)

    def check(self, *states: str) -> None:
        """Every state was looked at and none of them has a finding."""
        missing = [state for state in states if state not in self.seen]
        assert not missing, f"Never looked at: {missing}"
        problems, self.problems = self.problems, {}
        lines = [f"{problem}\n  at {', '.join(where)}" for problem, where in problems.items()]
        assert not lines, f"{len(lines)} findings:\n" + "\n".join(lines)


def picture(state: str, width: int, scheme: str) -> Path:
    return SCREENS / state / f"{width}-{scheme}.png"


# A video that shows nothing now (a hidden panel, a paused room) is not waited for longer than this.
_EVERY_PICTURE_PAINTS = """() => Promise.all([...document.querySelectorAll("video")]
    .filter((one) => one.srcObject && one.checkVisibility())
    .map((one) => new Promise((done) => {
        one.requestVideoFrameCallback(() => requestAnimationFrame(() => done(null)));
        setTimeout(() => done(null), 800);
    })))"""


async def _settle(page: Page) -> None:
    """Some frames after a change of size or scheme, layout and colours are those of the new one.

    The page measures in one frame, draws after the next (docs/adr/0088), and may have to measure once more.
    """
    await page.evaluate(
        """async () => {
            for (let frame = 0; frame < 6; frame += 1)
                await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
        }"""
    )
    await page.evaluate(_EVERY_PICTURE_PAINTS)
    await page.evaluate(
        """() => Promise.all(document.getAnimations()
            .filter((one) => Number.isFinite(one.effect?.getComputedTiming().endTime))
            .map((one) => one.finished.catch(() => null)))"""
    )
