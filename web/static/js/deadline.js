/**
 * A signal that gives up after `ms`. `AbortSignal.timeout` is younger than some phones that people come with.
 * @param {number} ms
 * @returns {AbortSignal}
 */
export function deadline(ms) {
  if (typeof AbortSignal.timeout === "function") return AbortSignal.timeout(ms);
  const controller = new AbortController();
  setTimeout(() => controller.abort(), ms);
  return controller.signal;
}
