// JSON as a tree to fold. Only what is open is in the page: a body of many megabytes costs what one screen costs.
import { isRaw } from "./schema.js";

const CHUNK = 100; // children side by side; more of them are put into ranges, and those into ranges
const OPEN = 200; // rows that are open at first
const LONG = 1_000; // characters of a text at first
const MATCHES = 1_000;
const SLICE = 5_000; // values that are looked at before the page may breathe

const isContainer = (value) => typeof value === "object" && value !== null && !isRaw(value);
const written = (value) => (isRaw(value) ? value.rawJSON : JSON.stringify(value));
const element = (tag, name, ...children) => {
  const made = document.createElement(tag);
  if (name) made.className = name;
  made.append(...children);
  return made;
};

export class JsonTree {
  /** `words`: `more` for what is left of a long text, `items` for a container's size. */
  constructor(value, words) {
    this.words = words;
    this.left = OPEN;
    this.nodes = new WeakMap(); // a <details> → its node
    this.root = { value, label: null, keys: keysOf(value) };
    this.element = element("div", "json", this.#row(this.root, true));
  }

  /** A row: a scalar, or a container that makes its children when it is opened. */
  #row(node, last) {
    node.row = isContainer(node.value) ? this.#container(node, last) : this.#scalar(node, last);
    return node.row;
  }

  #scalar({ label, value }, last) {
    const text = written(value);
    const kind = isRaw(value) || typeof value === "number" ? "mi" : typeof value === "string" ? "s2" : "kc";
    const shown = element("span", kind, text.length > LONG ? text.slice(0, LONG) : text);
    const row = element("div", "json-row", ...named(label), shown);
    if (text.length > LONG) {
      const button = element("button", "", this.words.more.replace("{number}", text.length - LONG));
      button.type = "button";
      button.addEventListener("click", () => { shown.textContent = text; button.remove(); });
      row.append(" ", button);
    }
    if (!last) row.append(",");
    return row;
  }

  #container(node, last) {
    const isList = Array.isArray(node.value);
    const [from, to] = node.range ?? [0, isList ? node.value.length : node.keys.length];
    Object.assign(node, { from, to, children: null });
    const signs = node.range ? ["", ""] : isList ? ["[", "]"] : ["{", "}"];
    const tail = signs[1] + (last || node.range ? "" : ",");
    if (from === to) return element("div", "json-row", ...named(node.label), signs.join(""), last ? "" : ",");
    const title = node.range ? [element("span", "c", `${from} … ${to - 1}`)] : [...named(node.label), signs[0]];
    const size = element("span", "json-size", ` ${to - from} ${signs[1]}`);
    size.title = this.words.items;
    const details = element("details", "", element("summary", "json-row", ...title, size));
    this.nodes.set(details, node);
    node.tail = tail;
    details.addEventListener("toggle", () => { if (details.open) this.#fill(node, details); });
    if (this.left > 0) {
      this.left -= Math.min(CHUNK, to - from);
      this.#fill(node, details);
      details.open = true;
    }
    return details;
  }

  /** Make the children's rows, once. */
  #fill(node, details) {
    if (node.children) return;
    node.step = stepFor(node.to - node.from);
    node.children = [];
    const inside = element("div", "json-inside");
    for (let at = node.from; at < node.to; at += node.step) {
      const end = Math.min(at + node.step, node.to);
      const child = node.step === 1 ? this.#child(node, at) : { value: node.value, keys: node.keys, label: null, range: [at, end] };
      node.children.push(child);
      inside.append(this.#row(child, end === node.to));
    }
    details.append(inside, ...(node.tail ? [element("div", "json-row", node.tail)] : []));
  }

  #child({ value, keys }, at) {
    const inner = keys ? value[keys[at]] : value[at];
    return { value: inner, label: keys ? keys[at] : null, keys: keysOf(inner) };
  }

  /** Open everything, where that is little enough to be read. */
  get isSmall() { return countUpTo(this.root.value, 2 * SLICE) < 2 * SLICE; }

  fold(open) {
    const all = () => [...this.element.querySelectorAll(open ? "details:not([open])" : "details[open] details[open]")];
    for (let found = all(); found.length; found = all()) {
      for (const one of found) {
        if (open) this.#fill(this.nodes.get(one), one);
        one.open = open;
      }
    }
  }

  /** Return the places of keys and values that hold these words, at most MATCHES of them; stops when the signal says so. */
  async search(words, signal) {
    const needle = words.toLowerCase();
    const found = [];
    const waiting = [[this.root.value, "", []]];
    for (let seen = 0; waiting.length && found.length < MATCHES; seen += 1) {
      if (seen % SLICE === SLICE - 1) await new Promise((done) => { setTimeout(done); });
      if (signal.aborted) return [];
      const [value, key, path] = waiting.pop();
      const text = isContainer(value) ? key : `${key}\n${typeof value === "string" ? value : written(value)}`;
      if (text.toLowerCase().includes(needle)) found.push(path);
      if (!isContainer(value)) continue;
      const keys = keysOf(value);
      const size = (keys ?? value).length;
      for (let at = size - 1; at >= 0; at -= 1) waiting.push([keys ? value[keys[at]] : value[at], keys ? keys[at] : "", [...path, at]]);
    }
    return found;
  }

  /** Open the way to a place, and return its row. */
  reveal(path) {
    let node = this.root;
    for (const at of path) {
      do {
        this.#fill(node, node.row);
        node.row.open = true;
        node = node.children[Math.floor((at - node.from) / node.step)];
      } while (node.range);
    }
    return node.row.tagName === "DETAILS" ? node.row.querySelector("summary") : node.row;
  }
}

const keysOf = (value) => (isContainer(value) && !Array.isArray(value) ? Object.keys(value) : null);
const named = (label) => (label === null ? [] : [element("span", "nt", JSON.stringify(label)), ": "]);

/** How many children stand behind one row, so that there are at most CHUNK rows. */
function stepFor(size) {
  let step = 1;
  while (size / step > CHUNK) step *= CHUNK;
  return step;
}

function countUpTo(value, most) {
  let count = 0;
  const waiting = [value];
  while (waiting.length && count < most) {
    const one = waiting.pop();
    count += 1;
    if (isContainer(one)) for (const inner of Object.values(one).slice(0, most)) waiting.push(inner);
  }
  return count;
}
