// Text that is no JSON: its beginning at first, all of it when asked, in pieces that do not hold up the page.
const FIRST = 100_000; // characters
const MATCHES = 1_000;

export class TextView {
  constructor(text, words) {
    this.text = text;
    this.code = document.createElement("code");
    this.element = document.createElement("pre");
    this.element.append(this.code);
    this.shown = 0;
    this.#show(FIRST);
    if (text.length <= FIRST) return;
    this.more = document.createElement("button");
    this.more.type = "button";
    this.more.textContent = words.all.replace("{number}", (text.length - FIRST).toLocaleString(document.documentElement.lang));
    this.more.addEventListener("click", () => this.#showAll());
    this.element.append(this.more);
  }

  #show(number) {
    this.code.append(this.text.slice(this.shown, this.shown + number));
    this.shown = Math.min(this.text.length, this.shown + number);
    if (this.shown === this.text.length) this.more?.remove();
  }

  #showAll() {
    this.#show(FIRST);
    if (this.shown < this.text.length) requestAnimationFrame(() => this.#showAll());
  }

  async search(words) {
    const [needle, hay, found] = [words.toLowerCase(), this.text.toLowerCase(), []];
    for (let at = hay.indexOf(needle); at >= 0 && found.length < MATCHES; at = hay.indexOf(needle, at + needle.length)) {
      found.push([at, needle.length]);
    }
    return found;
  }

  /** Show as far as a match, and mark it. */
  reveal([at, length]) {
    if (this.shown < at + length) this.#show(at + length - this.shown);
    const mark = document.createElement("mark");
    mark.textContent = this.text.slice(at, at + length);
    this.code.replaceChildren(this.text.slice(0, at), mark, this.text.slice(at + length, this.shown));
    return mark;
  }
}
