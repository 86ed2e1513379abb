// The one door to the vendored templates, so that no other file knows where they lie. Text bindings only.
export { html, svg, render, nothing } from "../vendor/lit-html/lit-html.js";
export { repeat } from "../vendor/lit-html/directives/repeat.js";
export { ref } from "../vendor/lit-html/directives/ref.js";
export { live } from "../vendor/lit-html/directives/live.js";
export { keyed } from "../vendor/lit-html/directives/keyed.js";

/** @typedef {import("../vendor/lit-html/lit-html.js").TemplateResult} Template */
/** @typedef {Template | typeof import("../vendor/lit-html/lit-html.js").nothing} MaybeTemplate */
