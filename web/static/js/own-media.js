import { OwnMic } from "./own-mic.js";
import { OwnCamera, OwnScreen } from "./own-picture.js";

/**
 * What this person gives: microphone, camera, screen. The server's view of me is what is true, and the tracks follow it.
 */
export class OwnMedia {
  #onAll;

  /** @param {import("./own-source.js").OwnParts} parts */
  constructor(parts) {
    this.mic = new OwnMic(parts);
    this.camera = new OwnCamera(parts);
    this.screen = new OwnScreen(parts);
    this.#onAll = [this.mic, this.camera, this.screen];
  }

  /** @param {import("./protocol.js").RoomView | null} room the newest view; null outside of the room */
  handleRoom(room) {
    for (const one of this.#onAll) one.handleRoom(room);
  }

  /** The page was away, as on a phone call: what the system took is closed for good, and said so. */
  handleReturn() {
    if (this.mic.source.isTaken) this.mic.lose("came-back-muted");
    if (this.camera.source.isTaken) this.camera.lose("camera-paused");
  }

  /** Every light out. */
  stopAll() {
    this.mic.stop();
    this.camera.source.release();
    this.screen.source.release();
  }
}
