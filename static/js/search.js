// The search field in the header answers as one types: a combobox with a list (WAI-ARIA APG), whose options are links.
// Without this script it is a form that leads to a page of results, and Enter always goes there.
const WAIT = 120; // milliseconds after the last key
const PATIENCE = 8_000;

class Search {
  #timer;
  #asking = new AbortController();
  #at = -1;

  constructor(field) {
    this.field = field;
    this.form = field.form;
    this.panel = document.createElement("div");
    this.panel.className = "search-panel";
    this.panel.hidden = true;
    this.status = document.createElement("p");
    this.status.className = "visually-hidden";
    this.status.setAttribute("role", "status");
    this.form.append(this.panel, this.status);
    for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": "search-list" })) {
      field.setAttribute(name, value);
    }
    field.addEventListener("input", () => this.#later());
    field.addEventListener("focus", () => this.#later());
    field.addEventListener("keydown", (event) => this.#key(event));
    this.panel.addEventListener("mousedown", (event) => event.preventDefault()); // the field keeps the focus
    this.form.addEventListener("focusout", (event) => { if (!this.form.contains(event.relatedTarget)) this.close(); });
    this.#later();
  }

  get query() { return this.field.value.trim(); }

  get options() { return [...this.panel.querySelectorAll("[role=option]")]; }

  #later() {
    clearTimeout(this.#timer);
    this.#asking.abort();
    if (!this.query) return this.close();
    this.#timer = setTimeout(() => this.#ask(this.query), WAIT);
  }

  /** Ask for this query. What was asked before it has been given up, so answers never come out of order. */
  async #ask(query) {
    const { signal } = this.#asking = new AbortController();
    try {
      const url = `${this.field.dataset.answer}?q=${encodeURIComponent(query)}`;
      const answer = await fetch(url, {
        credentials: "omit", headers: { Accept: "application/json" }, signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE)]),
      });
      const { said, html } = await answer.json();
      if (typeof said !== "string") throw new Error(`${answer.status}`);
      await styles(this.field.dataset.styles);
      if (!signal.aborted) this.#show(query, said, html);
    } catch {
      await styles(this.field.dataset.styles).catch(() => {});
      if (!signal.aborted) this.#say(this.field.dataset[navigator.onLine ? "broken" : "offline"]);
    }
  }

  #show(query, said, html) {
    this.#mark(-1);
    if (!html) return this.#say(said);
    this.panel.innerHTML = html; // from this site, escaped by its template
    const some = this.options.length > 0;
    if (some) this.panel.append(this.#more(query));
    this.panel.hidden = document.activeElement !== this.field;
    this.field.setAttribute("aria-expanded", String(some && !this.panel.hidden));
    this.status.textContent = [said, this.panel.querySelector(".search-note")?.textContent].filter(Boolean).join(". ");
  }

  #more(query) {
    const link = document.createElement("a");
    link.href = `${this.form.action}?q=${encodeURIComponent(query)}`;
    link.textContent = this.field.dataset.more;
    const line = document.createElement("p");
    line.className = "search-more";
    line.append(link);
    return line;
  }

  /** Show a sentence in place of results. */
  #say(text) {
    const note = document.createElement("p");
    note.className = "search-note";
    note.textContent = text;
    this.panel.replaceChildren(note);
    this.panel.hidden = false;
    this.field.setAttribute("aria-expanded", "false");
    this.status.textContent = text;
  }

  #mark(to) {
    this.options[this.#at]?.removeAttribute("aria-selected");
    this.#at = to;
    const option = this.options[to];
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    if (option) this.field.setAttribute("aria-activedescendant", option.id);
    else this.field.removeAttribute("aria-activedescendant");
  }

  #key(event) {
    const number = this.panel.hidden ? 0 : this.options.length;
    if (event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (!number) return this.#later();
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      // Above the first and below the last is the field itself.
      this.#mark(((this.#at + 1 + step + number + 1) % (number + 1)) - 1);
    } else if (event.key === "Enter" && number && this.#at >= 0) {
      event.preventDefault();
      this.options[this.#at].click();
    } else if (event.key === "Escape") {
      event.preventDefault();
      const { hidden } = this.panel;
      this.close();
      if (!hidden) return;
      if (this.field.value) this.field.value = "";
      else this.field.blur();
    }
  }

  close() {
    clearTimeout(this.#timer);
    this.#asking.abort();
    this.#mark(-1);
    this.panel.hidden = true;
    this.field.setAttribute("aria-expanded", "false");
    this.status.textContent = "";
  }
}

let sheet;

/** Load the styles of the list, once. */
function styles(href) {
  sheet ??= new Promise((done, failed) => {
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = href;
    link.onload = done;
    link.onerror = () => { sheet = undefined; failed(new Error(href)); };
    document.head.append(link);
  });
  return sheet;
}

new Search(document.querySelector("[data-search]"));
