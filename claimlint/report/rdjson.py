"""Reviewdog Diagnostic Format, for reviews on GitHub, GitLab, Gerrit and others; rewrites become suggestions to accept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, TextIO

from claimlint.report import Context, explained
from claimlint.report.data import dump_each
from claimlint.types import Finding, Lines, Report, Severity, Span

_SEVERITIES: dict[Severity, str] = {"error": "ERROR", "warning": "WARNING", "advice": "INFO"}


def write(reports: Iterable[Report], out: TextIO, context: Context) -> None:
    # the frame by hand, so that diagnostics are written as they come
    out.write('{"source": {"name": "claimlint"}, "diagnostics": ')
    dump_each(_diagnostics(reports, context), out)
    out.write("}\n")


def _diagnostics(reports: Iterable[Report], context: Context) -> Iterator[dict[str, Any]]:
    for report in reports:
        for problem in report.problems:
            yield {
                "message": f"cannot read: {problem.message}",
                "location": {"path": report.name, "range": {"start": {"line": problem.line}}},
                "severity": "ERROR",
            }
        lines = Lines(report.source)
        for finding in context.shown(report):
            yield _diagnostic(finding, report, lines)


def _diagnostic(finding: Finding, report: Report, lines: Lines) -> dict[str, Any]:
    rewrite = finding.rewrite
    diagnostic: dict[str, Any] = {
        "message": finding.message if rewrite else explained(finding),
        "location": {"path": report.name, "range": _range(finding.span, report, lines)},
        "severity": _SEVERITIES[finding.severity],
        "code": {"value": finding.rule},
    }
    if rewrite:
        diagnostic["suggestions"] = [{"range": _range(rewrite.span, report, lines), "text": rewrite.text}]
    return diagnostic


def _range(span: Span, report: Report, lines: Lines) -> dict[str, Any]:
    return {"start": _position(span.start, report, lines), "end": _position(span.end, report, lines)}


def _position(offset: int, report: Report, lines: Lines) -> dict[str, int]:
    """Line and column from 1; this format counts columns in bytes of UTF-8."""
    line = lines.position(offset).line
    before = report.source[lines.span(line).start : offset]
    return {"line": line, "column": len(before.encode("utf-8", "surrogatepass")) + 1}
