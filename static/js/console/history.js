// What was sent from this browser, the newest first. Never an answer, a token or a secret; of production no values at all.
import { exact } from "./schema.js";

const NAME = "console-history";
const MOST = 50;
const LATEST = 8.64e15; // milliseconds: what a date can be
const LONGEST = 4_000; // characters of one request's values; longer ones are remembered without them

/** Return the entries; what somebody else wrote there is left out, and a storage that is disabled is empty. */
export function entries() {
  try {
    const found = exact(localStorage.getItem(NAME) ?? "[]");
    return Array.isArray(found) ? found.filter(isEntry).slice(0, MOST) : [];
  } catch {
    return [];
  }
}

const isEntry = (one) => typeof one?.id === "string" && typeof one.at === "number" && typeof one.operation === "string"
  && Math.abs(one.at) <= LATEST && typeof one.method === "string" && typeof one.path === "string" && typeof one.status === "number";

/** Keep one more. `values` are without secrets; they are not kept for production, since they may be a real patient's. */
export function add({ description, environment, status, milliseconds, values }) {
  const small = environment === "sandbox" && JSON.stringify(values).length <= LONGEST;
  keep([{
    id: crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`, at: Date.now(), operation: description.id,
    document: description.document ?? "", method: description.method, path: description.path, environment, status,
    milliseconds, ...(small && { values }),
  }, ...entries()]);
}

export function remove(id) { keep(entries().filter((one) => one.id !== id)); }

export function clear() {
  try { localStorage.removeItem(NAME); } catch { /* then nothing was kept */ }
}

/** Write them; where the storage is full the oldest go, and where there is none this browser remembers nothing. */
function keep(all) {
  for (let found = all.slice(0, MOST); ; found = found.slice(0, found.length >> 1)) {
    try {
      return localStorage.setItem(NAME, JSON.stringify(found));
    } catch {
      if (!found.length) return undefined;
    }
  }
}
