"""What the page says about a finding, and about a claim that needs none."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from claimlint.report import Context
from claimlint.report.html.runs import Tone
from claimlint.report.inventory import Claim, Sections, claims
from claimlint.report.text import missing
from claimlint.structs import Struct
from claimlint.types import Finding, Lines, Report, Rule


class Card(Struct, frozen=True):
    """A finding by its number on the page. related: label, line and words of other places that matter. old: the words
    that the rewrite replaces."""

    number: int
    path: str
    finding: Finding
    rule: Rule
    line: int
    column: int
    section: str
    missing: str
    related: tuple[tuple[str, int, str], ...]
    old: str
    command: str

    @property
    def tone(self) -> Tone:
        return self.finding.severity if self.finding.status == "open" else "settled"


class Standing(Struct, frozen=True):
    """A claim that needs no finding, by its number on the page."""

    number: int
    claim: Claim
    rule: Rule

    @property
    def tone(self) -> Tone:
        return "supported" if self.claim.status == "supported" else "not-asserted"


def rule_of(id_: str, pack: str, context: Context) -> Rule:
    """The rule, or what can be said of one that no pack has any more."""
    return context.rules.get(id_) or Rule(id_, pack, id_, "", "warning", (), needs=())


def cards(report: Report, context: Context, number: int) -> Iterator[Card]:
    """The findings of a draft, numbered from `number` on."""
    lines, sections = Lines(report.source), Sections(report.document)
    for each, finding in enumerate(report.findings, number):
        at = lines.position(finding.span.start)
        old = finding.rewrite.span if finding.rewrite else None
        yield Card(
            number=each,
            path=report.name,
            finding=finding,
            rule=rule_of(finding.rule, finding.pack, context),
            line=at.line,
            column=at.column,
            section=sections.at(finding.span.start),
            missing=missing(finding, context) if finding.missing else "",
            related=tuple(
                (label, lines.position(span.start).line, _words(report.source[span.start : span.end]))
                for span, label in finding.related
            ),
            old=_words(report.source[old.start : old.end]) if old else "",
            command=f"claimlint waive {shlex.quote(f'{report.name}:{at.line}')} --rule {shlex.quote(finding.rule)}",
        )


def standing(report: Report, context: Context, number: int) -> Iterator[Standing]:
    """The claims of a draft without a finding, numbered from `number` on."""
    left = [each for each in claims(report) if each.status in ("supported", "not-asserted")]
    for each, claim in enumerate(left, number):
        yield Standing(each, claim, rule_of(claim.rule, claim.rule.partition("/")[0], context))


def _words(text: str) -> str:
    return " ".join(text.split())
