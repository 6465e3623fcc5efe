"""For people: `full` shows each claim in its line, `concise` is one line a finding, `statistics` one line a rule."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from typing import TextIO

from claimlint.report import Context, Tally
from claimlint.terminal import harmless, printable, unbidding
from claimlint.types import Finding, Lines, Report, Severity, Span

_WIDTH = 100
_LEAD = 30
_MAX_LINES = 3
_TAB = 4
_REACH = 300
"""Characters on either side of a span, and of it, that may be shown of a line."""
_COLORS: dict[Severity, str] = {"error": "31", "warning": "33", "advice": "36"}


def full(reports: Iterable[Report], out: TextIO, context: Context) -> None:
    """Each finding with its line, what is missing and why, and a closing summary."""
    tally = Tally(context.skipped)

    def counted() -> Iterator[Report]:
        for report in reports:
            tally.add(report)
            yield report

    blocks(counted(), out, context)
    out.write(f"{tally}\n")


def blocks(reports: Iterable[Report], out: TextIO, context: Context) -> None:
    """Each finding with its line, without a summary."""
    for report in reports:
        _problems(report, out, context)
        lines = Lines(report.source)
        for finding in context.shown(report):
            out.write("\n".join(_finding(finding, report, lines, context)) + "\n\n")


def concise(reports: Iterable[Report], out: TextIO, context: Context) -> None:
    """`path:line:col: LEVEL RULE message`, for editors and grep."""
    for report in reports:
        _problems(report, out, context)
        lines = Lines(report.source)
        for finding in context.shown(report):
            out.write(_headline(finding, report, lines, context) + "\n")


def gone(name: str, finding: Finding, why: str, context: Context) -> str:
    """A finding that was there before, on one line; why: what became of it, if it is more than gone."""
    label = _paint("32", f"gone{why}", context)
    return f"{printable(name)}: {label}: {finding.rule} “{printable(finding.excerpt)}”"


def statistics(reports: Iterable[Report], out: TextIO, context: Context) -> None:
    """How often each rule found something, most frequent first, and the summary."""
    tally = Tally(context.skipped)
    for report in reports:
        tally.add(report)
        _problems(report, out, context)
    width = len(str(max(tally.rules.values(), default=0)))
    for rule, count in sorted(tally.rules.items(), key=lambda item: (-item[1], item[0])):
        title = context.rules[rule].title if rule in context.rules else ""
        out.write(f"{count:{width}}  {rule}  {title}".rstrip() + "\n")
    out.write(f"{tally}\n")


def _problems(report: Report, out: TextIO, context: Context) -> None:
    for problem in report.problems:
        label = _paint("31", "cannot read", context)
        out.write(f"{printable(report.name)}:{problem.line}: {label}: {printable(problem.message)}\n")


def _headline(finding: Finding, report: Report, lines: Lines, context: Context) -> str:
    at = lines.position(finding.span.start)
    level = _paint(_COLORS[finding.severity], finding.severity, context)
    status = "" if finding.status == "open" else f" [{finding.status}: {printable(finding.justification)}]"
    place = _paint("1", f"{printable(report.name)}:{at.line}:{at.column}:", context)
    return f"{place} {level} {finding.rule} {printable(finding.message)}{status}"


def _finding(finding: Finding, report: Report, lines: Lines, context: Context) -> Iterable[str]:
    yield _headline(finding, report, lines, context)
    yield from excerpt(report.source, finding.span, lines, _COLORS[finding.severity], context)
    if finding.missing:
        yield _note("missing", missing(finding, context), context)
    if finding.reasons:
        yield _note("because", printable("; ".join(finding.reasons)), context)
    for each in helps(finding, report.source):
        yield _note("help", printable(each), context)


def helps(finding: Finding, source: str) -> Iterable[str]:
    """What to write instead: the rewrite if there is one, else the first suggestion."""
    if finding.rewrite is None:
        return finding.suggestions[:1]
    old = source[finding.rewrite.span.start : finding.rewrite.span.end].rstrip()
    new = f"write “{finding.rewrite.text}”" if finding.rewrite.text else "leave it out"
    return (f"instead of “{old}” {new}",)


def missing(finding: Finding, context: Context) -> str:
    """What would make the claim pass, in words."""
    rule = context.rules.get(finding.rule)
    if "removal" in finding.missing:
        return "nothing that could be added: the claim has to go"
    return (" and " if rule and rule.needs_all else " or ").join(finding.missing)


def _note(label: str, text: str, context: Context) -> str:
    return f"{_paint('1', label, context)}: {text}"


def excerpt(source: str, span: Span, lines: Lines, color: str, context: Context) -> Iterable[str]:
    """The lines that the span touches, with their numbers and carets under the span."""
    first, last = (touched := lines.touched(span))[0], touched[-1]
    shown = range(first, min(last, first + _MAX_LINES - 1) + 1)
    gutter = len(str(shown[-1]))
    yield f"{'':{gutter}} |"
    for number in shown:
        line = lines.span(number)
        end = line.end
        while end > line.start and source[end - 1] in "\r\n":
            end -= 1
        start, stop = max(line.start, span.start), min(end, span.end)
        before, marked, after = _clipped(
            source[max(line.start, start - _REACH) : start],
            source[start : min(stop, start + _REACH)],
            source[stop : min(end, stop + _REACH)],
        )
        yield unbidding(f"{number:>{gutter}} | {before}{marked}{after}".rstrip())
        carets = _paint(color, "^" * max(1, _columns(marked)), context)
        yield f"{'':{gutter}} | {' ' * _columns(before)}{carets}"
    if last > shown[-1]:
        yield f"{'':{gutter}} | …"


def _clipped(before: str, marked: str, after: str) -> tuple[str, str, str]:
    """The text before, in and after the span as a terminal shows it, cut to what fits in a line."""
    before = _expanded(before, 0)
    marked = _expanded(marked, _columns(before))
    after = _expanded(after, _columns(before) + _columns(marked))
    if _columns(before) + _columns(marked) + _columns(after) <= _WIDTH:
        return before, marked, after
    if _columns(before) > _LEAD:
        before = "…" + _fitting(before[::-1], _LEAD - 1)[::-1]
    room = _WIDTH - _columns(before)
    if _columns(marked) > room:
        return before, _fitting(marked, room - 1) + "…", ""
    room -= _columns(marked)
    if _columns(after) > room:
        after = _fitting(after, max(0, room - 1)) + "…"
    return before, marked, after


def _expanded(text: str, column: int) -> str:
    """Tabs as spaces, and nothing that would move the cursor or turn the text around."""
    if text.isprintable():
        return text
    shown = []
    for character in text:
        piece = " " * (_TAB - column % _TAB) if character == "\t" else harmless(character)
        shown.append(piece)
        column += _columns(piece)
    return "".join(shown)


def _fitting(text: str, room: int) -> str:
    """The longest beginning that takes at most `room` columns."""
    taken = 0
    for index, character in enumerate(text):
        taken += _columns(character)
        if taken > room:
            return text[:index]
    return text


def _columns(text: str) -> int:
    """Columns of a terminal: East Asian wide characters and emoji take two, combining ones none."""
    if text.isascii():
        return len(text)
    columns, before = 0, ""
    for character in text:
        if character == "\ufe0f":
            # asks for the emoji form of a sign that is narrow by itself
            columns += _width(before) == 1 if before else 0
        elif before != "\u200d":
            # what follows a zero-width joiner is drawn into the emoji before it
            columns += _width(character)
        before = character
    return columns


def _width(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf") or "\U0001f3fb" <= character <= "\U0001f3ff":
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _paint(code: str, text: str, context: Context) -> str:
    return f"\x1b[{code}m{text}\x1b[0m" if context.color else text
