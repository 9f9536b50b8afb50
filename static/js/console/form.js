// <request-form>: a form made from the description of an operation. It holds values until the page is left, and keeps none.
import { Json, element } from "./field.js";
import { field } from "./fields.js";
import { Slot } from "./groups.js";
import { isFile, resolved } from "./schema.js";

const PLACES = ["path", "query", "header", "cookie"];
const BINARY = /^(image|audio|video|font)\/|^\*\/\*$|^application\/(octet-stream|pdf|zip|gzip|vnd\.ms-|vnd\.openxml)/;
const STRUCTURED = /^[^;]*[/+]json\s*(;|$)|^(application\/x-www-form-urlencoded|multipart\/)/i;
const OFFERED = /^form/;

/** What checks values and composes; nothing is found wrong where it cannot be fetched: whoever sends, or the server, tells. */
const checker = () => Promise.all([
  import("./validate.js").catch(() => ({ check: () => [] })),
  import("./request.js").catch(() => ({ compose: () => null })),
]);

export class RequestForm extends HTMLElement {
  connectedCallback() {
    this.addEventListener("focusin", checker, { once: true }); // is there before somebody sends
  }

  /** Build the form. Those of `words` that are its own begin with `form`. */
  load(description, words) {
    this.description = description;
    this.words = Object.fromEntries(Object.entries(words).filter(([name]) => OFFERED.test(name))
      .map(([name, text]) => [name[4].toLowerCase() + name.slice(5), text]));
    this.groups = {};
    this.raw = this.inside = null;
    this.replaceChildren();
    this.#examples();
    for (const place of PLACES) this.#place(place);
    if (description.bodies.length) this.#bodies();
  }

