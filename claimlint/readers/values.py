"""Strings of front matter, data and attributes: which are prose, what kind of block they make, and their reading."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping

from claimlint.readers.literals import Leaf, Tree
from claimlint.readers.pieces import CALL, LINK, Draft, Raw, Slot, Value, words
from claimlint.structs import replace
from claimlint.types import Block, BlockKind, Mark, Piece, Span

Chooser = Callable[[list[str], str], BlockKind | None]
"""What a string becomes, by the normalised names of its key path and its text; None if it is no prose."""

_TITLES = frozenset({"title", "metatitle", "seotitle", "ogtitle", "pagetitle"})
_DESCRIPTIONS = frozenset({"description", "excerpt", "summary", "metadescription", "seodescription", "ogdescription"})
_HEADS = frozenset({"seo", "meta", "metadata", "og", "opengraph", "twitter", "social", "head"})
_REFERENCES = words("sources references citations bibliography")
_OPAQUE = _REFERENCES | words("style class classname sx css")
_UNREAD = words(
    """tags tag categories category keywords author authors layout slug url uri permalink link href src path id uid
    lang language locale type template icon color class classname style aliases alias weight sku email phone tel
    address location rel target width height sizes variant"""
)
_UNREAD_END = ("date", "url", "slug", "path", "src", "image", "img", "icon", "class", "style")
_QUESTIONS = ("q", "question")
_ANSWERS = ("a", "answer", "acceptedanswer", "suggestedanswer")
_DATA = words("text description name headline alternativeheadline reviewbody abstract articlebody slogan caption")
_TARGETS = ("id", "key", "doi", "pmid", "href", "url", "source", "to", "n", "0")
_TEMPLATE = re.compile(r"://|www\.|\{\{|\{%")
_LETTER = re.compile(r"[^\W\d_]")
_WORD = re.compile(r"[^\W\d_]{2,}")
_PLACE = re.compile(r"\s*(?:[a-z][\w+.-]*:/|[./#]|www\.)\S*\s*\Z")
_MARKUP = re.compile(r"[*_`<\[\\&~]|://|www\.|\{\{|\{%")
_NAMES = re.compile(r"(?<![^.\[\]])\d*+[^.\[\]\d][^.\[\]]*+")


def front_matter(names: list[str], text: str) -> BlockKind | None:
    if not _REFERENCES.isdisjoint(names) or not text.strip():
        return None
    name = names[-1] if names else ""
    if len(names) < 2 or names[-2] in _HEADS:
        if name in _TITLES:
            return "title"
        if name in _DESCRIPTIONS:
            return "description"
    return attribute(names, text)


def attribute(names: list[str], text: str) -> BlockKind | None:
    """Also for parameters and exported data."""
    name = names[-1] if names else ""
    if name.endswith("alt") or name == "alttext":
        return "alt" if text.strip() else None
    if name in _UNREAD or name.endswith(_UNREAD_END) or not _OPAQUE.isdisjoint(names) or _PLACE.match(text):
        return None
    if name in _QUESTIONS or name in _ANSWERS:
        return "field" if text.strip() else None
    if not _is_phrase(text):
        return None
    return "caption" if name == "caption" else "field"


def linked_data(names: list[str], text: str) -> BlockKind | None:
    """JSON-LD, where names of people, places and things stand among the prose."""
    name = names[-1] if names else ""
    if name not in _DATA or not _is_phrase(text):
        return None
    return "field" if name != "name" or len(_WORD.findall(text)) >= 3 else None


def gather(draft: Draft, tree: Tree, key: str, choose: Chooser, *, markup: bool = True) -> list[Value]:
    """Note the prose among a tree's strings, to be read by `settle`. A question leads its answer."""
    if isinstance(tree, Leaf):
        raw = tree.raw(draft.plain)
        kind = choose([_normal(name) for name in _NAMES.findall(key)], raw.text)
        found = [Value(raw, kind, key, markup=markup)] if kind else []
        draft.values += found
        return found
    if isinstance(tree, list):
        items = (gather(draft, item, f"{key}[{index}]", choose, markup=markup) for index, item in enumerate(tree))
        return [value for values in items for value in values]
    if isinstance(tree, dict):
        members = {name: gather(draft, item, _path(key, name), choose, markup=markup) for name, item in tree.items()}
        _pair({_normal(name): values for name, values in members.items()})
        return [value for values in members.values() for value in values]
    return []


def settle(draft: Draft, weave: Callable[[Draft], None]) -> None:
    """Read the values that were noted; `weave` reads the markup inside a value."""
    for value in draft.values:
        marked = (_MARKUP if value.markup else _TEMPLATE).search(value.raw.text)
        slots = _embed(draft, value, weave) if marked or value.kind is None else _fold(draft, value)
        value.slots += slots
        draft.slots += slots
    for value in draft.values:
        leads = tuple(slot for lead in value.leads for slot in lead.slots[:1])
        for slot in value.slots:
            slot.leads = (*leads, *slot.leads)


