// The findings beside the text. A card that says the same as before stays the same element, so that focus, open parts
// and a screen reader's place outlive a check.

export class List {
  // act(what, finding, detail): somebody wants something of a finding.
  constructor(list, act) {
    this.list = list;
    this.findings = [];
    list.addEventListener("click", (event) => {
      const finding = this.of(event.target);
      const button = event.target.closest("button");
      if (!finding) return;
      if (button?.dataset.do) act(button.dataset.do, finding, Number(button.dataset.at));
      else if (button) act("go", finding);
      else if (!event.target.closest("summary, a") && getSelection().isCollapsed) act("look", finding);
    });
    list.addEventListener("focusin", (event) => { const finding = this.of(event.target); if (finding) act("look", finding); });
    list.addEventListener("keydown", (event) => {
      const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (event.key === "Escape") act("leave", this.of(event.target));
      else if (by) this.step(this.of(event.target), by);
      else return;
      event.preventDefault();
    });
  }

  of(element) {
    const card = element.closest?.(".card");
    return card && this.findings.find((each) => each.element === card);
  }

  show(findings) {
    const old = new Map(this.findings.map((each) => [each.key, each]));
    const focused = this.of(document.activeElement);
    const place = focused ? this.shown.indexOf(focused) : -1;
    const within = focused && [...focused.element.querySelectorAll("button, summary, a")].indexOf(document.activeElement);
    for (const finding of findings) {
      const before = old.get(finding.key);
      finding.element = before?.html === finding.html ? before.element : this.card(finding, before?.element);
    }
    this.findings = findings;
    this.list.replaceChildren(...findings.map((each) => each.element));
    if (!focused) return;
    const same = findings.find((each) => each.key === focused.key);
    if (same) [...same.element.querySelectorAll("button, summary, a")][within]?.focus({ preventScroll: true });
    else this.lost = place;
  }

  card(finding, before) {
    const card = document.createElement("li");
    card.className = `card ${finding.status === "open" ? finding.severity : "settled"}`;
    card.innerHTML = finding.html; // of our own templates, which escape all that is in it
    for (const part of before?.querySelectorAll("details") ?? []) {
      const now = card.querySelector(`details.${part.className}`);
      if (now) now.open = part.open;
    }
    return card;
  }

  filter(wanted) {
    for (const each of this.findings) each.element.hidden = !wanted(each);
    // the card that had the focus is gone: the next one has it now
    if (this.lost >= 0) {
      const next = this.shown[Math.min(this.lost, this.shown.length - 1)];
      this.lost = -1;
      if (next && document.activeElement === document.body) this.focus(next);
    }
  }

  get shown() {
    return this.findings.filter((each) => !each.element.hidden);
  }

  step(from, by) {
    const next = this.shown[this.shown.indexOf(from) + by];
    if (next) this.focus(next);
  }

  focus(finding) {
    finding.element.querySelector(".go").focus({ preventScroll: true });
    this.reveal(finding);
  }

  reveal(finding) {
    finding.element.scrollIntoView({ block: "nearest" });
  }

  current(finding) {
    for (const each of this.findings) each.element.classList.toggle("current", each === finding);
  }
}
