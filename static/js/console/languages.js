// The same request in the languages of the samples. The server writes them; it gets neither a token nor a secret.
import { Secrets } from "./secrets.js";

const root = document.documentElement;
const PATIENCE = 20_000; // milliseconds

export class Languages {
  /** `ask` resolves to what would be sent, `{ request, values, needs_token }`, with what its argument makes of secrets. */
  constructor(place, words, ask, say) {
    Object.assign(this, { place, words, ask, say, secrets: new Secrets(), code: place.querySelector("code") });
    place.querySelector("[data-copy]").addEventListener("click", () => this.#copy());
  }

  /** Show the request in this language, and remember the choice for all samples of the site. What was asked before is given
   *  up: an answer that comes late does not stand in place of a newer one. */
  async show(name) {
    root.dataset.code = name;
    try { localStorage.setItem("code", name); } catch { /* private mode: this page only */ }
    document.dispatchEvent(new CustomEvent("code", { detail: name }));
    this.asking?.abort();
    const { signal } = this.asking = new AbortController();
    try {
      this.secrets.held = [];
      const text = JSON.stringify(written(await this.ask(this.secrets.hide)));
      if (text !== this.asked) [this.samples, this.asked] = [await this.#fetch(text, signal), text];
      const sample = this.samples.find((one) => one.language === root.dataset.code);
      this.code.innerHTML = this.secrets.show(sample.html); // coloured and escaped by the server
      this.place.querySelector("[data-stays]").hidden = !this.secrets.someStay;
    } catch (error) {
      if (signal.aborted) return;
      this.asked = null;
      this.code.textContent = error.place ? this.words.unfit.replace("{place}", error.place) : this.words.unsampled;
      this.say(this.code.textContent);
    }
  }

  async #fetch(body, signal) {
    const answer = await fetch(this.words.samples, {
      method: "POST", body, credentials: "omit", headers: { "Content-Type": "application/json" },
      signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE)]),
    });
    if (!answer.ok) throw new Error(`${answer.status}`);
    return (await answer.json()).samples;
  }

  async #copy() {
    try {
      await navigator.clipboard.writeText(this.code.textContent.trimEnd());
      this.say(this.words.copied);
    } catch {
      getSelection().selectAllChildren(this.code);
      this.say(this.words.selected);
    }
  }
}

/** The request as the server reads it: what the body holds instead of its bytes. */
function written({ request: { method, url, headers, body, parts }, values, needs_token }) {
  return { method, url, headers, body: content(headers, body, parts, values), needs_token };
}

function content(headers, body, parts, values) {
  if (body === null || body === undefined) return null;
  const type = headers.find(([name]) => name.toLowerCase() === "content-type")?.[1] ?? "";
  if (parts) return { kind: "multipart", parts: parts.map(part) };
  if (typeof body !== "string") return { kind: "file", name: values.files[""]?.name || "file" };
  if (/^[^;]*[/+]json\s*(;|$)/i.test(type)) return { kind: "json", value: values.body };
  return { kind: /^application\/x-www-form-urlencoded/i.test(type) ? "form" : "text", text: body };
}

function part({ name, filename, type, content: inside }) {
  return filename === null ? { name, text: inside, type: type ?? "" } : { name, filename: filename || "file", type };
}
