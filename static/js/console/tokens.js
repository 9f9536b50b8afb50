// Where the token of a request comes from. Tokens live in this page's memory alone: in no storage, address or history.
import { patient, reached } from "./sending.js";

const kept = new Map(); // client and scope → { token, ends }
const MARGIN = 15_000; // milliseconds: what is about to end is not used any more

/** The scopes to ask for: those of the operation that the client has; null where any would do and it has none of them. */
export function wanted(scopes, held) {
  if (!scopes.length) return "";
  const found = scopes.filter((scope) => held.includes(scope));
  return found.length ? found.join(" ") : null;
}

/** Return a token of the client: `{ token, fresh }`, or `{ refusal }` with the answer where none was given. */
export async function obtain(client, scope, signal) {
  const name = `${client.client_id} ${scope}`;
  const known = kept.get(name);
  if (known && known.ends - MARGIN > performance.now()) return { token: known.token, fresh: false };
  kept.delete(name);
  const answer = await reached(client.grant(scope, patient(signal)));
  if (!answer) throw Object.assign(new Error("the reader is signed out"), { name: "SignedOut" });
  const { access_token: token, expires_in: seconds } = answer.ok ? await answer.clone().json().catch(() => ({})) : {};
  if (!token) return { refusal: answer }; // also where something in between answers with a page
  kept.set(name, { token, ends: performance.now() + seconds * 1000 });
  return { token, fresh: true };
}

/** Let no token of this client be used again: the server has refused one, or somebody else is signed in. */
export function forget(client) {
  for (const name of kept.keys()) if (!client || name.startsWith(`${client.client_id} `)) kept.delete(name);
}

/** The client that the documentation publishes; its secret stands there for everybody. */
export function publishedClient({ client_id, client_secret, scopes, address, name }) {
  const grant = (scope, signal) => fetch(address, {
    method: "POST", credentials: "omit", cache: "no-store", signal,
    headers: { "Content-Type": "application/json", Accept: "application/json" },
    body: JSON.stringify({ grant_type: "client_credentials", client_id, client_secret, ...(scope && { scope }) }),
  });
  return { client_id, name, scopes, grant, published: true };
}

/** A pasted token without what people copy along with it. */
export const trimmed = (text) => text.trim().replace(/^bearer\s+/i, "");

/** The claims of a token of this API, null where it is none. Read here, sent nowhere; only the server checks the signature. */
export function claims(token) {
  try {
    if (/[^\w.-]/.test(token)) return null; // no header can hold what came along
    const part = token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/");
    const found = JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(part), (one) => one.charCodeAt(0))));
    return typeof found?.env === "string" ? found : null;
  } catch {
    return null;
  }
}

/** Why a pasted token is not sent in this environment: `missing`, `foreign` or `elsewhere`; empty where it is. */
export function fault(token, environment) {
  if (!token) return "missing";
  const found = claims(token);
  if (!found) return "foreign";
  return found.env === environment ? "" : "elsewhere";
}
