"""Markdown and MDX: pulldown-cmark's events, each with its byte range, drive the weaver."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable
from itertools import accumulate
from typing import Any

import pyromark
from pyromark import Options

from claimlint.readers import frontmatter
from claimlint.readers.literals import ENTITY
from claimlint.readers.masks import Syntax, scan
from claimlint.readers.pieces import LINK, Call, Draft, Raw, Value
from claimlint.readers.tags import Tags
from claimlint.readers.values import settle
from claimlint.readers.weave import Weaver
from claimlint.types import Document, Piece, Span

_OPTIONS = (
    Options.ENABLE_TABLES
    | Options.ENABLE_FOOTNOTES
    | Options.ENABLE_STRIKETHROUGH
    | Options.ENABLE_TASKLISTS
    | Options.ENABLE_HEADING_ATTRIBUTES
    | Options.ENABLE_DEFINITION_LIST
    | Options.ENABLE_GFM
)
_NAMES = {
    "Paragraph": "p",
    "Item": "li",
    "TableRow": "tr",
    "TableCell": "td",
    "Strong": "strong",
    "Strikethrough": "del",
    "DefinitionList": "dl",
    "DefinitionListTitle": "dt",
    "DefinitionListDefinition": "dd",
    "List": "ul",
    "Table": "table",
}
_WIDE = re.compile(r"[^\x00-\x7f]")
_NUMBERED = re.compile(r"\[\d{1,3}\]")
_STRAY = re.compile(r"\*{2,}|(?<=\*)\*|\*(?=\*)")
_CODE_TURN = re.compile(r"\r?\n[ \t>]*")  # with the marks of the containers that the next line stands in
_CODE_IN_CELL = re.compile(r"\\(?=\|)")


def read(source: str, name: str, *, mdx: bool = False) -> Document:
    draft = Draft(source, name)
    frontmatter.read(draft)
    weave(draft, "mdx" if mdx else "markdown")
    settle(draft, weave)
    return draft.finish()


def weave(draft: Draft, syntax: Syntax = "markdown") -> None:
    """Read the body of a draft, from `draft.start` on, into its slots."""
    scan(draft, syntax)
    _Walk(draft).run()


class _Walk:
    """Turns events into the tags that they stand for."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._page = draft.page
        self._weaver = Weaver(draft)
        self._tags = Tags(self._weaver)
        self._skipping = False  # inside code or an autolink, whose text is no prose
        self._indented = False
        self._lines: list[tuple[int, int]] = []  # of the HTML or code block that is open

    def run(self) -> None:
        body = self._page[self._draft.start :]
        place = offsets(body, self._draft.start)
        page, weaver = self._page, self._weaver
        for event, where in pyromark.events_with_range(body, options=_OPTIONS):
            start, end = place(where["start"]), place(where["end"])
            tag, value = _split(event)
            if tag == "Text":
                if self._skipping:
                    self._lines.append((start, end))
                elif page[start:end] == value:
                    self._words(start, end)
                elif entity := ENTITY.match(page, start, end):  # the event's own range may be longer
                    weaver.text.stand(value, *entity.span())
            elif tag == "Start":
                self._start(value, start, end)
            elif tag == "End":
                self._end(value, end)
            elif tag in {"SoftBreak", "HardBreak"}:
                weaver.text.space(start, end)
            else:
                self._leaf(tag, value, start, end)
        weaver.flush()

    def _start(self, value: Any, start: int, end: int) -> None:
        tag, data = _split(value)
        weaver = self._weaver
        if name := _NAMES.get(tag):
            weaver.open(name, start, firm=True)
        elif tag == "Heading":
            weaver.open(data["level"].lower(), start, firm=True, anchor=data["id"] or "")
        elif tag == "Link":
            self._link(data, start, end)
        elif tag == "Image":
            weaver.open("#alt", start, firm=True)
        elif tag == "TableHead":
            weaver.open("thead", start, firm=True)
            weaver.open("tr", start, firm=True)
        elif tag == "BlockQuote":
            # an alert is the author's own voice
            weaver.open("div" if data else "blockquote", start, firm=True)
        elif tag == "FootnoteDefinition":
            weaver.open("#note", start, firm=True, key=data)
        elif tag == "CodeBlock":
            weaver.interrupt()
            self._skipping, self._lines = True, []
            self._indented = data == "Indented" and self._draft.indented_prose > 0
        elif tag == "HtmlBlock":
            self._lines = []

    def _end(self, value: Any, end: int) -> None:
        tag, data = _split(value)
        weaver = self._weaver
        if name := _NAMES.get(tag):
            weaver.close(name, end, firm=True)
        elif tag == "Heading":
            weaver.close(data.lower(), end, firm=True)
        elif tag == "Link":
            weaver.close("a", end, firm=True)
            self._skipping = False
        elif tag == "Image":
            weaver.close("#alt", end, firm=True)
        elif tag == "TableHead":
            weaver.close("thead", end, firm=True)
        elif tag == "BlockQuote":
            weaver.close("div" if data else "blockquote", end, firm=True)
        elif tag == "FootnoteDefinition":
            weaver.close("#note", end, firm=True)
        elif tag == "CodeBlock":
            self._skipping = False
            if self._indented:
                self._draft.values.append(Value(_cut(self._page, self._lines), None))
        elif tag == "HtmlBlock" and self._lines:
            self._tags.feed(_joined(self._lines))
            weaver.flush()

    def _leaf(self, tag: str, value: Any, start: int, end: int) -> None:
        if tag == "Code":
            self._code(start, end)
        elif tag == "InlineHtml":
            self._tags.feed([(start, end)])
        elif tag == "Html":
            self._lines.append((start, end))
        elif tag == "Rule":
            self._weaver.interrupt()
        elif tag == "FootnoteReference":
            self._weaver.text.point(Call("note", value, Span(start, end)))

    def _link(self, data: dict[str, str], start: int, end: int) -> None:
        """Open a link. Its text is kept, but an autolink has none; a number keeps its brackets: [1]."""
        text, target = self._weaver.text, data["dest_url"].strip(LINK)
        if data["link_type"] in {"Autolink", "Email"}:
            text.point(Call("link", target, Span(start, end)))
            self._skipping = True
            return
        self._weaver.open("a", start, firm=True, target=target)
        if number := _NUMBERED.match(self._page, start):
            text.add(*number.span())
            self._skipping = True

    def _words(self, start: int, end: int) -> None:
        """Add text without failed emphasis, as in `**safe **option`, which is never meant as stars."""
        text = self._weaver.text
        if self._page.find("*", start, end) >= 0:
            for stars in _STRAY.finditer(self._page, start, end + 1):
                text.add(start, stars.start())
                start = stars.end()
        text.add(start, end)

    def _code(self, start: int, end: int) -> None:
        text, page = self._weaver.text, self._page
        text.begin("code", "", start)
        ticks = len(page[start:end]) - len(page[start:end].lstrip("`"))
        position, last = start + ticks, end - ticks
        hidden = _CODE_IN_CELL if self._weaver.scope.cell else _CODE_TURN
        for gap in hidden.finditer(page, position, last):
            text.add(position, gap.start())
            if gap[0] != "\\":
                text.space(*gap.span())
            position = gap.end()
        text.add(position, last)
        text.end("code", end)


def offsets(body: str, base: int) -> Callable[[int], int]:
    """From byte offsets into the UTF-8 of body to offsets of code points, base added."""
    if body.isascii():
        return lambda byte: byte + base
    after: list[int] = []  # byte offsets behind each character that is wider than a byte
    surplus = [-base]
    extra = -base
    for wide in _WIDE.finditer(body):
        char = wide[0]
        extra += 1 if char < "\u0800" else 2 if char < "\U00010000" else 3
        after.append(wide.end() + extra + base)
        surplus.append(extra)
    return lambda byte: byte - surplus[bisect_right(after, byte)]


def _split(value: Any) -> tuple[str, Any]:
    if isinstance(value, str):
        return value, None
    ((tag, data),) = value.items()
    return tag, data


def _cut(page: str, ranges: list[tuple[int, int]]) -> Raw:
    """The text of some ranges as one."""
    starts = accumulate((end - start for start, end in ranges), initial=0)
    pieces = [Piece(at, start, end) for at, (start, end) in zip(starts, ranges, strict=False)]
    return Raw("".join(page[start:end] for start, end in ranges), pieces)


def _joined(ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    joined = ranges[:1]
    for start, end in ranges[1:]:
        if start == joined[-1][1]:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined
