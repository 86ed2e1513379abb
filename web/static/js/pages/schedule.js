// The schedule form: the time zone of this browser is the likely one, until the host has chosen another; and the next
// dates are shown while the form is filled in. The server makes them, by the rules that it will plan by.
const REST_MS = 300;

/** @typedef {{ day: string, clock: string, iso: string, note: string }} NextDate */
/**
 * @typedef {object} Answer
 * @property {string} rule
 * @property {NextDate[]} dates
 * @property {string[]} notes
 * @property {string[]} conflicts
 * @property {Record<string, string>} errors
 * @property {Record<string, string>} repeats
 */

const zone = document.getElementById("zone");
const form = document.getElementById("schedule");
const preview = document.getElementById("preview");
const list = document.getElementById("preview-list");
const repeat = document.getElementById("repeat");

if (zone instanceof HTMLSelectElement && zone.hasAttribute("data-guess")) {
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if ([...zone.options].some((option) => option.value === here)) zone.value = here;
}

/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;
let asked = 0;

if (form instanceof HTMLFormElement && form.dataset.datesUrl && preview && list) {
  // The list keeps itself: the button is for browsers without scripts, and Enter shall save.
  document.getElementById("show-dates")?.remove();
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => void refresh(form), REST_MS);
  });
  if (valueOf(form, "date") && valueOf(form, "time")) void refresh(form);
}

/** @param {HTMLFormElement} form @param {string} name */
function valueOf(form, name) {
  return String(new FormData(form).get(name) ?? "");
}

/** @param {HTMLFormElement} form */
async function refresh(form) {
  if (!valueOf(form, "date") || !valueOf(form, "time")) return;
  asked += 1;
  const mine = asked;
  /** @type {Answer} */
  let answer;
  try {
    const fields = new FormData(form);
    const body = new URLSearchParams();
    for (const [name, value] of fields) if (typeof value === "string") body.append(name, value);
    const response = await fetch(form.dataset.datesUrl ?? "", { method: "POST", body });
    if (!response.ok) return;
    answer = await response.json();
  } catch {
    return; // The form works without it.
  }
  if (mine !== asked) return;
  offer(answer.repeats);
  for (const name of ["date", "time", "until", "count", "length"]) say(name, answer.errors[name] ?? "");
  draw(answer);
}

/** The choices that fit the first date, with its day in their words. @param {Record<string, string>} repeats */
function offer(repeats) {
  if (!(repeat instanceof HTMLSelectElement)) return;
  for (const option of repeat.options) {
    const words = repeats[option.value];
    if (words) option.textContent = words;
    option.hidden = !words && !option.selected;
  }
}

/** What does not fit, beside its field. @param {string} name @param {string} sentence */
function say(name, sentence) {
  const field = document.getElementById(name);
  const id = `${name}-said`;
  let place = document.getElementById(id);
  if (!field || (!place && !sentence)) return;
  document.getElementById(`${name}-error`)?.remove();
  if (!place) {
    place = document.createElement("p");
    place.id = id;
    place.className = "field-error";
    field.after(place);
  }
  place.textContent = sentence;
  place.hidden = !sentence;
  if (sentence) {
    field.setAttribute("aria-invalid", "true");
    field.setAttribute("aria-describedby", id);
  } else {
    field.removeAttribute("aria-invalid");
    field.removeAttribute("aria-describedby");
  }
}

/** @param {Answer} answer */
function draw(answer) {
  if (!preview || !list) return;
  preview.hidden = !answer.dates.length;
  const rule = document.createElement("p");
  const strong = document.createElement("b");
  strong.textContent = answer.rule;
  rule.append(strong);
  const dates = document.createElement("ul");
  dates.className = "plain-list preview-dates";
  for (const one of answer.dates) {
    const row = document.createElement("li");
    row.textContent = `${one.day}, ${one.clock}`;
    if (one.note) row.append(note(one.note));
    dates.append(row);
  }
  list.replaceChildren(rule, dates, ...answer.notes.map(plain), ...answer.conflicts.map(note));
}

/** @param {string} words */
function plain(words) {
  const line = document.createElement("p");
  line.className = "small";
  line.textContent = words;
  return line;
}

/** @param {string} words */
function note(words) {
  const line = document.createElement("span");
  line.className = "preview-note";
  line.textContent = words;
  return line;
}
