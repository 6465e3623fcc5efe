"""One pass over a page that finds what is no prose and masks it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import TypeAlias

from claimlint.readers.literals import Brackets
from claimlint.readers.pieces import CALL, MASK, Call, Draft
from claimlint.types import MarkKind, Span

Handler: TypeAlias = "Callable[[Scan, int], int]"
"""Deals with what may begin at an offset; returns where it ends, or the offset itself if it is nothing."""

_WITHIN_LINE = re.compile(r"[^\r\n]")
_EMPTIED = re.compile(rf"^[ \t]*{MASK}[ \t{MASK}]*(?=\r?$)", re.MULTILINE)
_LEAD = 80


class Scan:
    """One pass over a draft's page from its start on."""

    def __init__(self, draft: Draft, handlers: Mapping[str, Handler]) -> None:
        self.draft = draft
        self.page = draft.page
        self.position = draft.start
        self.brackets = Brackets(self.page)
        self._handlers = handlers
        self._edits: list[tuple[int, int, str]] = []
        self._missing: set[str] = set()

    def run(self) -> None:
        triggers = re.compile("|".join(map(re.escape, self._handlers)))
        while found := triggers.search(self.page, self.position):
            self.position = max(self._handlers[found[0]](self, found.start()), found.end())
        if self._edits:
            self.draft.page = _EMPTIED.sub(lambda line: " " * len(line[0]), self._edited())

    def hide(self, start: int, end: int, fill: str = MASK) -> int:
        """Mask a range, keeping its line ends."""
        self._edits.append((start, end, _WITHIN_LINE.sub(fill, self.page[start:end])))
        return end

    def call(self, start: int, end: int, kind: MarkKind, targets: Iterable[tuple[int, str]]) -> int:
        """Mask a citation; each target's mark will stand at its offset."""
        position = start
        for at, target in targets:
            self.draft.calls[at] = Call(kind, target, Span(start, end))
            self.hide(position, at)
            self._edits.append((at, at + 1, CALL))
            position = at + 1
        return self.hide(position, end)

    def find(self, needle: str, start: int) -> int:
        """Like str.find, but a needle that was missing once is not looked for again."""
        if needle in self._missing:
            return -1
        at = self.page.find(needle, start)
        if at < 0:
            self._missing.add(needle)
        return at

    def search(self, pattern: re.Pattern[str], start: int) -> re.Match[str] | None:
        """Like pattern.search, with the same memory."""
        if pattern.pattern in self._missing:
            return None
        found = pattern.search(self.page, start)
        if found is None:
            self._missing.add(pattern.pattern)
        return found

    def lead(self, at: int) -> str | None:
        """What stands before an offset on its line, or None if that is much."""
        before = self.page[max(0, at - _LEAD) : at]
        end = before.rfind("\n")
        return None if end < 0 and at > _LEAD else before[end + 1 :]

    def comment(self, start: int, opening: str, closing: str) -> int:
        """Note and mask a comment, or tell that it is never closed: of the first, since no later one is closed either."""
        inner = start + len(opening)
        told = closing in self._missing
        end = self.find(closing, inner)
        if end < 0:
            if not told:
                self.draft.problem(f'this comment ("{opening}") is never closed; what follows was read as text', start)
            return self.hide(start, inner)
        self.draft.comment(start, end + len(closing), Span(inner, end))
        return self.hide(start, end + len(closing))

    def _edited(self) -> str:
        parts: list[str] = []
        position = 0
        for start, end, fill in self._edits:
            parts += (self.page[position:start], fill)
            position = end
        parts.append(self.page[position:])
        return "".join(parts)


def first_of(*handlers: Handler) -> Handler:
    """The handler that lets others try in turn."""

    def handle(scan: Scan, at: int) -> int:
        return next((end for handler in handlers if (end := handler(scan, at)) > at), at)

    return handle
