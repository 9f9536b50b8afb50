// <live-log>: asks for the newest rows every second while the page can be seen, and puts new ones on top. While
// somebody reads (points at a row, has focus or a selection in the table, or has scrolled down) they are only counted.
const EVERY = 1000; // milliseconds
const SLOWEST = 30_000;
const PATIENCE = 10_000;
const PAGE = 50;

class LiveLog extends HTMLElement {
  connectedCallback() {
    this.table = this.querySelector("[data-table]");
    this.body = this.querySelector("tbody");
    this.pause = this.querySelector("[data-pause]");
    this.show = this.querySelector("[data-show]");
    this.seen = this.dataset.seen;
    this.waiting = null; // rows that came while somebody was reading
    this.delay = EVERY;
    this.paused = false;
    this.pause.addEventListener("click", () => this.#toggle());
    this.show.addEventListener("click", () => { this.#put(); this.scrollIntoView({ block: "start" }); });
    document.addEventListener("visibilitychange", () => { if (document.hidden) this.#stop(); else this.#go(0); });
    setInterval(() => this.#age(), 15_000);
    this.#go(EVERY);
  }

  #toggle() {
    this.paused = !this.paused;
    this.pause.setAttribute("aria-pressed", String(this.paused));
    this.pause.textContent = this.paused ? this.pause.dataset.off : this.pause.dataset.on;
    this.classList.toggle("paused", this.paused);
    if (this.paused) this.#stop(); else this.#go(0);
  }

  #go(delay) {
    this.#stop();
    if (!this.paused && !document.hidden && !this.ended) this.timer = setTimeout(() => this.#ask(), delay);
  }

  #stop() { clearTimeout(this.timer); }

  async #ask() {
    try {
      const address = new URL(this.dataset.rows, location.href);
      address.searchParams.set("seen", this.seen);
      const answer = await fetch(address, {
        headers: { Accept: "text/html, application/json;q=0.1" }, cache: "no-store", redirect: "manual", signal: AbortSignal.timeout(PATIENCE),
      });
      if (answer.type === "opaqueredirect" || [401, 403, 404].includes(answer.status)) return this.#end();
      if (!answer.ok) throw new Error(String(answer.status));
      if (answer.status === 200) this.#take(answer.headers.get("Log-Seen"), await answer.text());
      this.delay = EVERY;
      this.#fault("");
    } catch {
      this.delay = Math.min(this.delay * 2, SLOWEST);
      this.#fault(this.dataset.lost);
    }
    if (this.waiting && !this.#isRead()) this.#put();
    this.#go(this.delay);
  }

  #end() {
    this.ended = true;
    this.classList.add("paused");
    this.#fault(this.dataset.ended);
  }

  #fault(text) {
    const place = this.querySelector("[data-fault]");
    if (place.textContent !== text) place.textContent = text;
  }

  #take(seen, html) {
    const parsed = new DOMParser().parseFromString(`<table><tbody>${html}</tbody></table>`, "text/html");
    const rows = [...parsed.querySelectorAll("tr[data-place]")];
    this.seen = seen;
    this.waiting = rows;
    const fresh = this.#fresh(rows);
    if (!fresh.length) return;
    const refused = fresh.filter((row) => row.hasAttribute("data-refused")).length;
    const said = fresh.length === 1 ? this.dataset.one : this.dataset.many.replace("{n}", fresh.length);
    if (this.#isRead()) {
      this.show.textContent = said;
      this.show.hidden = false;
    }
    this.querySelector("[data-said]").textContent = refused ? `${said}, ${this.dataset.refused.replace("{n}", refused)}` : said;
  }

  #fresh(rows) {
    const there = this.#there();
    return rows.filter((row) => !there.has(row.dataset.place));
  }

  #there() { return new Map([...this.body.rows].map((row) => [row.dataset.place, row])); }

  #isRead() {
    const selected = getSelection();
    return this.table.getBoundingClientRect().top < 0
      || this.table.matches(":hover, :focus-within")
      || (!selected.isCollapsed && this.table.contains(selected.anchorNode));
  }

  /** Put the waiting rows where they belong. Rows that are there stay what they are. */
  #put() {
    const there = this.#there();
    let next = this.body.rows[0] ?? null;
    for (const row of this.waiting) {
      const old = there.get(row.dataset.place);
      if (old) {
        next = old.nextElementSibling;
      } else {
        row.classList.add("fresh");
        this.body.insertBefore(document.adoptNode(row), next);
      }
    }
    this.waiting = null;
    this.show.hidden = true;
    this.table.hidden = !this.body.rows.length;
    const empty = document.querySelector("[data-empty]");
    if (empty && this.body.rows.length) empty.hidden = true;
    this.#trim();
  }

  /** Keep one page; what goes is behind “Older”. */
  #trim() {
    const older = document.querySelector("[data-older]");
    if (this.body.rows.length <= PAGE) return;
    while (this.body.rows.length > PAGE) this.body.deleteRow(-1);
    const address = new URL(older.href);
    address.searchParams.set("before", this.body.rows[PAGE - 1].dataset.place);
    older.href = address.search;
    older.hidden = false;
  }

  /** Moments move on. */
  #age() {
    const words = new Intl.RelativeTimeFormat(document.documentElement.lang);
    for (const moment of this.body.querySelectorAll("time")) {
      const minutes = Math.floor((Date.now() - Date.parse(moment.dateTime)) / 60_000);
      if (minutes >= 1 && minutes < 60) moment.textContent = words.format(-minutes, "minute");
    }
  }
}

customElements.define("live-log", LiveLog);