  #form(files = false) {
    const { defs } = this.description;
    return { defs, words: this.words, field, files, changed: () => this.dispatchEvent(new Event("change", { bubbles: true })) };
  }

  #examples() {
    const { examples } = this.description;
    if (!examples.length) return;
    const fill = element("button", { type: "button", textContent: this.words.fill });
    const select = element("select", { autocomplete: "off" }, ...examples.map(({ summary }, at) => element("option", { value: String(at), textContent: summary })));
    select.setAttribute("aria-label", this.words.example);
    fill.addEventListener("click", () => { this.values = examples[select.value || 0].values; this.#changed(); });
    this.append(element("div", { className: "form-bar" }, fill, ...(examples.length > 1 ? [select] : [])));
  }

  #changed() { this.dispatchEvent(new Event("change", { bubbles: true })); }

  /** All parameters of one place are the fields of an object. */
  #place(place) {
    const parameters = this.description.parameters.filter((one) => one.in === place);
    if (!parameters.length) return;
    const properties = Object.fromEntries(parameters.map(({ name, schema, description, deprecated, example }) => [name, {
      allOf: [schema], ...(description && { description }), ...(deprecated && { deprecated }), ...(example !== undefined && { examples: [example] }),
    }]));
    const schema = { type: "object", properties, required: parameters.filter((one) => one.required).map((one) => one.name), additionalProperties: false };
    this.groups[place] = { schema, slot: new Slot(schema, this.#form(), { name: this.words[place], required: true, root: true }) };
    this.append(this.groups[place].slot.node);
  }

  #bodies() {
    const { bodies } = this.description;
    this.media = element("select", { autocomplete: "off" }, ...bodies.map(({ media_type: type }) => element("option", { value: type, textContent: type })));
    this.media.setAttribute("aria-label", this.words.media);
    this.media.addEventListener("input", () => { this.#body(this.media.value, this.#bodyValue()); this.#changed(); });
    this.mode = element("button", { type: "button", className: "form-mode", textContent: this.words.json });
    this.mode.setAttribute("aria-pressed", "false");
    this.mode.addEventListener("click", () => this.#switch());
    this.bodyPlace = element("div");
    const top = element("div", { className: "form-bar" }, ...(bodies.length > 1 ? [this.media] : []), this.mode);
    this.append(element("div", { className: "form-body" }, top, this.bodyPlace));
    this.#body(bodies[0].media_type);
  }

  /** Show the body of this media type, with what it had as far as it can hold it. */
  #body(type, value) {
    const { bodies, body_required: required } = this.description;
    const body = bodies.find((one) => one.media_type === type) ?? bodies[0];
    const schema = resolved(body.schema, this.description.defs);
    const about = { name: this.words.body, required, root: true };
    const structured = STRUCTURED.test(body.media_type);
    this.media.value = body.media_type;
    this.raw = null;
    this.body = { ...body, structured, file: !structured && (isFile(schema) || BINARY.test(body.media_type)) };
    if (structured) {
      const files = /^multipart\//i.test(body.media_type);
      this.inside = new Slot(body.schema, this.#form(files), about);
    } else {
      const plain = this.body.file ? { type: "string", format: "binary" } : { type: "string", maxLength: 1e6 };
      this.inside = new Slot(plain, this.#form(this.body.file), about);
    }
    this.mode.hidden = !structured;
    this.mode.setAttribute("aria-pressed", "false");
    this.bodyPlace.replaceChildren(this.inside.node);
    if (value !== undefined && !this.body.file) this.inside.write(structured || typeof value === "string" ? value : JSON.stringify(value));
  }

  /** From fields to JSON, and back where it is JSON. */
  #switch() {
    if (!this.raw) return this.#toRaw();
    const { value, problems } = this.raw.read();
    if (problems.length) return this.raw.mark(problems, true);
    this.#body(this.body.media_type, value);
    this.mode.focus();
    return undefined;
  }

  async #toRaw() {
    const { RawJson } = await import("./raw.js");
    if (this.raw) return;
    this.raw = new RawJson(this.inside.read(), this.#form(), { name: this.words.body });
    this.mode.setAttribute("aria-pressed", "true");
    this.bodyPlace.replaceChildren(this.raw.node);
  }

  #bodyValue() { return this.raw ? this.raw.read().value : this.inside.read(); }

  #files() {
    if (!this.inside || this.raw) return {};
    if (this.body.file) return this.inside.inner.files ? { "": this.inside.inner.files } : {};
    return Object.fromEntries(this.inside.inner.attachments?.() ?? []);
  }

  get values() {
    const places = Object.fromEntries(PLACES.map((place) => [place, this.groups[place]?.slot.read() ?? {}]));
    const body = this.inside ? this.#bodyValue() : undefined;
    const files = this.#files();
    const some = body !== undefined || Object.keys(files).length > 0;
    return { ...places, media_type: some ? this.body.media_type : "", ...(body !== undefined && { body }), files };
  }

  set values(values) {
    for (const place of PLACES) {
      const known = Object.entries(values[place] ?? {}).filter(([name]) => Object.hasOwn(this.groups[place]?.schema.properties ?? {}, name));
      this.groups[place]?.slot.write(Object.fromEntries(known));
    }
    if (!this.inside) return;
    const raw = Boolean(this.raw);
    this.#body(values.media_type || this.body.media_type, values.body);
    if (raw && this.body.structured) this.#toRaw();
  }

  /** Resolve to `[{place, message}]`; what is wrong is marked, and the first of it has the focus. */
  async problems() {
    const [{ check }, { compose }] = await checker();
    this.#clear();
    const { values } = this;
    const plain = JSON.parse(JSON.stringify(values)); // with numbers that the validator can compare
    const { defs, body_required: required } = this.description;
    const options = { words: this.words, sending: true };
    const found = PLACES.filter((place) => this.groups[place]).flatMap((place) => (
      check(this.groups[place].schema, defs, plain[place], options).map((one) => ({ ...one, place: place + one.place }))
    ));
    const attached = Object.entries(values.files).map(([name, file]) => [name, Array.isArray(file) ? file.map(() => "file") : "file"]);
    const faults = this.raw?.read().problems ?? [];
    if (faults.length) found.push(...faults);
    else if (values.body !== undefined && this.body.structured) {
      const body = attached.length ? { ...plain.body, ...Object.fromEntries(attached) } : plain.body;
      found.push(...check(this.body.schema, defs, body, options).map((one) => ({ ...one, place: `body${one.place}` })));
    } else if (this.inside && required && values.body === undefined && !attached.length) {
      found.push({ place: "body", message: this.words.missing });
    }
    if (!found.length) found.push(...this.#unfit(values, compose));
    this.#mark(found);
    return found;
  }

  /** What fits its schema and still cannot be sent: a line end in a header, two dots in a path. */
  #unfit(values, compose) {
    try {
      compose(this.description, values, { base: "" });
      return [];
    } catch (error) {
      if (!error.place) throw error;
      return [{ place: error.place.replace(".", "/"), message: this.words.unfit }];
    }
  }

  #field(place) {
    const [first, ...below] = place.split("/").map((name) => name.replaceAll("~1", "/").replaceAll("~0", "~"));
    return (first === "body" ? this.inside : this.groups[first]?.slot)?.at(below);
  }

  #clear() {
    for (const made of this.marked ?? []) made.mark("");
    this.marked = [];
    this.raw?.mark([]);
  }

  #mark(problems) {
    const inBody = problems.filter(({ place }) => place.startsWith("body"));
    if (this.raw) this.raw.mark(inBody, inBody.length === problems.length);
    for (const { place, message } of problems.filter((one) => !this.raw || !inBody.includes(one))) {
      const made = this.#field(place);
      if (!made || this.marked.includes(made)) continue;
      made.mark(made instanceof Json || !made.control ? `${place.split("/").slice(1).join("/")} ${message}`.trim() : message);
      this.marked.push(made);
    }
    this.marked.sort((one, other) => (one.node.compareDocumentPosition(other.node) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1));
    this.marked[0]?.focus();
  }
}

customElements.define("request-form", RequestForm);
