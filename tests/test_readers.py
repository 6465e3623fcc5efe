"""Readers: what becomes a block, and that each character of it is mapped to its place."""

from __future__ import annotations

import html
import re
from itertools import pairwise

from claimlint import readers
from claimlint.types import Block, Document, Mark

UNCLEAN = re.compile(r"[\n\r\t\f\v\xa0\xad\u200b-\u200d\u2060\ufeff\u2028]|  |^ | $")


def md(source: str) -> Document:
    return checked(readers.read(source, "draft.md"))


def mdx(source: str) -> Document:
    return checked(readers.read(source, "draft.mdx"))


def web(source: str) -> Document:
    return checked(readers.read(source, "draft.html"))


def txt(source: str) -> Document:
    return checked(readers.read(source, "draft.txt"))


def checked(document: Document) -> Document:
    """The document, if its map and its references hold."""
    source, blocks = document.source, document.blocks
    for number, block in enumerate(blocks):
        assert block.text
        assert not UNCLEAN.search(block.text), block
        check_map(block, source)
        assert all(0 <= lead < len(blocks) and lead != number for lead in block.leads)
        assert block.section is None or (block.section < number and blocks[block.section].kind == "heading")
        for mark in block.marks:
            assert 0 <= mark.start <= mark.end <= len(block.text)
            assert 0 <= mark.span.start <= mark.span.end <= len(source)
    starts = [block.pieces[0].start for block in blocks]
    assert starts == sorted(starts)
    for comment in document.comments:
        assert comment.text in source[comment.span.start : comment.span.end]
    return document


def check_map(block: Block, source: str) -> None:
    pieces = block.pieces
    assert pieces[0].at == 0
    ends = [piece.at for piece in pieces[1:]] + [len(block.text)]
    for piece, end in zip(pieces, ends, strict=True):
        run, origin = block.text[piece.at : end], source[piece.start : piece.end]
        assert run, "positions must increase"
        assert 0 <= piece.start <= piece.end <= len(source)
        assert run == origin if piece.verbatim else stands_for(run, origin), (run, origin)
    for before, after in pairwise(pieces):
        same = (before.start, before.end) == (after.start, after.end) and not before.verbatim
        assert after.start >= before.end or same, "source ranges must not go back"


def stands_for(run: str, origin: str) -> bool:
    """Whether a run is what an entity, an escape or folded space in the source means."""
    if run == " ":
        return not origin or not origin.isalnum()
    return html.unescape(origin).strip() == run or origin[:1] == "\\" or origin == "''"


def texts(document: Document, kind: str | None = None) -> list[str]:
    return [block.text for block in document.blocks if kind in {None, block.kind}]


def origin(document: Document, phrase: str) -> str:
    """The source of a phrase of the clean text."""
    block = next(block for block in document.blocks if phrase in block.text)
    at = block.text.index(phrase)
    span = block.span(at, at + len(phrase))
    return document.source[span.start : span.end]


def marks(document: Document, kind: str) -> list[tuple[str, str]]:
    """The marks of a kind: the text before them or under them, and their target."""

    def text(block: Block, mark: Mark) -> str:
        return block.text[mark.start : mark.end] or block.text[: mark.start]

    return [(text(block, mark), mark.target) for block in document.blocks for mark in block.marks if mark.kind == kind]
