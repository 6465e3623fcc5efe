"""What a paragraph is and how a run looks, through Word's styles: by the names and levels that they inherit."""

from __future__ import annotations

import re
from typing import Literal

from claimlint.readers.docx.ooxml import Element, attribute, child, flag, number, short
from claimlint.structs import Struct, field, replace

RoleKind = Literal["paragraph", "title", "heading", "item", "quote", "caption", "contents"]
"""contents: a line of a table of contents or an index, which repeats what stands elsewhere."""

_HEADING = re.compile(r"heading ([1-9])")
_CONTENTS = re.compile(r"toc (?:heading|[1-9])|index (?:heading|[1-9])|table of (?:figures|authorities)")
_LIST = re.compile(r"list (?:bullet|number)(?: ([2-5]))?")
_QUOTES = frozenset(
    {"quote", "intense quote", "block text", "block quote", "blockquote", "block quotation", "quotations"}
)
_BASES = 20
"""Styles based on each other; Word allows half as many."""
_BODY = 9
"""The outline level that is none."""


class Look(Struct, frozen=True):
    """Formatting of characters that bears on meaning; None: not set here. size: in half points."""

    bold: bool | None = None
    struck: bool | None = None
    hidden: bool | None = None
    raised: bool | None = None
    size: int | None = None

    def over(self, base: Look) -> Look:
        """This formatting, and that of a style below it where this says nothing."""
        return Look(
            base.bold if self.bold is None else self.bold,
            base.struck if self.struck is None else self.struck,
            base.hidden if self.hidden is None else self.hidden,
            base.raised if self.raised is None else self.raised,
            base.size if self.size is None else self.size,
        )


class Role(Struct, frozen=True):
    """What a paragraph is. level: of a heading, from 1. depth: of an item, from 0. indented: it stands to the right of
    the margin, as what continues a list item does."""

    kind: RoleKind = "paragraph"
    level: int = 0
    depth: int = 0
    indented: bool = False


class _Style(Struct, frozen=True):
    """A paragraph style with all it inherits. names: its own and those of its bases, in lower case. outline: from 0."""

    names: tuple[str, ...] = ()
    outline: int | None = None
    numbered: bool | None = None
    depth: int | None = None
    indent: int = 0
    look: Look = field(default_factory=Look)


class Styles:
    def __init__(self, root: Element | None) -> None:
        self._elements: dict[str, Element] = {}
        self._paragraphs: dict[str, _Style] = {}
        self._characters: dict[str, Look] = {}
        self._default = ""
        defaults: Element | None = None
        for each in [] if root is None else root:
            if short(each.tag) == "w:style":
                self._elements.setdefault(attribute(each, "styleId"), each)
                if attribute(each, "type") == "paragraph" and attribute(each, "default") in {"1", "true", "on"}:
                    self._default = attribute(each, "styleId")
            elif short(each.tag) == "w:docDefaults":
                defaults = child(child(each, "w:rPrDefault"), "w:rPr")
        self._base = _look(defaults)
        self.size = self.look_of(None).size or 20
        """Of ordinary text, in half points."""

    def role(self, properties: Element | None) -> Role:
        """What a paragraph with these properties (`w:pPr`) is."""
        style = self._paragraph(self._named(properties))
        own = number(child(properties, "w:outlineLvl"))
        outline = style.outline if own is None else own
        indent = _indent(properties)
        numbering = child(properties, "w:numPr")
        numbered = style.numbered if numbering is None else _numbered(numbering)
        depth = number(child(numbering, "w:ilvl"))
        role = Role(indented=(style.indent if indent is None else indent) > 0)
        if any(_CONTENTS.fullmatch(name) for name in style.names):
            return replace(role, kind="contents")
        if "title" in style.names:
            return replace(role, kind="title", level=1)
        if outline is not None and 0 <= outline < _BODY:
            return replace(role, kind="heading", level=outline + 1)
        if "subtitle" in style.names:
            return replace(role, kind="heading", level=1)
        if numbered:
            return replace(role, kind="item", depth=(style.depth or 0) if depth is None else max(0, min(depth, 8)))
        if not _QUOTES.isdisjoint(style.names):
            return replace(role, kind="quote")
        return replace(role, kind="caption") if "caption" in style.names else role

    def look_of(self, properties: Element | None) -> Look:
        """How the text of a paragraph with these properties looks before its runs have their say."""
        return self._paragraph(self._named(properties)).look.over(self._base)

    def run(self, properties: Element | None) -> Look:
        """What a run's own properties (`w:rPr`) and its character style say."""
        look = _look(properties)
        style = attribute(child(properties, "w:rStyle"))
        return look.over(self._character(style)) if style else look

    def _named(self, properties: Element | None) -> str:
        return attribute(child(properties, "w:pStyle")) or self._default

    def _chain(self, name: str) -> list[Element]:
        """A style and those it is based on, each once, however they refer to each other."""
        chain: dict[str, Element] = {}
        while name in self._elements and name not in chain and len(chain) < _BASES:
            chain[name] = self._elements[name]
            name = attribute(child(chain[name], "w:basedOn"))
        return list(chain.values())

    def _paragraph(self, name: str) -> _Style:
        if name not in self._paragraphs:
            style = _Style()
            for each in reversed(self._chain(name)):
                style = _styled(each, style)
            self._paragraphs[name] = style
        return self._paragraphs[name]

    def _character(self, name: str) -> Look:
        if name not in self._characters:
            look = Look()
            for each in reversed(self._chain(name)):
                look = _look(child(each, "w:rPr")).over(look)
            self._characters[name] = look
        return self._characters[name]


def _styled(element: Element, base: _Style) -> _Style:
    """A style over the one that it is based on. Built-in names are English in every language of Word."""
    name = " ".join(attribute(child(element, "w:name")).lower().split())
    properties = child(element, "w:pPr")
    outline, indent = number(child(properties, "w:outlineLvl")), _indent(properties)
    if outline is None and (heading := _HEADING.fullmatch(name)):
        outline = int(heading[1]) - 1
    numbering = child(properties, "w:numPr")
    numbered = base.numbered if numbering is None else _numbered(numbering)
    depth = number(child(numbering, "w:ilvl"))
    if listed := _LIST.fullmatch(name):
        numbered, depth = numbered is not False, int(listed[1] or 1) - 1 if depth is None else depth
    return _Style(
        (*base.names, name),
        base.outline if outline is None else outline,
        numbered,
        base.depth if depth is None else depth,
        base.indent if indent is None else indent,
        _look(child(element, "w:rPr")).over(base.look),
    )


def _numbered(numbering: Element) -> bool:
    """Number 0 takes a paragraph out of the list of its style."""
    return attribute(child(numbering, "w:numId")) != "0"


def _indent(properties: Element | None) -> int | None:
    indent = child(properties, "w:ind")
    left = number(indent, "left")
    return number(indent, "start") if left is None else left


def _look(properties: Element | None) -> Look:
    if properties is None:
        return Look()
    struck, double = flag(properties, "w:strike"), flag(properties, "w:dstrike")
    place, lift = child(properties, "w:vertAlign"), number(child(properties, "w:position"))  # as LibreOffice has it
    return Look(
        flag(properties, "w:b"),
        double if struck is None else struck or bool(double),
        flag(properties, "w:vanish"),
        attribute(place) == "superscript" if place is not None else None if lift is None else lift > 0,
        number(child(properties, "w:sz")),
    )
