"""What holds of every document that a reader makes, whatever it was made from."""

from __future__ import annotations

import html
import re
from itertools import pairwise

from claimlint.types import Block, Document

UNCLEAN = re.compile(r"[\n\r\t\f\v\xa0\xad\u200b-\u200d\u2060\ufeff\u2028]|  |^ | $")


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
