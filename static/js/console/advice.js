// What an answer that did not go well leads on to.
import { retryAfter } from "./statuses.js";

/** Fill `place` with the way on; return what stops the countdown. */
export function advice(place, words, answer, body, context, say) {
  const lines = [];
  const code = codeOf(body);
  if (answer.status === 401 && context.description.needs_token) lines.push(line(words.refused));
  if (answer.status === 403 && code === "insufficient_scope") lines.push(...scope(words, answer, body));
  if (answer.status >= 500) lines.push(line(words.broken));
  if (body === undefined && answer.status >= 400 && /html/.test(answer.header("Content-Type"))) lines.push(line(words.proxy));
  if (code) lines.push(linked(words.about.replace("{code}", code), words.errors.replace("CODE", code)));
  const wait = answer.status === 429 ? line(words.limited) : null;
  if (wait) lines.unshift(wait);
  place.replaceChildren(...lines);
  place.hidden = !lines.length;
  return wait ? countdown(wait, words, retryAfter(answer), say) : () => {};
}

/** The code of a problem (RFC 9457) or of an OAuth error (RFC 6749), if it is one of this site's. */
function codeOf(body) {
  const code = body?.code ?? body?.error;
  return typeof code === "string" && /^[a-z][a-z_]{1,60}$/.test(code) ? code : "";
}

function scope(words, answer, body) {
  const [, names] = /\bscope="([^"]*)"/.exec(answer.header("WWW-Authenticate")) ?? [];
  const told = line(words.scope.replace("{scopes}", names ? names.split(" ").join(", ") : "—"));
  const page = typeof body.request_access === "string" && URL.canParse(body.request_access) ? new URL(body.request_access) : null;
  return page?.href.startsWith(`${location.origin}/`) ? [told, linked(words.access, page.href)] : [told];
}

function line(text) {
  const paragraph = document.createElement("p");
  paragraph.textContent = text;
  return paragraph;
}

function linked(text, address) {
  const [paragraph, link] = [document.createElement("p"), document.createElement("a")];
  link.href = address;
  link.textContent = text;
  paragraph.append(link);
  return paragraph;
}

/** Count down what the server asks to wait; the last second is said aloud, the others are not. */
function countdown(place, words, seconds, say) {
  const until = performance.now() + seconds * 1000;
  const timer = seconds ? setInterval(show, 250) : 0;
  function show() {
    const left = Math.ceil((until - performance.now()) / 1000);
    place.textContent = left > 0 ? words.wait.replace("{seconds}", left) : words.again;
    if (left > 0) return;
    clearInterval(timer);
    say(words.again);
  }
  if (seconds) show();
  return () => clearInterval(timer);
}
