// <code-group>: tabs over one call in several languages, Copy, and Run. Without this script the languages stand
// below each other and nothing is lost. Styles show the panel of <html data-code>, so every group follows one choice.
const root = document.documentElement;
const groups = () => [...document.querySelectorAll("code-group")];
let token = null; // lives as long as the page, and nowhere else
let own = null; // gets a token as the reader's own client; personal.js sets it
const PATIENCE = 20_000; // milliseconds

class CodeGroup extends HTMLElement {
  connectedCallback() {
    this.run = JSON.parse(this.dataset.run ?? "null"); // without it there is no Run
    this.tabs = [...this.querySelectorAll(".code-tabs button")];
    this.panels = [...this.querySelectorAll(".code-panel")];
    const list = this.querySelector(".code-tabs");
    list.setAttribute("role", "tablist");
    list.setAttribute("aria-label", list.dataset.tabs);
    this.tabs.forEach((tab, index) => this.#pair(tab, this.panels[index]));
    list.addEventListener("keydown", (event) => this.#move(event));
    this.querySelector("[data-copy]").addEventListener("click", () => this.#copy());
    this.querySelector("[data-send]")?.addEventListener("click", () => this.send());
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
    const code = shown.querySelector("code");
    const button = this.querySelector("[data-copy]");
    try {
      await navigator.clipboard.writeText(code.textContent.trimEnd());
    } catch { // none on plain HTTP from another machine, or not allowed
      getSelection().selectAllChildren(code);
      this.say(this.dataset.selected);
      return;
    }
    this.copy ??= button.textContent;
    button.textContent = this.dataset.copied;
    this.say(this.dataset.copied);
    setTimeout(() => { button.textContent = this.copy; }, 2000);
  }

  /** Send the call and show its answer. While one is under way there is no second one. */
  send() {
    this.sending ??= this.#sendOnce().finally(() => { this.sending = null; });
    return this.sending;
  }

  /** The call with what it takes from earlier answers; null where they have no such value. */
  async #filled() { return this.run.takes ? (await import("./recipe.js")).fill(this) : this.run; }

  async #sendOnce() {
    const button = this.querySelector("[data-send]");
    button.setAttribute("aria-busy", "true");
    this.say(this.dataset.running);
    try {
      return await this.#exchange();
    } catch {
      this.#show(null, this.dataset.unreachable);
      return null;
    } finally {
      button.removeAttribute("aria-busy");
    }
  }

  async #exchange() {
    let note = "";
    const run = await this.#filled();
    if (!run) {
      this.#show(null, this.dataset.unfilled);
      return null;
    }
    const mine = own;
    if (this.run.token && !token) {
      const refusal = await fetchToken();
      if (refusal) {
        this.#show(refusal, this.dataset.untokened);
        return refusal;
      }
      note = this.dataset.fetched;
    }
    const answer = await (this.run.operation === "createToken" ? grant(run) : ask(run));
    this.answer = answer;
    if (answer.body?.access_token) note = this.dataset.kept;
    if (answer.status === 401 && this.run.token) {
      token = null;
      note = this.dataset.expired;
    }
    if (mine && !own) note = this.dataset.signedout;
    if (answer.status === 429) note = this.dataset.limited;
    if (answer.text && answer.body === undefined) note = this.dataset.foreign;
    if (answer.status >= 500) note = this.dataset.broken;
    this.#show(answer, [`${answer.milliseconds} ms`, note].filter(Boolean).join(" · "));
    return answer;
  }

  #show(answer, note) {
    const strong = document.createElement("strong");
    strong.className = `status-${String(answer?.status || 5)[0]}`;
    strong.textContent = answer?.status ?? "";
    this.querySelector("[data-status]").replaceChildren(strong, ` ${note}`);
    this.querySelector(".code-answer").hidden = false;
    this.querySelector(".code-answer pre").hidden = !answer;
    if (answer) this.querySelector(".code-answer code").replaceChildren(...this.#written(answer));
    this.say(answer ? `${this.dataset.answered} ${answer.status}. ${note}` : note);
  }

  #written({ body, text }) {
    if (body === undefined) return [text || this.dataset.empty];
    return coloured(JSON.stringify(body, null, 2));
  }
}

function parsed(text) {
  try { return JSON.parse(text); } catch { return undefined; }
}

/** Send a call to this site's API; return `status`, `text`, `body` (undefined where it is not JSON) and `milliseconds`. */
async function ask({ method, path, body, token: needed }) {
  const headers = { Accept: "application/json" };
  if (body) headers["Content-Type"] = "application/json";
  if (needed && token) headers.Authorization = `Bearer ${token}`;
  return read((signal) => fetch(`/api/v1${path}`, {
    method, headers, body: body && JSON.stringify(body), credentials: "omit", cache: "no-store", signal,
  }));
}

async function read(sent) {
  const started = performance.now();
  const answer = await sent(AbortSignal.timeout(PATIENCE));
  if (!answer) return null;
  const text = await answer.text();
  return { status: answer.status, text, body: parsed(text), milliseconds: Math.round(performance.now() - started) };
}

/** Get a token: as the reader's own client, or as the call says where there is none or the reader is signed out by now.
 *  It is kept unless they have picked another client meanwhile. */
async function grant(run) {
  let client = own;
  let answer = client && await read((signal) => client(run.body.scope || "", signal));
  if (!answer) [client, answer] = [own, await ask(run)];
  if (client === own && answer.body?.access_token) token = answer.body.access_token;
  return answer;
}

/** Get a token by the page's own token call, or by the published sandbox client; return the answer where there is none in it. */
async function fetchToken() {
  const step = groups().find((group) => group.run?.operation === "createToken");
  const answer = await (step ? step.send() : grant({
    method: "POST", path: "/connect/auth/token", body: JSON.parse(document.querySelector("[data-published]").dataset.published),
  }));
  if (!answer) throw new Error("unreachable");
  if (token) return null;
  return answer.body?.access_token ? fetchToken() : answer;
}

/** JSON as coloured text nodes and spans. */
function coloured(text) {
  if (text.length > 100_000) return [text];
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

document.addEventListener("code", ({ detail }) => { for (const group of groups()) group.follow(detail); }); // the console's tabs

document.addEventListener("client", ({ detail }) => {
  own = detail;
  token = null;
  for (const group of groups()) group.answer = null;
});

document.addEventListener("click", ({ target }) => {
  const recipe = target.closest("[data-run-all]")?.closest(".recipe");
  if (!recipe) return;
  import("./recipe.js").then(({ run }) => run(recipe), () => {
    recipe.querySelector("[data-said]").textContent = groups()[0].dataset.unreachable;
  });
});

addEventListener("storage", (event) => {
  if (event.key !== "code" || !event.newValue) return;
  root.dataset.code = event.newValue;
  for (const group of groups()) group.follow(event.newValue);
});

customElements.define("code-group", CodeGroup);
