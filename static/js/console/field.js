// The fields of the console's form that are one control. Each has a `node`, reads what it holds (`undefined`:
// nothing is sent), writes a value, finds the field at a place below it, and is marked with what is wrong.
import { exact, isRaw, isSecret, takesNull, typeOf, valuesOf } from "./schema.js";

const NUMBERS = ["number", "integer"];
const SAMPLES = { date: "2026-11-23", "date-time": "2026-11-23T09:30:00Z", time: "09:30:00Z", email: "name@example.org",
  uri: "https://example.org/", uuid: "123e4567-e89b-42d3-a456-426614174000", ipv4: "192.0.2.1", duration: "PT30M" };
const KEYBOARDS = { email: "email", uri: "url", integer: "numeric", number: "decimal" };
let count = 0;

export function element(name, { data, ...properties } = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  Object.assign(made.dataset, data);
  made.append(...children);
  return made;
}

export class Field {
  constructor(schema, form, about) {
    Object.assign(this, { schema, form, about, words: form.words, id: `field-${count += 1}` });
    this.problem = element("p", { className: "form-problem", id: `${this.id}-problem`, hidden: true });
    this.help = element("p", { className: "form-help", id: `${this.id}-help` });
    this.help.append(...spans(schema.description ?? ""));
    this.tools = element("span", { className: "form-tools" });
    this.build();
    // Whole once somebody is here, and from then on: what moved on focus or blur would move the button that is being pressed.
    for (const kind of ["click", "keyup"]) this.node.addEventListener(kind, () => this.help.classList.add("whole"), { once: true });
  }

  /** What stands beside the name: that it is required, and its type where that says more than "text". */
  get kind() {
    const type = typeOf(this.schema);
    const told = this.values || ["object", "array"].includes(type) ? "" : type === "string" ? this.schema.format : this.words[`type${type}`];
    return this.about.root ? "" : [this.about.required && !this.about.entry && this.words.required, told, this.schema.deprecated && this.words.deprecated].filter(Boolean).join(" · ");
  }

  /** A label above one control. */
  labelled(control) {
    control.id = this.id;
    control.setAttribute("aria-describedby", [this.schema.description && this.help.id, this.problem.id].filter(Boolean).join(" "));
    if (this.about.required) control.setAttribute("aria-required", "true");
    control.addEventListener("input", () => { this.mark(""); this.offer(); this.form.changed(); });
    this.control = control;
    const label = element("label", { htmlFor: this.id, textContent: this.about.name });
    const top = element("div", { className: "form-top" }, label, element("span", { className: "form-kind", textContent: this.kind }), this.tools);
    this.node = element("div", { className: "form-field" }, top, ...(this.schema.description ? [this.help] : []), control, this.problem);
  }

  /** A group with a legend. */
  grouped(...children) {
    const legend = element("legend", { textContent: this.about.name });
    const top = element("div", { className: "form-top" }, element("span", { className: "form-kind", textContent: this.kind }), this.tools);
    this.node = element("fieldset", { className: "form-group", id: this.id }, legend, top, ...(this.schema.description ? [this.help] : []), this.problem, ...children);
    this.node.setAttribute("aria-describedby", [this.schema.description && this.help.id, this.problem.id].filter(Boolean).join(" "));
  }

  /** A small button; `said` is its name for those who cannot see what it stands beside. */
  tool(text, said, act) {
    const made = element("button", { type: "button", className: "form-tool", textContent: text });
    made.setAttribute("aria-label", `${said}: ${this.about.name}`);
    made.title = said;
    made.addEventListener("click", act);
    this.tools.append(made);
    return made;
  }

  /** A button that, pressed, sends `value` in place of what the control holds. */
  special(text, said, value) {
    const button = this.tool(text, said, () => { this.press(this.pressed === button ? null : button, value); this.form.changed(); });
    button.setAttribute("aria-pressed", "false");
    (this.specials ??= []).push([button, value]);
  }

  press(button, value) {
    this.pressed = button;
    this.instead = button ? value : undefined;
    for (const [each] of this.specials ?? []) each.setAttribute("aria-pressed", String(each === button));
    if (this.control) this.control.disabled = Boolean(button);
    this.mark("");
    this.offer();
  }

  /** Whether something is filled in that a special button would take away. */
  get filled() { return Boolean(this.control?.value); }

  offer() {
    const visibility = !this.pressed && this.filled ? "hidden" : ""; // its room stays
    for (const [button] of this.specials ?? []) button.style.visibility = visibility;
  }

  /** Press the button that stands for this value; say whether there is one. */
  pressFor(value) {
    const found = this.specials?.find(([, one]) => JSON.stringify(one) === JSON.stringify(value));
    this.press(found?.[0] ?? null, found?.[1]);
    return Boolean(found);
  }

  at(place) { return place.length ? null : this; }

