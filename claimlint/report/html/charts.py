"""Charts as numbers and percentages; the templates draw them.

Widths and places are in per cent of the drawing, so that text keeps its size on every screen.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from claimlint.report.history import Point
from claimlint.structs import Struct
from claimlint.types import SEVERITIES

_MOST = 15
"""Bars of a chart; what is left is in the table beside it."""
_LONGEST = 44
_DATES = 6
HEIGHT = 220
"""Of the plot of a line chart, in pixels."""


class Segment(Struct, frozen=True):
    tone: str
    count: int
    x: float
    width: float


class Bar(Struct, frozen=True):
    """name: in full; label: what there is room for; counts: in words."""

    name: str
    label: str
    counts: str
    total: int
    segments: tuple[Segment, ...]


class Bars(Struct, frozen=True):
    """A bar chart. more: how many bars there was no room for. tones: those that occur, for the legend."""

    bars: tuple[Bar, ...]
    more: int
    tones: tuple[str, ...]


def bars(counted: Sequence[tuple[str, Mapping[str, int]]]) -> Bars:
    """(name, counts by tone) pairs, the longest bar as wide as the drawing."""
    most = max((sum(counts.values()) for _, counts in counted), default=0)
    drawn = tuple(_bar(name, counts, most) for name, counts in counted[:_MOST])
    tones = dict.fromkeys(tone for _, counts in counted for tone in counts)
    seen = {segment.tone for bar in drawn for segment in bar.segments}
    return Bars(drawn, len(counted) - len(drawn), tuple(tone for tone in tones if tone in seen))


def _bar(name: str, counts: Mapping[str, int], most: int) -> Bar:
    segments, x = [], 0.0
    for tone, count in counts.items():
        if count:
            width = round(100 * count / most, 2)
            segments.append(Segment(tone, count, round(x, 2), width))
            x += width
    label = name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"
    words = ", ".join(f"{count} {tone}" for tone, count in counts.items() if count)
    return Bar(name, label, words, sum(counts.values()), tuple(segments))


class Dot(Struct, frozen=True):
    """A value of a line: x in per cent, y in pixels."""

    x: float
    y: float
    count: int


class Line(Struct, frozen=True):
    tone: str
    dots: tuple[Dot, ...]

    @property
    def pairs(self) -> list[tuple[Dot, Dot]]:
        return list(zip(self.dots, self.dots[1:], strict=False))


class Lines(Struct, frozen=True):
    """A line chart. marks: (y, count) of the rulings; dates: (x, text, where its text is anchored)."""

    lines: tuple[Line, ...]
    marks: tuple[tuple[float, int], ...]
    dates: tuple[tuple[float, str, str], ...]


def lines(points: Sequence[Point]) -> Lines:
    """Open findings by severity, report by report, one step each."""
    top = _round(max((count for point in points for count in point.open.values()), default=0))
    steps = max(1, len(points) - 1)
    places = [round(100 * index / steps, 2) for index in range(len(points))]

    def dots(tone: str) -> Iterator[Dot]:
        for x, point in zip(places, points, strict=True):
            count = point.open.get(tone, 0)
            yield Dot(x, round(HEIGHT * (1 - count / top), 1), count)

    drawn = tuple(Line(tone, tuple(dots(tone))) for tone in reversed(SEVERITIES))
    marks = tuple((round(HEIGHT * (1 - count / top), 1), count) for count in range(0, top + 1, top // 4))
    return Lines(drawn, marks, tuple(_dates(points, places)))


def _dates(points: Sequence[Point], places: Sequence[float]) -> Iterator[tuple[float, str, str]]:
    """The first date, the last, and some between, none written over the next."""
    last = len(points) - 1
    shown = sorted({round(last * step / (_DATES - 1)) for step in range(_DATES)}) if points else []
    for index in shown:
        anchor = "start" if index == 0 else "end" if index == last else "middle"
        yield places[index], points[index].date, anchor


def _round(most: int) -> int:
    """The least number that a scale of four steps ends at nicely."""
    step = 1
    while True:
        for factor in (1, 2, 5):
            if 4 * factor * step >= most:
                return 4 * factor * step
        step *= 10
