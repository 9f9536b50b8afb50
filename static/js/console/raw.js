// The body as JSON text, with the lines of what is wrong in it.
import { element } from "./field.js";
import { locate } from "./lines.js";
import { exact } from "./schema.js";

let count = 0;

export class RawJson {
  constructor(value, form, { name }) {
    const id = `raw-${count += 1}`;
    this.words = form.words;
    this.text = element("textarea", { id, className: "form-raw", spellcheck: false, autocomplete: "off", value: value === undefined ? "" : JSON.stringify(value, null, 2) });
    this.text.rows = Math.min(24, Math.max(6, this.text.value.split("\n").length + 1));
    this.list = element("ul", { id: `${id}-problems`, className: "form-problem", hidden: true });
    this.text.setAttribute("aria-describedby", this.list.id);
    this.text.addEventListener("input", () => { this.mark([]); form.changed(); });
    this.node = element("div", { className: "form-field" }, element("label", { htmlFor: id, textContent: name }), this.text, this.list);
  }

  /** Return the value, undefined where the text is empty or no JSON, and what is wrong with the text. */
  read() {
    if (!this.text.value.trim()) return { problems: [] };
    try {
      return { value: exact(this.text.value), problems: [] };
    } catch {
      const { fault } = locate(this.text.value);
      return { problems: [{ place: "body", message: this.words.unjson, line: fault }] };
    }
  }

  mark(problems, focus = false) {
    const { lines } = problems.length ? locate(this.text.value) : {};
    const line = ({ place }) => {
      for (let at = place.slice("body".length); at; at = at.slice(0, at.lastIndexOf("/"))) if (lines.has(at)) return lines.get(at);
      return 1;
    };
    this.list.replaceChildren(...problems.map((one) => element("li", {
      textContent: `${this.words.line.replace("{}", one.line ?? line(one))} ${one.place.slice("body/".length)} ${one.message}`,
    })));
    this.list.hidden = !problems.length;
    problems.length ? this.text.setAttribute("aria-invalid", "true") : this.text.removeAttribute("aria-invalid");
    if (!problems.length || !focus) return;
    const start = this.text.value.split("\n").slice(0, (problems[0].line ?? line(problems[0])) - 1).join("\n").length;
    this.text.focus();
    this.text.setSelectionRange(start && start + 1, start && start + 1);
  }
}
