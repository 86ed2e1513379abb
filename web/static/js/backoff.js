const DELAYS_MS = [0, 300, 1_200, 2_700, 4_800, 5_000];
const LEAST_SPREAD_MS = 250;

/**
 * How long to wait before attempt number `attempt` (from 0). The spread keeps a room full of pages from coming back in
 * the same tenth of a second after a restart of the server.
 * @param {number} attempt
 * @param {number} random from 0 to 1
 * @returns {number} ms
 */
export function backoffMs(attempt, random) {
  const base = DELAYS_MS[Math.min(attempt, DELAYS_MS.length - 1)] ?? 0;
  return base + random * Math.max(LEAST_SPREAD_MS, base * 0.4);
}
