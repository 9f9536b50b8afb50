// The fields of the console's form that hold others: objects, lists, and one of several schemas. `form.field` makes those inside.
import { Attachment, element, Field, Json } from "./field.js";
import { alternativesOf, isObject, likeness, nameOf, resolved, takesNull, typeOf } from "./schema.js";

const SHOWN = 8; // fields of an object; more optional ones wait behind a summary
const DEEPEST = 6;

/** Holds the field for a value, and another one where a value does not fit the first. */
export class Slot {
  constructor(schema, form, about) {
    Object.assign(this, { schema, form, about });
    this.show(form.field(schema, form, about));
  }

  show(made) {
    this.node?.replaceWith(made.node);
    this.inner = made;
    this.node = made.node;
  }

  read() { return this.inner.read(); }

  write(value) {
    if (this.odd) { this.odd = false; this.show(this.form.field(this.schema, this.form, this.about)); }
    if (!this.inner.takes(value)) {
      this.odd = true;
      this.show(new Json(resolved(this.schema, this.form.defs), this.form, this.about));
    }
    this.inner.write(value);
  }

  at(place) { return this.inner.at(place); }
}

/** What is there only when asked for: an object or a list that may be missing, or that holds itself. */
class Added extends Field {
  build() {
    this.inside = element("div", { className: "form-inside", hidden: true });
    this.grouped(this.inside);
    if (takesNull(this.schema, this.form.defs)) this.special("null", this.words.null, null);
    if (this.always) return this.add();
    this.adder = this.tool(this.words.add, this.words.add, () => { this.there ? this.drop() : this.add(); this.form.changed(); this.adder.focus(); });
  }

  /** Whether it is built and sent without being asked for. What holds itself is not, but as an entry that somebody adds. */
  get always() {
    const { required, entry, above } = this.about;
    const circular = new Set(above).size < above.length || above.length > DEEPEST;
    return required && !takesNull(this.schema, this.form.defs) && (entry || !circular);
  }

  add() {
    if (this.there) return;
    this.there = true;
    this.press(null);
    this.inside.hidden = false;
    this.fill();
    this.relabel(this.words.remove);
  }

  get filled() { return this.there; }

  drop() {
    this.there = false;
    this.inside.hidden = true;
    this.offer();
    this.inside.replaceChildren();
    this.relabel(this.words.add);
  }

  press(button, value) {
    if (button && this.there) this.drop();
    super.press(button, value);
  }

  relabel(word) {
    if (!this.adder) return;
    this.adder.textContent = word;
    this.adder.setAttribute("aria-label", `${word}: ${this.about.name}`);
    this.adder.title = word;
  }

  write(value) {
    this.press(null);
    if (this.there) this.drop();
    if (value === undefined ? this.always : !this.pressFor(value)) this.add();
    if (this.there && value !== undefined) this.put(value);
  }

  read() { return this.pressed ? this.instead : this.there ? this.take() : undefined; }
}

export class Fields extends Added {
  fill() {
    const { schema, form } = this;
    this.slots = new Map();
    this.extras = [];
    const all = Object.entries(schema.properties ?? {}).filter(([, one]) => resolved(one, form.defs).readOnly !== true);
    const required = (name) => schema.required?.includes(name) ?? false;
    const shown = all.length <= SHOWN ? all : all.filter(([name]) => required(name));
    for (const [name] of shown) this.inside.append(this.slot(name).node);
    const folded = all.filter((one) => !shown.includes(one));
    if (folded.length) this.inside.append(this.fold(folded.map(([name]) => name)));
    this.rest = element("div", { className: "form-rest" });
    this.inside.append(this.rest);
    const more = schema.additionalProperties;
    if (more === undefined || more === false ? !schema.properties && more !== false : true) {
      const button = element("button", { type: "button", className: "form-add", textContent: this.words.addfield });
      button.addEventListener("click", () => { this.extra("").focus(); form.changed(); });
      this.inside.append(button);
    }
  }

  slot(name) {
    const { schema, form, about } = this;
    if (!this.slots.has(name)) {
      this.slots.set(name, new Slot(schema.properties[name], form, { name, required: schema.required?.includes(name), above: about.above }));
    }
    return this.slots.get(name);
  }

  /** Optional fields, made when somebody looks at them. */
  fold(names) {
    const inside = element("div", { className: "form-inside" });
    const details = element("details", { className: "form-fold" }, element("summary", { textContent: this.words.more.replace("{}", names.length) }), inside);
    this.unfold = () => { if (!inside.childElementCount) inside.append(...names.map((name) => this.slot(name).node)); };
    details.addEventListener("toggle", () => details.open && this.unfold());
    this.folded = details;
    this.foldedNames = names;
    return details;
  }

