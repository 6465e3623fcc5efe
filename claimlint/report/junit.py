"""JUnit XML, for servers that show test results: a draft is a suite, a finding a test that fails."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TextIO
from xml.etree.ElementTree import Element

from claimlint.report import Context, elements, explained
from claimlint.report.elements import element
from claimlint.types import Finding, Lines, Problem, Report


def write(reports: Iterable[Report], out: TextIO, context: Context) -> None:  # noqa: ARG001
    """Settled findings are skipped tests, whatever is to be shown: what was set aside, and why, is part of the result."""
    elements.write("testsuites", map(_suite, reports), out, name="claimlint")


def _suite(report: Report) -> Element:
    cases = list(_cases(report))
    counts = {
        "tests": len(cases),
        "failures": sum(case.find("failure") is not None for case in cases),
        "errors": sum(case.find("error") is not None for case in cases),
        "skipped": sum(case.find("skipped") is not None for case in cases),
    }
    suite = element("testsuite", name=report.name, **counts)
    suite.extend(cases)
    return suite


def _cases(report: Report) -> Iterator[Element]:
    lines = Lines(report.source)
    for problem in report.problems:
        yield _unread(problem, report)
    for finding in report.findings:
        yield _judged(finding, report, lines)
    if not report.problems and not report.findings:
        yield _case(report, "no findings")


def _unread(problem: Problem, report: Report) -> Element:
    message = f"cannot read: {problem.message}"
    case = _case(report, f"{message} (line {problem.line})", problem.line)
    case.append(element("error", f"{report.name}:{problem.line}: {message}", message=message))
    return case


def _judged(finding: Finding, report: Report, lines: Lines) -> Element:
    # servers know a test again by its name and drop a second of the same: so it has the fingerprint and no line
    name = f"{finding.rule}: “{' '.join(finding.excerpt.split())}” ({finding.fingerprint})"
    at = lines.position(finding.span.start)
    case = _case(report, name, at.line)
    if finding.status == "open":
        text = f"{report.name}:{at.line}:{at.column}: {finding.severity}: {explained(finding)}"
        case.append(element("failure", text, message=finding.message, type=finding.severity))
    else:
        reason = f"{finding.status}: {finding.justification}"
        case.append(element("skipped", reason, message=reason))
    return case


def _case(report: Report, name: str, line: int = 1) -> Element:
    return element("testcase", classname=report.name, name=name, file=report.name, line=line)
