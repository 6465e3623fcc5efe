"""A Word document as its readers see it, in reading order: lines of text, and what stands around them.

The accepted view: insertions are read and deletions are not, hidden text neither. Each line is a paragraph that shows
text; two of which the mark between them is deleted are one. Where every character stands in the XML is noted while
it is read (`Atom`), so that a place in the text is a place in the document.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain, islice

from claimlint.errors import ReadError
from claimlint.readers.docx.ooxml import XML_SPACE, Element, attribute, branch, child, flag, number, relation, short
from claimlint.readers.docx.package import Package, Relation
from claimlint.readers.docx.styles import Look, Role, Styles
from claimlint.readers.pieces import Call
from claimlint.structs import Struct, field
from claimlint.types import Span

_TRANSPARENT = frozenset("w:ins w:moveTo w:smartTag w:customXml w:sdtContent w:dir w:bdo m:oMath m:oMathPara".split())
_SINGLE = {"w:tab": "\t", "w:ptab": "\t", "w:br": " ", "w:cr": " ", "w:noBreakHyphen": "-"}
"""Elements that stand for one character. A line break is a space: a line of the source is a whole paragraph."""
_SYMBOLS = {
    0xA3: "≤", 0xB0: "°", 0xB1: "±", 0xB3: "≥", 0xB4: "×", 0xB7: "•", 0xD2: "®", 0xD3: "©", 0xD4: "™", 0xE2: "®",
    0xE3: "©", 0xE4: "™", 0x61: "α", 0x62: "β", 0x67: "γ", 0x6D: "µ", 0xAE: "→", 0xB9: "≠", 0xBB: "≈", 0xA5: "∞",
}  # fmt: skip
"""Of the font Symbol, which has its own places for them."""
_LINE_ENDS = str.maketrans("\n\r", "  ")
_UNSEEN = re.compile("[\\s\xad\u200b-\u200f\u2060-\u2064\ufeff]*")
_LINK = re.compile(r'\s*HYPERLINK\b(?:\s+(?!\\)(?:"(?P<quoted>[^"]*)"|(?P<bare>\S+)))?', re.IGNORECASE)
_PART = re.compile(r'\\l\s+(?:"(?P<quoted>[^"]*)"|(?P<bare>\S+))')
_KIND = re.compile(r"\s*([A-Za-z]+)(?:\s+(\S+))?")
_HEADER_WORDS = 12
"""In a cell of a row that is a header; longer ones are text."""
_NESTED = 50
"""Fields inside each other, and bookmarks around a note, that are kept apart."""
_UNREAD_FIELDS = frozenset("PAGE NUMPAGES SECTIONPAGES SECTION PAGEREF TOC INDEX TOA".split())
_AUTOMATIC = re.compile(
    r"\s*(?:Description automatically generated(?: with \w+ confidence)?|AI-generated content.*)\s*\Z"
)


class Atom(Struct):
    """Where a stretch of the source stands: in the text of `node` from its character `skip` on, or for what `node`
    is as a whole (a tab). run: what may be commented on, a `w:r` or a formula."""

    start: int
    size: int
    run: Element
    node: Element
    skip: int = 0


class Bit(Struct):
    """A stretch of a line of one look, under one link; or a call at a place (start == end)."""

    start: int
    end: int
    look: Look
    strong: bool
    link: str = ""
    call: Call | None = None


class Line(Struct):
    """A paragraph by its place in the source. plain: how its text looks apart from its runs' own formatting.

    holder: what stands in the body for a line that is outside of it (a note, a text box, an image), or None. outside:
    what to call such a place. alone: it belongs to no section.
    """

    start: int
    end: int = 0
    role: Role = field(default_factory=Role)
    bits: list[Bit] = field(default_factory=list)
    anchor: str = ""
    holder: Element | None = None
    outside: str = ""
    alone: bool = False


class Turn(Struct, frozen=True):
    """An element that opens or closes around lines, by the names of `weave`. again: a cell that continues the one above."""

    name: str
    at: int
    opens: bool
    width: int = 1
    again: bool = False
    key: str = ""


class _Field(Struct):
    """instruction: what it does. shown: what follows is its result. kind, target, about: what the instruction says, its
    address if it is a link, its first argument."""

    instruction: str = ""
    shown: bool = False
    kind: str = ""
    target: str = ""
    about: str = ""

    @property
    def unread(self) -> bool:
        return not self.shown or self.kind in _UNREAD_FIELDS

    def show(self) -> _Field:
        self.shown, self.target = True, _address(self.instruction)
        if found := _KIND.match(self.instruction):
            self.kind, self.about = found[1].upper(), found[2] or ""
        return self


class Walk:
    """Reads a package into `source`, `steps` (lines and turns, in order) and `atoms`."""

    def __init__(self, package: Package) -> None:
        self.package = package
        self.root = package.required(package.main)
        body = child(self.root, "w:body")
        if body is None:
            raise ReadError(f"{package.main} has no text body; this is no usual Word document")
        self.body: Element = body
        self.atoms: list[Atom] = []
        self.steps: list[Line | Turn] = []
        self.remarks: list[tuple[str, int]] = []
        self.unread: list[int] = []
        """Places where a whole file is embedded that Word would import."""
        self._of_main = self._relations = package.relations(package.main)
        self._preserved = self.root.get(XML_SPACE) == "preserve"
        self._styles = Styles(package.tree(self.part("styles")))
        self._parts: list[str] = []
        self._size = 0
        self._line: Line | None = None
        self._look = Look()
        self._fields: list[_Field] = []
        self._links: list[str] = []
        self._asides: list[tuple[Element, Element]] = []
        self._alts: list[tuple[str, Element]] = []
        self._holder: Element | None = None
        self._outside = ""
        self._alone = False
        self._skipping = False
        self._counts = {"footnote": 0, "endnote": 0}
        self._notes: dict[tuple[str, str], tuple[str, Element]] = {}
        self._bookmarks: dict[str, str] = {}
        self._open_bookmarks: dict[str, str] = {}
        self._remarked: dict[str, int] = {}
        self._remarked_here: list[str] = []
        self._wanted = frozenset(self._targets())
        self._ended = self._fields_end()
        self._story(self.body)
        self._read_notes()
        self._read_margins()
        self._read_remarks()
        self.source = "".join(self._parts)

    @property
    def lines(self) -> list[Line]:
        return [step for step in self.steps if isinstance(step, Line)]

    @property
    def size(self) -> int:
        """Of the text of the default style, in half points."""
        return self._styles.size

    def part(self, kind: str) -> str:
        """The name of the part that the main one has of a kind, or ""."""
        return next((each.target for each in self._of_main.values() if each.kind == kind and not each.external), "")

    def _fields_end(self) -> bool:
        """Whether every field ends: else the text behind one that does not would be lost."""
        kinds = [attribute(each, "fldCharType") for each in self.root.iter() if short(each.tag) == "w:fldChar"]
        return kinds.count("begin") == kinds.count("end")

    def _targets(self) -> Iterator[str]:
        """The bookmarks that links of the document lead to."""
        for each in self.root.iter():
            name = short(each.tag)
            if name == "w:hyperlink":
                yield attribute(each, "anchor")
            elif name in {"w:instrText", "w:fldSimple"}:
                yield _address(each.text or attribute(each, "instr")).removeprefix("#")

    # blocks

    def _story(self, container: Element) -> None:
        """A text of its own: the body, a note, a text box. Fields neither run into it nor out of it."""
        around, self._fields = self._fields, []
        links, self._links = self._links, []
        self._blocks(container)
        self._finish_line()
        self._fields, self._links = around, links

    def _blocks(self, container: Element) -> None:
        for each in container:
            name = short(each.tag)
            if name == "w:p":
                self._paragraph(each)
            elif name == "w:tbl":
                self._finish_line()
                self._table(each)
            elif name == "w:sdt":
                self._blocks(_content(each))
            elif name == "mc:AlternateContent":
                self._blocks(_shown(each))
            elif name == "w:altChunk":
                self.unread.append(self._size)
            elif name in _TRANSPARENT:
                self._blocks(each)
            else:
                self._mark(each, name)

    def _paragraph(self, element: Element) -> None:
        properties = child(element, "w:pPr")
        role = self._styles.role(properties)
        if self._line is None:
            self._line = Line(self._size, holder=self._holder, outside=self._outside, alone=self._alone)
        self._line.role = role  # of paragraphs that became one, the last has its say
        self._look = self._styles.look_of(properties)
        self._skipping = role.kind == "contents"
        self._inlines(element)
        self._skipping = False
        self._fields = [each for each in self._fields if each.shown and self._ended]
        mark = child(properties, "w:rPr")
        if child(mark, "w:del") is None and child(mark, "w:moveFrom") is None:
            self._finish_line()

    def _finish_line(self) -> None:
        """End the line that is being read, then read what is anchored in it."""
        line, self._line = self._line, None
        if line is not None:
            self._commit(line)
        alts, self._alts = self._alts, []
        for text, holder in alts:
            self._aside(text, holder)
        asides, self._asides = self._asides, []
        for content, holder in asides:
            self._within(content, holder, "a text box")

    def _commit(self, line: Line) -> None:
        """Keep the line if there is something to see in it."""
        text = self._cut(line.start)
        if _UNSEEN.fullmatch(text):
            while self.atoms and self.atoms[-1].start >= line.start:
                self.atoms.pop()
            line.bits = [_noted(each.call.target, line.start) for each in line.bits if each.call]
            line.end = self._size = line.start
            for key in self._remarked_here:
                self._remarked[key] = min(self._remarked[key], line.start)
        else:
            line.end = line.start + len(text)
            self._parts += (text, "\n")
            self._size = line.end + 1
        self._remarked_here.clear()
        if line.bits:
            self.steps.append(line)

    def _cut(self, start: int) -> str:
        """Take the text from an offset on, which is the line's, off the source."""
        taken: list[str] = []
        size = self._size
        while size > start:
            taken.append(self._parts.pop())
            size -= len(taken[-1])
        return "".join(reversed(taken))

    def _aside(self, text: str, holder: Element) -> None:
        """A line that is no paragraph: the alt text of an image."""
        line = Line(self._size, self._size + len(text), outside="an alt text", alone=self._alone)
        line.holder = self._holder if self._outside else holder
        line.bits = [Bit(line.start, line.end, Look(), False)]
        self._parts += (text, "\n")
        self._size += len(text) + 1
        self.steps += (Turn("#alt", line.start, True), line, Turn("#alt", line.end, False))

    def _within(
        self, content: Element, holder: Element | None, outside: str, *, part: str = "", alone: bool = False
    ) -> None:
        """Read a story that stands outside of the body. part: what it is the text of, with relations of its own."""
        relations = self._relations
        if part:
            self._relations = self.package.relations(part)
        before = self._holder, self._outside, self._alone
        if not self._outside:
            self._holder, self._outside, self._alone = holder, outside, alone
        self._story(content)
        self._holder, self._outside, self._alone = before
        self._relations = relations

    def _turn(self, name: str, *, opens: bool, width: int = 1, again: bool = False, key: str = "") -> None:
        self.steps.append(Turn(name, self._size, opens, width, again, key))

    # tables

    def _table(self, table: Element) -> None:
        rows = [row for row in _members(table, "w:tr") if not _dropped(row)]
        heads = self._heads(table, rows)
        self._turn("table", opens=True)
        if heads:
            self._turn("thead", opens=True)
        for index, row in enumerate(rows):
            if heads and index == heads:
                self._turn("thead", opens=False)
            self._row(row)
        if heads and heads == len(rows):
            self._turn("thead", opens=False)
        self._turn("table", opens=False)

    def _row(self, row: Element) -> None:
        self._turn("tr", opens=True)
        before = number(child(child(row, "w:trPr"), "w:gridBefore")) or 0
        if before:
            self._turn("td", opens=True, width=min(before, 99))
            self._turn("td", opens=False)
        for cell in _members(row, "w:tc"):
            properties = child(cell, "w:tcPr")
            if child(properties, "w:cellDel") is not None:
                continue
            merged = child(properties, "w:vMerge")
            again = merged is not None and attribute(merged) != "restart"
            width = number(child(properties, "w:gridSpan")) or 1
            self._turn("td", opens=True, width=max(1, min(width, 99)), again=again)
            if not again:
                self._blocks(cell)
                self._finish_line()
            self._turn("td", opens=False)
        self._turn("tr", opens=False)

    def _heads(self, table: Element, rows: list[Element]) -> int:
        """How many rows are headers: those that repeat on each page, else the first if it is set off as one."""
        marked = 0
        while marked < len(rows) and flag(child(rows[marked], "w:trPr"), "w:tblHeader"):
            marked += 1
        if marked or len(rows) < 2:
            return marked
        cells = list(_members(rows[0], "w:tc"))
        texts = [" ".join(_plain(cell)) for cell in cells]
        if len(cells) < 2 or any(len(text.split()) > _HEADER_WORDS for text in texts):
            return 0
        return int(_first_row(table) or self._bold(cells))

    def _bold(self, cells: list[Element]) -> bool:
        runs = [
            run for cell in cells for run in cell.iter() if short(run.tag) == "w:r" and "".join(_plain(run)).strip()
        ]
        return bool(runs) and all(self._styles.run(child(run, "w:rPr")).bold for run in runs)

    # text

    def _inlines(self, container: Element) -> None:
        for each in container:
            name = short(each.tag)
            if name == "w:r":
                self._of_run(each)
            elif name == "w:hyperlink":
                self._linked(each, self._target(each))
            elif name == "w:fldSimple":
                self._simple_field(each)
            elif name == "w:sdt":
                self._inlines(_content(each))
            elif name == "mc:AlternateContent":
                self._inlines(_shown(each))
            elif name.startswith("m:"):
                self._formula(each, each)
            elif name in _TRANSPARENT:
                self._inlines(each)
            else:
                self._mark(each, name)

    def _linked(self, element: Element, target: str) -> None:
        self._links.append(target)
        self._inlines(element)
        self._links.pop()

    def _target(self, link: Element) -> str:
        found = self._relations.get(relation(link), Relation("", "", True))
        part = attribute(link, "anchor")
        return f"{found.target}#{part}" if part else found.target

    def _simple_field(self, element: Element) -> None:
        instruction = attribute(element, "instr")
        self._fields.append(_Field(instruction).show())
        self._inlines(element)
        if self._fields:
            self._fields.pop()

    def _formula(self, element: Element, whole: Element) -> None:
        for each in element:
            if short(each.tag) == "m:t":
                self._text(each.text or "", whole, each, Look())
            elif short(each.tag) not in {"w:del", "w:moveFrom"}:
                self._formula(each, whole)

    def _of_run(self, run: Element) -> None:
        look = self._styles.run(child(run, "w:rPr"))
        skipping, self._skipping = self._skipping, self._skipping or bool(look.over(self._look).hidden)
        custom = False  # the sign of a note that has no number follows
        for each in run:
            name = short(each.tag)
            if name == "w:t":
                if not custom:
                    text, skip = self._visible(each)
                    self._text(text, run, each, look, skip)
                custom = False
            elif name in _SINGLE:
                self._text(_SINGLE[name], run, each, look)
            elif name == "w:sym":
                if not custom:
                    self._text(_symbol(each), run, each, look)
                custom = False
            elif name in {"w:footnoteReference", "w:endnoteReference"}:
                custom = attribute(each, "customMarkFollows") in {"1", "true", "on"}
                self._call_note(name[2:].removesuffix("Reference"), each)
            elif name == "w:fldChar":
                self._turn_field(attribute(each, "fldCharType"))
            elif name == "w:instrText":
                if self._fields and not self._fields[-1].shown:
                    self._fields[-1].instruction += each.text or ""
            elif name == "w:ruby":
                self._text("".join(_plain(child(each, "w:rubyBase"))), run, each, look)
            elif name in {"w:drawing", "w:pict", "w:object", "mc:AlternateContent"}:
                self._drawing(each)
            else:
                self._mark(each, name)
        self._skipping = skipping

    def _visible(self, node: Element) -> tuple[str, int]:
        """The text of a `w:t`, and how many characters of white space in front of it Word leaves out."""
        text = node.text or ""
        if self._preserved or node.get(XML_SPACE) == "preserve":
            return text, 0
        shown = text.strip(" \t\r\n")
        return shown, text.find(shown)

    def _silent(self) -> bool:
        return self._skipping or any(each.unread for each in self._fields)

    def _text(self, text: str, run: Element, node: Element, look: Look, skip: int = 0) -> None:
        line = self._line
        if not text or line is None or self._silent():
            return
        start, end = self._size, self._size + len(text)
        self._parts.append(text.translate(_LINE_ENDS))
        self._size = end
        self.atoms.append(Atom(start, len(text), run, node, skip))
        if self._refers_to_note(line, start):
            return
        bit = Bit(start, end, look.over(self._look), bool(look.bold), self._link())
        last = line.bits[-1] if line.bits else None
        if last and not last.call and (last.look, last.strong, last.link) == (bit.look, bit.strong, bit.link):
            last.end = end
        else:
            line.bits.append(bit)

    def _link(self) -> str:
        inner = (each.target for each in reversed(self._fields))
        return next((each for each in chain(inner, reversed(self._links)) if each), "")

    def _turn_field(self, kind: str) -> None:
        if kind == "begin" and len(self._fields) < _NESTED:
            self._fields.append(_Field())
        elif kind == "separate" and self._fields:
            self._fields[-1].show()
        elif kind == "end" and self._fields:
            self._fields.pop()

    # notes, images, bookmarks, comments

    def _call_note(self, kind: str, reference: Element) -> None:
        line = self._line
        if line is None or self._silent():
            return
        key = (kind, attribute(reference, "id"))
        if key not in self._notes:
            self._counts[kind] += 1
            label = f"{'' if kind == 'footnote' else 'e'}{self._counts[kind]}"
            self._notes[key] = (label, self._holder if self._outside else reference)
        label = self._notes[key][0]
        line.bits.append(_noted(label, self._size))
        for name in islice(reversed(self._open_bookmarks.values()), _NESTED):
            self._bookmarks[name] = label

    def _refers_to_note(self, line: Line, start: int) -> bool:
        """Whether the text that was just read repeats the number of a note (the field NOTEREF)."""
        name = next((each.about for each in reversed(self._fields) if each.kind == "NOTEREF"), "")
        if name not in self._bookmarks:
            return False
        line.bits.append(_noted(self._bookmarks[name], start))
        return True

    def _mark(self, element: Element, name: str) -> None:
        """Something of no extent: a bookmark, the place of a comment."""
        if name == "w:bookmarkStart":
            title = attribute(element, "name")
            self._open_bookmarks[attribute(element, "id")] = title
            if self._line is not None and title in self._wanted and not self._line.anchor:
                self._line.anchor = title
        elif name == "w:bookmarkEnd":
            self._open_bookmarks.pop(attribute(element, "id"), None)
        elif name in {"w:commentRangeStart", "w:commentReference"}:
            self._remarked.setdefault(attribute(element, "id"), self._size)
            self._remarked_here.append(attribute(element, "id"))

    def _drawing(self, element: Element) -> None:
        """Note the alt texts and text boxes of a shape, to be read after the line in which it is anchored."""
        if self._silent():
            return
        for each in _drawn([element]):
            name = short(each.tag)
            if name == "w:txbxContent":
                self._asides.append((each, element))
            else:
                text = str(each.get("descr") or each.get("title") or each.get("alt") or "")
                if (text := _AUTOMATIC.sub("", " ".join(text.split()))) and not _decorative(each):
                    self._alts.append((text, element))

    def _read_notes(self) -> None:
        """The notes that are called, each kind in the order of its calls."""
        for kind in ("footnote", "endnote"):
            part = self.part(f"{kind}s") if self._counts[kind] else ""
            root = self.package.tree(part)
            there = {attribute(each, "id"): each for each in ([] if root is None else root)}
            for (of, id_), (label, holder) in list(self._notes.items()):
                if of == kind and id_ in there:
                    self._turn("#note", opens=True, key=label)
                    self._within(there[id_], holder, f"a {kind}", part=part, alone=True)
                    self._turn("#note", opens=False)

    def _read_margins(self) -> None:
        """Page headers and footers that are shown, each text once; they belong to no section of the text."""
        settings = self.package.tree(self.part("settings"))
        even = bool(flag(settings, "w:evenAndOddHeaders"))
        parts: dict[str, str] = {}
        for section in self.root.iter():
            if short(section.tag) != "w:sectPr" or short(section.getparent().tag) == "w:sectPrChange":
                continue
            first = bool(flag(section, "w:titlePg"))
            for each in section:
                place = short(each.tag).removeprefix("w:").removesuffix("Reference")
                shown = {"first": first, "even": even}.get(attribute(each, "type"), True)
                target = self._of_main.get(relation(each))
                if place in {"header", "footer"} and shown and target:
                    parts.setdefault(target.target, place)
        said: set[tuple[str, ...]] = set()
        for part, place in parts.items():
            root = self.package.tree(part)
            if root is not None and (text := tuple(_plain(root))) not in said:
                said.add(text)
                self._within(root, None, f"a page {place}", part=part, alone=True)

    def _read_remarks(self) -> None:
        """The comments of reviewers, each with the place that it is anchored at."""
        root = self.package.tree(self.part("comments")) if self._remarked else None
        for each in [] if root is None else root:
            at = self._remarked.get(attribute(each, "id"))
            if at is not None:
                paragraphs = ("".join(_plain(part)) for part in each.iter() if short(part.tag) == "w:p")
                self.remarks.append(("\n".join(paragraphs), at))


