// <code-group>: tabs over one call in several languages, Copy, and Run. Without this script the languages stand
// below each other and nothing is lost. Styles show the panel of <html data-code>, so every group follows one choice.
const root = document.documentElement;
const groups = () => [...document.querySelectorAll("code-group")];
let token = null; // lives as long as the page, and nowhere else

class CodeGroup extends HTMLElement {
  connectedCallback() {
    this.run = JSON.parse(this.dataset.run);
    this.tabs = [...this.querySelectorAll(".code-tabs button")];
    this.panels = [...this.querySelectorAll(".code-panel")];
    const list = this.querySelector(".code-tabs");
    list.setAttribute("role", "tablist");
    list.setAttribute("aria-label", list.dataset.tabs);
    this.tabs.forEach((tab, index) => this.#pair(tab, this.panels[index]));
    list.addEventListener("keydown", (event) => this.#move(event));
    this.querySelector("[data-copy]").addEventListener("click", () => this.#copy());
    this.querySelector("[data-send]").addEventListener("click", () => this.send());
    this.follow(root.dataset.code);
  }

  #pair(tab, panel) {
    tab.id = `${this.id}-tab-${tab.dataset.code}`;
    panel.id = `${this.id}-panel-${tab.dataset.code}`;
    tab.setAttribute("role", "tab");
    tab.setAttribute("aria-controls", panel.id);
    panel.setAttribute("role", "tabpanel");
    panel.setAttribute("aria-labelledby", tab.id);
    tab.addEventListener("click", () => choose(tab.dataset.code, tab));
  }

  #move(event) {
    const at = this.tabs.indexOf(document.activeElement);
    const last = this.tabs.length - 1;
    const to = { ArrowRight: at === last ? 0 : at + 1, ArrowLeft: at === 0 ? last : at - 1, Home: 0, End: last }[event.key];
    if (at < 0 || to === undefined) return;
    event.preventDefault();
    this.tabs[to].focus();
    choose(this.tabs[to].dataset.code, this.tabs[to]);
  }

  follow(code) {
    if (!this.tabs.some((tab) => tab.dataset.code === code)) code = this.tabs[0].dataset.code;
    for (const tab of this.tabs) {
      const chosen = tab.dataset.code === code;
      tab.setAttribute("aria-selected", String(chosen));
      tab.tabIndex = chosen ? 0 : -1;
    }
  }

  say(text) { this.querySelector("[data-said]").textContent = text; }

  async #copy() {
    const shown = this.panels.find((panel) => panel.dataset.code === root.dataset.code) || this.panels[0];
    const button = this.querySelector("[data-copy]");
    const before = button.textContent;
    await navigator.clipboard.writeText(shown.querySelector("code").textContent.trimEnd());
    button.textContent = this.dataset.copied;
    this.say(this.dataset.copied);
    setTimeout(() => { button.textContent = before; }, 2000);
  }

  async send() {
    const button = this.querySelector("[data-send]");
    if (button.getAttribute("aria-busy")) return null;
    button.setAttribute("aria-busy", "true");
    this.say(this.dataset.running);
    try {
      return await this.#exchange();
    } catch {
      this.#show("", this.dataset.unreachable, "");
      return null;
    } finally {
      button.removeAttribute("aria-busy");
    }
  }

  async #exchange() {
    let note = "";
    if (this.run.token && !token) {
      await fetchToken();
      note = this.dataset.fetched;
    }
    const headers = { Accept: "application/json" };
    if (this.run.body) headers["Content-Type"] = "application/json";
    if (this.run.token && token) headers.Authorization = `Bearer ${token}`;
    const started = performance.now();
    const answer = await fetch(`/api/v1${this.run.path}`, {
      method: this.run.method, headers, body: this.run.body && JSON.stringify(this.run.body), credentials: "omit", cache: "no-store",
    });
    const text = await answer.text();
    const milliseconds = Math.round(performance.now() - started);
    const body = parsed(text);
    if (body && body.access_token) {
      token = body.access_token;
      note = this.dataset.kept;
    }
    if (answer.status === 429) note = this.dataset.limited;
    this.#show(answer.status, [`${milliseconds} ms`, note].filter(Boolean).join(" · "), body ? JSON.stringify(body, null, 2) : text);
    return answer;
  }

  #show(status, note, text) {
    const line = this.querySelector("[data-status]");
    const strong = document.createElement("strong");
    strong.className = `status-${String(status)[0] || "5"}`;
    strong.textContent = status;
    line.replaceChildren(strong, ` ${note}`);
    this.querySelector(".code-answer code").replaceChildren(...coloured(text || this.dataset.empty, text));
    this.say(`${this.dataset.answered} ${status}. ${note}`);
  }
}

function parsed(text) {
  try { return JSON.parse(text); } catch { return null; }
}

/** Get a token by the page's own token call, or by the published sandbox client where the page has none. */
async function fetchToken() {
  const step = groups().find((group) => group.run.operation === "createToken");
  if (step) { await step.send(); return; }
  const published = JSON.parse(document.querySelector("[data-published]").dataset.published);
  const answer = await fetch("/api/v1/connect/auth/token", {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(published), credentials: "omit",
  });
  token = (await answer.json()).access_token;
}

/** JSON as coloured text nodes and spans; anything else as it is. Long values keep their end out of the way. */
function coloured(text, json) {
  if (!json || text.length > 100_000) return [text];
  const nodes = [];
  const pattern = /("(?:\\.|[^"\\])*")(\s*:)?|\b(true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
  let at = 0;
  for (const match of text.matchAll(pattern)) {
    const span = document.createElement("span");
    span.className = match[2] ? "nt" : match[1] ? "s2" : match[3] ? "kc" : "mi";
    span.textContent = match[1] || match[0];
    nodes.push(text.slice(at, match.index), span);
    at = match.index + span.textContent.length;
  }
  return [...nodes, text.slice(at)];
}

/** Every group on this and every other page follows; what the reader touched stays where it is on the screen. */
function choose(code, tab) {
  const before = tab.getBoundingClientRect().top;
  root.dataset.code = code;
  try { localStorage.setItem("code", code); } catch { /* private mode: this page only */ }
  for (const group of groups()) group.follow(code);
  scrollBy({ top: tab.getBoundingClientRect().top - before, behavior: "instant" });
}

addEventListener("storage", (event) => {
  if (event.key !== "code" || !event.newValue) return;
  root.dataset.code = event.newValue;
  for (const group of groups()) group.follow(event.newValue);
});

customElements.define("code-group", CodeGroup);
