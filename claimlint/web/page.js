// The page: a draft, what is found in it, and what somebody does about it.
import { Text } from "./text.js";
import { List } from "./list.js";
import * as server from "./server.js";

const byId = (id) => document.getElementById(id);
const WAIT = 350;
const NARROW = matchMedia("(max-width: 54rem)");

// The draft. path: of one of the folder; digest: of what was opened; file: one that only the server can read.
const EMPTY = { name: "draft.md", path: "", digest: "", file: null, editable: true, annotatable: false };
let draft = { ...EMPTY };
let kept = ""; // the source as it was opened or saved
let usual = { packs: [], market: [] };
let limit = Infinity;
let suffixes = [];
let current = null;
let timer = 0;
let running = null;
let failing = false; // the last check; the next that succeeds takes its message away

const text = new Text(byId("text"), byId("mirror"), () => { told(); later(); });
const list = new List(byId("list"), (what, finding, at) => acts[what](finding, at));

// Saying things

const alert = (message, ...buttons) => {
  byId("alert").replaceChildren(message, ...buttons.flatMap((each) => [" ", each]));
  byId("alert").hidden = !message;
};
const button = (label, act) => {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = label;
  made.addEventListener("click", act);
  return made;
};
const tried = async (work) => {
  try {
    return await work();
  } catch (error) {
    if (error.name !== "AbortError") alert(error.message, button("Close", () => alert("")));
    return null;
  }
};
const said = (words) => { byId("said").textContent = words; };
const counted = (count, one, many = `${one}s`) => `${count} ${count === 1 ? one : many}`;
const dirty = () => draft.editable && text.source !== kept;
const told = () => {
  byId("name").textContent = draft.path || draft.name;
  byId("state").textContent = !draft.editable ? "read only" : dirty() && (draft.path || kept) ? "changed" : "";
  byId("save").hidden = !draft.path || !draft.editable;
  byId("save").disabled = !dirty();
  byId("annotated").hidden = !draft.annotatable;
  byId("undo").disabled = byId("text").readOnly = !draft.editable;
  byId("text").classList.toggle("code", ["html", "mdx"].includes(byId("format").value));
  byId("mirror").classList.toggle("code", ["html", "mdx"].includes(byId("format").value));
  document.title = `${dirty() && kept ? "• " : ""}${draft.path || draft.name} – claimlint`;
};

// Checking

const chosen = (id) => [...byId(id).querySelectorAll("input:checked")].map((each) => each.value);
const choice = () => {
  const made = {};
  const [packs, market] = [chosen("packs"), chosen("markets")];
  if (packs.length && packs.join() !== usual.packs.join()) made.packs = packs;
  if (market.length && market.join() !== usual.market.join()) made.market = market;
  return made;
};
const asked = () => {
  const format = draft.editable ? { format: byId("format").value } : {};
  if (draft.file) return { file: draft.file };
  if (!draft.editable) return { path: draft.path };
  return { text: text.source, ...(draft.path ? { path: draft.path } : { name: draft.name }), ...format };
};

const later = (wait = WAIT) => {
  clearTimeout(timer);
  running?.abort();
  running = null;
  said("");
  timer = setTimeout(check, wait);
};

const check = async () => {
  const mine = running = new AbortController();
  const slow = setTimeout(() => { byId("busy").textContent = "checking…"; }, 400);
  let found = null;
  try {
    found = await server.check(asked(), choice(), mine.signal);
    if (failing) alert("");
    failing = false;
  } catch (error) {
    if (error.name !== "AbortError") { failing = true; alert(error.message); }
  }
  clearTimeout(slow);
  if (running !== mine) return;
  running = null;
  byId("busy").textContent = "";
  if (found) show(found);
};

const show = (found) => {
  const key = current?.key;
  for (const place of found.findings.flatMap((each) => (each.rewrite ? [each, each.rewrite] : [each]))) {
    place.range = text.range(place.start, place.end);
    place.words = text.words(place.range);
  }
  list.show(found.findings);
  current = found.findings.find((each) => each.key === key) ?? null;
  byId("problems").replaceChildren(...found.problems.map((each) => {
    const item = document.createElement("li");
    item.textContent = `Line ${each.line}: ${each.message}`;
    return item;
  }));
  byId("problems").hidden = !found.problems.length;
  filter();
};

const kind = (finding) => (finding.status === "open" ? finding.severity : "settled");
const filter = () => {
  const wanted = new Set(chosen("filter"));
  list.filter((each) => wanted.has(kind(each)));
  for (const each of byId("filter").querySelectorAll("[data-count]")) {
    each.textContent = list.findings.filter((finding) => kind(finding) === each.dataset.count).length;
  }
  const open = list.findings.filter((each) => each.status === "open");
  const of = (severity) => open.filter((each) => each.severity === severity).length;
  const parts = [
    of("error") && counted(of("error"), "error"),
    of("warning") && counted(of("warning"), "warning"),
    of("advice") && counted(of("advice"), "piece of advice", "pieces of advice"),
  ].filter(Boolean);
  const blank = !byId("text").value.trim();
  byId("count").textContent = parts.length ? parts.join(", ") : blank ? "No draft yet" : "No findings";
  const hidden = list.findings.length - list.shown.length;
  byId("empty").textContent = blank ? "Findings appear here, each with its reasons and with other words to use."
    : list.shown.length ? "" : hidden ? `${counted(hidden, "finding")} hidden by the filter.` : "Nothing here that a reviewer would stop.";
  byId("empty").hidden = !byId("empty").textContent;
  marked();
};