def _address(instruction: str) -> str:
    """Where a field of the kind HYPERLINK leads; "" for other fields."""
    link = _LINK.match(instruction)
    if link is None:
        return ""
    part = _PART.search(instruction)
    anchor = (part["quoted"] or part["bare"] or "") if part else ""
    target = link["quoted"] or link["bare"] or ""
    return f"{target}#{anchor}" if anchor else target


def _content(control: Element) -> Element:
    """What a content control holds; nothing while it shows its prompt, or if it is a table of contents."""
    properties = child(control, "w:sdtPr")
    gallery = attribute(child(child(properties, "w:docPartObj"), "w:docPartGallery"))
    if flag(properties, "w:showingPlcHdr") or gallery == "Table of Contents":
        return ()
    content = child(control, "w:sdtContent")
    return () if content is None else content


def _shown(choice: Element) -> Element:
    found = branch(choice)
    return () if found is None else found


def _members(container: Element, wanted: str) -> Iterator[Element]:
    """The rows of a table or the cells of a row, also those in content controls."""
    for each in container:
        name = short(each.tag)
        if name == wanted:
            yield each
        elif name == "w:sdt":
            yield from _members(_content(each), wanted)
        elif name in _TRANSPARENT:
            yield from _members(each, wanted)


def _dropped(row: Element) -> bool:
    properties = child(row, "w:trPr")
    return child(properties, "w:del") is not None or bool(flag(properties, "w:hidden"))


