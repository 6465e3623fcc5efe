"""Workflow commands of GitHub Actions: each open finding becomes an annotation of the changed file."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TextIO

from claimlint.report import Context, explained
from claimlint.terminal import harmless
from claimlint.types import Finding, Lines, Report

_LEVELS = {"error": "error", "warning": "warning", "advice": "notice"}


def write(reports: Iterable[Report], out: TextIO, context: Context) -> None:
    for report in reports:
        for problem in report.problems:
            place = {"title": "claimlint", "file": report.name, "line": problem.line}
            out.write(_command("error", place, f"cannot read: {problem.message}"))
        lines = Lines(report.source)
        for finding in context.shown(report):
            out.write(_annotation(finding, report, lines))


def _annotation(finding: Finding, report: Report, lines: Lines) -> str:
    start, end = lines.position(finding.span.start), lines.position(finding.span.end)
    place: dict[str, object] = {"title": f"claimlint ({finding.rule})", "file": report.name, "line": start.line}
    if start.line == end.line:
        place |= {"col": start.column, "endLine": end.line, "endColumn": end.column}
    else:
        # GitHub takes columns for ranges within one line only
        place |= {"endLine": end.line}
    return _command(_LEVELS[finding.severity], place, explained(finding))


def _command(level: str, place: dict[str, object], message: str) -> str:
    properties = ",".join(f"{key}={_property(str(value))}" for key, value in place.items())
    return f"::{level} {properties}::{_data(message)}\n"


def _data(text: str) -> str:
    text = re.sub(r"[^\r\n]+", lambda run: harmless(run[0]), text)
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
