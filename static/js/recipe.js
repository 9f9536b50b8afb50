// Calls that take values from earlier answers, and <recipe-run>: such calls as one chain, step by step.
import { CodeGroup } from "./code-group.js";

const groups = () => [...document.querySelectorAll("code-group")];

/** Fill in what the call takes. A step that has not been run yet is run first. */
CodeGroup.prototype.filled = async function filled() {
  let text = JSON.stringify(this.run);
  for (const [place, [name, ...path]] of Object.entries(this.run.takes ?? {})) {
    const step = groups().find((group) => group.run.name === name);
    const answer = step.answer ?? await step.send();
    const value = path.reduce((found, part) => found?.[part], answer?.body);
    if (typeof value !== "string") return null;
    for (const shown of this.querySelectorAll(`[data-value="${place}"]`)) shown.textContent = value;
    text = text.replaceAll(`"{${place}}"`, () => JSON.stringify(value)).replaceAll(`{${place}}`, encodeURIComponent(value));
  }
  return JSON.parse(text);
};

function forget() {
  for (const group of groups()) group.answer = null;
}

class RecipeRun extends HTMLElement {
  connectedCallback() {
    this.querySelector("[data-run-all]").addEventListener("click", () => {
      this.running ??= this.#run().finally(() => { this.running = null; });
    });
  }

  async #run() {
    const button = this.querySelector("[data-run-all]");
    const steps = [...this.querySelectorAll("li")];
    button.setAttribute("aria-busy", "true");
    forget();
    for (const step of steps) this.#mark(step, "", "");
    try {
      for (const [index, step] of steps.entries()) {
        if (!await this.#step(step, `${index + 1}/${steps.length}`)) return;
      }
      this.#say(this.dataset.done);
    } finally {
      button.removeAttribute("aria-busy");
    }
  }

  /** Run one step; say whether it was answered as it should be. */
  async #step(step, number) {
    const link = step.querySelector("a");
    const group = document.getElementById(link.hash.slice(1));
    this.#mark(step, "running", "…");
    this.#say(`${this.dataset.running} ${number}: ${link.textContent}`);
    const answer = await group.send();
    const good = answer && (answer.status < 400 || answer.status === group.run.refused);
    this.#mark(step, good ? "done" : "failed", answer?.status ?? "✕");
    if (good) return true;
    const why = answer?.body?.title || answer?.body?.error_description || group.querySelector("[data-status]").textContent.trim();
    this.#say(`${this.dataset.stopped} ${number}: ${link.textContent}. ${answer?.status ?? ""} ${why}`);
    return false;
  }

  #mark(step, state, text) {
    step.dataset.state = state;
    step.querySelector("[data-result]").textContent = text;
  }

  #say(text) { this.querySelector("[data-said]").textContent = text; }
}

document.addEventListener("client", forget);
customElements.define("recipe-run", RecipeRun);
