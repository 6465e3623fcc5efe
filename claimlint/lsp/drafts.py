"""A checked draft as an editor sees it: its findings and problems as diagnostics, and what stands at a place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property

from lsprotocol import types as lsp

from claimlint.lsp.files import File, uri_of
from claimlint.lsp.positions import Source
from claimlint.lsp.projects import Fault
from claimlint.project import Project
from claimlint.structs import Struct
from claimlint.types import Finding, Report, Rule, Severity, Span

SOURCE = "claimlint"
SEVERITIES: Mapping[Severity, lsp.DiagnosticSeverity] = {
    "error": lsp.DiagnosticSeverity.Error,
    "warning": lsp.DiagnosticSeverity.Warning,
    "advice": lsp.DiagnosticSeverity.Information,
}


class Checked(Struct, frozen=True, dict=True):
    """What became of one version of an open file. project, report: None for what is no draft, or could not be checked."""

    file: File
    project: Project | None = None
    report: Report | None = None
    diagnostics: tuple[lsp.Diagnostic, ...] = ()

    @cached_property
    def rules(self) -> Mapping[str, Rule]:
        """The rules as they are for this draft."""
        if self.project is None or self.report is None:
            return {}
        return {**self.project.rules, **self.project.linter.rules_of(self.report)}

    def findings_in(self, span: Span) -> list[Finding]:
        """The findings that touch a range; of an empty one, those that it stands in or at the end of."""
        found = self.report.findings if self.report else ()
        return [item for item in found if item.span.start <= span.end and span.start <= item.span.end]


def range_of(source: Source, span: Span) -> lsp.Range:
    return lsp.Range(lsp.Position(*source.place(span.start)), lsp.Position(*source.place(span.end)))


def span_of(source: Source, range_: lsp.Range) -> Span:
    start, end = (source.offset((place.line, place.character)) for place in (range_.start, range_.end))
    return Span(min(start, end), max(start, end))


def line_range(source: Source, number: int) -> lsp.Range:
    """The words of a line counted from 1."""
    start, end = source.bounds(max(0, number - 1))
    text = source.text[start:end]
    return range_of(source, Span(start + len(text) - len(text.lstrip()), end))


def diagnostics(checked: Checked, *, settled: bool) -> list[lsp.Diagnostic]:
    """The open findings and the problems of a draft; settled: the other findings too, as hints."""
    report, source = checked.report, checked.file.source
    if report is None:
        return []
    shown = [item for item in report.findings if item.status == "open" or settled]
    return [
        *(problem(source, each.line, each.message) for each in report.problems),
        *(_finding(item, checked) for item in shown),
    ]


def _finding(item: Finding, checked: Checked) -> lsp.Diagnostic:
    source, address = checked.file.source, _address(checked.rules.get(item.rule))
    return lsp.Diagnostic(
        range=range_of(source, item.span),
        message=item.message if item.status == "open" else f"{item.message} [{item.status}: {item.justification}]",
        severity=SEVERITIES[item.severity] if item.status == "open" else lsp.DiagnosticSeverity.Hint,
        code=item.rule,
        code_description=lsp.CodeDescription(address) if address else None,
        source=SOURCE,
        related_information=[
            lsp.DiagnosticRelatedInformation(lsp.Location(checked.file.uri, range_of(source, span)), note)
            for span, note in item.related
        ]
        or None,
        data=item.fingerprint,
    )


def _address(rule: Rule | None) -> str:
    """Where the first source of a rule that has an address can be read."""
    return next((each.url for each in rule.basis if each.url), "") if rule else ""


def problem(source: Source, line: int, message: str) -> lsp.Diagnostic:
    return lsp.Diagnostic(line_range(source, line), message, severity=lsp.DiagnosticSeverity.Error, source=SOURCE)


def unusable(source: Source, found: Fault) -> lsp.Diagnostic:
    """Told in a draft that cannot be checked at all, since the file with the fault may not be open."""
    where = lsp.Location(uri_of(found.path), lsp.Range(lsp.Position(found.line - 1, 0), lsp.Position(found.line, 0)))
    return lsp.Diagnostic(
        range=line_range(source, 1),
        message=f"this draft is not checked: {found.path.name} cannot be used",
        severity=lsp.DiagnosticSeverity.Warning,
        source=SOURCE,
        related_information=[lsp.DiagnosticRelatedInformation(where, found.message)],
    )


def faults(source: Source, found: Iterable[Fault]) -> list[lsp.Diagnostic]:
    """What is wrong with a file that is no draft."""
    return [problem(source, each.line, each.message) for each in dict.fromkeys(found)]
