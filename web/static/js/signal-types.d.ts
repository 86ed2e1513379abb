import type { MediaRequest, RoomRequest, ServerMessage } from "./protocol.js";
import type { Timers } from "./named-timers.js";
import type { TicketAnswer } from "./ticket.js";

/** "asking": the person is open elsewhere, and the page asks its user. */
export type LinkState = "idle" | "connecting" | "up" | "asking" | "stopped";

type AnyRequest = RoomRequest | MediaRequest;

/** A request as actions write it; its number and what was seen are added on the way out. */
export type RequestBody = AnyRequest extends infer R ? (R extends AnyRequest ? Omit<R, "id" | "seen"> : never) : never;

export interface SignalOptions {
  fetchTicket: () => Promise<TicketAnswer>;
  openSocket: () => WebSocket;
  resume: { readonly value: string | null; keep: (token: string) => void; forget: () => void };
  /** The media transport that this page still holds. */
  heldTransport: () => number | null;
  /** False where everything was said: a connection that ends then is not missed. */
  isNeeded: () => boolean;
  /** The version of the newest view. */
  seen: () => number;
  timers: Timers;
  random: () => number;
  /** Everything but answers and pongs. */
  onMessage: (message: ServerMessage) => void;
  onLink: (state: LinkState) => void;
  onTicket: (answer: TicketAnswer) => void;
}
