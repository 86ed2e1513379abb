// Beside a session's own time, the reader's: only where the two differ.
const here = Intl.DateTimeFormat().resolvedOptions().timeZone;

/**
 * @param {Date} at
 * @param {string} zone
 */
function wallClock(at, zone) {
  return at.toLocaleString("en-GB", { timeZone: zone, dateStyle: "short", timeStyle: "short" });
}

/**
 * @param {Date} at
 * @param {Date} other
 */
function isSameDay(at, other) {
  return at.toDateString() === other.toDateString();
}

// English as the server writes it: the day before the month.
const language = document.documentElement.lang === "en" ? "en-GB" : document.documentElement.lang || undefined;
const clock = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const day = new Intl.DateTimeFormat(language, { weekday: "long", day: "numeric", month: "long" });
/** Without the comma that some put after the weekday. @param {Date} at */
const dayOf = (at) => day.formatToParts(at).map((part) => part.value.replace(",", "")).join("");

for (const note of document.querySelectorAll("[data-local-note]")) {
  if (!(note instanceof HTMLElement)) continue;
  const starts = new Date(note.dataset.starts ?? "");
  const ends = note.dataset.ends ? ` to ${clock.format(new Date(note.dataset.ends))}` : "";
  const zone = note.dataset.zone ?? "UTC";
  if (wallClock(starts, zone) === wallClock(starts, here)) continue;
  const tomorrow = new Date(Date.now() + 24 * 60 * 60 * 1000);
  const when = isSameDay(starts, new Date()) ? "today" : isSameDay(starts, tomorrow) ? "tomorrow" : dayOf(starts);
  note.textContent = `${when}, ${clock.format(starts)}${ends} (your time)`;
  note.hidden = false;
}
