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
