"""A block's text cut into runs: what is emphasised, what is linked, and which findings and claims cover which words.

Highlights may overlap and touch, and cross links and emphasis, where elements of HTML may not: each run is a stretch
of text that nothing begins or ends in.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise
from typing import Literal

from claimlint.structs import Struct
from claimlint.types import Block, Mark, Severity, Span

Tone = Literal["error", "warning", "advice", "settled", "supported", "not-asserted"]
TONES: tuple[Tone, ...] = ("error", "warning", "advice", "settled", "supported", "not-asserted")
"""How words are highlighted; where highlights overlap, the first of these wins."""
_ADDRESS = re.compile(r"https?://[^\s/?#\\]+[^\s\\]*", re.IGNORECASE)


class Highlight(Struct, frozen=True):
    """Words of a block that a finding, or a claim without one, is about. number: of the card, or of the claim.

    first: whether the reference to the card stands here; a finding that spans blocks has it once only.
    """

    start: int
    end: int
    number: int
    tone: Tone
    severity: Severity | None = None
    first: bool = True

    @property
    def flagged(self) -> bool:
        return self.severity is not None


class Run(Struct, frozen=True):
    """Words of one look. numbers: of the findings that cover them; styles: names of elements, the outermost first."""

    text: str
    styles: tuple[str, ...] = ()
    tone: Tone | None = None
    numbers: tuple[int, ...] = ()


class Part(Struct, frozen=True):
    """Runs under one link (None: under none; "": one that leads nowhere from here), or the call of a note.

    refs: highlights that end here; their references follow the link, since links cannot hold links.
    """

    runs: tuple[Run, ...]
    link: str | None = None
    call: bool = False
    refs: tuple[Highlight, ...] = ()


def address(target: str) -> str:
    """The target if it is an address of the web, which alone may become a link; else ""."""
    return target if _ADDRESS.fullmatch(target) and target.isprintable() else ""


class Places:
    """The way back from the source to the blocks' texts, by the blocks' maps."""

    def __init__(self, blocks: Sequence[Block]) -> None:
        self._blocks = blocks
        self._starts = [block.pieces[0].start for block in blocks]
        # how far into the source the blocks up to each one reach: an image stands inside its paragraph
        self._reach = list(accumulate((max(piece.end for piece in block.pieces) for block in blocks), max))

    def of(self, span: Span) -> list[tuple[int, int, int]]:
        """(index, start, end) of the blocks that hold a range of the source: the one that holds it whole, or all that
        hold a part of it."""
        first = last = bisect_left(self._starts, span.end)
        while first and self._reach[first - 1] > span.start:
            first -= 1
        held = [(index, *where) for index in range(first, last) if (where := _place(self._blocks[index], span))]
        whole = [each for each in held if self._blocks[each[0]].span(*each[1:]) == span]
        return whole[:1] or held


def _place(block: Block, span: Span) -> tuple[int, int] | None:
    """The range of the block's text that comes from a range of the source; None if there is none."""
    ends = [piece.at for piece in block.pieces[1:]] + [len(block.text)]
    found: list[int] = []
    for piece, end in zip(block.pieces, ends, strict=True):
        if piece.start >= span.end or piece.end <= span.start:
            continue
        low = piece.at + max(0, span.start - piece.start) if piece.verbatim else piece.at
        high = min(end, piece.at + span.end - piece.start) if piece.verbatim else end
        if low < high:
            found += (low, high)
    return (min(found), max(found)) if found else None


def parts(block: Block, highlights: Sequence[Highlight] = ()) -> Iterator[Part]:
    """The block's text in order, with the calls of its notes."""
    ranges = [mark for mark in block.marks if mark.start < mark.end]
    points = [mark for mark in block.marks if mark.start == mark.end]
    cuts = {0, len(block.text)}
    cuts |= {at for mark in block.marks for at in (mark.start, mark.end)}
    cuts |= {at for each in highlights for at in (each.start, each.end)}
    linked: tuple[Mark | None, list[Run], list[Highlight]] = (None, [], [])
    for start, end in pairwise(sorted(cuts)):
        link = next((mark for mark in ranges if mark.kind == "link" and mark.start <= start < mark.end), None)
        called = [mark for mark in points if mark.start == start]
        if linked[1] and (link is None or link is not linked[0] or called):
            yield _part(*linked)
            linked = (None, [], [])
        yield from map(_call, called)
        runs, refs = linked[1], linked[2]
        runs.append(_run(block, start, end, ranges, highlights))
        refs += [each for each in highlights if each.end == end and each.first]
        linked = (link, runs, refs)
    if linked[1]:
        yield _part(*linked)
    yield from (_call(mark) for mark in points if mark.start == len(block.text))


def _part(link: Mark | None, runs: list[Run], refs: list[Highlight]) -> Part:
    return Part(tuple(runs), address(link.target) if link else None, refs=tuple(refs))


def _call(mark: Mark) -> Part:
    """What stood between the words: the address of an autolink, the label of a footnote or a citation."""
    if mark.kind == "link":
        return Part((Run(mark.target),), address(mark.target))
    return Part((Run(mark.target),), call=True)


_STYLES = {"strike": "s", "strong": "strong", "code": "code"}


def _run(block: Block, start: int, end: int, marks: Sequence[Mark], highlights: Sequence[Highlight]) -> Run:
    kinds = {mark.kind for mark in marks if mark.start <= start < mark.end}
    here = [each for each in highlights if each.start <= start < each.end]
    return Run(
        block.text[start:end],
        tuple(name for kind, name in _STYLES.items() if kind in kinds),
        min((each.tone for each in here), key=TONES.index, default=None),
        tuple(each.number for each in here if each.flagged),
    )
