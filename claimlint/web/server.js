// Everything that is asked of the server.

export class Refusal extends Error {
  constructor(status, message) { super(message); this.status = status; }
}

const tab = crypto.getRandomValues(new Uint32Array(4)).join("-");

// What lets this page in. It is kept for this tab and this origin, port included, so that a reload finds it.
const KEPT = "claimlint-key";
let key = sessionStorage.getItem(KEPT) ?? "";

const ask = async (path, options = {}) => {
  let response;
  try {
    response = await fetch(path, { ...options, headers: { "X-Claimlint-Tab": tab, "X-Claimlint-Key": key, ...options.headers } });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refusal(0, "claimlint does not answer; is it still running in the terminal? Your text is still here.");
  }
  if (response.ok) return response;
  const said = await response.json().catch(() => ({}));
  throw new Refusal(response.status, said.error || `claimlint answered ${response.status}`);
};

const posted = (path, data, signal) => ask(path, {
  method: "POST", body: JSON.stringify(data), headers: { "Content-Type": "application/json" }, signal,
});

// A draft is a text with a name, the path of one in the folder, or a file that only the server can read.
const sent = (path, { file, ...draft }, choice, signal) => {
  if (!file) return posted(path, { ...draft, ...choice }, signal);
  const query = new URLSearchParams({ name: file.name });
  if (draft.format) query.set("format", draft.format);
  for (const each of choice.packs ?? []) query.append("pack", each);
  for (const each of choice.market ?? []) query.append("market", each);
  return ask(`${path}?${query}`, {
    method: "POST", body: file, headers: { "Content-Type": "application/octet-stream" }, signal,
  });
};

// The token of the address is good once; whoever comes by it again has the key already.
export const enter = async () => {
  const token = new URLSearchParams(location.hash.slice(1)).get("token");
  if (token === null) return;
  history.replaceState(null, "", location.pathname);
  try {
    ({ key } = await (await posted("/api/session", { token })).json());
    sessionStorage.setItem(KEPT, key);
  } catch (error) {
    if (!key) throw error;
  }
};
export const start = async () => (await ask("/api/start")).json();
export const drafts = async () => (await (await ask("/api/drafts")).json()).drafts;
export const check = async (draft, choice, signal) => (await sent("/api/check", draft, choice, signal)).json();
export const report = async (draft, choice) => (await sent("/api/report", draft, choice)).blob();
export const annotate = async (draft, choice) => (await sent("/api/annotate", draft, choice)).blob();
export const save = async (path, text, digest) => (await (await posted("/api/save", { path, text, digest })).json()).digest;
