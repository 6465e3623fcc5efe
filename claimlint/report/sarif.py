"""SARIF 2.1.0, for code scanning and for reviewers' tools."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePath
from typing import Any, TextIO
from urllib.parse import quote

from claimlint.report import SKIPPED, Context
from claimlint.types import Finding, Lines, Problem, Report, Rule, Severity, Skipped, Source, Span

_LEVELS: dict[Severity, str] = {"error": "error", "warning": "warning", "advice": "note"}


def write(reports: Iterable[Report], out: TextIO, context: Context) -> None:
    index = {rule: number for number, rule in enumerate(context.rules)}
    results: list[dict[str, Any]] = []
    notifications: list[dict[str, Any]] = []
    for report in reports:
        lines = Lines(report.source)
        results += [_result(finding, report, lines, index) for finding in report.findings]
        notifications += [_notification(problem, report) for problem in report.problems]
    driver = {
        "name": "claimlint",
        "semanticVersion": context.version,
        "rules": [_rule(rule) for rule in context.rules.values()],
    }
    failed = bool(notifications)
    notifications += [_passed_over(each) for each in context.skipped if each.draft or each.why != "format"]
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "invocations": [{"executionSuccessful": not failed, "toolExecutionNotifications": notifications}],
        "results": results,
    }
    log = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}
    json.dump(log, out, ensure_ascii=False, indent=2)
    out.write("\n")


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.why or rule.title},
        "help": {"text": _help(rule, markdown=False), "markdown": _help(rule, markdown=True)},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {"tags": ["medical-claims", rule.pack], "needs": list(rule.needs)},
    }


def _help(rule: Rule, *, markdown: bool) -> str:
    """Why, what to write instead, what the rule finds and leaves, and what it rests on."""
    parts = [rule.why or rule.title]
    parts += _listed("Instead", rule.suggest, markdown)
    parts += _listed("Finds", [each.replace("{", "").replace("}", "") for each in rule.bad], markdown)
    parts += _listed("Leaves alone", rule.good, markdown)
    parts += _listed("Basis", [_basis(source, markdown) for source in rule.basis], markdown)
    return "\n\n".join(parts)


def _listed(title: str, texts: Sequence[str], markdown: bool) -> list[str]:
    if not texts:
        return []
    items = "\n".join(f"- {' '.join(text.split())}" for text in texts)
    return [f"**{title}**\n\n{items}" if markdown else f"{title}:\n{items}"]


def _basis(source: Source, markdown: bool) -> str:
    title = f"[{source.title}]({source.url})" if markdown and source.url else source.title
    url = f" <{source.url}>" if source.url and not markdown else ""
    return f"{title}{f', {source.section}' if source.section else ''}{url}"


def _result(finding: Finding, report: Report, lines: Lines, index: dict[str, int]) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "level": _LEVELS[finding.severity],
        "message": {"text": finding.message},
        "locations": [_location(report, _region(finding.span, report, lines))],
        "partialFingerprints": {"claimlint/v1": finding.fingerprint},
        "properties": {
            "scope": finding.scope,
            "status": finding.status,
            "sentence": finding.sentence,
            "missing": list(finding.missing),
            "reasons": list(finding.reasons),
            "suggestions": list(finding.suggestions),
        },
    }
    if finding.rule in index:
        result["ruleIndex"] = index[finding.rule]
    if finding.related:
        result["relatedLocations"] = [
            {"id": number, "message": {"text": label}, **_location(report, _region(span, report, lines))}
            for number, (span, label) in enumerate(finding.related, 1)
        ]
    if finding.status != "open":
        # only a comment in the draft is in the source; waivers and baselines are files of their own
        kind = "inSource" if finding.status == "suppressed" else "external"
        result["suppressions"] = [{"kind": kind, "status": "accepted", "justification": finding.justification}]
    return result


def _notification(problem: Problem, report: Report) -> dict[str, Any]:
    return {
        "level": "error",
        "message": {"text": f"cannot read: {problem.message}"},
        "locations": [_location(report, {"startLine": problem.line})],
    }


def _passed_over(skipped: Skipped) -> dict[str, Any]:
    place = {"physicalLocation": {"artifactLocation": {"uri": _uri(skipped.name)}}}
    return {"level": "note", "message": {"text": f"skipped: {SKIPPED[skipped.why]}"}, "locations": [place]}


def _location(report: Report, region: dict[str, Any]) -> dict[str, Any]:
    return {"physicalLocation": {"artifactLocation": {"uri": _uri(report.name)}, "region": region}}


def _region(span: Span, report: Report, lines: Lines) -> dict[str, Any]:
    start, end = lines.position(span.start), lines.position(span.end)
    return {
        "startLine": start.line,
        "startColumn": start.column,
        "endLine": end.line,
        "endColumn": end.column,
        "snippet": {"text": report.source[span.start : span.end]},
    }


def _uri(name: str) -> str:
    return Path(name).as_uri() if Path(name).is_absolute() else quote(os.fsencode(PurePath(name).as_posix()))
