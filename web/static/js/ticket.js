import { deadline } from "./deadline.js";

/**
 * @typedef {{kind: "ticket", ticket: string, me: string, role: import("./protocol.js").Role, suggestedAlias: string}
 *   | {kind: "over", outcome: "ended" | "canceled"}
 *   | {kind: "unknown"}
 *   | {kind: "later", afterMs: number}
 *   | {kind: "unreachable"}} TicketAnswer
 */

const TIMEOUT_MS = 8_000;

/**
 * Asks who this browser is in the session, and for a ticket for one connection. Never throws.
 * @param {string} url
 * @param {typeof fetch} fetcher
 * @returns {Promise<TicketAnswer>}
 */
export async function fetchTicket(url, fetcher) {
  try {
    const options = {
      method: "POST",
      credentials: /** @type {const} */ ("same-origin"),
      signal: deadline(TIMEOUT_MS),
    };
    const response = await fetcher(url, options);
    const body = await response.json().catch(() => ({}));
    return readAnswer(response.status, body);
  } catch {
    return { kind: "unreachable" };
  }
}

/**
 * @param {number} status
 * @param {{ticket?: string, me?: string, role?: import("./protocol.js").Role, suggested_alias?: string,
 *   error?: string, retry_after_s?: number}} body
 * @returns {TicketAnswer}
 */
function readAnswer(status, body) {
  if (status === 200 && body.ticket && body.me && body.role) {
    return {
      kind: "ticket",
      ticket: body.ticket,
      me: body.me,
      role: body.role,
      suggestedAlias: body.suggested_alias ?? "",
    };
  }
  if (status === 404) return { kind: "unknown" };
  if (status === 410) return { kind: "over", outcome: body.error === "canceled" ? "canceled" : "ended" };
  if (status === 429) return { kind: "later", afterMs: 1000 * (body.retry_after_s ?? 5) };
  return { kind: "unreachable" };
}
