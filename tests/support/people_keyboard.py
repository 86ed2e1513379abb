"""A person who uses keys alone: Tab and Shift+Tab between controls, arrows inside composite ones, Enter and Space."""

from playwright.async_api import Locator, Page, expect

from tests.support.deadline import until

MOST_TABS = 150
MOST_ARROWS = 30
SEEN_WITHIN_S = 3.0

_IS_FOCUSED = "(one) => one === document.activeElement"
_IN_SAME_COMPOSITE = """(one) => {
    const composite = "[role=toolbar], [role=radiogroup], [role=menu], [role=listbox], [role=tablist]";
    const home = one.closest(composite);
    return home !== null && home.contains(document.activeElement);
}"""
_FOCUS_IS_SEEN = """() => {
    const one = document.activeElement;
    const style = getComputedStyle(one);
    const box = one.getBoundingClientRect();
    const top = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
    return {
        name: one.getAttribute("aria-label") ?? one.textContent.trim().slice(0, 60),
        marked: one.matches(":focus-visible") && (style.outlineStyle !== "none" || style.boxShadow !== "none"),
        uncovered: top === null || one.contains(top) || top.contains(one) || one.labels?.[0]?.contains(top),
        on_screen: box.bottom > 0 && box.top < innerHeight,
    };
}"""


class Keyboard:
    """Reaches a control as a keyboard user does; fails where focus is not marked, hidden or lost."""

    def __init__(self, page: Page) -> None:
        self._page = page

    async def to(self, target: Locator) -> None:
        """Moves focus to `target`. Raises AssertionError when no key leads there."""
        await expect(target).to_be_visible()
        passed: list[str] = []
        for _ in range(MOST_TABS):
            if await target.evaluate(_IS_FOCUSED):
                await self._check_focus()
                return
            if await target.evaluate(_IN_SAME_COMPOSITE) and await self._arrow_to(target):
                await self._check_focus()
                return
            passed.append(await self._page.evaluate("() => document.activeElement.textContent.trim().slice(0, 24)"))
            await self._page.keyboard.press("Tab")
        raise AssertionError(f"No key leads to {target}; passed {passed[-30:]}")

    async def press(self, target: Locator, key: str = "Enter") -> None:
        await self.to(target)
        await self._page.keyboard.press(key)

    async def write(self, target: Locator, text: str) -> None:
        """Replaces what the box holds."""
        await self.to(target)
        await self._page.keyboard.press("ControlOrMeta+a")
        await self._page.keyboard.type(text)

    async def check(self, target: Locator) -> None:
        await self.press(target, "Space")
        await expect(target).to_be_checked()

    async def escape(self) -> None:
        await self._page.keyboard.press("Escape")

    async def focus_is_somewhere(self) -> None:
        """After an act focus is on something, not lost on the page."""
        lost = "() => document.activeElement === null || document.activeElement === document.body"
        assert not await self._page.evaluate(lost), "Focus was lost: a keyboard user starts from the top again."

    async def _arrow_to(self, target: Locator) -> bool:
        for _ in range(MOST_ARROWS):
            await self._page.keyboard.press("ArrowRight")
            if await target.evaluate(_IS_FOCUSED):
                return True
        return False

    async def stays_in_sight(self) -> None:
        """What has the focus, after something around it moved."""

        async def is_in_sight() -> bool:
            seen = await self._page.evaluate(_FOCUS_IS_SEEN)
            return bool(seen["marked"] and seen["uncovered"] and seen["on_screen"])

        await until(is_in_sight, "what has the focus is in sight", SEEN_WITHIN_S)

    async def _check_focus(self) -> None:
        seen = await self._page.evaluate(_FOCUS_IS_SEEN)
        assert seen["marked"], f"Focus is not marked on {seen['name']!r}"
        assert seen["uncovered"], f"Focus is under something else on {seen['name']!r}"
        assert seen["on_screen"], f"Focus is off screen on {seen['name']!r}"
