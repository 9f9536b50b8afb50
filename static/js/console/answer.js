// What came back: status, time, size, headers, and the body as a tree to fold and search, as text, or as a file.
import { JsonTree } from "./json-tree.js";
import { advice } from "./advice.js";
import { responseSchema } from "./matching.js";
import { exact } from "./schema.js";
import { reached } from "./sending.js";
import { named } from "./statuses.js";
import { tabs } from "./tabs.js";
import { TextView } from "./text-view.js";

const CHECKED = 2_000_000; // characters of JSON that are compared with the schema; more would hold up the page
const ENDINGS = { plain: "txt", "octet-stream": "bin" }; // of files, where they are not the subtype
const TEXT = /^text\/|[/+](json|xml|yaml|x-ndjson|javascript|x-www-form-urlencoded)\b/;

export class AnswerView {
  /** `place` is the shell's section for it; `say` tells screen readers. */
  constructor(place, words, say) {
    Object.assign(this, { place, words, say });
    this.part = (name) => place.querySelector(`[data-${name}]`);
    this.tab = tabs(place.querySelector("[role=tablist]"), (name) => {
      for (const panel of place.querySelectorAll("[data-panel]")) panel.hidden = panel.dataset.panel !== name;
    });
    this.part("copy").addEventListener("click", () => this.#copy());
    this.part("download").addEventListener("click", () => this.#download());
    this.part("fold").addEventListener("click", () => this.#fold());
    this.part("query").addEventListener("input", () => this.#search());
    this.part("query").addEventListener("keydown", (event) => {
      if (event.key === "Enter") this.#go(event.shiftKey ? -1 : 1);
      if (event.key === "Escape" && event.target.value) { event.target.value = ""; this.#search(); }
    });
    this.part("previous").addEventListener("click", () => this.#go(-1));
    this.part("next").addEventListener("click", () => this.#go(1));
    place.addEventListener("keydown", (event) => {
      if (!(event.ctrlKey || event.metaKey) || event.key !== "f" || this.part("search").hidden) return;
      if (document.activeElement === this.part("query")) return; // a second time it is the browser's own
      event.preventDefault();
      this.part("query").select();
    });
  }

  /** Forget the answer that stands there: a new one is awaited. */
  clear() {
    this.#stop();
    this.place.hidden = true;
  }

  /** Show that nothing came back, and why: `cancelled`, `timeout` or `unreachable`. */
  fail(reason) {
    this.#stop();
    this.#line("", this.words[reason]);
    for (const name of ["headers", "match", "mismatch", "advice", "search", "copy", "download", "fold", "request"]) this.part(name).hidden = true;
    this.part("body").replaceChildren();
    this.tab("body");
    this.place.hidden = false;
    this.say(this.words[reason]);
  }

  /** Show why no token was given: then the request itself was not sent. */
  async refused(answer) {
    const { status, headers } = answer;
    const content = await reached(answer.blob());
    const found = { status, headers: [...headers], content, header: (name) => headers.get(name) ?? "", note: this.words.untokened };
    await this.show(found, { description: { id: "token", responses: {}, needs_token: false }, log: null });
  }

  /** Show an answer. `context`: `description`, `environment`, `log` (its address in the reader's own log, or null). */
  async show(answer, context) {
    this.#stop();
    this.answer = answer;
    this.context = context;
    const type = answer.header("Content-Type").toLowerCase();
    const size = `${answer.content.size.toLocaleString(document.documentElement.lang)} B`;
    const figures = answer.note ?? `${answer.milliseconds} ms · ${answer.content.size < 10_000 ? size : kilobytes(answer.content.size)}`;
    this.#line(named(answer.status), figures);
    this.#headers(answer.headers);
    this.#request(answer.header("X-Request-Id"), context.log);
    const text = TEXT.test(type) || !type ? await answer.content.text() : null;
    const body = /[/+]json\b/.test(type) ? parsed(text) : undefined;
    this.#body(text, body, answer);
    this.stopAdvice = advice(this.part("advice"), this.words, answer, body, context, this.say);
    this.tab("body");
    this.place.hidden = false;
    const matches = await this.#match(text, body, type);
    this.say([this.words.answered, named(answer.status), figures, matches].filter(Boolean).join(" · "));
  }

  #stop() {
    this.stopAdvice?.();
    this.searching?.abort();
    this.found = [];
    this.part("query").value = "";
    this.part("count").textContent = "";
  }

  #line(status, text) {
    const strong = this.part("status");
    strong.textContent = status;
    strong.className = `status-${status[0] ?? 5}`;
    this.part("figures").textContent = text;
  }

  #headers(headers) {
    this.part("headers").hidden = false;
    this.part("rows").replaceChildren(...headers.map(([name, value]) => {
      const row = document.createElement("tr");
      const [head, cell] = [document.createElement("th"), document.createElement("td")];
      head.scope = "row";
      head.textContent = name;
      cell.textContent = value;
      row.append(head, cell);
      return row;
    }));
  }

  /** The request's id, with a link to the call where it is in the reader's own log. */
  #request(id, log) {
    this.part("request").hidden = !id;
    const code = document.createElement("code");
    code.textContent = id;
    this.part("id").replaceChildren(code);
    if (!log) return;
    const link = document.createElement("a");
    link.href = log(id);
    link.textContent = this.words.log;
    this.part("id").append(" ", link);
  }

  #body(text, body, answer) {
    this.view = null;
    const empty = answer.content.size === 0;
    const attached = /^\s*attachment\b/i.test(answer.header("Content-Disposition"));
    if (body !== undefined) this.view = new JsonTree(exact(text), this.words);
    else if (text !== null && !empty) this.view = new TextView(text, this.words);
    this.part("search").hidden = this.part("copy").hidden = !this.view;
    this.part("fold").hidden = !(this.view instanceof JsonTree) || !this.view.isSmall;
    this.part("download").hidden = empty;
    this.text = text;
    const told = document.createElement("p");
    told.textContent = empty ? this.words.empty : this.words.binary;
    this.part("body").replaceChildren(this.view?.element ?? told);
    this.part("body").scrollTop = 0;
    this.#folded(false);
    if (attached && !empty) this.#download();
  }

  async #match(text, body, type) {
    const [badge, list] = [this.part("match"), this.part("mismatch")];
    badge.hidden = list.hidden = true;
    const { method } = this.context.description;
    const bodiless = method === "HEAD" || [204, 304].includes(this.answer.status); // whatever its type says
    if (this.answer.note || bodiless) return "";
    const schema = responseSchema(this.context.description.responses, this.answer.status, type);
    const words = schema?.unknown ? this.words[schema.unknown] : !schema || text === null ? "" : "?";
    if (words !== "?") return badged(badge, "plain", words);
    if (text.length > CHECKED) return badged(badge, "plain", this.words.unchecked);
    const validator = await import("./validate.js").catch(() => null);
    if (!validator) return ""; // it could not be fetched: nothing is said of the schema
    const problems = validator.check(schema, this.context.description.defs, body === undefined ? text : body, { words: this.words.form });
    if (!problems.length) return problems.unchecked ? badged(badge, "plain", this.words[problems.unchecked]) : badged(badge, "matches", this.words.matches);
    list.hidden = false;
    list.querySelector("ul").replaceChildren(...problems.slice(0, 50).map(({ place, message }) => {
      const [item, code] = [document.createElement("li"), document.createElement("code")];
      code.textContent = place || "/";
      item.append(code, ` ${message}`);
      return item;
    }));
    return badged(badge, "differs", this.words.differs);
  }

  async #copy() {
    const tree = this.view instanceof JsonTree;
    const text = tree ? JSON.stringify(this.view.root.value, null, 2) : this.text;
    try {
      await navigator.clipboard.writeText(text);
      this.say(this.words.copied);
      const button = this.part("copy");
      this.copyWord ??= button.textContent;
      button.textContent = this.words.copied;
      setTimeout(() => { button.textContent = this.copyWord; }, 2000);
    } catch { // none on plain HTTP from another machine, or not allowed
      getSelection().selectAllChildren(this.view.element);
      this.say(this.words.selected);
    }
  }

