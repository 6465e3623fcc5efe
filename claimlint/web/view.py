"""A report as the page gets it: the findings with their places in the text field, each with its card as HTML."""

from __future__ import annotations

from typing import Any

from claimlint.report import Context, html
from claimlint.report.html.cards import Card, cards
from claimlint.terminal import harmless
from claimlint.types import Report
from claimlint.web.surface import Surface

TEMPLATES = html.templates("claimlint.web")


def shown(report: Report, context: Context) -> dict[str, Any]:
    """What the page needs to mark the text and to fill the list beside it."""
    surface = Surface(report.source)
    card = TEMPLATES.get_template("card.html").render
    return {
        "name": harmless(report.name),
        "problems": [{"message": harmless(each.message), "line": each.line} for each in report.problems],
        "findings": [_finding(each, surface) | {"html": card(each=each)} for each in cards(report, context, 1)],
    }


def _finding(card: Card, surface: Surface) -> dict[str, Any]:
    """key: the same finding in the next answer has the same. rewrite: where and what, if there is one."""
    finding = card.finding
    start, end = surface.span(finding.span)
    data: dict[str, Any] = {
        "key": f"{finding.rule} {finding.fingerprint}",
        "severity": finding.severity,
        "status": finding.status,
        "scope": finding.scope,
        "title": harmless(card.rule.title),
        "start": start,
        "end": end,
        "suggestions": list(finding.suggestions),
    }
    if finding.rewrite:
        at, to = surface.span(finding.rewrite.span)
        data["rewrite"] = {"start": at, "end": to, "text": finding.rewrite.text}
    return data