  /** A field that the schema does not name. */
  extra(name) {
    const more = this.schema.additionalProperties;
    const slot = new Slot(typeof more === "object" ? more : {}, this.form, { name: this.words.value, above: this.about.above });
    const key = element("input", { type: "text", value: name, spellcheck: false, autocomplete: "off" });
    key.setAttribute("aria-label", this.words.name);
    key.addEventListener("input", () => this.form.changed());
    const row = element("div", { className: "form-row" }, key);
    const entry = { key, slot, row };
    const remove = element("button", { type: "button", className: "form-tool", textContent: this.words.remove });
    remove.addEventListener("click", () => { this.extras = this.extras.filter((one) => one !== entry); row.remove(); this.form.changed(); });
    row.append(element("div", { className: "form-pair" }, slot.node), remove);
    this.extras.push(entry);
    this.rest.append(row);
    return key;
  }

  take() {
    const found = [...this.slots].map(([name, slot]) => [name, slot.read()]);
    for (const { key, slot } of this.extras) {
      const value = slot.read();
      if (key.value) found.push([key.value, value === undefined ? "" : value]);
    }
    const order = Object.keys(this.schema.properties ?? {});
    return Object.fromEntries(found.filter(([, value]) => value !== undefined)
      .sort(([one], [other]) => (order.indexOf(one) + 1 || 1e9) - (order.indexOf(other) + 1 || 1e9)));
  }

  put(value) {
    const { schema } = this;
    for (const [name, one] of Object.entries(value)) {
      const known = Object.hasOwn(schema.properties ?? {}, name) && (this.slots.has(name) || this.foldedNames?.includes(name));
      if (known) {
        if (this.foldedNames?.includes(name)) { this.unfold(); this.folded.open = true; }
        this.slot(name).write(one);
      } else {
        this.extra(name);
        this.extras.at(-1).slot.write(one);
      }
    }
  }

  takes(value) {
    return value === undefined || (value === null && takesNull(this.schema, this.form.defs)) || (isObject(value) && !Object.hasOwn(value, "")); // no row is called so
  }

  at([name, ...below]) {
    if (name === undefined || !this.there) return this;
    if (this.foldedNames?.includes(name)) this.unfold();
    return this.slots.get(name)?.at(below) ?? this.extras.find((one) => one.key.value === name)?.slot.at(below) ?? this;
  }

  /** Every field of files in it, by name. */
  attachments() {
    return [...this.slots ?? []].filter(([, slot]) => slot.inner instanceof Attachment).map(([name, slot]) => [name, slot.inner.files])
      .filter(([, files]) => (Array.isArray(files) ? files.length : files));
  }
}

export class Items extends Added {
  fill() {
    this.rows = [];
    this.list = element("ol", { className: "form-items" });
    this.adderOfItems = element("button", { type: "button", className: "form-add", textContent: this.words.additem });
    this.adderOfItems.setAttribute("aria-label", `${this.words.additem}: ${this.about.name}`);
    this.adderOfItems.addEventListener("click", () => { this.row().slot.inner.focus(); this.form.changed(); });
    this.inside.append(this.list, this.adderOfItems);
    if (this.schema.minItems > 0) this.row();
  }

  add() {
    const first = !this.there;
    super.add();
    if (first && !this.always && !this.rows.length && !this.writing) this.row();
  }

  row() {
    const { schema, about, form } = this;
    const at = this.rows.length;
    const slot = new Slot(schema.prefixItems?.[at] ?? (typeof schema.items === "object" ? schema.items : {}), form, { name: `${about.name} ${at + 1}`, required: true, entry: true, above: about.above });
    const item = element("li");
    const entry = { slot, item };
    const button = (text, said, act) => {
      const made = element("button", { type: "button", className: "form-tool", textContent: text, title: said });
      made.setAttribute("aria-label", `${said}: ${slot.about.name}`);
      made.addEventListener("click", () => { act(this.rows.indexOf(entry)); form.changed(); });
      return made;
    };
    item.append(slot.node, element("div", { className: "form-moves" },
      button("↑", this.words.up, (place) => this.move(place, place - 1)), button("↓", this.words.down, (place) => this.move(place, place + 1)),
      button(this.words.remove, this.words.remove, (place) => { this.rows.splice(place, 1); item.remove(); this.adderOfItems.focus(); })));
    this.rows.push(entry);
    this.list.append(item);
    return entry;
  }