  #download() {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(this.answer.content);
    link.download = fileName(this.answer, this.context.description);
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    this.say(this.words.downloaded.replace("{name}", link.download));
  }

  #fold() {
    this.#folded(!this.unfolded);
    this.view.fold(this.unfolded);
  }

  #folded(unfolded) {
    this.unfolded = unfolded;
    this.part("fold").textContent = unfolded ? this.words.fold : this.words.unfold;
  }

  async #search() {
    this.searching?.abort();
    this.searching = new AbortController();
    const { signal } = this.searching;
    const words = this.part("query").value;
    const found = words ? await this.view.search(words, signal) : [];
    if (signal.aborted) return;
    this.found = found;
    this.at = -1;
    if (found.length) this.#go(1);
    else this.#mark(null, words ? this.words.nowhere : "");
  }

  #go(step) {
    if (!this.found.length) return;
    this.at = (this.at + step + this.found.length) % this.found.length;
    this.#mark(this.view.reveal(this.found[this.at]), `${this.at + 1} / ${this.found.length}`);
  }

  #mark(row, count) {
    for (const one of this.part("body").querySelectorAll(".found")) one.classList.remove("found");
    row?.classList.add("found");
    row?.scrollIntoView({ block: "nearest" });
    this.part("count").textContent = count;
  }
}

function parsed(text) {
  try { return JSON.parse(text); } catch { return undefined; }
}

function kilobytes(size) {
  const language = document.documentElement.lang;
  return size < 1e6 ? `${(size / 1e3).toLocaleString(language, { maximumFractionDigits: 1 })} kB`
    : `${(size / 1e6).toLocaleString(language, { maximumFractionDigits: 1 })} MB`;
}

function badged(badge, kind, words) {
  badge.hidden = !words;
  badge.className = `console-${kind}`;
  badge.textContent = words;
  return words;
}

/** The name that the answer gives its file (RFC 6266), without any folder; else the operation's. */
function fileName(answer, { id }) {
  const disposition = answer.header("Content-Disposition");
  const [, long] = /filename\*\s*=\s*UTF-8''([^;]+)/i.exec(disposition) ?? [];
  const [, short] = /filename\s*=\s*"?([^";]+)/i.exec(disposition) ?? [];
  let name = short;
  try { name = long ? decodeURIComponent(long) : short; } catch { /* badly written: the other one */ }
  const [, kind] = /\/(?:.*\+)?([\w-]+)/.exec(answer.header("Content-Type")) ?? [];
  return name?.split(/[/\\]/).pop().trim() || `${id}.${ENDINGS[kind] ?? kind ?? "bin"}`;
}
