"""Clean text with its map back to the source, and the document that is put together from it.

`page` is the working copy of a source: of the same length, with syntax that is no prose masked out. A masked
character (`MASK`) vanishes from the text; a `CALL` stands where a citation was masked and becomes its mark.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from claimlint.structs import Struct, field, replace
from claimlint.types import Block, BlockKind, Comment, Document, Lines, Mark, MarkKind, Piece, Problem, Span

MASK = "\v"  # no indentation for CommonMark, but white space next to emphasis
CALL = "￼"
LINK = "\u2060"  # masks a link's target, so that the link stays one

_WHITE = " \t\n\r\f\x1c-\x1f\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_VOID = (
    "\x00-\x08\v\x0e-\x1b\x7f-\x84\x86-\x90\x98-\x9f\xad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufffc"
    "\ud800-\udfff"
)
_UNCLEAN = re.compile(f"[{_WHITE}{_VOID}]{{2,}}|[{_WHITE[1:]}{_VOID}]")
_BLANK = re.compile(f"[{_WHITE}]")
_NOTHING = re.compile(f"[{_VOID}]+")
_LONE_CR = re.compile(r"\r(?!\n)")
_FORBIDDEN = re.compile(f"[\x00{CALL}\ud800-\udfff]")
LONGEST = 10_000
"""Code points of a block; a longer one is cut, since what a sentence means is looked for in its whole block."""
_ENDS = (". ", "? ", "! ")


def unescape(text: str) -> str:
    """HTML's entities as the characters that they stand for."""
    import html  # noqa: PLC0415 - thousands of names, for drafts that have any

    return html.unescape(text)


def words(text: str) -> frozenset[str]:
    return frozenset(text.split())


class Call(NamedTuple):
    """A citation that was masked in the page and is to become a mark of the text around it."""

    kind: MarkKind
    target: str
    span: Span


class Raw(NamedTuple):
    """Decoded text, not yet folded, and its map."""

    text: str
    pieces: Sequence[Piece]


class Slot(Struct, eq=False):
    """A block to be: its neighbours are still slots, since indexes are known only when all are in source order."""

    kind: BlockKind
    text: str
    pieces: tuple[Piece, ...]
    marks: tuple[Mark, ...] = ()
    leads: tuple[Slot, ...] = ()
    level: int = 0
    key: str = ""
    anchor: str = ""
    sectioned: bool = True

    def append(self, marks: Iterable[Mark]) -> None:
        """Take marks that stand alone after this block: a citation belongs to the text before it."""
        size = len(self.text)
        self.marks += tuple(replace(mark, start=size, end=size) for mark in marks)


class Value(Struct, eq=False):
    """A string of front matter, data or an attribute, to be read when the body is done.

    kind: None keeps the kinds that its own markup makes. markup: it may hold Markdown or HTML of its own.
    """

    raw: Raw
    kind: BlockKind | None
    key: str = ""
    leads: tuple[Value, ...] = ()
    markup: bool = True
    sectioned: bool = True
    slots: list[Slot] = field(default_factory=list)


