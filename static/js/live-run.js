// <live-run>: asks every second and a half how far the run is, while the page can be seen, until the run has ended.
const EVERY = 1500; // milliseconds
const SLOWEST = 30_000;
const PATIENCE = 10_000;

class LiveRun extends HTMLElement {
  connectedCallback() {
    this.delay = EVERY;
    document.addEventListener("visibilitychange", () => { if (document.hidden) clearTimeout(this.timer); else this.#go(0); });
    this.#go(EVERY);
  }

  get #shown() { return this.querySelector("[data-seen]"); }

  #go(delay) {
    clearTimeout(this.timer);
    if (!document.hidden && !this.ended) this.timer = setTimeout(() => this.#ask(), delay);
  }

  async #ask() {
    try {
      const address = new URL(this.dataset.progress, location.href);
      address.searchParams.set("seen", this.#shown.dataset.seen);
      const answer = await fetch(address, {
        headers: { Accept: "text/html, application/json;q=0.1" }, cache: "no-store", redirect: "manual", signal: AbortSignal.timeout(PATIENCE),
      });
      if (answer.type === "opaqueredirect" || [401, 403, 404].includes(answer.status)) return this.#end();
      if (!answer.ok) throw new Error(String(answer.status));
      if (answer.status === 200) this.#take(await answer.text());
      this.delay = EVERY;
      this.#fault("");
    } catch {
      this.delay = Math.min(this.delay * 2, SLOWEST);
      this.#fault(this.dataset.lost);
    }
    this.#go(this.delay);
  }

  /** Put the new state in place. When the run has ended, the page has more to offer: it is loaded again. */
  #take(html) {
    const fresh = new DOMParser().parseFromString(html, "text/html").querySelector("[data-seen]");
    if (!("running" in fresh.dataset)) {
      this.ended = true;
      location.reload();
      return;
    }
    const focused = this.#shown.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
    this.#shown.replaceWith(document.adoptNode(fresh));
    if (focused) [...fresh.querySelectorAll("a")].find((link) => link.getAttribute("href") === focused)?.focus();
    this.querySelector("[data-said]").textContent = fresh.querySelector(".standing").textContent;
  }

  #end() {
    this.ended = true;
    this.#fault(this.dataset.ended);
  }

  #fault(text) {
    const place = this.querySelector("[data-fault]");
    if (place.textContent !== text) place.textContent = text;
  }
}

customElements.define("live-run", LiveRun);
