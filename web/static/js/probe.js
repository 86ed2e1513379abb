/**
 * What automated tests may look at: the connection, for `getStats`, and which slot carries whom. It changes nothing,
 * and shows nothing that this page's person does not see anyway.
 * @param {() => RTCPeerConnection | null} pc
 * @param {() => readonly import("./protocol.js").Slot[]} slots
 */
export function exposeForTests(pc, slots) {
  Object.defineProperty(globalThis, "holdspace", { value: Object.freeze({ pc, slots }) });
}