class Text:
    """Builds one block's text: verbatim runs and runs that stand for a source range, white space folded."""

    __slots__ = ("_calls", "_gap", "_marks", "_open", "_page", "_parts", "_pieces", "size")

    def __init__(self, page: str, calls: dict[int, Call]) -> None:
        self._page = page
        self._calls = calls
        self._parts: list[str] = []
        self._pieces: list[Piece] = []
        self._marks: list[Mark] = []
        self._open: list[tuple[MarkKind, str, int, int]] = []
        self._gap: tuple[int, int] | None = None
        self.size = 0

    def __bool__(self) -> bool:
        return bool(self.size or self._marks)

    def add(self, start: int, end: int) -> None:
        """Append page[start:end] as it is, but for white space and characters that nobody sees."""
        for run in _UNCLEAN.finditer(self._page, start, end):
            self._words(start, run.start())
            start = run.end()
            self._fold(run.start(), start)
        self._words(start, end)

    def stand(self, run: str, start: int, end: int) -> None:
        """Append a run that the source writes otherwise: an entity, an escape."""
        seen = _NOTHING.sub("", run)
        clean = " ".join(seen.split())
        if clean:
            self._emit(clean, start, end, verbatim=False)
        elif seen:
            self.space(start, end)

    def space(self, start: int, end: int) -> None:
        if self._gap is None:
            self._gap = (start, end)

    def begin(self, kind: MarkKind, target: str, start: int) -> None:
        self._open.append((kind, target, start, self.size))

    def end(self, kind: MarkKind, end: int) -> None:
        """Close the last open mark of a kind, if there is one."""
        for index in range(len(self._open) - 1, -1, -1):
            if self._open[index][0] == kind:
                _, target, start, size = self._open.pop(index)
                self._marks.append(Mark(kind, size, self.size, target, Span(start, end)))
                return

    def point(self, call: Call) -> None:
        self._marks.append(Mark(call.kind, self.size, self.size, call.target, call.span))

    def finish(self) -> tuple[str, tuple[Piece, ...], tuple[Mark, ...]]:
        end = self._pieces[-1].end if self._pieces else 0
        while self._open:
            self.end(self._open[-1][0], max(end, self._open[-1][2]))
        text = "".join(self._parts)
        marks = sorted((_trimmed(mark, text) for mark in self._marks), key=lambda mark: (mark.span, mark.start))
        return text, tuple(self._pieces), tuple(marks)

    def _words(self, start: int, end: int) -> None:
        if start >= end:
            return
        page = self._page
        if page[start] == " ":
            self.space(start, start + 1)
            start += 1
            if start == end:
                return
        trailing = page[end - 1] == " "
        if trailing:
            end -= 1
        self._emit(page[start:end], start, end, verbatim=True)
        if trailing:
            self.space(end, end + 1)

    def _fold(self, start: int, end: int) -> None:
        if self._calls:
            for at in range(start, end):
                if call := self._calls.get(at):
                    self.point(call)
        if _BLANK.search(self._page, start, end):
            self.space(start, end)

    def _emit(self, run: str, start: int, end: int, *, verbatim: bool) -> None:
        if self._gap is not None and self.size:
            gap_start, gap_end = self._gap
            self._push(" ", gap_start, gap_end, self._page[gap_start:gap_end] == " ")
        self._gap = None
        self._push(run, start, end, verbatim)

    def _push(self, run: str, start: int, end: int, verbatim: bool) -> None:
        pieces = self._pieces
        if verbatim and pieces and pieces[-1].verbatim and pieces[-1].end == start:
            pieces[-1] = Piece(pieces[-1].at, pieces[-1].start, end)
        else:
            pieces.append(Piece(self.size, start, end, verbatim))
        self._parts.append(run)
        self.size += len(run)


class Draft:
    """A document under construction."""

    def __init__(self, source: str, name: str) -> None:
        self.source = source
        self.name = name
        self.plain = self.page = _LONE_CR.sub("\n", _FORBIDDEN.sub(MASK, source))
        self.start = 1 if source.startswith("\ufeff") else 0
        self.calls: dict[int, Call] = {}
        self.values: list[Value] = []
        self.slots: list[Slot] = []
        self.comments: list[Comment] = []
        self.meta: dict[str, Any] = {}
        self.indented_prose = 0  # levels of code by indentation that are text: components are indented by taste
        self._problems: list[tuple[int, str]] = []

    def text(self, *, plain: bool = False) -> Text:
        """plain: of the page as it was before anything was masked."""
        return Text(self.plain, {}) if plain else Text(self.page, self.calls)

    def problem(self, message: str, offset: int) -> None:
        self._problems.append((offset, message))

    def comment(self, start: int, end: int, inner: Span) -> None:
        self.comments.append(Comment(self.source[inner.start : inner.end].strip(), Span(start, end)))

    def finish(self) -> Document:
        self.slots = [part for slot in self.slots for part in _cut(slot)]
        self.slots.sort(key=lambda slot: slot.pieces[0].start)
        lines = Lines(self.source) if self._problems else None
        problems = [Problem(message, lines.position(at).line) for at, message in sorted(self._problems) if lines]
        comments = sorted(self.comments, key=lambda comment: comment.span)
        return Document(self.name, self.source, tuple(_blocks(self.slots)), tuple(comments), self.meta, tuple(problems))


