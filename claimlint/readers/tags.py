"""HTML, in a document of its own or inside Markdown: tags drive the weaver, text fills it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence

from claimlint.readers.literals import ENTITY, Leaf, Literals, NotLiteralError, Tree
from claimlint.readers.pieces import Text, unescape, words
from claimlint.readers.values import attribute, gather, linked_data, place
from claimlint.readers.weave import MUTED, Weaver
from claimlint.types import BlockKind

TAG = re.compile(r"""<(/?)([a-zA-Z][^\s<>/"'=]*+)((?:[^<>"']|"[^"]*"|'[^']*')*+)>""")
RAW_TEXT = frozenset({"script", "style", "textarea", "iframe", "noembed", "xmp", "title"})

_DECLARATION = re.compile(r"<[!?][^>]*>")
_ATTRIBUTE = re.compile(r"""([^\s=/"'<>]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'<>]+)))?""")
_BUTTON = re.compile(r"(?:^|[\s_-])(?:btn|button|cta)(?:[\s_-]|$)", re.IGNORECASE)
_VOID = words("area base br col embed hr img input link meta param source track wbr")
_BOXES = frozenset({"span", "a", "label"})  # side by side, they are laid out apart
_METAS: dict[str, BlockKind] = {
    **dict.fromkeys(("description", "og:description", "twitter:description"), "description"),
    **dict.fromkeys(("og:title", "twitter:title"), "title"),
    **dict.fromkeys(("og:image:alt", "twitter:image:alt"), "alt"),
}

Attributes = dict[str, tuple[int, int]]


def add_html(text: Text, page: str, start: int, end: int) -> None:
    """Append page[start:end] with its entities decoded."""
    for entity in ENTITY.finditer(page, start, end):
        decoded = unescape(entity[0])
        if decoded != entity[0]:
            text.add(start, entity.start())
            text.stand(decoded, *entity.span())
            start = entity.end()
    text.add(start, end)


class Tags:
    """Reads ranges of HTML into a weaver; what one range opens stays open for the next."""

    def __init__(self, weaver: Weaver) -> None:
        self._weaver = weaver
        self._draft = weaver.draft
        self._page = weaver.draft.page
        self._final: dict[str, int] = {}

    def feed(self, ranges: Sequence[tuple[int, int]]) -> None:
        """Read HTML that stands in ranges of the page: between them are the marks of a Markdown container."""
        page, position, end = self._page, ranges[0][0], ranges[-1][1]
        last = page.rfind(">", position, end)
        while position < end:
            at = page.find("<", position, end)
            at = end if at < 0 else at
            self._text(position, at, ranges)
            position = self._markup(at, end) if at < last else at
            if position == at < end:  # a lone "<" is text
                self._text(at, at + 1, ranges)
                position += 1

    def _text(self, start: int, end: int, ranges: Sequence[tuple[int, int]]) -> None:
        index = max(0, bisect_right(ranges, (start, end)) - 1)
        while index < len(ranges) and ranges[index][0] < end:
            first, last = max(start, ranges[index][0]), min(end, ranges[index][1])
            if first < last:
                add_html(self._weaver.text, self._page, first, last)
            index += 1

    def _markup(self, at: int, end: int) -> int:
        """Handle the tag at an offset; returns where it ends, or the offset itself if there is none."""
        tag = TAG.match(self._page, at, end)
        if tag is None:
            declaration = _DECLARATION.match(self._page, at, end)
            return declaration.end() if declaration else at
        name = tag[2].lower()
        if tag[1]:
            self._weaver.close(name, tag.end())
            if name in _BOXES and self._page.startswith(f"<{tag[2]}", tag.end()):
                self._weaver.text.space(at, tag.end())
            return tag.end()
        attributes = self._attributes(*tag.span(3))
        if name in RAW_TEXT and (inner := self._end_of(name, tag.end(), end)) is not None:
            self._raw_text(name, attributes, tag.end(), inner)
            return inner
        self._note_attributes(name, attributes)
        if name == "br":
            self._weaver.text.space(at, tag.end())
        elif name in _VOID:
            if name == "hr":
                self._weaver.interrupt()
        elif name not in RAW_TEXT and (name not in MUTED or self._closes(name, tag.end())):
            self._open(name, attributes, at)
        return tag.end()

    def _open(self, name: str, attributes: Attributes, at: int) -> None:
        kind: BlockKind | None = None
        if name == "a" and (
            _BUTTON.search(self._value(attributes, "class")) or "button" in self._value(attributes, "role")
        ):
            kind = "button"
        anchor = self._value(attributes, "id") or (self._value(attributes, "name") if name == "a" else "")
        width = self._value(attributes, "colspan")
        self._weaver.open(
            name,
            at,
            target=self._value(attributes, "href") if name == "a" else "",
            anchor=anchor,
            width=int(width) if re.fullmatch(r"[1-9][0-9]?", width) else 1,
            kind=kind,
        )

    def _note_attributes(self, name: str, attributes: Attributes) -> None:
        """Note the attributes that readers see."""
        if not attributes or self._weaver.scope.muted:
            return
        kinds: dict[str, BlockKind] = {}
        kind = self._value(attributes, "type").lower()
        if name == "meta":
            field = _METAS.get((self._value(attributes, "name") or self._value(attributes, "property")).lower())
            if field:
                kinds["content"] = field
        elif name in {"img", "area"} or kind == "image":
            kinds["alt"] = "alt"
        elif name == "input" and kind in {"submit", "button", "reset"}:
            kinds["value"] = "button"
        for key, block in kinds.items():
            if key in attributes:
                place(self._draft, block, Leaf(*attributes[key], "entities"))
        if "title" in attributes:
            title: Tree = {"title": Leaf(*attributes["title"], "entities")}
            gather(self._draft, title, name, attribute, markup=False)

    def _raw_text(self, name: str, attributes: Attributes, start: int, end: int) -> None:
        if name == "title" and not self._weaver.scope.muted:
            self._weaver.open(name, start)
            add_html(self._weaver.text, self._page, start, end)
            self._weaver.close(name, end)
        elif name == "script" and "ld+json" in self._value(attributes, "type").lower():
            self._linked_data(start, end)

    def _linked_data(self, start: int, end: int) -> None:
        try:
            tree, _ = Literals(self._draft.plain, end).value(start)
        except NotLiteralError as stop:
            self._draft.problem("the JSON-LD cannot be read from here on; its texts were not checked", stop.at)
            return
        for value in gather(self._draft, tree, "", linked_data):
            value.sectioned = False

    def _end_of(self, name: str, start: int, end: int) -> int | None:
        """Where the end tag of an element begins whose content is no markup; None if it is never closed."""
        if not self._closes(name, start):
            return end if name != "title" else None
        found = re.compile(f"</{name}", re.IGNORECASE).search(self._page, start, end)
        return found.start() if found else end

    def _closes(self, name: str, start: int) -> bool:
        if name not in self._final:
            ends = re.finditer(f"</{name}", self._page, re.IGNORECASE)
            self._final[name] = max((found.start() for found in ends), default=-1)
        return self._final[name] >= start

    def _attributes(self, start: int, end: int) -> Attributes:
        found: Attributes = {}
        for pair in _ATTRIBUTE.finditer(self._page, start, end):
            found.setdefault(pair[1].lower(), pair.span(pair.lastindex or 1) if pair.lastindex != 1 else (end, end))
        return found

    def _value(self, attributes: Attributes, name: str) -> str:
        start, end = attributes.get(name, (0, 0))
        return unescape(self._page[start:end]) if start < end else ""
