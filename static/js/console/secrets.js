// What a field for secrets holds stays in the browser: samples are written with placeholders, and shown with the secrets.
import { isObject, isRaw } from "./schema.js";

const SHOWN = "SECRET"; // where a language would write the secret in a way of its own
const ALIKE = /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/; // written the same in every language, in addresses, JSON and shells

export class Secrets {
  constructor() {
    const letters = [...crypto.getRandomValues(new Uint8Array(12))].map((one) => String.fromCharCode(97 + (one % 26))).join("");
    Object.assign(this, { prefix: `secret${letters}`, held: [] });
  }

  /** Return what is sent in place of a value, in its shape; nothing, true and false are no secrets. */
  hide = (value) => {
    if (Array.isArray(value)) return value.map(this.hide);
    if (isObject(value)) return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, this.hide(one)]));
    if (value === "" || !(isRaw(value) || ["string", "number"].includes(typeof value))) return value;
    return `${this.prefix}${this.held.push(typeof value === "string" ? value : "") - 1}x`; // a number would have no quotes
  };

  /** Whether one of them cannot be shown as it is. */
  get someStay() { return this.held.some((one) => !ALIKE.test(one)); }

  /** Return the HTML of a sample with the secrets in place of what was sent for them. */
  show(html) {
    return this.held.reduce((found, one, at) => found.replaceAll(`${this.prefix}${at}x`, () => (ALIKE.test(one) ? one : SHOWN)), html);
  }
}
