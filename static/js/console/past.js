// The history as people see it: fill in again, send again, delete one, delete all.
import { clear, entries, remove } from "./history.js";
import { checked, pack } from "./sharing.js";
import { named } from "./statuses.js";

export class Past {
  /** `use(values, again)` fills the form and, where `again`, sends. */
  constructor(place, words, description, use) {
    Object.assign(this, { place, words, description, use });
    place.querySelector("[data-clear]").addEventListener("click", () => { clear(); this.show(); this.#focus(); });
    addEventListener("storage", () => { if (place.open) this.show(); });
  }

  show() {
    const all = entries();
    this.place.querySelector("[data-none]").hidden = Boolean(all.length);
    this.place.querySelector("[data-clear]").hidden = !all.length;
    this.place.querySelector("ol").replaceChildren(...all.map((one) => this.#item(one)));
  }

  #item(one) {
    const item = document.createElement("li");
    const call = document.createElement("code");
    call.textContent = `${one.method} ${one.path}`;
    const environment = document.createElement("span");
    const known = one.environment === "production" ? "production" : "sandbox";
    environment.className = `tag ${known}`;
    environment.textContent = this.words[known];
    const time = document.createElement("time");
    time.dateTime = new Date(one.at).toISOString();
    time.textContent = new Date(one.at).toLocaleString(document.documentElement.lang, { dateStyle: "medium", timeStyle: "medium" });
    const status = document.createElement("strong");
    status.className = `status-${String(one.status)[0]}`;
    status.textContent = named(one.status);
    const does = document.createElement("span");
    does.className = "past-actions";
    does.append(...this.#actions(one));
    item.append(call, " ", status, " ", environment, " ", time, does);
    return item;
  }

  #actions(one) {
    const values = one.values && checked(one.values);
    const here = one.operation === this.description.id && one.document === this.description.document;
    const name = `${one.method} ${one.path}`;
    const found = [];
    if (values && here) {
      found.push(button(this.words.edit, name, () => this.use(values, false)), button(this.words.resend, name, () => this.use(values, true)));
    } else if (!here) {
      const link = document.createElement("a");
      const page = one.document ? this.words.operationOf.replace("DOCUMENT", encodeURIComponent(one.document)) : this.words.operation;
      link.href = page.replace("OPERATION", encodeURIComponent(one.operation)) + ((values && pack(values)) ?? "");
      link.textContent = this.words.open;
      link.setAttribute("aria-label", `${this.words.open}: ${name}`);
      found.push(link);
    }
    found.push(button(this.words.delete, name, () => { remove(one.id); this.show(); this.#focus(); }));
    return found;
  }

  #focus() { this.place.querySelector("summary").focus(); }
}

function button(text, name, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = text;
  made.setAttribute("aria-label", `${text}: ${name}`);
  made.addEventListener("click", act);
  return made;
}
