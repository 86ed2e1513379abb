"""Runs axe-core (vendored, tests only) and the layout checks that axe does not make."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.async_api import Page

AXE_JS = Path(__file__).parent / "vendor" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
MIN_TARGET_PX = 24  # WCAG 2.2, 2.5.8


@dataclass(frozen=True)
class Finding:
    rule: str
    help: str
    where: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.rule}: {self.help}\n    " + "\n    ".join(self.where)


async def violations(page: Page) -> list[Finding]:
    """Every axe violation of the page as it is now."""
    if not await page.evaluate("() => typeof window.axe === 'object'"):
        await page.evaluate(AXE_JS.read_text())
    result: dict[str, Any] = await page.evaluate(
        """(tags) => axe.run(document, {
            runOnly: { type: "tag", values: tags }, resultTypes: ["violations"], preload: false, iframes: false,
        })""",
        TAGS,
    )
    return [
        Finding(
            one["id"], one["help"], tuple(f"{node['html'][:160]} | {node['failureSummary']}" for node in one["nodes"])
        )
        for one in result["violations"]
    ]


async def overflow(page: Page) -> list[str]:
    """Elements that make the page scroll sideways; empty when it does not (WCAG 1.4.10)."""
    wide: list[str] = await page.evaluate(
        """() => {
            const limit = document.documentElement.clientWidth;
            if (document.scrollingElement.scrollWidth <= limit) return [];
            return [...document.body.querySelectorAll("*")]
                .filter((one) => one.getBoundingClientRect().right > limit + 0.5)
                .slice(0, 6)
                .map((one) => `<${one.tagName} class=${one.className}> ends at ${one.getBoundingClientRect().right}`);
        }"""
    )
    return wide
