import { html, nothing } from "../lit.js";

/**
 * One line or more to write and a button to send; what was written stays until it has arrived.
 * @param {object} form
 * @param {string} form.id
 * @param {string} form.label
 * @param {string} form.button
 * @param {number} form.most characters
 * @param {(text: string) => Promise<boolean>} form.send resolves to whether it has arrived
 * @param {string} [form.hint]
 * @param {boolean} [form.isSmall]
 */
export function sendForm({ id, label, button, most, send, hint = "", isSmall = false }) {
  const submit = async (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    const field = /** @type {HTMLTextAreaElement | HTMLInputElement} */ (
      /** @type {HTMLFormElement} */ (event.target).elements.namedItem("text")
    );
    const text = field.value.trim();
    if (text && (await send(text)) && field.value.trim() === text) field.value = "";
  };
  return html`<form class="field" @submit=${submit}>
    <label for=${id}>${label}</label>
    <div class="field-join">
      <input
        class="input"
        id=${id}
        name="text"
        maxlength=${most}
        autocomplete="off"
        aria-describedby=${hint ? `${id}-hint` : nothing}
      />
      <button class="button ${isSmall ? "button-small" : ""}" type="submit">${button}</button>
    </div>
    ${hint ? html`<p class="field-hint" id="${id}-hint">${hint}</p>` : nothing}
  </form>`;
}
