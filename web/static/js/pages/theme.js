// Runs before the first paint, so that a chosen appearance does not flash. Kept on this device only.
(() => {
  const KEY = "holdspace-theme";

  /** @returns {string} "light", "dark" or "device" */
  function chosen() {
    try {
      const kept = localStorage.getItem(KEY);
      return kept === "light" || kept === "dark" ? kept : "device";
    } catch {
      return "device";
    }
  }

  /** @param {string} theme */
  function show(theme) {
    if (theme === "device") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    for (const button of document.querySelectorAll("[data-theme-choice]")) {
      button.setAttribute("aria-pressed", String(button.getAttribute("data-theme-choice") === theme));
    }
  }

  /** @param {string} theme */
  function keep(theme) {
    try {
      if (theme === "device") localStorage.removeItem(KEY);
      else localStorage.setItem(KEY, theme);
    } catch {
      // Storage is closed to us: the choice holds for this page.
    }
  }

  show(chosen());
  document.addEventListener("DOMContentLoaded", () => {
    show(chosen());
    const area = document.getElementById("theme-switch");
    if (!area) return;
    area.hidden = false;
    area.addEventListener("click", (event) => {
      const button = event.target instanceof Element ? event.target.closest("[data-theme-choice]") : null;
      const theme = button?.getAttribute("data-theme-choice");
      if (!theme) return;
      keep(theme);
      show(theme);
    });
  });
})();
