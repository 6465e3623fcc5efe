// The text of the draft: a plain field to write in, and behind it a copy that carries the marks.
//
// The marks are ranges over the one text node of the copy. An edit replaces the part of the node that changed, and the
// browser moves the ranges along, so that every mark stays on its words until the next check.

const LINE = /\r\n|\r|\n/g;
const TONES = ["settled", "whole", "advice", "warning", "error"];

export class Text {
  constructor(field, mirror, changed) {
    this.field = field;
    this.node = mirror.appendChild(document.createTextNode(""));
    this.ends = [];
    this.usual = "\n";
    this.changed = changed;
    field.addEventListener("input", () => { this.follow(); changed(); });
  }

  // The draft with the line ends that it came with; the field knows line feeds only.
  get source() {
    const lines = this.field.value.split("\n");
    return lines.map((line, at) => line + (at < this.ends.length ? this.ends[at] : "")).join("");
  }

  set source(source) {
    this.ends = source.match(LINE) ?? [];
    const count = (end) => this.ends.filter((each) => each === end).length;
    this.usual = ["\r\n", "\r"].find((end) => count(end) * 2 > this.ends.length) ?? "\n";
    this.field.value = source.replace(LINE, "\n");
    this.node.data = this.field.value;
    this.field.setSelectionRange(0, 0);
  }

  // Carry what was typed over into the copy, and into the list of line ends.
  follow() {
    const before = this.node.data;
    const after = this.field.value;
    const shorter = Math.min(before.length, after.length);
    let head = 0;
    while (head < shorter && before.charCodeAt(head) === after.charCodeAt(head)) head += 1;
    let tail = 0;
    while (tail < shorter - head && before.charCodeAt(before.length - 1 - tail) === after.charCodeAt(after.length - 1 - tail)) tail += 1;
    const gone = before.slice(head, before.length - tail);
    const come = after.slice(head, after.length - tail);
    if (!gone && !come) return;
    const feeds = (text) => text.split("\n").length - 1;
    if (feeds(gone) || feeds(come)) {
      this.ends.splice(feeds(before.slice(0, head)), feeds(gone), ...Array(feeds(come)).fill(this.usual));
    }
    this.node.replaceData(head, gone.length, come);
  }

  range(start, end) {
    const range = new Range();
    const most = this.node.length;
    range.setStart(this.node, Math.min(start, most));
    range.setEnd(this.node, Math.min(end, most));
    return range;
  }

  words(range) {
    return this.node.data.slice(range.startOffset, range.endOffset);
  }

  // marks: [{range, tone, current}]
  mark(marks) {
    if (!globalThis.Highlight) return;
    CSS.highlights.clear();
    for (const [priority, tone] of [...TONES, "current"].entries()) {
      const ranges = marks.filter((each) => (tone === "current" ? each.current : each.tone === tone)).map((each) => each.range);
      if (!ranges.length) continue;
      const highlight = new Highlight(...ranges);
      highlight.priority = priority;
      CSS.highlights.set(`claim-${tone}`, highlight);
    }
  }

  // Select the words of a range, in view.
  select(range) {
    this.field.focus({ preventScroll: true });
    this.field.setSelectionRange(range.startOffset, range.endOffset);
    this.reveal(range);
  }

  reveal(range) {
    const place = range.getBoundingClientRect();
    const sheet = this.field.closest(".sheet");
    const own = sheet.scrollHeight > sheet.clientHeight + 1;
    const view = own ? sheet.getBoundingClientRect() : { top: 0, bottom: innerHeight };
    const top = own ? view.top : Math.max(0, document.querySelector(".bar").getBoundingClientRect().bottom);
    if (place.top >= top + 16 && place.bottom <= view.bottom - 16) return;
    const by = place.top - (top + (view.bottom - top) / 3);
    (own ? sheet : window).scrollBy({ top: by, behavior: "instant" });
  }

  // Put other words in the place of a range, as if somebody had typed them: the field's own undo takes them back.
  replace(range, words) {
    const { startOffset: start, endOffset: end } = range;
    this.select(range);
    const done = words ? document.execCommand("insertText", false, words) : document.execCommand("delete");
    if (!done) {
      this.field.setRangeText(words, start, end, "end");
      this.field.dispatchEvent(new Event("input"));
    }
    this.field.setSelectionRange(start, start + words.length);
  }

  undo() {
    this.field.focus({ preventScroll: true });
    document.execCommand("undo");
  }
}
