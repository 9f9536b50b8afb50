// Forms with a passkey: <form data-passkey="get|create">. The options stand in `data-options`, or are fetched from
// `data-source`; what the browser answers goes back in the field `credential`. Where there are no passkeys, or no
// scripts, the forms are hidden (by the styles, from the first paint on: nothing moves).
const BINARY = new Set(["challenge", "id", "rawId", "clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]);

const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

/** Options as the server writes them, with bytes where the browser wants bytes. */
function decoded(value, name) {
  if (Array.isArray(value)) return value.map((one) => decoded(one));
  if (value && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, key === "rp" ? one : decoded(one, key)]));
  }
  return typeof value === "string" && BINARY.has(name) ? bytes(value) : value;
}

/** A credential as the server reads it. */
function encoded(credential) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) response[name] = text(credential.response[name]);
  }
  if (credential.response.getTransports) response.transports = credential.response.getTransports();
  return JSON.stringify({
    id: credential.id, rawId: text(credential.rawId), type: credential.type, response,
    authenticatorAttachment: credential.authenticatorAttachment ?? undefined,
    clientExtensionResults: credential.getClientExtensionResults(),
  });
}

async function optionsOf(form) {
  if (form.dataset.options) return JSON.parse(form.dataset.options);
  const answer = await fetch(form.dataset.source, { headers: { Accept: "application/json" }, cache: "no-store" });
  const found = await answer.json();
  if (found.location) location.assign(found.location); // signed in already, in another tab
  return found.request_options;
}

async function ask(form) {
  const options = decoded(await optionsOf(form));
  const credential = await navigator.credentials[form.dataset.passkey](options);
  form.elements.credential.value = encoded(credential);
  form.submit();
}

function fault(form, error) {
  const kinds = { NotAllowedError: "cancelled", AbortError: "cancelled", InvalidStateError: "known" };
  return form.dataset[kinds[error.name] ?? "failed"];
}

function wire(form) {
  const button = form.querySelector("button");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    form.querySelector("[data-fault]").textContent = "";
    button.disabled = true;
    try {
      await ask(form);
    } catch (error) {
      form.querySelector("[data-fault]").textContent = fault(form, error);
    } finally {
      button.disabled = false;
    }
  });
}

const known = window.PublicKeyCredential && navigator.credentials;
for (const form of document.querySelectorAll("form[data-passkey]")) known ? wire(form) : form.hidden = true;
for (const note of document.querySelectorAll("[data-no-passkeys]")) note.hidden = Boolean(known);
