import { VIDEO } from "../saving.js";
import { VIDEO_WORDS } from "../words-line.js";
import { choice } from "./choice.js";

/**
 * All pictures, small ones, or sound alone: before the room and in it.
 * @param {import("./app.js").App} app @param {import("./app.js").Actions} actions
 * @param {boolean} [isHeaded] false where the words above say what it is about
 */
export const videoChoice = (app, actions, isHeaded = true) =>
  choice({
    name: "video",
    legend: VIDEO_WORDS.legend,
    isHeaded,
    values: VIDEO,
    chosen: app.parts.line.choice,
    word: (video) => VIDEO_WORDS.choices[video].word,
    note: (video) => VIDEO_WORDS.choices[video].note,
    choose: actions.setVideo,
  });