  mark(message) {
    const control = this.control ?? this.node;
    message ? control.setAttribute("aria-invalid", "true") : control.removeAttribute("aria-invalid");
    this.problem.textContent = message;
    this.problem.hidden = !message;
  }

  focus() {
    for (let up = this.node.parentElement; up; up = up.parentElement) if (up.localName === "details") up.open = true;
    (this.control ?? this.node.querySelector("button, input, select, textarea"))?.focus();
  }

  clear() { this.write(undefined); }
}

/** Text of Markdown: what stands between backticks as code, links and emphasis as their words. */
function spans(text) {
  return text.replace(/!?\[([^\]]*)\]\([^)]*\)/g, "$1").replace(/\*\*|__|<[^>]*>/g, "").split("`").map((part, at) => (at % 2 ? element("code", { textContent: part }) : part));
}

export class Text extends Field {
  build() {
    const { schema, words, about } = this;
    this.number = NUMBERS.includes(typeOf(schema));
    this.secret = isSecret(about.name, schema);
    const long = !this.number && !this.secret && schema.maxLength > 500;
    const control = element(long ? "textarea" : "input", { autocomplete: this.secret ? "new-password" : "off", spellcheck: false });
    if (!long) control.type = this.secret ? "password" : "text";
    if (this.secret) control.dataset.secret = "";
    control.inputMode = KEYBOARDS[schema.format] ?? KEYBOARDS[typeOf(schema)] ?? "";
    const example = this.secret ? "" : schema.default ?? about.example ?? schema.examples?.[0] ?? SAMPLES[schema.format] ?? "";
    control.placeholder = typeof example === "object" ? "" : String(example);
    this.labelled(control);
    if (schema.offered?.length && !long) {
      const list = element("datalist", { id: `${this.id}-offered` }, ...schema.offered.map((value) => element("option", { value })));
      control.setAttribute("list", list.id);
      this.node.append(list);
    }
    if (!this.number && !(schema.minLength > 0) && !about.filled) this.special(words.emptytext, words.empty, "");
    if (takesNull(schema, this.form.defs)) this.special("null", words.null, null);
  }

  read() {
    if (this.pressed) return this.instead;
    const text = this.control.value;
    if (text === "") return undefined;
    return this.number && /^-?(0|[1-9]\d*)(\.\d+)?(e[+-]?\d+)?$/i.test(text.trim()) ? exact(text) : text;
  }

  write(value) {
    const known = value !== undefined && this.pressFor(value);
    if (!known) this.press(null);
    this.control.value = value === undefined || known ? "" : isRaw(value) ? value.rawJSON : String(value);
    this.offer();
  }

  takes(value) {
    if (value === undefined || this.specials?.some(([, one]) => one === value)) return true;
    return this.number ? typeof value === "number" || isRaw(value) : typeof value === "string" && value !== "" && !(this.control.localName === "textarea" ? /\r/ : /[\r\n]/).test(value);
  }
}

/** Anything, written as JSON. */
export class Json extends Field {
  build() {
    const control = element("textarea", { rows: 2, spellcheck: false, autocomplete: "off" });
    control.placeholder = "JSON";
    this.labelled(control);
  }

  read() {
    const text = this.control.value.trim();
    try { return text ? exact(text) : undefined; } catch { return text; }
  }

  write(value) {
    this.control.value = value === undefined ? "" : JSON.stringify(value, null, 1);
    this.control.rows = Math.min(12, this.control.value.split("\n").length + 1);
  }

  takes() { return true; }

  at() { return this; }
}

export class Choice extends Field {
  build() {
    this.values = valuesOf(this.schema, this.form.defs);
    const sole = this.about.required && this.values.length === 1;
    const control = element("select", { autocomplete: "off" }, element("option", { value: "", textContent: this.about.required ? this.words.pick : this.words.choose }),
      ...this.values.map(({ value, title }, at) => element("option", { value: String(at), textContent: title ?? (typeof value === "string" ? value : JSON.stringify(value)) })));
    if (sole) control.value = "0";
    this.labelled(control);
  }

  read() { return this.values[this.control.value]?.value; }

  write(value) {
    const at = this.values.findIndex((one) => JSON.stringify(one.value) === JSON.stringify(value));
    this.control.value = at < 0 ? "" : String(at);
  }

  takes(value) { return value === undefined || this.values.some((one) => JSON.stringify(one.value) === JSON.stringify(value)); }
}

export class Attachment extends Field {
  build() {
    const control = element("input", { type: "file", multiple: typeOf(this.schema) === "array" });
    this.labelled(control);
    control.addEventListener("change", () => this.form.changed());
  }

  read() { return undefined; }

  get files() { return this.control.multiple ? [...this.control.files] : this.control.files[0]; }

  write(value) { if (value === undefined) this.control.value = ""; }

  takes(value) { return value === undefined; }
}