  move(from, to) {
    if (to < 0 || to >= this.rows.length) return;
    const [entry] = this.rows.splice(from, 1);
    this.rows.splice(to, 0, entry);
    const focused = document.activeElement;
    this.list.replaceChildren(...this.rows.map((row) => row.item));
    focused.focus();
  }

  /** The rows that are sent: what nobody fills in is no entry. */
  get sent() { return this.rows.filter(({ slot }) => slot.read() !== undefined); }

  take() { return this.sent.map(({ slot }) => slot.read()); }

  write(value) {
    this.writing = true;
    super.write(value);
    this.writing = false;
  }

  put(value) {
    this.rows = [];
    this.list.replaceChildren();
    for (const one of value) this.row().slot.write(one);
  }

  takes(value) { return value === undefined || (value === null && takesNull(this.schema, this.form.defs)) || Array.isArray(value); }

  at([index, ...below]) {
    if (index === undefined || !this.there) return this;
    return this.sent[index]?.slot.at(below) ?? this;
  }
}

/** One of several schemas, chosen by name. */
export class Alternatives extends Field {
  build() {
    this.options = alternativesOf(this.schema, this.form.defs);
    const { propertyName, mapping = {} } = this.schema.discriminator ?? {};
    this.property = propertyName;
    this.values = this.options.map((one) => {
      const name = one.$name || nameOf(one);
      return Object.keys(mapping).find((value) => nameOf({ $ref: mapping[value] }) === name) ?? name;
    });
    const names = this.options.map((one, at) => (propertyName && this.values[at]) || resolved(one, this.form.defs).title || one.$name || nameOf(one)
      || this.words[`type${typeOf(resolved(one, this.form.defs))}`] || `${at + 1}`);
    this.select = element("select", { id: `${this.id}-kind`, autocomplete: "off" }, element("option", { value: "", textContent: this.about.required ? this.words.pick : this.words.choose }),
      ...names.map((name, at) => element("option", { value: String(at), textContent: name })));
    this.select.setAttribute("aria-label", `${this.words.kind}: ${this.about.name}`);
    this.select.addEventListener("input", () => { this.press(null); this.pick(this.select.value); this.form.changed(); });
    this.inside = element("div", { className: "form-inside" });
    this.grouped(this.select, this.inside);
    if (takesNull(this.schema, this.form.defs)) this.special("null", this.words.null, null);
    this.control = this.select;
  }

  pick(at) {
    this.slot = undefined;
    this.inside.replaceChildren();
    if (at === "") return;
    this.slot = new Slot(this.options[at], this.form, { ...this.about, required: true, description: undefined });
    this.inside.append(this.slot.node);
    const fields = this.slot.inner;
    if (this.property && fields instanceof Fields && fields.there && fields.slots.has(this.property)) fields.slots.get(this.property).write(this.values[at]);
  }

  press(button, value) {
    super.press(button, value);
    if (button) { this.select.value = ""; this.pick(""); }
  }

  read() { return this.pressed ? this.instead : this.slot?.read(); }

  write(value) {
    if (value === undefined || this.pressFor(value)) { this.press(null); this.select.value = ""; this.pick(""); this.offer(); if (value === null) this.pressFor(value); return; }
    const at = this.fit(value);
    this.select.value = String(at);
    this.pick(String(at));
    this.slot.write(value);
    this.offer();
  }

  /** Return which of them a value is. */
  fit(value) {
    const told = this.property ? this.values.indexOf(value?.[this.property]) : -1;
    if (told >= 0) return told;
    const scores = this.options.map((one) => likeness(one, value, this.form.defs));
    return scores.indexOf(Math.max(...scores));
  }

  takes() { return true; }

  at(place) { return this.slot && place.length ? this.slot.at(place) : this; }
}

/** One schema or null. */
export class Only extends Field {
  build() {
    const { oneOf, anyOf, ...beside } = this.schema;
    const [only] = alternativesOf(this.schema, this.form.defs);
    const type = takesNull(this.schema, this.form.defs) ? { type: [resolved(only, this.form.defs).type ?? [], "null"].flat() } : {};
    const { $name, ...rest } = only;
    this.inner = this.form.field({ allOf: [beside, rest, type.type?.length > 1 ? type : {}] }, this.form, this.about);
    this.node = this.inner.node;
  }

  read() { return this.inner.read(); }

  write(value) { this.inner.write(value); }

  takes(value) { return this.inner.takes(value); }

  at(place) { return this.inner.at(place); }

  mark(message) { this.inner.mark(message); }

  focus() { this.inner.focus(); }
}