def cited(tree: Mapping[str, Tree], page: str, content: str) -> str:
    """What a citation's parameters point to, or its text if it has none."""
    names = {_normal(name): leaf for name, leaf in tree.items() if isinstance(leaf, Leaf)}
    leaf = next((names[name] for name in _TARGETS if name in names), None) or next(iter(names.values()), None)
    return leaf.raw(page).text.strip() if leaf else " ".join(re.sub(r"<[^<>]*>", " ", content).split())


def place(draft: Draft, kind: BlockKind, leaf: Leaf, key: str = "") -> None:
    """Note a string whose kind is known."""
    draft.values.append(Value(leaf.raw(draft.plain), kind, key, markup=False))


def _path(key: str, name: str) -> str:
    """The key of a member; one that has only a number shares the key of the whole."""
    return f"{key}.{name}" if key and not name.isdecimal() else key or name


def _is_phrase(text: str) -> bool:
    return sum(_LETTER.search(word) is not None for word in text.split()) > 1


def _normal(name: str) -> str:
    return re.sub(r"[\W_]", "", name).lower()


def _pair(members: dict[str, list[Value]]) -> None:
    answers = [value for name in _ANSWERS for value in members.get(name, ())]
    questions = tuple(value for name in (*_QUESTIONS, "name") for value in members.get(name, ())[:1])[:1]
    for value in answers:
        value.leads += questions


def _fold(draft: Draft, value: Value) -> list[Slot]:
    text = draft.text(plain=True)
    for run, piece in _runs(value.raw):
        if piece.verbatim:
            text.add(piece.start, piece.end)
        else:
            text.stand(run, piece.start, piece.end)
    clean, pieces, marks = text.finish()
    if not clean:
        return []
    return [Slot(value.kind or "paragraph", clean, pieces, marks, key=value.key, sectioned=value.sectioned)]


def _runs(raw: Raw) -> Iterator[tuple[str, Piece]]:
    ends = [piece.at for piece in raw.pieces[1:]] + [len(raw.text)]
    for piece, end in zip(raw.pieces, ends, strict=False):
        yield raw.text[piece.at : end], piece


def _embed(draft: Draft, value: Value, weave: Callable[[Draft], None]) -> list[Slot]:
    """Read a value as a small draft of its own and move its blocks to their place."""
    raw = value.raw if value.kind is None else _one_line(value.raw)
    text = raw.text
    outer = Block("field", text, tuple(raw.pieces))
    inner = Draft(text, "")
    inner.start = len(text) - len(text.lstrip())
    inner.indented_prose = draft.indented_prose - 1
    if value.kind is None:
        inner.page = text  # was cut out of a page that is masked already
        calls = {at: draft.calls.get(outer.span(at, at + 1).start) for at, char in enumerate(text) if char == CALL}
        inner.calls = {at: call._replace(span=Span(at, at + 1)) for at, call in calls.items() if call}
    weave(inner)
    settle(inner, weave)
    for slot in inner.slots:
        slot.pieces = tuple(_moved(slot, outer))
        slot.marks = tuple(replace(mark, span=_span(draft, outer, mark)) for mark in slot.marks)
        slot.sectioned = value.sectioned
        if value.kind is not None:
            slot.kind = slot.kind if slot.kind == "alt" else value.kind
            slot.level, slot.key, slot.anchor = 0, value.key, ""
    return inner.slots


def _one_line(raw: Raw) -> Raw:
    """The value with an unseen character in front if it is one line: then "1. Rest" is text and no list."""
    if "\n" in raw.text.strip() or raw.text.lstrip().startswith("<"):
        return raw
    start = raw.pieces[0].start
    shifted = [Piece(piece.at + 1, piece.start, piece.end, piece.verbatim) for piece in raw.pieces]
    return Raw(LINK + raw.text, [Piece(0, start, start, False), *shifted])


def _span(draft: Draft, outer: Block, mark: Mark) -> Span:
    span = outer.span(mark.span.start, mark.span.end)
    call = draft.calls.get(span.start)
    return call.span if call else span


def _moved(slot: Slot, outer: Block) -> Iterator[Piece]:
    known = outer.pieces
    for piece in slot.pieces:
        if not piece.verbatim:
            span = outer.span(piece.start, piece.end)
            yield Piece(piece.at, span.start, span.end, False)
            continue
        start = piece.start
        while start < piece.end:
            index = bisect_right(known, start, key=lambda piece: piece.at)
            end = min(piece.end, known[index].at) if index < len(known) else piece.end
            span = outer.span(start, end)
            yield Piece(piece.at + start - piece.start, span.start, span.end, known[index - 1].verbatim)
            start = end
