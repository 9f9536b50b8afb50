// Where a request goes and in whose name: the environment, the app, and for production the token that is pasted.
import { claims, fault, forget, obtain, publishedClient, trimmed, wanted } from "./tokens.js";

const PASTE = "paste"; // no client id: those have an underscore or begin with `opc`

export class Who {
  /** `changed` is called when anything here is another. */
  constructor(place, words, description, changed) {
    Object.assign(this, { words, description, changed, environment: "sandbox", reader: null, chosen: "" });
    this.part = (name) => place.querySelector(`[data-${name}]`);
    this.published = publishedClient({ ...JSON.parse(words.published), name: words.publishedName });
    for (const name of ["token-help", "token-fault"]) this.part(name).id = `${this.part("token").id}-${name}`;
    this.part("token").setAttribute("aria-describedby", `${this.part("token-help").id} ${this.part("token-fault").id}`);
    this.part("environment").value = "sandbox"; // browsers restore what was picked before a reload
    this.part("environment").addEventListener("change", ({ target }) => this.enter(target.value));
    this.part("app").addEventListener("change", ({ target }) => this.#pick(target.value));
    this.part("token").addEventListener("input", () => this.#show());
    document.addEventListener("client", () => this.#read());
    this.part("environment-field").hidden = Boolean(description.document);
    this.#offer();
    this.#personal();
  }

  /** The signed-in reader's apps: personal.js has them, or will. */
  async #personal() {
    if (!document.documentElement.classList.contains("signed-in")) return;
    const { ready, reader } = await import("../personal.js");
    this.ask = reader;
    await ready;
    this.#read();
  }

  #read() {
    this.reader = this.ask?.() ?? null;
    forget();
    if (this.chosen !== PASTE) this.chosen = this.reader?.chosen?.client_id ?? "";
    this.#offer();
  }

  #offer() {
    const apps = this.reader?.apps ?? [];
    const several = new Set(apps.map((app) => app.organisation)).size > 1;
    this.part("app").replaceChildren(
      ...apps.map((app) => new Option(several ? `${app.name} · ${app.organisation}` : app.name, app.client_id)),
      new Option(this.words.publishedName, ""), new Option(this.words.paste, PASTE),
    );
    this.part("app").value = this.chosen;
    this.#show();
  }

  enter(environment) {
    if (this.environment === environment) return;
    this.environment = this.part("environment").value = environment;
    this.part("token").value = ""; // of the other environment
    this.#show();
  }

  /** Use another app: here, in the header and in the samples of the page. */
  async #pick(value) {
    const before = this.chosen;
    this.chosen = value;
    this.#show();
    if (value === PASTE || !this.reader) return;
    this.part("app").disabled = true;
    const done = await this.reader.choose(value).catch(() => false);
    this.part("app").disabled = false;
    if (done) return;
    this.chosen = before;
    this.#offer();
  }

  get isPasted() { return this.description.needs_token && (this.environment === "production" || this.chosen === PASTE); }

  /** The client whose token the page gets; null where one is pasted or none is needed. */
  get client() {
    if (!this.description.needs_token || this.isPasted) return null;
    const app = this.reader?.apps.find((one) => one.client_id === this.chosen);
    if (!app) return this.published;
    const reader = this.reader;
    return { ...app, grant: (scope, signal) => reader.token(app, scope, signal) };
  }

  /** What people call whoever sends. */
  get name() {
    if (this.client) return this.client.name;
    return claims(trimmed(this.part("token").value))?.client_id ?? "";
  }

  /** The path of the API on this host; null where it answers on another, which this page may not call. */
  get base() {
    if (this.description.document) return this.description.base;
    return (this.environment === "production" ? this.words.productionBase : this.words.sandboxBase) || null;
  }

  /** The API's URL as the samples write it. */
  get server() { return this.environment === "production" && !this.description.document ? this.words.productionServer : this.description.server; }

  /** The address of a call in the reader's own log, where the app is theirs. */
  get log() {
    const page = this.client?.credentials;
    return page ? (id) => `${page}log/?request_id=${encodeURIComponent(id)}` : null;
  }

  /** What keeps the request from being sent, in words; empty where nothing does. */
  problem() {
    const wrong = this.isPasted ? fault(trimmed(this.part("token").value), this.environment) : "";
    if (!wrong) return "";
    this.part("token").setAttribute("aria-invalid", "true");
    this.part("token").focus();
    return this.words[wrong === "elsewhere" ? `${this.environment}Only` : wrong];
  }

  /** Return `{ token, fresh }`, `{ refusal }` with the answer where none was given, or `{}` where none is needed. */
  async token(client, signal) {
    if (!this.description.needs_token) return {};
    if (!client) return { token: trimmed(this.part("token").value), fresh: true };
    return obtain(client, wanted(this.description.scopes, client.scopes) ?? "", signal);
  }

  #show() {
    const { needs_token: needed, scopes } = this.description;
    const production = this.environment === "production";
    this.part("app-field").hidden = !needed || production || this.base === null;
    this.part("token-field").hidden = !this.isPasted || this.base === null;
    this.part("token-help").textContent = this.words[production ? "productionToken" : "sandboxToken"];
    const pasted = trimmed(this.part("token").value);
    const wrong = pasted ? fault(pasted, this.environment) : "";
    this.part("token").setAttribute("aria-invalid", String(Boolean(wrong)));
    this.part("token-fault").textContent = wrong ? this.words[wrong === "elsewhere" ? `${this.environment}Only` : wrong] : "";
    const lacking = this.client && wanted(scopes, this.client.scopes) === null;
    this.part("lacking").hidden = !lacking || this.base === null;
    if (lacking) this.#lack(scopes);
    this.part("elsewhere").hidden = this.base !== null;
    this.part("elsewhere").textContent = this.words.elsewhere.replace("{server}", this.server);
    this.changed();
  }

  /** Say which scope is missing, and where the reader gets one that has it. */
  #lack(scopes) {
    const { words, client } = this;
    const told = words.lacking.replace("{app}", client.name).replace("{scopes}", scopes.join(", "));
    const link = document.createElement("a");
    if (!client.published) [link.href, link.textContent] = [client.credentials, words.toApp];
    else if (!this.reader) [link.href, link.textContent] = [`${words.signIn}?next=${encodeURIComponent(location.pathname)}`, words.toSignIn];
    else if (!this.reader.apps.length) [link.href, link.textContent] = [words.apps, words.toApps];
    this.part("lacking").replaceChildren(told, " ", link.href ? link : words.pickOwn);
  }
}