def _first_row(table: Element) -> bool:
    """Whether the table's design sets its first row off."""
    look = child(child(table, "w:tblPr"), "w:tblLook")
    if first := attribute(look, "firstRow"):
        return first in {"1", "true", "on"}
    value = attribute(look)
    return bool(re.fullmatch(r"[0-9A-Fa-f]{1,8}", value)) and bool(int(value, 16) & 0x20)


def _noted(label: str, at: int) -> Bit:
    return Bit(at, at, Look(), False, "", Call("note", label, Span(at, at)))


def _plain(element: Element | None) -> Iterator[str]:
    """All text in an element, whatever it looks like."""
    for each in () if element is None else element.iter():
        if short(each.tag) == "w:t":
            yield each.text or ""


def _symbol(element: Element) -> str:
    """The character of a symbol font; a space for one that only its font can draw."""
    code = attribute(element, "char")
    value = int(code, 16) if re.fullmatch(r"[0-9A-Fa-f]{1,5}", code) else 0x20
    if 0xF000 <= value <= 0xF0FF:
        return _SYMBOLS.get(value - 0xF000, " ") if attribute(element, "font") == "Symbol" else " "
    return chr(value) if chr(value).isprintable() else " "


def _drawn(elements: Iterable[Element]) -> Iterator[Element]:
    """What of a shape is to be read: the contents of text boxes, the properties that may have an alt text."""
    for each in elements:
        name = short(each.tag)
        if name == "mc:AlternateContent":
            yield from _drawn(_shown(each))
        elif name == "w:txbxContent":
            yield each
        else:
            if name == "wp:docPr" or (name.startswith("v:") and each.get("alt")):
                yield each
            yield from _drawn(each)


def _decorative(properties: Element) -> bool:
    return any(short(each.tag) == "adec:decorative" and each.get("val") in {"1", "true"} for each in properties.iter())
