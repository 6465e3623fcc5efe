"use strict";
(() => {
  const root = document.documentElement;
  const byId = (id) => document.getElementById(id);
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  for (const each of all(".needs-script")) each.hidden = false;

  // What a reader prefers is kept where the browser lets a page keep something.
  const kept = {
    get(name) { try { return localStorage.getItem(`claimlint-${name}`); } catch { return null; } },
    set(name, value) { try { localStorage.setItem(`claimlint-${name}`, value); } catch { /* not kept */ } },
  };

  const openForPrint = [];
  addEventListener("beforeprint", () => {
    for (const each of all("details:not([open])")) { each.open = true; openForPrint.push(each); }
  });
  addEventListener("afterprint", () => { while (openForPrint.length) openForPrint.pop().open = false; });

  const form = byId("filters");
  if (!form) return;

  // Findings and their highlights.
  const cards = all(".card").map((element, index) => ({
    element,
    number: element.id.slice(1),
    draft: element.closest(".draft").dataset.draft,
    ref: byId(`t${element.id.slice(1)}`),
    words: "",
    shown: true,
    index,
  }));
  const byNumber = new Map(cards.map((card) => [card.number, card]));
  const drafts = all(".draft").map((element) => ({
    element, cards: cards.filter((card) => element.contains(card.element)),
  }));
  const marks = all("mark[data-f]").map((element) => ({
    element, cards: element.dataset.f.split(" ").map((number) => byNumber.get(number)),
  }));
  const tones = ["error", "warning", "advice", "settled"];
  const tone = (card) => tones.find((each) => card.element.classList.contains(each));
  const words = (card) => {
    if (!card.words) {
      const parts = [".title", ".message", ".excerpt", ".sentence", ".justification"].map((part) => card.element.querySelector(part));
      const texts = parts.map((part) => (part ? part.textContent : ""));
      card.words = [...texts, card.element.dataset.rule, card.draft].join("\n").toLowerCase();
    }
    return card.words;
  };

  // The state of the filters is what differs from the form as it was served.
  const boxes = (name) => all(`input[name="${name}"]`, form);
  const ticked = (name) => new Set(boxes(name).filter((box) => box.checked).map((box) => box.value));
  const read = () => ({
    q: form.elements.q.value.toLowerCase().split(/\s+/).filter(Boolean),
    severity: ticked("severity"),
    status: ticked("status"),
    rule: form.elements.rule?.value,
    pack: form.elements.pack?.value,
    draft: form.elements.draft?.value,
    audience: form.elements.audience.value,
  });
  const matches = (card, state) => {
    const data = card.element.dataset;
    return state.severity.has(data.severity) && state.status.has(data.status)
      && (!state.rule || data.rule === state.rule)
      && (!state.pack || data.pack === state.pack)
      && (!state.draft || card.draft === state.draft)
      && (state.audience !== "writer" || (data.severity !== "advice" && !("reviewer" in data)))
      && (!state.q.length || state.q.every((word) => words(card).includes(word)));
  };

  const count = byId("count");
  const narrowed = () => cards.some((card) => !card.shown) || form.elements.draft.value;
  const apply = () => {
    const state = read();
    for (const card of cards) {
      card.shown = matches(card, state);
      card.element.hidden = !card.shown;
      if (card.ref) card.ref.hidden = !card.shown;
    }
    for (const mark of marks) {
      const seen = new Set(mark.cards.filter((card) => card.shown).map(tone));
      mark.element.className = tones.find((each) => seen.has(each)) || "off";
    }
    const fewer = narrowed();
    let left = 0;
    for (const draft of drafts) {
      const some = draft.cards.some((card) => card.shown);
      draft.element.hidden = Boolean(fewer) && !some && draft.element.dataset.draft !== state.draft;
      left += some;
    }
    root.classList.toggle("no-standing", form.elements.standing.checked);
    root.classList.toggle("flagged-only", form.elements.text.checked);
    const shown = cards.filter((card) => card.shown).length;
    count.textContent = `${shown === cards.length ? shown : `${shown} of ${cards.length}`} ${cards.length === 1 ? "finding" : "findings"} in ${left} ${left === 1 ? "draft" : "drafts"}`;
    byId("nothing").hidden = shown > 0 || !cards.length;
  };

  // The state in the address: only what differs from the default, and where the reader is (at).
  let at = "";
  const write = () => {
    const state = new URLSearchParams();
    for (const name of ["q", "rule", "pack", "draft", "audience"]) {
      const value = form.elements[name].value;
      const usual = [...form.elements[name].options ?? []].find((option) => option.defaultSelected)?.value ?? "";
      if (value !== usual) state.set(name, value);
    }
    for (const name of ["severity", "status"]) {
      if (boxes(name).some((box) => !box.checked)) state.set(name, [...ticked(name)].join(","));
    }
    for (const name of ["standing", "text"]) {
      if (form.elements[name].checked) state.set(name, form.elements[name].value);
    }
    if (at) state.set("at", at);
    const hash = state.toString();
    history.replaceState(null, "", hash ? `#${hash}` : `${location.pathname}${location.search}`);
  };
  const restore = (state) => {
    form.reset();
    for (const name of ["q", "rule", "pack", "draft", "audience"]) {
      if (state.has(name)) form.elements[name].value = state.get(name);
      if (form.elements[name].selectedIndex === -1) form.elements[name].selectedIndex = 0;
    }
    for (const name of ["severity", "status"]) {
      if (!state.has(name)) continue;
      const wanted = new Set(state.get(name).split(","));
      for (const box of boxes(name)) box.checked = wanted.has(box.value);
    }
    for (const name of ["standing", "text"]) form.elements[name].checked = state.has(name);
  };
  const changed = () => { apply(); write(); };
  const clear = () => { form.reset(); at = ""; changed(); };

  form.addEventListener("input", changed);
  form.addEventListener("submit", (event) => event.preventDefault());
  byId("clear").addEventListener("click", clear);

  // Going to a place: what is hidden by a filter or a closed part is shown first.
  let current = null;
  const go = (id) => {
    const target = byId(id);
    if (!target) return;
    const card = target.closest(".card") || (id[0] === "t" ? byNumber.get(id.slice(1))?.element : null);
    if (card?.hidden || target.closest("[hidden]")) { form.reset(); apply(); }
    for (let each = target.closest("details"); each; each = each.parentElement.closest("details")) each.open = true;
    if (target.closest(".standing")) { form.elements.standing.checked = false; apply(); }
    if (card) select(byNumber.get(card.id.slice(1)));
    target.focus({ preventScroll: true });
    target.scrollIntoView({ block: target.matches(".card, .ref, .standing li") ? "center" : "start" });
    at = id;
    write();
  };
  const select = (card) => {
    for (const mark of marks) mark.element.classList.toggle("current", Boolean(card) && mark.cards.includes(card));
    if (current) current.element.classList.remove("current");
    current = card;
    if (current) current.element.classList.add("current");
  };
  const step = (by) => {
    const shown = cards.filter((card) => card.shown);
    if (!shown.length) return;
    const here = document.activeElement?.closest?.(".card");
    const from = here ? byNumber.get(here.id.slice(1)) : current;
    const next = by > 0
      ? shown.find((card) => !from || card.index > from.index)
      : shown.findLast((card) => from && card.index < from.index);
    if (next) go(next.element.id);
  };

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      if (link.dataset.filter) {
        restore(new URLSearchParams(link.dataset.filter));
        apply();
        go("drafts");
      } else {
        go(decodeURIComponent(link.getAttribute("href").slice(1)));
      }
      return;
    }
    const mark = event.target.closest("mark[data-f]");
    if (mark && !event.target.closest("a") && getSelection().isCollapsed) {
      const card = marks.find((each) => each.element === mark).cards.find((each) => each.shown);
      if (card) go(card.element.id);
    }
  });

  // A rule is explained once on the page; an open card shows a copy.
  for (const details of all(".card details")) {
    details.addEventListener("toggle", () => {
      const link = details.querySelector(".why");
      if (!details.open || details.querySelector(".body")) return;
      const body = byId(link.getAttribute("href").slice(1))?.querySelector(".body");
      if (body) link.after(body.cloneNode(true));
    });
  }

  // Long tables begin short.
  for (const table of all("table.long")) {
    const rest = all("tbody tr", table).slice(12);
    if (rest.length < 4) continue;
    const more = document.createElement("button");
    more.type = "button";
    const fold = (folded) => {
      for (const row of rest) row.classList.toggle("folded", folded);
      more.textContent = folded ? `Show ${rest.length} more` : "Show fewer";
      more.setAttribute("aria-expanded", String(!folded));
    };
    more.addEventListener("click", () => fold(more.getAttribute("aria-expanded") === "true"));
    more.className = "more";
    fold(true);
    table.closest(".scroll").after(more);
  }

  // Single keys, unless somebody types or has switched them off.
  const help = byId("help");
  const keys = byId("keys");
  keys.checked = kept.get("keys") !== "off";
  keys.addEventListener("change", () => kept.set("keys", keys.checked ? "on" : "off"));
  byId("help-button").addEventListener("click", () => help.showModal());
  byId("close").addEventListener("click", () => help.close());
  const typing = (element) => element.matches("input:not([type=checkbox]), textarea, select, [contenteditable]");
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || help.open) return;
    if (event.key === "Escape") {
      if (event.target.matches?.("select")) return;
      clear();
      if (event.target === form.elements.q) form.elements.q.blur();
      return;
    }
    if (!keys.checked || (event.target.matches && typing(event.target))) return;
    const action = {
      j: () => step(1), n: () => step(1), k: () => step(-1), p: () => step(-1),
      "/": () => { form.elements.q.focus(); form.elements.q.select(); },
      "?": () => help.showModal(),
    }[event.key];
    if (action) { event.preventDefault(); action(); }
  });

  const arrive = () => {
    const hash = location.hash.slice(1);
    const state = new URLSearchParams(hash.includes("=") ? hash : "");
    restore(state);
    apply();
    const target = hash.includes("=") ? state.get("at") : hash;
    if (target) go(target);
  };
  addEventListener("hashchange", arrive);
  arrive();
})();
