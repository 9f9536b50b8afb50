// <api-console>: fill in a request, send it from here, look at what came back. The page's loader imports this on the
// first interaction; the shell with all words comes once from the server, the operation from its description.
import { RequestForm } from "./form.js";
import { reached, send, writes } from "./sending.js";
import { tabs } from "./tabs.js";
import { forget } from "./tokens.js";
import { Who } from "./who.js";

const PATIENCE = 20_000; // milliseconds
const shells = new Map(); // one for all consoles of a page

async function get(url, kind) {
  const answer = await fetch(url, { credentials: "omit", signal: AbortSignal.timeout(PATIENCE) });
  if (!answer.ok) throw new Error(`${answer.status}`);
  return answer[kind]();
}

/** The shell as a fragment of its own; its styles are there before it is. */
async function shell(url) {
  if (!shells.has(url)) {
    shells.set(url, get(url, "text").then(async (html) => {
      const made = document.createElement("template");
      made.innerHTML = html; // ours, and the same for everybody
      await Promise.all([...made.content.querySelectorAll("link")].map(styled));
      return made.content;
    }).catch((error) => { shells.delete(url); throw error; }));
  }
  return (await shells.get(url)).cloneNode(true);
}

async function styled(link) {
  link.remove();
  const made = document.createElement("link");
  Object.assign(made, { rel: "stylesheet", href: link.href });
  const loaded = new Promise((done, failed) => { made.onload = done; made.onerror = failed; });
  document.head.append(made);
  await loaded;
}

/** The values of a shared link: undefined where the address has none, null where they cannot be read. */
async function shared() {
  if (!location.hash.startsWith("#request=")) return undefined;
  return import("./sharing.js").then(({ unpack }) => unpack(location.hash), () => null);
}

let count = 0;

/** Pair each label with the control after it: a page may hold many consoles, so ids cannot stand in the shell. */
function paired(content) {
  for (const label of content.querySelectorAll("label")) {
    label.nextElementSibling.id = label.htmlFor = `console-${count += 1}`;
  }
}

class ApiConsole extends HTMLElement {
  connectedCallback() {
    this.started ??= this.#start();
    this.started.catch(() => this.#lost());
  }

  /** What stood here before the script stays, with the reason why there is no more. */
  #lost() {
    if (!this.dataset.failed || this.querySelector(".console-lost")) return;
    const told = document.createElement("p");
    told.className = "console-lost";
    told.setAttribute("role", "alert");
    told.textContent = this.dataset.failed;
    this.prepend(told);
  }

  /** Resolves when the form stands there; the loader of the page tells the reader where it does not. */
  get ready() { return this.started; }

