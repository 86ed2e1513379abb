/** @typedef {import("./quality.js").LineState} LineState */

/** How the line is, for oneself and about others. */
export const LINE = {
  /** @type {Record<LineState, string>} */
  state: { good: "Good", weak: "Weak", lost: "Lost" },
  /** @param {LineState} state */
  own: (state) => `Your connection: ${LINE.state[state].toLowerCase()}. Open the connection panel`,
  /** @type {Record<"weak" | "lost", string>} */
  theirs: { weak: "Their connection is weak", lost: "Their connection is lost for now" },
  /** @type {Record<"weak" | "lost", string>} on a tile */
  chip: { weak: "weak line", lost: "line lost" },
  weak: "Your connection is weak. Sound needs less of it than pictures.",
  lost: "Sound and pictures are on their way back. You do not need to do anything, and your seat is kept.",
  full:
    "The server has much to do right now, so sound and pictures come a little later, by themselves. Nobody can see or hear you yet. You keep your seat, and you can read and write meanwhile.",
  goodAgain: "Your connection is good again.",
  resting: "Your connection is weak, so pictures rest and the sound stays clear. They come back by themselves.",
  held: "Your connection carries sound only for now. Pictures come back by themselves.",
  chosen: "Audio only: no video is received or sent, so that sound stays clear.",
  picturesBack: "Your connection is better. Pictures are back.",
  cameraPaused:
    "Your connection does not carry your picture now, so your camera is off. Turn it on again when you like.",
  cameraStaysOff: "Audio only is on, so your camera stays off. You can change it under Pictures.",
  showPictures: "Show pictures",
  audioOnly: "Audio only",
  stay: "Stay with audio only",
};

/** How much of the line to use. */
export const VIDEO_WORDS = {
  legend: "Pictures",
  /** @param {import("./saving.js").Video} video */
  chosen: (video) => `Pictures: ${VIDEO_WORDS.choices[video].word.toLowerCase()}`,
  /** @type {Record<import("./saving.js").Video, {word: string, note: string}>} */
  choices: {
    full: { word: "All of them", note: "As sharp as your connection and your screen allow" },
    saver: { word: "Save data", note: "Small pictures, about a quarter of the data" },
    none: { word: "Audio only", note: "No video is received or sent, so that sound stays clear" },
  },
};

/** The connection panel. */
export const PANEL = {
  title: "Connection",
  messages: "Messages",
  down: "What comes to you",
  up: "What goes out from you",
  trip: "There and back",
  sound: "Sound",
  pictures: "Pictures",
  way: "Way",
  connected: "Connected",
  reconnecting: "Reconnecting",
  measuring: "Measuring, this takes some seconds",
  /** @param {string} state @param {number} kbps @param {number} loss */
  direction: (state, kbps, loss) => `${state}. ${kbps} kbit/s, ${loss} % lost on the way`,
  /** @param {number} ms */
  tripWords: (ms) => {
    if (ms <= 150) return `${ms} ms. Talking feels immediate.`;
    return ms <= 400 ? `${ms} ms. A short delay.` : `${ms} ms. A long delay: leave a pause before you speak.`;
  },
  /** @param {number} percent @param {number} jitter ms */
  soundWords: (percent, jitter) =>
    `${percent === 0 ? "Complete" : `${percent} % had to be filled in`}, arrives within ${jitter} ms of its time`,
  /** @param {number} percent */
  frozen: (percent) => `They stood still for ${percent} % of the time.`,
  shown: {
    all: "All that you chose to see.",
    fewer: "Some are smaller or left out for now, so that the sound stays clear.",
    none: "None for now, so that the sound stays clear. They come back by themselves.",
  },
  off: "Off, as you chose.",
  /** @param {import("./stats-snapshot.js").LinePath} path */
  wayWords: ({ isRelayed, protocol }) =>
    `${isRelayed ? "Through a relay" : "Straight to the server"}, by ${protocol.toUpperCase()}`,
  about: "These figures are of the last seconds. Others learn only that your connection is weak, when it is.",
  copy: "Copy a summary",
  copied: "Copied. It holds no name and no address.",
  notCopied: "Your browser did not let us copy. You can select the text below.",
  summary: "Summary",
};