const marked = () => {
  text.mark(list.shown.map((each) => ({
    range: each.range,
    tone: each.status !== "open" ? "settled" : each.scope === "draft" ? "whole" : each.severity,
    current: each === current,
  })));
  list.current(current);
  for (const each of list.findings) each.element.classList.toggle("fixed", !draft.editable);
};

// Going from one to the other

const look = (finding) => {
  if (finding === current) return;
  current = finding;
  marked();
};

const acts = {
  look(finding) { look(finding); if (!NARROW.matches) text.reveal(finding.range); },
  go(finding) { look(finding); text.select(finding.range); },
  leave() { byId("text").focus({ preventScroll: true }); },
  rewrite(finding) { put(finding.rewrite, finding.rewrite.text); },
  use(finding, at) { put(finding, finding.suggestions[at]); },
  async copy(finding, at) {
    await navigator.clipboard.writeText(finding.suggestions[at]);
    said("copied");
  },
};

// Other words for those of a finding, unless these were changed since the last check.
const put = (place, words) => {
  if (!draft.editable) return;
  if (text.words(place.range) === place.words) text.replace(place.range, words);
  later(0);
};

// The finding at the caret: its card is brought in view; on a small screen a line at the bottom leads to it.
const atCaret = () => {
  const at = byId("text").selectionStart;
  const inside = list.shown.filter((each) => each.range.startOffset <= at && at <= each.range.endOffset);
  const size = (each) => each.range.endOffset - each.range.startOffset;
  return inside.sort((one, other) => size(one) - size(other))[0] ?? null;
};
document.addEventListener("selectionchange", () => {
  if (document.activeElement !== byId("text")) return;
  const finding = atCaret();
  // going to a finding selects its words, where others may begin as well
  const same = current && byId("text").selectionStart === current.range.startOffset && byId("text").selectionEnd === current.range.endOffset;
  if (!same && finding !== current) {
    look(finding);
    if (finding && !NARROW.matches) list.reveal(finding);
  }
  byId("here").hidden = !current;
  if (current) byId("here-title").textContent = `${kind(current)}: ${current.title}`;
});
byId("here-go").addEventListener("click", () => { if (current) list.focus(current); });

byId("text").addEventListener("keydown", (event) => {
  if (event.key === "F8") {
    event.preventDefault();
    const places = [...list.shown].sort((one, other) => one.range.startOffset - other.range.startOffset || one.range.endOffset - other.range.endOffset);
    if (!places.length) return;
    const from = places.indexOf(current);
    const caret = byId("text").selectionStart;
    const next = event.shiftKey
      ? (from >= 0 ? places[from - 1] : places.findLast((each) => each.range.startOffset < caret)) ?? places.at(-1)
      : (from >= 0 ? places[from + 1] : places.find((each) => each.range.startOffset >= caret)) ?? places[0];
    acts.go(next);
    list.reveal(next);
  } else if (event.key === "Enter" && event.altKey) {
    event.preventDefault();
    const finding = current ?? atCaret();
    if (finding) list.focus(finding);
  }
});

// Opening

const FORMAT = { ".mdx": "mdx", ".html": "html", ".htm": "html", ".xhtml": "html", ".txt": "txt", ".text": "txt" };
const suffix = (name) => (name.match(/\.[^./]*$/)?.[0] ?? "").toLowerCase();
const mayLeave = () => !dirty() || !text.source || confirm("The text has changes that are saved nowhere. Leave them?");

const open = (what, wanted) => tried(async () => {
  if (what.file && what.file.size > limit) throw new server.Refusal(413, `${what.file.name}: more than ${limit.toLocaleString("en")} bytes; a draft may not be larger`);
  if (what.file && !suffixes.includes(suffix(what.file.name))) throw new server.Refusal(415, `${what.file.name}: no format that can be read here; these can: ${suffixes.join(", ")}`);
  clearTimeout(timer);
  running?.abort();
  const mine = running = new AbortController();
  const found = await server.check(what, choice(), mine.signal);
  alert("");
  draft = { ...EMPTY, name: wanted, path: what.path ?? "", digest: found.digest, file: found.editable ? null : what.file ?? null, editable: found.editable, annotatable: found.annotatable };
  byId("format").value = FORMAT[suffix(wanted)] ?? "md";
  byId("format").disabled = !found.editable;
  text.source = found.text;
  kept = text.source;
  current = null;
  running = null;
  told();
  show(found);
  byId("text").focus({ preventScroll: true });
  byId("sheet").scrollTo(0, 0);
});
const openFile = (file) => { if (file && mayLeave()) { byId("chooser").close(); open({ file }, file.name); } };
const openPath = (path) => { if (mayLeave()) { byId("chooser").close(); open({ path }, path); } };

