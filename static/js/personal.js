// Beside a public page, for a signed-in reader: their name and the picker in the header, their own sandbox client in the
// samples. The page itself is the same for everybody. boot.js loads this where the cookie says that asking is worth a call.
const root = document.documentElement;
const place = document.querySelector("[data-personal]");
const stranger = place.innerHTML;
const PATIENCE = 10_000; // milliseconds
const hidden = document.querySelector(".production-secret");
const hiding = hidden?.innerHTML;
let csrf = "";
let state = null; // who reads this, their apps, and the client that they chose

const signedOut = (answer) => answer.status === 401;

function post(url, fields, signal = AbortSignal.timeout(PATIENCE)) {
  return fetch(url, {
    method: "POST", body: new URLSearchParams(fields), signal,
    headers: { Accept: "application/json", "X-CSRFToken": csrf },
  });
}

/** Send the form; a stale CSRF token (somebody signed in again elsewhere) is asked for anew, once. */
async function send(url, fields, signal) {
  const answer = await post(url, fields, signal);
  if (answer.status !== 403) return answer;
  const state = await fetch(place.dataset.ask, { headers: { Accept: "application/json" }, signal });
  if (!state.ok) return state;
  ({ csrf } = await state.json());
  return post(url, fields, signal);
}

/** Be the page that everybody sees. */
function leave() {
  document.cookie = "signed_in=; path=/; max-age=0; samesite=lax";
  place.innerHTML = stranger;
  root.classList.remove("signed-in", "personal");
  if (hidden) hidden.innerHTML = hiding;
  state = null;
  show(null);
}

/** Write the samples with this client, or as they were published, and tell Run. */
function show(client) {
  const texts = { id: client?.client_id, secret: client && "YOUR_CLIENT_SECRET" };
  for (const one of document.querySelectorAll("[data-own]")) {
    one.dataset.published ??= one.textContent;
    one.textContent = texts[one.dataset.own] ?? one.dataset.published;
  }
  for (const link of document.querySelectorAll("[data-own-credentials]")) if (client) link.href = client.credentials;
  root.classList.toggle("own", Boolean(client));
  document.dispatchEvent(new CustomEvent("client", { detail: client && ((scope, signal) => token(client, scope, signal)) }));
}

/** Show the published production secret, if it may be known by whoever reads this. */
async function reveal() {
  const answer = await fetch(place.dataset.secret, {
    headers: { Accept: "application/json" }, cache: "no-store", signal: AbortSignal.timeout(PATIENCE),
  });
  const secret = answer.ok && (await answer.json()).client_secret;
  if (!secret) return;
  const code = document.createElement("code");
  code.textContent = secret;
  hidden.replaceChildren(code);
}

/** Ask for a token of this client; null where the reader is signed out, and the page is everybody's again. */
async function token(client, scope, signal) {
  const answer = await send(place.dataset.token, { client: client.client_id, scope }, signal);
  if (!signedOut(answer)) return answer;
  leave();
  return null;
}

/** Keep another client for the samples; say whether that went well. */
async function choose(client) {
  const answer = await send(place.dataset.choose, { client });
  if (signedOut(answer)) leave();
  if (!answer.ok) return false;
  state = await answer.json();
  const select = place.querySelector("select");
  select.value = select.dataset.kept = client;
  show(state.chosen);
  place.querySelector("[data-said]").textContent = state.said;
  return true;
}

async function pick(select) {
  select.disabled = true;
  try {
    // Where it did not go well, the client was closed or suspended meanwhile: the list is another.
    if (!await choose(select.value) && state) location.reload();
  } catch { // no network: what is shown stays true
    select.value = select.dataset.kept;
  } finally {
    select.disabled = false;
  }
  if (document.activeElement === document.body) select.focus();
}

async function start() {
  const answer = await fetch(place.dataset.ask, {
    headers: { Accept: "application/json" }, cache: "no-store", signal: AbortSignal.timeout(PATIENCE),
  });
  if (signedOut(answer)) return leave();
  if (!answer.ok) throw new Error(`${answer.status}`); // the terms wait to be accepted, or the server is away
  state = await answer.json();
  csrf = state.csrf;
  place.innerHTML = state.header;
  root.classList.add("personal");
  show(state.chosen);
  if (hidden) reveal().catch(() => {});
  const select = place.querySelector("select");
  if (!select) return;
  select.dataset.kept = select.value;
  select.addEventListener("change", () => pick(select));
}

// A page that the browser kept for "back" may show somebody who has signed out since.
addEventListener("pageshow", (event) => {
  if (event.persisted && !document.cookie.includes("signed_in=1")) leave();
});
/** Settled as soon as it is known who reads this. */
export const ready = start().catch(() => root.classList.remove("signed-in"));

/** The signed-in reader with their apps, for the console; null for a stranger. */
export const reader = () => state && { apps: state.apps, chosen: state.chosen, choose, token };
