/**
 * What the server wrote into the page. Instants are milliseconds on the server's clock, `now` being that of the page.
 * @typedef {object} PageData
 * @property {string} session
 * @property {string} title
 * @property {string} discreet_title
 * @property {string} facilitators
 * @property {{version: number, text: string}} guidelines
 * @property {string} waiting_message
 * @property {string} resources
 * @property {number} starts_at
 * @property {number} ends_at
 * @property {number} doors_at
 * @property {number} now
 * @property {string} zone
 * @property {{ticket: string, socket: string, session: string, after: string, help: string, quick_exit: string}} urls
 * @property {string} build
 */

/**
 * Reads the data block of the room page.
 * @param {Document} document
 * @returns {PageData}
 */
export function readPageData(document) {
  const block = document.getElementById("session-data");
  if (!block?.textContent) throw new Error("the page has no session data");
  return JSON.parse(block.textContent);
}
