// A request as the fragment of an address, which no server gets to see: `#request=` and base64url of JSON.
// Whoever opens it gets a filled form. It cannot send, choose production, or bring a token.
import { exact, isObject } from "./schema.js";

const LONGEST = 8_000; // characters of a fragment; longer ones break in mails and messengers
const PLACES = ["path", "query", "header", "cookie"];

/** Return the fragment for these values, which are without secrets; null where it would be too long. */
export function pack(values) {
  const bytes = new TextEncoder().encode(JSON.stringify({ ...values, files: {} }));
  const text = btoa(Array.from(bytes, (one) => String.fromCharCode(one)).join(""));
  const fragment = `#request=${text.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "")}`;
  return fragment.length <= LONGEST ? fragment : null;
}

/** Return the values in a fragment, undefined where it has none, null where they are not what `pack` makes. */
export function unpack(fragment) {
  if (!fragment.startsWith("#request=")) return undefined;
  if (fragment.length > LONGEST) return null;
  try {
    const text = atob(fragment.slice(9).replaceAll("-", "+").replaceAll("_", "/"));
    return checked(exact(new TextDecoder("utf-8", { fatal: true }).decode(Uint8Array.from(text, (one) => one.charCodeAt(0)))));
  } catch {
    return null;
  }
}

/** Return only what belongs to the shape of values: a link can come from anybody. */
export function checked(found) {
  if (!isObject(found)) return null;
  const values = { media_type: typeof found.media_type === "string" ? found.media_type : "", files: {} };
  for (const place of PLACES) {
    if (found[place] !== undefined && !isObject(found[place])) return null;
    values[place] = found[place] ?? {};
  }
  if ("body" in found) values.body = found.body;
  return values;
}