  async #start() {
    const [content, description, values] = await Promise.all([
      shell(this.dataset.shell), get(this.dataset.description, "json"), shared(),
    ]);
    const words = content.querySelector("[data-words]");
    words.remove();
    this.words = { ...words.dataset, ...this.dataset };
    this.description = description;
    paired(content);
    this.form = new RequestForm();
    this.form.load(description, this.words);
    this.words.form = this.form.words;
    content.querySelector("[data-form]").append(this.form);
    this.replaceChildren(content);
    this.piece = (name) => this.querySelector(`[data-${name}]`);
    this.say = (text) => { this.piece("said").textContent = text; };
    this.who = new Who(this, this.words, description, () => this.#changed());
    this.show = tabs(this.querySelector(".console-tabs"), (name) => this.#tab(name));
    this.#listen();
    this.#changed();
    this.#open(values);
  }

  #listen() {
    this.piece("send").addEventListener("click", () => this.send());
    this.piece("cancel").addEventListener("click", () => this.aborting?.abort());
    this.piece("share").addEventListener("click", () => this.#share());
    this.form.addEventListener("change", () => { this.piece("note").textContent = ""; });
    this.addEventListener("keydown", (event) => {
      const { key, target, isComposing, repeat, ctrlKey, metaKey, shiftKey, altKey } = event;
      // As in any form, where one line is typed; not where Enter is pressed to choose: lists, boxes, files.
      const typing = !isComposing && !shiftKey && !altKey && target.matches(".console-try :is([type=text], [type=password])");
      if (key === "Enter" && !repeat && (typing || ctrlKey || metaKey)) {
        event.preventDefault();
        this.send();
      } else if (key === "Escape" && this.aborting) this.aborting.abort();
    });
    this.piece("past").addEventListener("toggle", ({ target }) => target.open && this.#showPast());
    addEventListener("hashchange", async () => this.#open(await shared()));
  }

  /** Fill the form from a shared link; what came from elsewhere is looked at before anybody sends it. */
  #open(values) {
    if (this.sending || values === undefined) return;
    if (values) this.#fill(values);
    this.#note(values ? this.words.shared : this.words.unshared);
  }

  /** The history comes when somebody opens it. */
  async #showPast() {
    try {
      const { Past } = await import("./past.js");
      this.past ??= new Past(this.piece("past"), this.words, this.description, (values, again) => this.#use(values, again));
      this.past.show();
    } catch {
      this.piece("past").open = false;
    }
  }

  #tab(name) {
    const trying = name === "try";
    this.piece("try").hidden = !trying;
    this.piece("languages").hidden = trying;
    if (!trying) this.#language(name);
  }

  async #language(name) {
    try {
      const { Languages } = await import("./languages.js");
      this.languages ??= new Languages(this.piece("languages"), this.words, (instead) => this.#shown(instead), this.say);
    } catch {
      this.piece("languages").querySelector("code").textContent = this.words.unsampled;
      return;
    }
    await this.languages.show(name);
  }

  /** Environment, app or token are others. */
  #changed() {
    if (!this.who) return;
    const production = this.who.environment === "production";
    if (this.dataset.environment !== this.who.environment) this.answer?.clear(); // it is of the other one
    this.dataset.environment = this.who.environment;
    this.piece("share").hidden = production;
    this.piece("send").textContent = this.words[this.who.base === null ? "showIt" : "send"];
    this.piece("unkept").hidden = !production;
    this.#note("");
  }

