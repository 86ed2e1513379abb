/**
 * Times as people read them: in their own zone, with the zone of the session beside it where it differs. An instant of
 * the server is printed as it is; a wrong clock on the device does not matter.
 */

/** @param {number} ms @returns {string} "1 minute", "12 minutes", "2 hours" */
export function lengthWords(ms) {
  const minutes = Math.max(1, Math.ceil(ms / 60_000));
  if (minutes <= 120) return minutes === 1 ? "1 minute" : `${minutes} minutes`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} hours` : `${Math.round(hours / 24)} days`;
}

/** @param {number} ms @returns {string} "a moment", then whole minutes */
export function waitWords(ms) {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return "less than a minute";
  return minutes === 1 ? "1 minute" : `${minutes} minutes`;
}

/**
 * @param {number} instant
 * @param {number} now
 * @param {{zone: string, own?: string, locale?: string}} where
 * @returns {string} "today 19:00 (your time)" or "today 19:00 (your time), 20:00 in Lisbon"
 */
export function startWords(instant, now, { zone, own = deviceZone(), locale }) {
  const at = new Date(instant);
  const time = (/** @type {string} */ timeZone) => print(at, { hour: "2-digit", minute: "2-digit", timeZone }, locale);
  const day = dayWords(at, new Date(now), own, locale);
  const there = isSameTime(at, zone, own) ? "" : `, ${time(zone)} in ${cityOf(zone)}`;
  return `${day} ${time(own)} (your time)${there}`;
}

const deviceZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";

/** @param {string} zone */
const cityOf = (zone) => (zone.split("/").pop() ?? zone).replaceAll("_", " ");

/** @param {Date} at @param {Intl.DateTimeFormatOptions} options @param {string} [locale] */
const print = (at, options, locale) => new Intl.DateTimeFormat(locale, options).format(at);

/** @param {Date} at @param {string} timeZone */
const dateIn = (at, timeZone) => print(at, { dateStyle: "short", timeZone }, "en-CA");

/** @param {Date} at @param {string} zone @param {string} own */
function isSameTime(at, zone, own) {
  try {
    const full = (/** @type {string} */ timeZone) =>
      print(at, { dateStyle: "short", timeStyle: "short", timeZone }, "en-CA");
    return full(zone) === full(own);
  } catch {
    return true; // a zone that this browser does not know
  }
}

/** @param {Date} at @param {Date} now @param {string} own @param {string} [locale] */
function dayWords(at, now, own, locale) {
  const day = dateIn(at, own);
  if (day === dateIn(now, own)) return "today";
  if (day === dateIn(new Date(now.getTime() + 86_400_000), own)) return "tomorrow";
  return print(at, { weekday: "long", day: "numeric", month: "long", timeZone: own }, locale);
}