def _blocks(slots: Sequence[Slot]) -> Iterable[Block]:
    numbers = {slot: number for number, slot in enumerate(slots)}
    headings: list[tuple[int, int]] = []
    for number, slot in enumerate(slots):
        if slot.kind == "heading":
            while headings and headings[-1][0] >= slot.level:
                headings.pop()
        section = headings[-1][1] if headings and slot.sectioned else None
        if slot.kind == "heading":
            headings.append((slot.level, number))
        leads = tuple(numbers[lead] for lead in slot.leads if lead in numbers)
        yield Block(slot.kind, slot.text, slot.pieces, slot.marks, section, leads, slot.level, slot.key, slot.anchor)


def _cut(slot: Slot) -> list[Slot]:
    """The slot, or what it is cut into; the first part stays itself, since others refer to it."""
    if len(slot.text) <= LONGEST:
        return [slot]
    bounds = _bounds(slot.text, slot.pieces)
    marks: list[list[Mark]] = [[] for _ in bounds]
    ends = [end for _, end in bounds]
    for mark in slot.marks:
        # what spans several parts is noted where it begins and where it ends
        for number in sorted({bisect_left(ends, mark.start), min(bisect_left(ends, mark.end), len(ends) - 1)}):
            low, high = bounds[number]
            start, end = (min(max(at, low), high) - low for at in (mark.start, mark.end))
            marks[number].append(Mark(mark.kind, start, end, mark.target, mark.span))
    parts = [
        replace(
            slot, text=slot.text[low:high], pieces=tuple(_within(slot.pieces, low, high)), marks=tuple(held), anchor=""
        )
        for (low, high), held in zip(bounds, marks, strict=True)
    ]
    slot.text, slot.pieces, slot.marks = parts[0].text, parts[0].pieces, parts[0].marks
    return [slot, *parts[1:]]


def _bounds(text: str, pieces: Sequence[Piece]) -> list[tuple[int, int]]:
    """Where to cut: behind a sentence, else at a space, else between any two pieces of the map."""
    bounds: list[tuple[int, int]] = []
    start = 0
    while len(text) - start > LONGEST:
        least, most = start + LONGEST // 2, start + LONGEST
        at = max(text.rfind(end, least, most) for end in _ENDS) + 1 or text.rfind(" ", least, most)
        if at < 0:
            piece = pieces[bisect_right(pieces, most, key=lambda piece: piece.at) - 1]
            at = most if piece.verbatim or piece.at <= start else piece.at
        bounds.append((start, at))
        start = at + (text[at] == " ")
    return [*bounds, (start, len(text))]


def _within(pieces: Sequence[Piece], low: int, high: int) -> Iterable[Piece]:
    """The map of text[low:high]."""
    for index in range(bisect_right(pieces, low, key=lambda piece: piece.at) - 1, len(pieces)):
        piece = pieces[index]
        if piece.at >= high:
            return
        if not piece.verbatim:
            yield Piece(max(piece.at - low, 0), piece.start, piece.end, False)
            continue
        start = piece.start + max(low - piece.at, 0)
        yield Piece(max(piece.at - low, 0), start, min(piece.end, piece.start + high - piece.at))


def _trimmed(mark: Mark, text: str) -> Mark:
    """The mark without a leading space: it was opened before the words that it holds."""
    start = mark.start + (mark.start < mark.end and text[mark.start] == " ")
    return mark if start == mark.start else Mark(mark.kind, start, mark.end, mark.target, mark.span)
