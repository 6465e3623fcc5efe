"""Suppressions: comments in a draft that set findings aside, each with its rules and its reason.

    <!-- claimlint-disable-next-line core/rule, core/other -- reason until=2027-01-31 by="Ada L." -->

- `claimlint-disable-line`: findings that start on the line on which the comment starts;
- `claimlint-disable-next-line`: findings that start on the next line that has more than comments on it, and on no
  other: a finding further down in a soft-wrapped paragraph is not covered;
- `claimlint-disable` to `claimlint-enable`: findings that start in between; an enable that names no rule ends all;
- `claimlint-disable-file`: the whole draft, wherever the comment stands.

`{/* … */}` does the same in MDX. A suppression that is malformed, names an unknown rule or is never closed is a
problem of the draft and suppresses nothing: a slip of the pen must not mute more than was meant.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date

from claimlint.config import OWN_PACK
from claimlint.errors import did_you_mean
from claimlint.settle.own import finding, fingerprinted, rule
from claimlint.structs import Struct, replace
from claimlint.types import Comment, Finding, Lines, Problem, Report, Span

EXPIRED = f"{OWN_PACK}/expired-suppression"
UNUSED = f"{OWN_PACK}/unused-suppression"

RULES = {
    EXPIRED: rule(
        EXPIRED,
        "Suppression past its date",
        "The suppression of {rules} ended on {date}; its findings count again.",
        why="A suppression with `until=` was agreed for a time. That time is over, so the claim has to be looked at "
        "again: mend it, or have it approved with a new date.",
        suggest="mend the claim and remove the comment, or agree on a new date",
        writer=True,
    ),
    UNUSED: rule(
        UNUSED,
        "Suppression without a finding",
        "The suppression of {rule} sets no finding aside.",
        why="The claim was mended or moved, or the rule no longer finds it. A comment that is left behind would hide "
        "the next claim that somebody writes there.",
        suggest="remove the comment, or move it to the claim",
        writer=True,
    ),
}

VERBS = ("disable-next-line", "disable-line", "disable", "enable", "disable-file")
PLACEHOLDER = "REASON"
"""What an editor leaves for the writer to replace; it is no reason."""
_MOST = 1000
"""Suppressions of a draft, each of which is looked for at every finding."""
_LONGEST = 2000
"""Characters of one."""
_MEANT = re.compile(r"claimlint\s*[-:]|claimlint\s+(?:dis|en)able", re.IGNORECASE)
_FORM = re.compile(
    r"claimlint-(?P<verb>[\w-]+)(?:\s+(?P<rules>(?!--(?:\s|$)).*?))?(?:\s+--(?:\s+(?P<rest>.*))?)?", re.DOTALL
)
_OPTION = re.compile(r'(?<!\S)(?P<key>until|by)=(?P<value>"[^"]*"|\S*)')
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_STRAY_DATE = re.compile(r"(?<!\S)(?P<key>\w+)\s*[=:]\s*\d{4}-\d{2}-\d{2}(?!\S)")


class Suppression(Struct, frozen=True):
    """One comment, understood. covers: the source range in which a finding must start; at first the comment's own."""

    verb: str
    rules: tuple[str, ...]
    reason: str
    until: date | None
    by: str
    comment: Comment
    covers: Span

    def applies(self, finding: Finding) -> bool:
        return finding.rule in self.rules and self.covers.start <= finding.span.start < self.covers.end


class _MalformedError(ValueError):
    """Says what is wrong with a comment that was meant as a suppression."""


def settle(report: Report, known: Collection[str], today: date, *, selected: Collection[str] | None = None) -> Report:
    """The report with its suppressed findings marked, and findings and problems about the suppressions themselves.

    known: rules that may be named. selected: those that this run reports, so that a suppression of another one is not
    called unused; all if None.
    """
    suppressions, problems = read(report, known)
    if not suppressions and not problems:
        return report
    expired = [each for each in suppressions if each.until and each.until < today]
    active = [each for each in suppressions if each not in expired]
    own = [_own(EXPIRED, report, each, rules=", ".join(each.rules), date=each.until) for each in expired]
    own += [
        _own(UNUSED, report, each, rule=name)
        for each in active
        for name in each.rules
        if (selected is None or name in selected)
        and not any(each.applies(item) for item in report.findings if item.rule == name)
    ]
    findings = [_suppressed(item, active) for item in report.findings] + fingerprinted(own)
    return replace(
        report,
        findings=tuple(sorted(findings, key=lambda item: (item.span, item.rule))),
        problems=(*report.problems, *problems),
    )


def read(report: Report, known: Collection[str]) -> tuple[list[Suppression], list[Problem]]:
    """The suppressions of a draft, with the ranges they cover, and what is wrong with the others."""
    meant = [comment for comment in report.comments if _MEANT.match(comment.text.strip())]
    if not meant:
        return [], []
    lines = Lines(report.source)
    if len(meant) > _MOST:
        line = lines.position(meant[_MOST].span.start).line
        return [], [Problem(f"more than {_MOST:,} suppressions; leave the draft out with “exclude”, or split it", line)]
    directives: list[Suppression] = []
    problems: list[Problem] = []
    for comment in meant:
        try:
            directives.append(parse(comment, known))
        except _MalformedError as error:
            problems.append(Problem(str(error), lines.position(comment.span.start).line))
    suppressions, unpaired = _placed(directives, report, lines)
    return suppressions, sorted(problems + unpaired, key=lambda problem: problem.line)


