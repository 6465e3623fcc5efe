"""Checkstyle XML, which Jenkins, SonarQube, reviewdog and most other review tools import."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TextIO
from xml.etree.ElementTree import Element

from claimlint.report import Context, elements, explained
from claimlint.report.elements import element
from claimlint.types import Finding, Lines, Report, Severity

_SEVERITIES: dict[Severity, str] = {"error": "error", "warning": "warning", "advice": "info"}


def write(reports: Iterable[Report], out: TextIO, context: Context) -> None:
    # the version of the format, not of claimlint
    elements.write("checkstyle", (_file(report, context) for report in reports), out, version="10.0")


def _file(report: Report, context: Context) -> Element:
    """A draft without findings is in the report too, as Checkstyle itself does it."""
    lines = Lines(report.source)
    file = element("file", name=report.name)
    for problem in report.problems:
        message = f"cannot read: {problem.message}"
        file.append(element("error", line=problem.line, severity="error", message=message, source="claimlint"))
    file.extend(_error(finding, lines) for finding in context.shown(report))
    return file


def _error(finding: Finding, lines: Lines) -> Element:
    at = lines.position(finding.span.start)
    return element(
        "error",
        line=at.line,
        column=at.column,
        severity=_SEVERITIES[finding.severity],
        message=explained(finding),
        # readers group by what stands before the last full stop: with Checkstyle that is a Java package
        source=f"claimlint.{finding.rule}",
    )
