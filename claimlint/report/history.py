"""Reports compared: what is new, gone and changed between two manifests, and the trend over many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any

from claimlint.structs import Struct
from claimlint.types import SEVERITIES

_LIKE = 0.6
"""How like a finding that is gone a new one of its rule must be to be the same claim in other words."""


class Item(Struct, frozen=True):
    """A finding of a manifest and its draft."""

    path: str
    rule: str
    severity: str
    status: str
    sentence: str
    fingerprint: str


class Change(Struct, frozen=True):
    """A claim that is there in both, with other words, severity or status."""

    old: Item
    new: Item

    @property
    def what(self) -> str:
        pairs = [("severity", self.old.severity, self.new.severity), ("status", self.old.status, self.new.status)]
        parts = [f"{name} {old} → {new}" for name, old, new in pairs if old != new]
        return ", ".join([*parts, *(["reworded"] if self.old.fingerprint != self.new.fingerprint else [])])


class Changes(Struct, frozen=True):
    """since: what the old report is called. Each in the order of its own report."""

    since: str
    new: tuple[Item, ...] = ()
    gone: tuple[Item, ...] = ()
    changed: tuple[Change, ...] = ()


def compare(old: Mapping[str, Any], new: Mapping[str, Any], since: str) -> Changes:
    """Findings are the same if draft and fingerprint are; of one rule in one draft, a gone and a new one that are alike
    are one that was reworded."""
    before, after = _items(old), _items(new)
    was, now = {_key(each): each for each in before}, {_key(each): each for each in after}
    changed = [Change(was[key], each) for key, each in now.items() if key in was and _differs(was[key], each)]
    gone = [each for each in before if _key(each) not in now]
    come = [each for each in after if _key(each) not in was]
    reworded = list(_reworded(gone, come))
    matched = {id(each) for pair in reworded for each in pair}
    changed += [Change(*pair) for pair in reworded]
    return Changes(
        since,
        tuple(each for each in come if id(each) not in matched),
        tuple(each for each in gone if id(each) not in matched),
        tuple(sorted(changed, key=lambda each: after.index(each.new))),
    )


def _items(manifest: Mapping[str, Any]) -> list[Item]:
    return [
        Item(
            draft["path"],
            *(item[key] for key in ("rule", "severity", "status", "sentence", "fingerprint")),
        )
        for draft in manifest["drafts"]
        for item in draft["findings"]
    ]


def _key(item: Item) -> tuple[str, str, str]:
    return item.path, item.rule, item.fingerprint


def _differs(old: Item, new: Item) -> bool:
    return (old.severity, old.status) != (new.severity, new.status)


def _reworded(gone: Sequence[Item], come: Sequence[Item]) -> Iterator[tuple[Item, Item]]:
    left = list(come)
    for old in gone:
        near = [new for new in left if (new.path, new.rule) == (old.path, old.rule)]
        graded = [(SequenceMatcher(None, old.sentence, new.sentence, autojunk=False).ratio(), new) for new in near]
        best = max(graded, key=lambda each: each[0], default=(0.0, None))
        if best[1] is not None and best[0] >= _LIKE:
            left.remove(best[1])
            yield old, best[1]


class Point(Struct, frozen=True):
    """One report in a trend: open findings by severity, and all findings by status."""

    date: str
    name: str
    drafts: int
    open: Mapping[str, int]
    statuses: Mapping[str, int]


def trend(manifests: Iterable[tuple[str, Mapping[str, Any]]]) -> list[Point]:
    """(name, manifest) pairs as points, by date, then in the order given."""
    points = []
    for name, manifest in manifests:
        items = _items(manifest)
        open_ = Counter(each.severity for each in items if each.status == "open")
        points.append(
            Point(
                manifest["date"],
                name,
                len(manifest["drafts"]),
                {severity: open_[severity] for severity in reversed(SEVERITIES)},
                dict(sorted(Counter(each.status for each in items).items())),
            )
        )
    return sorted(points, key=lambda each: each.date)


Row = list[str | int]


def table(points: Iterable[Point]) -> list[Row]:
    """A trend as rows, the first of which names the columns."""
    header: Row = ["date", "report", "drafts", *reversed(SEVERITIES), "settled"]
    rows: list[Row] = [[each.date, each.name, each.drafts, *each.open.values(), _settled(each)] for each in points]
    return [header, *rows]


def _settled(point: Point) -> int:
    return sum(count for status, count in point.statuses.items() if status != "open")


def aligned(rows: Sequence[Row]) -> Iterator[str]:
    """Rows as text, numbers to the right."""
    widths = [max(len(str(cell)) for cell in column) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = zip(row, widths, strict=True)
        yield "  ".join(
            f"{cell:>{width}}" if isinstance(cell, int) else f"{cell:{width}}" for cell, width in cells
        ).rstrip()