def parse(comment: Comment, known: Collection[str]) -> Suppression:
    """What the comment says, its range not yet known; raises ValueError saying what is malformed."""
    if len(comment.text) > _LONGEST:
        raise _MalformedError(f"suppression of more than {_LONGEST:,} characters")
    form = _FORM.fullmatch(comment.text.strip())
    verb = form["verb"] if form else ""
    if form is None or verb not in VERBS:
        raise _MalformedError(f"unknown suppression “claimlint-{verb}”{did_you_mean(verb, VERBS)}" if form else _USAGE)
    rules = tuple(dict.fromkeys(name.strip() for name in (form["rules"] or "").split(",") if name.strip()))
    if unknown := [name for name in rules if name not in known]:
        raise _MalformedError(f"suppression of unknown rule “{unknown[0]}”{did_you_mean(unknown[0], known)}")
    reason, until, by = _reason(form["rest"] or "")
    if verb != "enable":
        if not rules:
            raise _MalformedError(f"suppression that names no rule; {_USAGE}")
        if not reason:
            raise _MalformedError(f"suppression without a reason; {_USAGE}")
        if reason == PLACEHOLDER:
            raise _MalformedError(f"suppression whose reason is still “{PLACEHOLDER}”; write why the claim may stand")
    return Suppression(verb, rules, reason, until, by, comment, comment.span)


_USAGE = "write “claimlint-disable-next-line pack/rule -- reason”"


def _reason(rest: str) -> tuple[str, date | None, str]:
    """The text after `--` without its options, the date and the name."""
    options = {option["key"]: option["value"].strip('"') for option in _OPTION.finditer(rest)}
    reason = " ".join(_OPTION.sub("", rest).split())
    if stray := _STRAY_DATE.search(reason):
        raise _MalformedError(f"suppression with unknown option “{stray[0]}”; write “until=YYYY-MM-DD”")
    if "by" in options and not options["by"]:
        raise _MalformedError("suppression with an empty “by=”")
    return reason, _date(options["until"]) if "until" in options else None, options.get("by", "")


def _date(value: str) -> date:
    try:
        if _DATE.fullmatch(value):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise _MalformedError(f"suppression until “{value}”, which is no date; write “until=YYYY-MM-DD”")


def _placed(directives: Iterable[Suppression], report: Report, lines: Lines) -> tuple[list[Suppression], list[Problem]]:
    """Each suppression with the range it covers; regions are closed by their enable or are problems."""
    placed: list[Suppression] = []
    problems: list[Problem] = []
    open_: defaultdict[str, list[Suppression]] = defaultdict(list)
    content = _content(report, lines) if any(each.verb == "disable-next-line" for each in directives) else []
    for each in directives:
        if each.verb == "disable":
            for name in each.rules:
                open_[name].append(replace(each, rules=(name,)))
        elif each.verb == "enable":
            ended = [region for name in each.rules or list(open_) for region in open_.pop(name, ())]
            placed += [replace(region, covers=Span(region.covers.end, each.covers.start)) for region in ended]
            never = sorted(set(each.rules) - {region.rules[0] for region in ended})
            if never or not ended:
                what = f" of {', '.join(never)}" if never else ""
                problems.append(_problem(f"claimlint-enable{what} without a claimlint-disable before it", each, lines))
        else:
            placed.append(replace(each, covers=_range(each, report, lines, content)))
    problems += [
        _problem(f"claimlint-disable of {name} that no claimlint-enable ends", each, lines)
        for name, regions in open_.items()
        for each in regions
    ]
    return placed, problems


def _range(each: Suppression, report: Report, lines: Lines, content: list[int]) -> Span:
    """content: the lines that have more than comments on them."""
    span = each.comment.span
    if each.verb == "disable-file":
        return Span(0, len(report.source) + 1)
    if each.verb == "disable-line":
        return lines.span(lines.position(span.start).line)
    next_ = bisect_left(content, lines.position(span.end).line + 1)
    return lines.span(content[next_]) if next_ < len(content) else Span(span.end, span.end)


def _content(report: Report, lines: Lines) -> list[int]:
    found: list[int] = []
    start = 0
    for span in (*sorted(comment.span for comment in report.comments), Span(len(report.source), len(report.source))):
        if start < span.start:
            for number in lines.touched(Span(start, span.start)):
                line = lines.span(number)
                part = report.source[max(start, line.start) : min(span.start, line.end)]
                if number != (found or [0])[-1] and part and not part.isspace():
                    found.append(number)
        start = max(start, span.end)
    return found


def _suppressed(item: Finding, active: Iterable[Suppression]) -> Finding:
    for each in active:
        if item.status == "open" and each.applies(item):
            return replace(item, status="suppressed", justification=each.reason)
    return item


def _problem(message: str, each: Suppression, lines: Lines) -> Problem:
    return Problem(message, lines.position(each.comment.span.start).line)


def _own(id_: str, report: Report, each: Suppression, **values: object) -> Finding:
    made = finding(RULES[id_], report, each.comment.span, **values)
    return replace(made, sentence=" ".join(each.comment.text.split()))
