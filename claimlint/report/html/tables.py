"""The summary of the page: how many findings, by whatever a reviewer may sort them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar
from urllib.parse import urlencode

from claimlint.report.history import Changes, Item
from claimlint.report.html.cards import Card
from claimlint.report.html.layout import Page, heading
from claimlint.report.html.runs import Tone
from claimlint.report.inventory import STATUSES
from claimlint.structs import Struct
from claimlint.terminal import harmless
from claimlint.types import SEVERITIES, Rule

Key = TypeVar("Key", bound=Hashable)

GRADES: tuple[Tone, ...] = (*reversed(SEVERITIES), "settled")
"""What the columns of the tables count: open findings by severity, and those that somebody set aside."""


class Row(Struct, frozen=True):
    """name: what is counted; note: what else to say of it. anchor: where its findings are, or the first of them.
    filter: the state of the filters that shows them alone, "" if there is none. counts: by `GRADES`."""

    name: str
    anchor: str
    filter: str
    counts: Mapping[str, int]
    note: str = ""

    @property
    def total(self) -> int:
        return sum(self.counts.values())


class Table(Struct, frozen=True):
    key: str
    title: str
    rows: tuple[Row, ...]


def tables(pages: Sequence[Page], anchors: Mapping[str, str]) -> tuple[Table, ...]:
    """anchors: id of a rule → where it is explained."""
    every = [card for page in pages for card in page.cards]
    return (
        Table("rule", "Rule", tuple(_rules(every, anchors))),
        Table("severity", "Severity", tuple(_ordered(every, "severity", severity, tuple(reversed(SEVERITIES))))),
        Table("status", "Status", tuple(_ordered(every, "status", lambda card: card.finding.status, STATUSES))),
        Table("pack", "Pack", tuple(_packs(every))),
        Table("draft", "Draft", tuple(_drafts(pages))),
        Table("section", "Section", tuple(_sections(pages))),
    )


def severity(card: Card) -> str:
    return card.finding.severity


def graded(some: Iterable[Card]) -> dict[str, int]:
    count = Counter(card.tone for card in some)
    return {grade: count[grade] for grade in GRADES}


def grouped(every: Iterable[Card], key: Callable[[Card], Key]) -> dict[Key, list[Card]]:
    groups: dict[Key, list[Card]] = {}
    for card in every:
        groups.setdefault(key(card), []).append(card)
    return groups


def _most(rows: Iterable[Row]) -> list[Row]:
    """The most frequent first; equals stay in their order."""
    return sorted(rows, key=lambda row: -row.total)


def _filter(key: str, value: str) -> str:
    """The value as the page writes it, which is what its script compares."""
    return urlencode({key: harmless(value)})


def _rules(every: Sequence[Card], anchors: Mapping[str, str]) -> list[Row]:
    return _most(
        Row(some[0].rule.title, anchors[id_], _filter("rule", id_), graded(some), id_)
        for id_, some in sorted(grouped(every, lambda card: card.finding.rule).items())
    )


def _ordered(every: Sequence[Card], key: str, value: Callable[[Card], str], order: Sequence[str]) -> Iterator[Row]:
    groups = grouped(every, value)
    for name in sorted(groups, key=order.index):
        yield Row(name, f"f{groups[name][0].number}", _filter(key, name), graded(groups[name]))


def _packs(every: Sequence[Card]) -> list[Row]:
    groups = sorted(grouped(every, lambda card: card.finding.pack).items())
    return _most(Row(name, f"f{some[0].number}", _filter("pack", name), graded(some)) for name, some in groups)


def _drafts(pages: Iterable[Page]) -> list[Row]:
    return _most(
        Row(page.name, f"d{page.number}", _filter("draft", page.name), graded(page.cards))
        for page in pages
        if page.cards
    )


def _sections(pages: Iterable[Page]) -> list[Row]:
    """The headings that findings stand under, each in its draft."""
    return _most(
        Row(some[0].section or "no heading above", _anchor(page, index), "", graded(some), page.name)
        for page in pages
        for index, some in _by_heading(page).items()
    )


def _by_heading(page: Page) -> dict[int | None, list[Card]]:
    return grouped(page.cards, lambda card: page.headings.get(card.number))


def _anchor(page: Page, index: int | None) -> str:
    return f"d{page.number}" if index is None else heading(page.number, index)


class Changed(Struct, frozen=True):
    """A finding of a comparison. number: of its card, 0 if it is gone. what: how it changed."""

    item: Item
    number: int
    title: str
    what: str = ""


def changed(
    changes: Changes, every: Iterable[Card], rules: Mapping[str, Rule]
) -> tuple[tuple[str, tuple[Changed, ...]], ...]:
    """(heading, findings), for what is new, what is gone and what is still there but not the same."""
    numbers = {(card.path, card.finding.rule, card.finding.fingerprint): card.number for card in every}

    def shown(item: Item, what: str = "") -> Changed:
        number = numbers.get((item.path, item.rule, item.fingerprint), 0)
        return Changed(item, number, rules[item.rule].title if item.rule in rules else item.rule, what)

    return (
        ("New", tuple(map(shown, changes.new))),
        ("Gone", tuple(shown(item) for item in changes.gone)),
        ("Changed", tuple(shown(each.new, each.what) for each in changes.changed)),
    )
