"""A draft as its readers see it: blocks as lists, tables and fields, cut where a finding wants its card beside them."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import dropwhile, groupby, islice, takewhile
from typing import Literal

from claimlint.report import Context
from claimlint.report.html.cards import Card, Standing, cards, standing
from claimlint.report.html.runs import Highlight, Part, Places, parts
from claimlint.structs import Struct, field
from claimlint.types import Block, Problem, Report

Shape = Literal["prose", "list", "quote", "fields", "table", "source"]
_SHAPES: Mapping[str, Shape] = {
    "item": "list",
    "quote": "quote",
    **dict.fromkeys(("title", "description", "field"), "fields"),
}
_IN_CELLS = frozenset({"alt", "button", "item", "caption", "paragraph"})


class Shown(Struct, frozen=True):
    """A block on the page. depth: of an item whose list stands in a list. anchor: of a heading that findings stand
    under."""

    kind: str
    parts: tuple[Part, ...]
    key: str = ""
    level: int = 0
    depth: int = 0
    anchor: str = ""


class Unit(Struct, frozen=True):
    """What is laid out as one: a run of blocks of a shape, or a table by head and rows, or a place in the source that
    no reader sees (no blocks at all)."""

    shape: Shape
    blocks: tuple[Shown, ...] = ()
    head: tuple[tuple[Shown, ...], ...] = ()
    rows: tuple[tuple[tuple[Shown, ...], ...], ...] = ()


class Stretch(Struct, frozen=True):
    """Flagged text, the cards of its findings, and the text up to the next that is flagged."""

    flagged: tuple[Unit, ...]
    cards: tuple[Card, ...]
    rest: tuple[Unit, ...]


class Page(Struct, frozen=True):
    """A draft on the page. headings: number of a finding → index of the block that is the heading above it, for those
    that stand under one. unread: nobody could read it, so nothing was checked."""

    number: int
    name: str
    cards: tuple[Card, ...]
    standing: tuple[Standing, ...]
    problems: tuple[Problem, ...]
    stretches: tuple[Stretch, ...]
    headings: Mapping[int, int]
    unread: bool = False


def pages(reports: Iterable[Report], context: Context) -> Iterator[Page]:
    """The drafts in their order; findings and claims are numbered through."""
    finding = claim = 1
    for number, report in enumerate(reports, 1):
        mine = tuple(cards(report, context, finding))
        left = tuple(standing(report, context, claim))
        finding, claim = finding + len(mine), claim + len(left)
        blocks = report.document.blocks if report.document else ()
        highlights, held = _highlights(blocks, mine, left)
        above = {each: section for each, index in held.items() if (section := blocks[index].section) is not None}
        anchors = {index: heading(number, index) for index in above.values()}
        shown = [_shown(blocks, index, highlights[index], anchors.get(index, "")) for index in range(len(blocks))]
        stretches = tuple(_stretches(blocks, shown, mine, held))
        unread = report.document is None and bool(report.problems)
        yield Page(number, report.name, mine, left, report.problems, stretches, above, unread)


def heading(number: int, index: int) -> str:
    """The anchor of a heading: block `index` of draft `number`."""
    return f"d{number}-{index}"


def _shown(blocks: Sequence[Block], index: int, highlights: Sequence[Highlight], anchor: str) -> Shown:
    block = blocks[index]
    depth = sum(blocks[lead].kind == "item" for lead in block.leads) if block.kind == "item" else 0
    return Shown(block.kind, tuple(parts(block, highlights)), block.key, block.level, depth, anchor)


def _stretches(
    blocks: Sequence[Block], shown: Sequence[Shown], mine: Sequence[Card], held: Mapping[int, int]
) -> Iterator[Stretch]:
    groups = list(_groups(blocks))
    at = {index: number for number, group in enumerate(groups) for index in group.indexes}
    starts = [blocks[group.indexes[0]].span(0, 1).start for group in groups]
    beside: dict[int, list[Card]] = defaultdict(list)
    before: dict[int, list[Card]] = defaultdict(list)
    for card in mine:
        if card.number in held:
            beside[at[held[card.number]]].append(card)
        else:
            before[bisect_left(starts, card.finding.span.start)].append(card)
    open_ = _Open()
    for index, group in enumerate([*groups, None]):
        if before[index]:
            yield from open_.close()
            yield Stretch((Unit("source"),), tuple(before[index]), ())
        if group is None:
            yield from open_.close()
        elif beside[index]:
            headings = open_.headings()
            yield from open_.close()
            open_.flagged, open_.cards = [*headings, group.unit(shown)], beside[index]
        else:
            open_.rest.append(group.unit(shown))


class _Open(Struct):
    """The stretch that is being filled."""

    flagged: list[Unit] = field(default_factory=list)
    cards: list[Card] = field(default_factory=list)
    rest: list[Unit] = field(default_factory=list)

    def headings(self) -> list[Unit]:
        """Take the headings at the end: they belong to what comes next."""
        kept = list(dropwhile(_is_heading, reversed(self.rest)))
        taken, self.rest = self.rest[len(kept) :], kept[::-1]
        return taken

    def close(self) -> Iterator[Stretch]:
        if self.flagged or self.rest:
            yield Stretch(tuple(self.flagged), tuple(self.cards), tuple(_joined(self.rest)))
        self.flagged, self.cards, self.rest = [], [], []


def _is_heading(unit: Unit) -> bool:
    return bool(unit.blocks) and unit.blocks[0].kind == "heading"


def _joined(units: Iterable[Unit]) -> Iterator[Unit]:
    """Neighbours of one shape as one unit; tables stay apart."""
    for shape, run in groupby(units, key=lambda unit: unit.shape):
        if shape == "table":
            yield from run
        else:
            yield Unit(shape, tuple(block for unit in run for block in unit.blocks))


def _highlights(
    blocks: Sequence[Block], mine: Sequence[Card], left: Sequence[Standing]
) -> tuple[Mapping[int, list[Highlight]], dict[int, int]]:
    """Index of a block → its highlights; number of a finding → index of the block that its card stands beside."""
    highlights: dict[int, list[Highlight]] = defaultdict(list)
    held: dict[int, int] = {}
    places = Places(blocks)
    for card in mine:
        for index, start, end in places.of(card.finding.span):
            first = card.number not in held
            held.setdefault(card.number, index)
            highlights[index].append(Highlight(start, end, card.number, card.tone, card.finding.severity, first))
    for each in left:
        for index, start, end in places.of(each.claim.span)[:1]:
            highlights[index].append(Highlight(start, end, each.number, each.tone))
    return highlights, held


class _Group(Struct):
    """Indexes of blocks that belong together: one block, or a table with its cells by row."""

    indexes: list[int]
    head: list[list[int]] = field(default_factory=list)
    rows: list[list[list[int]]] = field(default_factory=list)

    def unit(self, shown: Sequence[Shown]) -> Unit:
        def cells(row: list[list[int]]) -> tuple[tuple[Shown, ...], ...]:
            return tuple(tuple(shown[index] for index in cell) for cell in row)

        if self.head or self.rows:
            return Unit("table", (), cells(self.head), tuple(map(cells, self.rows)))
        block = shown[self.indexes[0]]
        return Unit(_SHAPES.get(block.kind, "prose"), (block,))


def _groups(blocks: Sequence[Block]) -> Iterator[_Group]:
    index = 0
    while index < len(blocks):
        if blocks[index].kind == "cell":
            run = _table(blocks, index)
            yield from _Table(blocks, run).groups()
            index = run[-1] + 1
        else:
            yield _Group([index])
            index += 1


def _table(blocks: Sequence[Block], first: int) -> list[int]:
    """The indexes of the cells from `first` on, and of what stands inside them: images, buttons, lists."""
    run = [first]
    for index in range(first + 1, len(blocks)):
        if blocks[index].kind == "cell":
            if index > run[-1] + 1 and not _led(blocks, index, set(run)):
                break
            run += range(run[-1] + 1, index + 1)
        elif blocks[index].kind not in _IN_CELLS:
            break
    return run


def _led(blocks: Sequence[Block], start: int, run: AbstractSet[int]) -> bool:
    """Whether a cell of a run leads one of those that stand together from `start` on."""
    cells = takewhile(lambda block: block.kind == "cell", islice(blocks, start, None))
    return any(not run.isdisjoint(cell.leads) for cell in cells)


class _Table:
    """Rows and columns told by what leads a cell: its header, then the first cell of its row."""

    def __init__(self, blocks: Sequence[Block], run: Sequence[int]) -> None:
        self._run = run
        known = set(run)
        self._leads = {
            index: tuple(lead for lead in blocks[index].leads if lead in known)
            for index in run
            if blocks[index].kind == "cell"
        }
        pairs = [leads for leads in self._leads.values() if len(leads) == 2]
        self._headers, firsts = {header for header, _ in pairs}, {first for _, first in pairs}
        leading = list(takewhile(lambda index: self._leads.get(index) == () and index not in firsts, run))
        later = [index for index, leads in self._leads.items() if leads == () and index not in leading]
        if self._headers or not later:
            self._headers |= set(leading)

    def groups(self) -> Iterator[_Group]:
        """The tables of the run: a header after a row begins another."""
        head: dict[int, list[int]] = {}
        rows: list[dict[int, list[int]]] = []
        used: list[int] = []
        cell: list[int] = []
        first = -1
        for index in self._run:
            if index in self._headers:
                if rows:
                    yield _grid(used, head, rows)
                    head, rows, used = {}, [], []
                cell = head[index] = []
            elif index in self._leads:
                leads = self._leads[index]
                if not rows or first not in leads:
                    first = index
                    rows.append({})
                cell = rows[-1].setdefault(self._column(leads, rows[-1]), [])
            cell.append(index)
            used.append(index)
        yield _grid(used, head, rows)

    def _column(self, leads: tuple[int, ...], row: Mapping[int, list[int]]) -> int:
        """The header of a cell, or a number below zero: the first column without a header, the second …"""
        if leads and leads[0] in self._headers:
            return leads[0]
        return -1 - sum(column < 0 for column in row)


def _grid(used: list[int], head: Mapping[int, list[int]], rows: list[dict[int, list[int]]]) -> _Group:
    """Columns without a header stand at the end, but for the first column of a table whose corner is empty."""
    bare = sorted({column for row in rows for column in row if column < 0}, reverse=True)
    corner = any(next(iter(row)) < 0 for row in rows)
    columns = [*bare[:corner], *head, *bare[corner:]]
    heads = [head.get(column, []) for column in columns] if head else []
    return _Group(used, heads, [[row.get(column, []) for column in columns] for row in rows])
