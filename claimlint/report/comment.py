"""A report as Markdown for a comment on a pull or merge request: short, with the most severe claims first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from claimlint.report import Context, Tally
from claimlint.report.history import Change, Changes, Item
from claimlint.report.text import missing
from claimlint.terminal import printable
from claimlint.types import SEVERITIES, Finding, Lines, Report

_ROOM = 60_000
"""Characters; GitHub takes comments of up to 65,536."""
_CUT = 300


def page(reports: Sequence[Report], context: Context, changes: Changes | None = None) -> str:
    """The comment. Text of drafts is escaped: it can make no markup, links nowhere and mentions nobody."""
    tally = Tally()
    for report in reports:
        tally.add(report)
    head = [f"## claimlint: {tally}", ""]
    head += [line for report in reports for line in _problems(report)]
    head += _compared(changes) if changes else []
    foot = ["", f"claimlint {context.version}. The whole report is in index.html."]
    return _fitted(head, list(_rows(reports, context)), foot)


def _problems(report: Report) -> Iterator[str]:
    for problem in report.problems:
        yield f"- **cannot read** {_escaped(report.name)}:{problem.line}: {_escaped(problem.message)}"


def _compared(changes: Changes) -> list[str]:
    def row(what: str, item: Item) -> str:
        return f"| {what} | {item.severity} | {_escaped(item.path)} | {item.rule} | {_escaped(item.sentence)} |"

    def changed(change: Change) -> str:
        return row(f"changed: {change.what}", change.new)

    rows = [*(row("new", each) for each in changes.new), *map(changed, changes.changed)]
    rows += [row("gone", each) for each in changes.gone]
    count = f"{len(changes.new)} new, {len(changes.changed)} changed, {len(changes.gone)} gone"
    table = (
        ["", "| | severity | draft | rule | sentence |", "|---|---|---|---|---|", *rows[:_MOST_CHANGES]] if rows else []
    )
    rest = [f"… and {len(rows) - _MOST_CHANGES} more changes", ""] if len(rows) > _MOST_CHANGES else []
    return [f"Since {_escaped(changes.since)}: {count}.", *table, "", *rest]


_MOST_CHANGES = 40


def _rows(reports: Iterable[Report], context: Context) -> Iterator[str]:
    """One row a finding that is shown, errors first."""
    found = [(item, report, Lines(report.source)) for report in reports for item in context.shown(report)]
    for item, report, lines in sorted(found, key=lambda each: -SEVERITIES.index(each[0].severity)):
        yield _row(item, report, lines, context)


def _row(item: Finding, report: Report, lines: Lines, context: Context) -> str:
    at = lines.position(item.span.start)
    status = "" if item.status == "open" else f" ({item.status})"
    cells = (
        f"{item.severity}{status}",
        f"{_escaped(report.name)}:{at.line}",
        f"{item.rule}<br>{_escaped(item.message)}",
        _escaped(missing(item, context)),
    )
    return f"| {' | '.join(cells)} |"


def _fitted(head: Sequence[str], rows: Sequence[str], foot: Sequence[str]) -> str:
    """As many rows as a comment can hold, and how many there are beside them."""
    table = ["| severity | place | claim | missing |", "|---|---|---|---|"] if rows else []
    room = _ROOM - sum(len(line) + 1 for line in (*head, *table, *foot)) - 60
    taken: list[str] = []
    for row in rows:
        room -= len(row) + 1
        if room < 0:
            break
        taken.append(row)
    rest = [f"… and {len(rows) - len(taken)} more"] if len(taken) < len(rows) else []
    return "\n".join([*head, *table, *taken, *(["", *rest] if rest else []), *foot]) + "\n"


def _escaped(text: str) -> str:
    """Text on one line that no Markdown is made of."""
    line = printable(text)
    line = line if len(line) <= _CUT else f"{line[:_CUT]}…"
    marked = "".join(f"\\{each}" if each in "\\`*_[]<>|#~!&$" else each for each in line)
    return re.sub(r"@|(?<=:)(?=//)|(?<=www)(?=\.)", "\\g<0>\u200b", marked, flags=re.IGNORECASE)
