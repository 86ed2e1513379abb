/** @typedef {import("./devices.js").DeviceProblem} DeviceProblem */
/** @typedef {"mic" | "camera" | "screen"} Source */
/** @typedef {"ios" | "android" | "firefox" | "safari" | "chromium"} BrowserFamily */

const THING = { mic: "microphone", camera: "camera", screen: "screen" };

/** @type {Record<BrowserFamily, (thing: string) => string>} */
const ALLOW = {
  ios: (thing) => `Tap the page menu beside the address, then Website Settings, and allow the ${thing}.`,
  android: (thing) => `Tap the icon beside the address, then Permissions, and allow the ${thing}.`,
  firefox: (thing) => `Press the crossed-out ${thing} beside the address and remove the block, then try again.`,
  safari: (thing) => `Open Safari, Settings for This Website, and allow the ${thing}.`,
  chromium: (thing) => `Press the icon beside the address, allow the ${thing}, then try again.`,
};

/** @param {string} userAgent @returns {BrowserFamily} */
export function browserFamily(userAgent) {
  if (/iPhone|iPad|iPod/.test(userAgent)) return "ios";
  if (/Android/.test(userAgent)) return "android";
  if (/Firefox\//.test(userAgent)) return "firefox";
  if (/Safari\//.test(userAgent) && !/Chrom(e|ium)\//.test(userAgent)) return "safari";
  return "chromium";
}

/**
 * What is so, what to do, and that one can go on without.
 * @param {Source} source @param {DeviceProblem} problem @param {BrowserFamily} family
 */
export function deviceWords(source, problem, family) {
  const thing = THING[source];
  const meanwhile = source === "screen" ? "" : " You can join and listen meanwhile.";
  switch (problem) {
    case "blocked":
      return `Your browser did not give us the ${thing}. ${ALLOW[family](thing)}${meanwhile}`;
    case "none":
      return `We found no ${thing} on this device.${source === "screen" ? "" : " That is fine: you can join and listen."}`;
    case "busy":
      return `Another program is using the ${thing}. Close it there, then try again.${meanwhile}`;
    case "unsupported":
      return source === "screen"
        ? "This browser cannot share a screen."
        : `This browser cannot use a ${thing}. Open the link in Safari, Chrome or Firefox.${meanwhile}`;
    case "insecure":
      return `The ${thing} works only on a secure page. Open the link with https at its beginning.${meanwhile}`;
    case "dismissed":
      return "Nothing is shared.";
    case "other":
      return `The ${thing} did not start. Try again, or choose another one.${meanwhile}`;
  }
}
