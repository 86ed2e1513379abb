// The session page turns by itself: it asks the server for the state when its words grow old, and shows what it says.
// Nothing here reads this device's clock: it may be wrong, and the server's is the one that opens the doors.
const LEAST_MS = 1_000;
const AFTER_TROUBLE_MS = 15_000;

/** @typedef {{ state: string, word: string, sentence: string, action: string, refresh_ms: number }} Doors */

const doors = document.getElementById("doors");
const url = doors?.dataset.stateUrl;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;
let shown = (doors?.dataset.state ?? "") + (doors?.dataset.action ?? "");

/** @param {number} inMs */
function askAgain(inMs) {
  clearTimeout(timer);
  if (!document.hidden) timer = setTimeout(ask, Math.max(LEAST_MS, inMs));
}

async function ask() {
  if (!url) return;
  try {
    const answer = await fetch(url, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(String(answer.status));
    /** @type {Doors} */
    const now = await answer.json();
    show(now);
    askAgain(now.refresh_ms);
  } catch {
    askAgain(AFTER_TROUBLE_MS);
  }
}

/** @param {Doors} now */
function show(now) {
  const word = doors?.querySelector(".state-word");
  if (word instanceof HTMLElement) {
    word.textContent = now.word;
    word.dataset.state = now.state;
  }
  const sentence = document.getElementById("doors-sentence");
  if (sentence) sentence.textContent = now.sentence;
  // Said aloud only when something changes that matters, not with each minute of the countdown.
  const said = document.getElementById("doors-said");
  if (said && shown !== now.state + now.action) said.textContent = `${now.word}. ${now.sentence}`;
  shown = now.state + now.action;
  const isOver = now.state === "ended" || now.state === "canceled";
  showIf("action-lead", !isOver);
  showIf("action-join", now.action === "join");
  showIf("action-return", now.action === "return");
  showIf("action-after", isOver);
  const leads = document.getElementById("action-lead") !== null;
  showIf("doors-hint", now.state === "not-open" && !leads);
  showIf("action-check", now.state === "not-open" && !leads);
}

/**
 * @param {string} id
 * @param {boolean} isShown
 */
function showIf(id, isShown) {
  const part = document.getElementById(id);
  if (part) part.hidden = !isShown;
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden) clearTimeout(timer);
  else void ask();
});
window.addEventListener("pageshow", (event) => {
  if (event.persisted) void ask();
});
askAgain(Number(doors?.dataset.refreshMs ?? AFTER_TROUBLE_MS));
