"""From the lines of a Word document to blocks: they drive the weaver as tags of HTML do, so that they mean the same."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from claimlint.readers.docx.walk import Bit, Line, Turn
from claimlint.readers.masks import DIGITS, NUMBERS, is_exponent, scan
from claimlint.readers.pieces import Call, Draft
from claimlint.readers.weave import Weaver
from claimlint.types import MarkKind, Span

_TYPED = re.compile(r"\s*(?:[•‣◦▪●○■·*–-]|\(?\d{1,3}[.)])\s+(?=\S)")
"""A bullet or number that was typed, not set by a list."""
_RAISED = re.compile(rf"[\s\[(,]*{NUMBERS}[\s\]),]*")
_ENDS_SENTENCE = re.compile(r"[.!?:;,…][\"'”’)\]]*\Z")
_HEADING_WORDS = 12
_LARGER = 1.2
"""By how much a heading that has no style is larger than other text, if it is not bold."""
_NAMES = {"paragraph": "p", "quote": "blockquote", "caption": "figcaption"}


def lay(draft: Draft, steps: Sequence[Line | Turn], size: int) -> None:
    """Fill the draft with the blocks that lines and turns make. size: of text that has none of its own, in half points."""
    scan(draft, "text")
    _Layout(draft, steps, size).run(steps)


class _Layout:
    def __init__(self, draft: Draft, steps: Sequence[Line | Turn], size: int) -> None:
        self._draft = draft
        self._weaver = Weaver(draft)
        self._size = size
        self._usual = _usual(steps, size)
        self._lists: list[int] = []  # depths of the items that are open
        self._around: list[str] = []
        # the title stands above the headings, which have levels of their own
        self._below = int(any(isinstance(step, Line) and step.role.kind == "title" for step in steps))

    def run(self, steps: Sequence[Line | Turn]) -> None:
        for step in steps:
            if isinstance(step, Turn):
                self._turn(step)
                continue
            known = len(self._draft.slots)
            self._line(step)
            self._weaver.flush()
            for slot in self._draft.slots[known:]:
                slot.sectioned = not step.alone

    def _turn(self, turn: Turn) -> None:
        if turn.name != "#alt":
            self._end_lists(turn.at)
        if turn.opens:
            self._around.append(turn.name)
            self._weaver.open(turn.name, turn.at, firm=True, width=turn.width, again=turn.again, key=turn.key)
        else:
            self._around.pop()
            self._weaver.close(turn.name, turn.at, firm=True)

    def _line(self, line: Line) -> None:
        if self._around[-1:] == ["#alt"]:
            self._fill(line, line.start)
            return
        bullet = _TYPED.match(self._draft.source, line.start, line.end)
        level = self._level(line, typed=bullet is not None and not bullet[0].strip(" (")[0].isdigit())
        if level:
            self._block(line, f"h{min(level, 6)}")
        elif line.role.kind == "item":
            self._item(line, line.role.depth, line.start)
        elif bullet and line.role.kind == "paragraph":
            self._item(line, 0, bullet.end())
        elif self._lists and line.role.indented:
            self._fill(line, line.start)  # goes on with the item before it
        else:
            self._block(line, _NAMES.get(line.role.kind, "p"))

    def _block(self, line: Line, name: str) -> None:
        self._end_lists(line.start)
        self._weaver.open(name, line.start, firm=True, anchor=line.anchor)
        self._fill(line, line.start)
        self._weaver.close(name, line.end, firm=True)

    def _item(self, line: Line, depth: int, start: int) -> None:
        weaver = self._weaver
        while self._lists and self._lists[-1] > depth and (len(self._lists) > 1):
            self._end_list(line.start)
        if self._lists and self._lists[-1] >= depth:
            self._lists[-1] = depth
            weaver.close("li", line.start, firm=True)
        else:
            weaver.open("ul", line.start, firm=True)
            self._lists.append(depth)
        weaver.open("li", line.start, firm=True, anchor=line.anchor)
        self._fill(line, start)

    def _end_list(self, at: int) -> None:
        self._lists.pop()
        self._weaver.close("li", at, firm=True)
        self._weaver.close("ul", at, firm=True)

    def _end_lists(self, at: int) -> None:
        while self._lists:
            self._end_list(at)

    def _level(self, line: Line, *, typed: bool) -> int:
        """The level of a heading, 0 of other lines. typed: it begins with a bullet."""
        role = line.role
        if role.kind == "title":
            return 1
        if role.kind == "heading":
            return role.level + self._below
        if role.kind == "paragraph" and not typed and not self._around and not line.outside:
            return self._unstyled(line)
        return 0

    def _unstyled(self, line: Line) -> int:
        """The level of what looks like a heading and has no style: short, alone on its line, larger or bold throughout."""
        text = self._draft.source[line.start : line.end].strip()
        words = text.split()
        if not 0 < len(words) <= _HEADING_WORDS or (_ENDS_SENTENCE.search(text) and not text.endswith("?")):
            return 0
        seen = [bit for bit in line.bits if self._draft.source[bit.start : bit.end].strip()]
        if not seen or not any(map(str.isalpha, text)):
            return 0
        if all((bit.look.size or self._size) >= _LARGER * self._usual for bit in seen):
            return 2 + self._below
        return 3 + self._below if all(bit.look.bold for bit in seen) else 0

    # what is in a line

    def _fill(self, line: Line, start: int) -> None:
        text = self._weaver.text
        open_: dict[MarkKind, str] = {}  # with the target of a link
        for bit in line.bits:
            wanted = _marks(bit)
            for kind in [kind for kind in open_ if open_[kind] != wanted.get(kind)]:
                text.end(kind, bit.start)
                del open_[kind]
            for kind in wanted.keys() - open_.keys():
                text.begin(kind, wanted[kind], bit.start)
            open_ = wanted
            self._add(bit, start)
        for kind in open_:
            text.end(kind, line.end)

    def _add(self, bit: Bit, start: int) -> None:
        text, first = self._weaver.text, max(bit.start, start)
        if bit.call:
            text.point(bit.call)
        elif bit.look.raised and first < bit.end and self._numbers(first, bit.end):
            for digits in DIGITS.finditer(self._draft.source, first, bit.end):
                text.point(Call("number", digits[0], Span(*digits.span())))
        elif first < bit.end:
            text.add(first, bit.end)

    def _numbers(self, start: int, end: int) -> bool:
        """Whether raised text is the numbers of references: not an exponent, not “st” or “®”."""
        source = self._draft.source
        return bool(_RAISED.fullmatch(source, start, end)) and not is_exponent(source, start)


def _usual(steps: Sequence[Line | Turn], size: int) -> int:
    """The size of most of the text, in half points."""
    sizes: Counter[int] = Counter()
    for step in steps:
        if isinstance(step, Line):
            for bit in step.bits:
                sizes[bit.look.size or size] += bit.end - bit.start
    return sizes.most_common(1)[0][0] if sizes else size


def _marks(bit: Bit) -> dict[MarkKind, str]:
    marks: dict[MarkKind, str] = {"link": bit.link} if bit.link else {}
    if bit.strong:
        marks["strong"] = ""
    if bit.look.struck:
        marks["strike"] = ""
    return marks
