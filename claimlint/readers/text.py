"""Plain text: paragraphs between blank lines, headings and lists by the habits of people who write it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import dropwhile

from claimlint.readers.masks import scan
from claimlint.readers.pieces import Draft, Slot
from claimlint.types import BlockKind, Document

Line = tuple[int, int]

_LINE = re.compile(r"[^\r\n]+|\r?\n")
_BULLET = re.compile(r"([ \t]*)(?:[*•‣◦▪–+-]|\(?\d{1,3}[.)])[ \t]+(?=\S)")
_UNDERLINE = re.compile(r"[ \t]*(?:(=)=+|--+|~~+)[ \t]*\Z")
_RULE = re.compile(r"[ \t]*(?:[-=_*~#+.][ \t]*){3,}\Z")
_TURN = re.compile(r"[ \t]*(Q|A|Question|Answer)[ \t]*[:.][ \t]")
_ENDS_SENTENCE = re.compile(r"[.!?:;,…][\"'”’)\]]*\Z")
_HEADING_WORDS = 12


def read(source: str, name: str) -> Document:
    draft = Draft(source, name)
    scan(draft, "text")
    reader = _Reader(draft)
    for group in _groups(draft):
        reader.group(group)
    return draft.finish()


def _groups(draft: Draft) -> Iterator[list[Line]]:
    """Runs of lines without a blank one, each line without its end."""
    group: list[Line] = []
    blank = False
    for line in _LINE.finditer(draft.page, draft.start):
        if not line[0].isspace():
            group.append(line.span())
            blank = False
        elif line[0][0] in "\r\n":
            if blank and group:
                yield group
                group = []
            blank = True
    if group:
        yield group


class _Reader:
    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._last: Slot | None = None
        self._intro: tuple[Slot, ...] = ()  # what leads the items of the list that is being read
        self._items: list[tuple[int, Slot]] = []  # open items with their indentation
        self._question: Slot | None = None

    def group(self, lines: list[Line]) -> None:
        lines = self._headings(lines)
        run: list[Line] = []
        for line in lines:
            if run and (_BULLET.match(self._draft.page, *line) or _TURN.match(self._draft.page, *line)):
                self._block(run)
                run = []
            run.append(line)
        if run:
            self._block(run)

    def _headings(self, lines: list[Line]) -> list[Line]:
        """Take rules and a heading off the top of a group; what is left is prose."""
        page = self._draft.page
        lines = list(dropwhile(lambda line: _RULE.match(page, *line), lines))
        if not lines:
            return lines
        text = page[slice(*lines[0])]
        short = len(text.split()) <= _HEADING_WORDS and not _BULLET.match(text)
        if short and len(lines) > 1 and (underline := _UNDERLINE.match(page, *lines[1])):
            self._add("heading", lines[:1], level=1 if underline[1] else 2)
            return lines[2:]
        alone = len(lines) == 1 and not _ENDS_SENTENCE.search(text.rstrip()) and not _TURN.match(text)
        if short and (alone or text.isupper()) and any(map(str.isalpha, text)):
            self._add("heading", lines[:1], level=2)
            return lines[1:]
        return lines

    def _block(self, lines: list[Line]) -> None:
        page = self._draft.page
        if bullet := _BULLET.match(page, *lines[0]):
            self._item([(bullet.end(), lines[0][1]), *lines[1:]], len(bullet[1].expandtabs()))
            return
        turn = _TURN.match(page, *lines[0])
        answers = turn is not None and turn[1][0] == "A" and self._question is not None
        slot = self._add("paragraph", lines, leads=(self._question,) if answers and self._question else ())
        self._question = slot if turn is not None and turn[1][0] == "Q" else None

    def _item(self, lines: list[Line], indent: int) -> None:
        if self._last is None or self._last.kind != "item":
            self._items = []
            self._intro = (self._last,) if self._last is not None and self._last.kind == "paragraph" else ()
        while self._items and self._items[-1][0] >= indent:
            self._items.pop()
        slot = self._add("item", lines, leads=(*self._intro, *(item for _, item in self._items)))
        if slot is not None:
            self._items.append((indent, slot))

    def _add(self, kind: BlockKind, lines: list[Line], *, level: int = 0, leads: tuple[Slot, ...] = ()) -> Slot | None:
        text = self._draft.text()
        for position, (start, end) in enumerate(lines):
            if position:
                text.space(lines[position - 1][1], start)
            text.add(start, end)
        clean, pieces, marks = text.finish()
        if not clean:
            if self._last is not None:
                self._last.append(marks)
            return None
        self._last = Slot(kind, clean, pieces, marks, leads, level)
        self._draft.slots.append(self._last)
        return self._last
