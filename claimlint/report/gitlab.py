"""GitLab Code Quality: the findings beside a merge request, compared with those of its target branch by fingerprint."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import Any, TextIO

from claimlint.report import Context, explained
from claimlint.report.data import dump_each
from claimlint.types import Finding, Lines, Report, Severity

_SEVERITIES: dict[Severity, str] = {"error": "major", "warning": "minor", "advice": "info"}


def write(reports: Iterable[Report], out: TextIO, context: Context) -> None:
    dump_each(_entries(reports, context), out)
    out.write("\n")


def _entries(reports: Iterable[Report], context: Context) -> Iterator[dict[str, Any]]:
    for report in reports:
        seen: Counter[str] = Counter()
        for problem in report.problems:
            message = f"cannot read: {problem.message}"
            # no line in the fingerprint: edits elsewhere in the draft must not make it a new one
            fingerprint = _fingerprint(report, message, str(seen[message]))
            seen[message] += 1
            yield _entry("claimlint", message, "blocker", fingerprint, report, problem.line, problem.line)
        lines = Lines(report.source)
        for finding in context.shown(report):
            yield _violation(finding, report, lines)


def _violation(finding: Finding, report: Report, lines: Lines) -> dict[str, Any]:
    span = finding.span
    first, last = (touched := lines.touched(span))[0], touched[-1]
    # the fingerprint of a finding is unique in its draft only: two drafts may hold the same sentence
    fingerprint = _fingerprint(report, finding.fingerprint)
    return _entry(finding.rule, explained(finding), _SEVERITIES[finding.severity], fingerprint, report, first, last)


def _fingerprint(report: Report, *parts: str) -> str:
    return sha256("\0".join([report.name, *parts]).encode("utf-8", "surrogatepass")).hexdigest()


def _entry(
    check: str, description: str, severity: str, fingerprint: str, report: Report, first: int, last: int
) -> dict[str, Any]:
    return {
        "check_name": check,
        "description": description,
        "severity": severity,
        "fingerprint": fingerprint,
        # GitLab reads lines.begin, and positions only where there is none; it shows no columns
        "location": {"path": report.name, "lines": {"begin": first, "end": last}},
    }
