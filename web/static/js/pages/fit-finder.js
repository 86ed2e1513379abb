// The fit finder in the browser: what somebody chooses stays in this tab. Nothing is sent, nothing is in the address,
// and all of it is gone when the tab is closed. The rules are those of web/finder.py.
const KEPT = "fit-finder";
/** @type {Record<string, [number, number]>} */
const SIZES = { small: [1, 8], medium: [9, 15], large: [16, Infinity] };
/** @type {Record<string, [number, number]>} */
const TIMES = { morning: [5, 12], afternoon: [12, 17], evening: [17, 22], night: [22, 29] };
const HERE = Intl.DateTimeFormat().resolvedOptions().timeZone;
const WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const parts = new Intl.DateTimeFormat("en-GB", { weekday: "short", hour: "2-digit", hourCycle: "h23", timeZone: HERE });

const form = document.getElementById("finder");
const cards = document.getElementById("cards");

if (form instanceof HTMLFormElement && cards) {
  const finder = form;
  const list = cards;
  const note = document.getElementById("finder-note");
  if (note) note.textContent = "What you choose stays in this browser tab. Nothing is sent.";
  // Here the reader's own clock is known.
  document.getElementById("zone-field")?.remove();
  const show = document.getElementById("finder-show");
  if (show) show.hidden = true;
  restore(finder);
  // Answers in the address would stay in the history: they are in the form now.
  if (location.search) history.replaceState(null, "", location.pathname);
  finder.addEventListener("change", () => void choose(finder, list));
  finder.addEventListener("submit", (event) => {
    event.preventDefault();
    void choose(finder, list);
  });
  document.getElementById("finder-clear")?.addEventListener("click", (event) => {
    event.preventDefault();
    for (const select of finder.querySelectorAll("select")) select.value = "";
    void choose(finder, list);
    finder.querySelector("select")?.focus();
  });
  if (Object.values(answersOf(finder)).some(Boolean)) void choose(finder, list);
}

/** @param {HTMLFormElement} form @returns {Record<string, string>} */
function answersOf(form) {
  const answers = /** @type {Record<string, string>} */ ({});
  for (const select of form.querySelectorAll("select")) answers[select.name] = select.value;
  return answers;
}

/** @param {HTMLFormElement} form */
function restore(form) {
  let kept;
  try {
    kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "{}");
  } catch {
    return;
  }
  for (const select of form.querySelectorAll("select")) {
    const value = kept[select.name];
    if (typeof value === "string" && value && !select.value) select.value = value;
  }
}

/** @param {HTMLFormElement} form @param {HTMLElement} list */
async function choose(form, list) {
  const answers = answersOf(form);
  try {
    sessionStorage.setItem(KEPT, JSON.stringify(answers));
  } catch {
    // A browser that keeps nothing keeps nothing.
  }
  await completed(list);
  let count = 0;
  for (const card of list.querySelectorAll("li.group-card")) {
    if (!(card instanceof HTMLElement)) continue;
    card.hidden = !fits(card.dataset, answers);
    if (!card.hidden) count += 1;
  }
  const words = count === 0 ? "No group found" : count === 1 ? "1 group" : `${count} groups`;
  const found = document.getElementById("found");
  if (found) found.textContent = words;
  const said = document.getElementById("found-said");
  if (said) said.textContent = words;
  const none = document.getElementById("none");
  if (none) {
    none.hidden = count > 0;
    none.textContent = "No group fits all of this. Take a wish away, or look again in some weeks.";
  }
}

/**
 * Where there are several pages, all groups are fetched once, whatever was chosen.
 * @param {HTMLElement} list
 */
async function completed(list) {
  if (list.dataset.pages === "1") return;
  const other = (await documentAt("/groups?all=1"))?.getElementById("cards");
  if (!other) return; // without a connection the groups of this page are still there to choose from
  list.replaceChildren(...other.children);
  list.dataset.pages = "1";
  document.getElementById("pages")?.remove();
}

/**
 * A page as a document. The browser parses the answer itself: a parser of text would need a Trusted Types policy.
 * @param {string} path
 * @returns {Promise<Document | null>}
 */
function documentAt(path) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.responseType = "document";
    request.addEventListener("loadend", () => resolve(request.status === 200 ? request.responseXML : null));
    request.open("GET", path);
    request.send();
  });
}

/** @param {DOMStringMap} group @param {Record<string, string>} answers */
function fits(group, answers) {
  for (const name of ["topic", "kind", "language", "entry", "cost"]) {
    if (answers[name] && answers[name] !== group[name]) return false;
  }
  if (answers.camera && (answers.camera === "expected") !== (group.camera === "expected")) return false;
  const size = answers.size ? SIZES[answers.size] : undefined;
  if (size && (Number(group.size) < size[0] || Number(group.size) > size[1])) return false;
  if (!answers.day && !answers.time) return true;
  return (group.slots ?? "").split(" ").some((slot) => slot && meets(new Date(slot), answers));
}

/** @param {Date} start @param {Record<string, string>} answers */
function meets(start, answers) {
  const shown = Object.fromEntries(parts.formatToParts(start).map((part) => [part.type, part.value]));
  if (answers.day && WEEKDAYS[Number(answers.day)] !== shown.weekday) return false;
  const [first, last] = (answers.time && TIMES[answers.time]) || [0, 24];
  const hour = Number(shown.hour);
  const counted = hour >= first ? hour : hour + 24;
  return first <= counted && counted < last;
}
