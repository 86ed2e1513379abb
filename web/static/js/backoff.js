const FIRST_MS = 250;
const DELAYS_MS = [0, 300, 1_200, 2_700];
const PATIENT_AFTER = 12;
const PATIENT_MS = 5_000;
const SPREAD = 0.4;

/**
 * How long to wait before attempt number `attempt` (from 0): soon at first, never much longer than a restart of the
 * server should take, and after half a minute more patiently. The spread keeps a room full of pages from coming back
 * in the same tenth of a second.
 * @param {number} attempt
 * @param {number} random from 0 to 1
 * @returns {number} ms
 */
export function backoffMs(attempt, random) {
  const most =
    attempt > PATIENT_AFTER ? PATIENT_MS : (DELAYS_MS[attempt] ?? DELAYS_MS[DELAYS_MS.length - 1] ?? PATIENT_MS);
  const spread = Math.max(FIRST_MS, most * SPREAD);
  return Math.max(0, most - spread) + random * spread;
}
