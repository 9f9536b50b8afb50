// One request from the browser, and all that came back.
const PATIENCE = 30_000; // milliseconds; the sandbox can be asked to wait for ten seconds

const SAFE = ["GET", "HEAD", "OPTIONS"];
export const writes = ({ method }) => !SAFE.includes(method);

/** What `fetch` calls a TypeError, so that a fault of ours is not taken for one of the network. */
export const reached = (promise) => promise.catch((error) => {
  throw error instanceof TypeError ? Object.assign(new Error(error.message), { name: "Unreachable" }) : error;
});

/** The signal, or that of PATIENCE, whichever comes first. */
export const patient = (signal) => AbortSignal.any([signal, AbortSignal.timeout(PATIENCE)]);

/**
 * Send the request and read its answer whole. `signal` cancels it.
 * Rejects with AbortError where the reader cancelled, TimeoutError after PATIENCE, Unreachable where nothing came back.
 */
export async function send({ method, url, headers, body }, token, signal) {
  const sent = new Headers(headers);
  if (token) sent.set("Authorization", `Bearer ${token}`);
  const started = performance.now();
  const answer = await reached(fetch(url, {
    method, headers: sent, body, credentials: "omit", cache: "no-store", referrerPolicy: "no-referrer",
    signal: patient(signal),
  }));
  const content = await reached(answer.blob());
  return {
    status: answer.status, headers: [...answer.headers], content,
    header: (name) => answer.headers.get(name) ?? "",
    milliseconds: Math.round(performance.now() - started),
  };
}

// What RFC 9110, section 15 and RFC 6585 call them: HTTP/2 sends numbers alone.
const WORDS = {
  200: "OK", 201: "Created", 202: "Accepted", 204: "No Content", 206: "Partial Content", 207: "Multi-Status",
  301: "Moved Permanently", 302: "Found", 303: "See Other", 304: "Not Modified", 307: "Temporary Redirect",
  308: "Permanent Redirect", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found",
  405: "Method Not Allowed", 406: "Not Acceptable", 408: "Request Timeout", 409: "Conflict", 410: "Gone",
  411: "Length Required", 412: "Precondition Failed", 413: "Content Too Large", 414: "URI Too Long",
  415: "Unsupported Media Type", 422: "Unprocessable Content", 428: "Precondition Required", 429: "Too Many Requests",
  431: "Request Header Fields Too Large", 500: "Internal Server Error", 501: "Not Implemented", 502: "Bad Gateway",
  503: "Service Unavailable", 504: "Gateway Timeout",
};
export const named = (status) => `${status} ${WORDS[status] ?? ""}`.trim();

/** Seconds to wait (RFC 9110, section 10.2.3), 0 where the answer does not say. */
export function retryAfter(answer) {
  const text = answer.header("Retry-After");
  const seconds = /^\d+$/.test(text) ? Number(text) : (Date.parse(text) - Date.now()) / 1000;
  return seconds > 0 ? Math.ceil(seconds) : 0;
}
