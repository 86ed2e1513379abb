import { html } from "../lit.js";

let sprite = "";

/** @param {string} url where the sprite of this build lies */
export function setSprite(url) {
  sprite = url;
}

/** A drawing, always beside a word. @param {string} name @param {string} [size] */
export const icon = (name, size = "") =>
  html`<svg class="icon ${size}" aria-hidden="true"><use href="${sprite}#i-${name}"></use></svg>`;