byId("open").addEventListener("click", async () => {
  byId("chooser").showModal();
  byId("drafts-note").textContent = "…";
  const names = await tried(server.drafts) ?? [];
  byId("drafts").replaceChildren(...names.map((name) => {
    const item = document.createElement("li");
    item.append(button(name, () => openPath(name)));
    return item;
  }));
  byId("drafts-note").textContent = names.length ? "" : "There are no drafts in this folder.";
  narrow();
});
const narrow = () => {
  const words = byId("find").value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const item of byId("drafts").children) item.hidden = !words.every((word) => item.textContent.toLowerCase().includes(word));
};
byId("find").addEventListener("input", narrow);
byId("upload").addEventListener("change", (event) => { openFile(event.target.files[0]); event.target.value = ""; });

// A file that is dropped anywhere is opened; text that is dragged goes where the browser puts it.
const carries = (event) => event.dataTransfer?.types.includes("Files");
addEventListener("dragover", (event) => { if (carries(event)) { event.preventDefault(); byId("sheet").classList.add("over"); } });
addEventListener("dragleave", (event) => { if (!event.relatedTarget) byId("sheet").classList.remove("over"); });
addEventListener("drop", (event) => {
  if (!carries(event)) return;
  event.preventDefault();
  byId("sheet").classList.remove("over");
  openFile(event.dataTransfer.files[0]);
});

// Keeping

let saved = Promise.resolve();
const save = () => { saved = saved.then(write); }; // one after the other: each changes the digest
const write = async () => {
  if (!draft.path || !draft.editable || !dirty()) return;
  const source = text.source;
  const mine = draft;
  const { path } = draft;
  try {
    mine.digest = await server.save(path, source, mine.digest);
    if (mine !== draft) return; // another one was opened meanwhile
    kept = source;
    alert("");
    told();
    said("saved");
  } catch (error) {
    const again = button("Open it again", () => { if (confirm(`Drop your changes to ${path}?`)) open({ path }, path); });
    alert(`${error.message}. Your text is still here.`, ...(error.status === 409 ? [again] : []), button("Close", () => alert("")));
  }
};
byId("save").addEventListener("click", save);
addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s" && draft.path) { event.preventDefault(); save(); }
});
addEventListener("beforeunload", (event) => { if (dirty() && text.source) event.preventDefault(); });

const download = (blob, name) => {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
};
const base = () => draft.name.split("/").at(-1);
byId("download").addEventListener("click", () => {
  download(new Blob([text.source], { type: "text/plain" }), draft.editable ? base() : `${base()}.txt`);
  byId("downloads").open = false;
});
byId("report").addEventListener("click", () => tried(async () => {
  download(await server.report(asked(), choice()), `${base()}.report.html`);
  byId("downloads").open = false;
}));
byId("annotated").addEventListener("click", () => tried(async () => {
  download(await server.annotate(asked(), choice()), base().replace(/\.docx$/i, ".annotated.docx"));
  byId("downloads").open = false;
}));
byId("copy").addEventListener("click", () => tried(async () => {
  await navigator.clipboard.writeText(text.source);
  said("copied");
}));
byId("undo").addEventListener("click", () => text.undo());

// Choosing

byId("format").addEventListener("change", () => {
  if (!draft.path && !kept) draft.name = `draft.${byId("format").value}`;
  told();
  later(0);
});
byId("filter").addEventListener("change", filter);
for (const id of ["packs", "markets"]) byId(id).addEventListener("change", () => later(0));
byId("usual").addEventListener("click", () => {
  for (const box of byId("choices").querySelectorAll("input")) box.checked = box.defaultChecked;
  later(0);
});
addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
});
for (const menu of document.querySelectorAll("details.menu")) {
  menu.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && menu.open) { menu.open = false; menu.querySelector("summary").focus(); }
  });
}
byId("help-button").addEventListener("click", () => byId("help").showModal());
for (const close of document.querySelectorAll("[data-close]")) close.addEventListener("click", () => close.closest("dialog").close());

const boxes = (id, choices) => {
  byId(id).append(...choices.map(({ name, title, on }) => {
    const label = document.createElement("label");
    const box = document.createElement("input");
    box.type = "checkbox";
    box.value = name;
    box.defaultChecked = box.checked = on;
    label.append(box, ` ${name}`);
    if (title) label.title = title;
    return label;
  }));
};

// An address of the terminal, in a tab that is here already.
addEventListener("hashchange", () => { if (location.hash.startsWith("#token=")) location.reload(); });
await tried(async () => {
  await server.enter();
  const there = await server.start();
  ({ limit, suffixes } = there);
  byId("folder").textContent = there.folder;
  boxes("packs", there.packs);
  boxes("markets", there.markets);
  usual = { packs: chosen("packs"), market: chosen("markets") };
});
told();
if (byId("text").value) { text.source = byId("text").value; later(0); } else filter();
document.documentElement.dataset.ready = "";