  #note(text) {
    this.piece("note").textContent = text;
    if (text) this.say(text);
  }

  /** The request as the samples show it: to the API's own address, without a token, with `instead` of each secret. */
  async #shown(instead) {
    const { compose, withoutSecrets } = await import("./request.js");
    const { files } = this.form.values;
    const values = { ...withoutSecrets(this.description, this.form.values, instead), files };
    const request = compose(this.description, values, { base: this.who.server });
    return { request, values, needs_token: this.description.needs_token };
  }

  /** Send what the form holds. While one request is checked, asked about or under way there is no second one, and the form
   *  stays what the request was made of. */
  async send() {
    if (this.sending) return;
    this.sending = true;
    try {
      await this.#send();
    } finally {
      this.sending = false;
    }
  }

  async #send() {
    this.setAttribute("aria-busy", "true");
    // All that is needed to ask is there before anything is read, so nobody can change it between.
    const [problems, parts] = await Promise.all([
      this.form.problems(), Promise.all([import("./request.js"), import("./asking.js")]).catch(() => null),
    ]).finally(() => this.setAttribute("aria-busy", "false"));
    if (problems.length) return this.#note(this.words.problems);
    if (!parts) return this.#note(this.words.unreachable);
    const [requests, { asked }] = parts;
    if (this.who.base === null) return this.show(document.documentElement.dataset.code);
    const problem = this.who.problem();
    if (problem) return this.#note(problem);
    const values = this.form.values;
    let request;
    try {
      request = requests.compose(this.description, values, { base: this.who.base });
    } catch (error) { // an UnfitError says where
      return this.#note(this.words.unfit.replace("{place}", error.place));
    }
    if (this.who.environment === "production" && writes(request)) {
      const facts = { method: request.method, url: new URL(request.url, location.href).href, app: this.who.name };
      if (!await asked(this.piece("ask"), facts)) return this.#note(this.words.unsent);
    }
    this.show("try");
    await this.#exchange(request, values, requests);
  }

  async #exchange(request, values, requests) {
    let failed = "";
    this.aborting = new AbortController();
    this.#busy(true);
    try {
      // What shows and remembers answers comes with the first.
      const [{ AnswerView }, { add }] = await reached(Promise.all([import("./answer.js"), import("./history.js")]));
      this.answer ??= new AnswerView(this.piece("answer"), this.words, this.say);
      const kept = { description: this.description, values: requests.withoutSecrets(this.description, values) };
      await this.#ask(request, this.aborting.signal, (found) => add({ ...kept, ...found }));
    } catch (error) {
      const reason = { AbortError: "cancelled", TimeoutError: "timeout", SignedOut: "signedOut", Unreachable: "unreachable" }[error.name];
      if (!reason) throw error;
      failed = reason;
    } finally {
      this.aborting = null;
      this.#busy(false);
    }
    if (failed && this.answer) this.answer.fail(failed);
    else if (failed) return this.#note(this.words[failed]);
    this.piece("answer").scrollIntoView({ block: "nearest" });
  }

  async #ask(request, signal, remember) {
    const { environment, log, client } = this.who; // also where the reader picks another app meanwhile
    let got = await this.who.token(client, signal);
    let answer = got.refusal ? null : await send(request, got.token, signal);
    if (answer?.status === 401 && got.fresh === false) { // it has ended: once more with a new one
      forget(client);
      got = await this.who.token(client, signal);
      answer = got.refusal ? null : await send(request, got.token, signal);
    }
    if (got.refusal) return this.answer.refused(got.refusal);
    if (answer.status === 401 && client) forget(client);
    const { milliseconds, status } = answer;
    remember({ environment, status, milliseconds });
    if (this.piece("past").open) this.past?.show();
    await this.answer.show(answer, { description: this.description, environment, log });
  }

  #busy(busy) {
    if (busy) this.focused = document.activeElement;
    this.piece("send").setAttribute("aria-disabled", String(busy));
    this.setAttribute("aria-busy", String(busy));
    this.piece("cancel").hidden = !busy;
    for (const name of ["environment", "app", "token"]) this.piece(name).disabled = busy;
    if (busy) this.answer?.clear();
    this.#note(busy ? this.words.sending : "");
    if (busy) this.piece("send").scrollIntoView({ block: "nearest" }); // and not what moves up where the answer was
    else if ([document.body, this.piece("cancel")].includes(document.activeElement)) { // what had it was disabled, or goes
      (this.focused.isConnected ? this.focused : this.piece("send")).focus({ preventScroll: true });
    }
  }

  /** What comes from elsewhere is of the sandbox, and is filled in there. */
  #fill(values) {
    this.show("try");
    this.who.enter("sandbox");
    this.form.values = values;
  }

  #use(values, again) {
    if (this.sending) return;
    this.#fill(values);
    if (again) this.send();
    else this.form.scrollIntoView({ block: "nearest" });
  }

  async #share() {
    const page = this.description.document ? this.words.operationOf.replace("DOCUMENT", this.description.document) : this.words.operation;
    let fragment;
    try {
      const [{ pack }, { withoutSecrets }] = await Promise.all([import("./sharing.js"), import("./request.js")]);
      fragment = pack(withoutSecrets(this.description, this.form.values));
    } catch {
      return this.#note(this.words.failed);
    }
    if (!fragment) return this.#note(this.words.tooLong);
    const link = new URL(page.replace("OPERATION", encodeURIComponent(this.description.id)) + fragment, location.href).href;
    try {
      await navigator.clipboard.writeText(link);
      this.#note(this.words.linkCopied);
    } catch { // none on plain HTTP from another machine, or not allowed
      history.replaceState(null, "", link);
      this.#note(this.words.linkHere);
    }
  }
}

customElements.define("api-console", ApiConsole);
