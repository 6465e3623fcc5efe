"""JSON for programs: the contract of schema/report.schema.json, and the same for `inspect` and `rules`."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable
from typing import Any, TextIO

from claimlint.report import Context, Tally
from claimlint.structs import asdict
from claimlint.types import SEVERITIES, Block, Document, Finding, Lines, Problem, Reading, Report, Rule, Span

SCHEMA_VERSION = 1
_SURROGATES = re.compile("[\ud800-\udfff]")


def write(reports: Iterable[Report], out: TextIO, context: Context) -> None:
    tally = Tally(context.skipped)
    documents = []
    for report in reports:
        tally.add(report)
        documents.append(_document(report))
    dump(_envelope(context.version, documents) | {"summary": summary(tally), "coverage": _coverage(tally)}, out)


def write_inspection(documents: Iterable[dict[str, Any]], out: TextIO, version: str) -> None:
    dump(_envelope(version, list(documents)), out)


def dump(data: object, out: TextIO) -> None:
    json.dump(data, out, ensure_ascii=False, indent=2)
    out.write("\n")


def dump_each(entries: Iterable[dict[str, Any]], out: TextIO) -> None:
    """A JSON array, one entry a line, each written as it comes.

    Half a surrogate pair, as in a file name that is not UTF-8, becomes U+FFFD: strict readers refuse the whole file
    for one.
    """
    before = "[\n"
    for entry in entries:
        out.write(before + _SURROGATES.sub("\ufffd", json.dumps(entry, ensure_ascii=False)))
        before = ",\n"
    out.write("[]" if before == "[\n" else "\n]")


def inspection(document: Document, readings: Iterable[Reading]) -> dict[str, Any]:
    """How a draft is read: every sentence with its cues, citations and hits."""
    lines = Lines(document.source)
    return {
        "path": document.name,
        "errors": errors(document.problems),
        "sentences": [_sentence(reading, document.blocks[reading.block], lines) for reading in readings],
    }


def unread(report: Report) -> dict[str, Any]:
    """The entry of a draft that could not be inspected."""
    return {"path": report.name, "errors": errors(report.problems), "sentences": []}


def rule(value: Rule) -> dict[str, Any]:
    """A rule as data, for `claimlint rules --format json`."""
    return {
        "id": value.id,
        "pack": value.pack,
        "title": value.title,
        "severity": value.severity,
        "needs": {"all" if value.needs_all else "any": list(value.needs)},
        "message": value.message,
        "why": value.why,
        "basis": [asdict(source) for source in value.basis],
        "suggestions": list(value.suggest),
        "examples": {"bad": list(value.bad), "good": list(value.good)},
    }


def _envelope(version: str, documents: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "claimlint", "version": version},
        "documents": documents,
    }


def _document(report: Report) -> dict[str, Any]:
    lines = Lines(report.source)
    return {
        "path": report.name,
        "errors": errors(report.problems),
        "findings": [finding(each, lines) for each in report.findings],
    }


def errors(problems: Iterable[Problem]) -> list[dict[str, Any]]:
    """What is wrong with a draft, as data."""
    return [{"message": problem.message, "line": problem.line} for problem in problems]


def finding(value: Finding, lines: Lines) -> dict[str, Any]:
    """A finding as data; its places are those of the draft that the lines are of."""
    data: dict[str, Any] = {
        "rule": value.rule,
        "pack": value.pack,
        "scope": value.scope,
        "severity": value.severity,
        "message": value.message,
        **_range(value.span, lines),
        "excerpt": value.excerpt,
        "sentence": value.sentence,
        "missing": list(value.missing),
        "reasons": list(value.reasons),
        "suggestions": list(value.suggestions),
        "status": value.status,
        "fingerprint": value.fingerprint,
    }
    if value.status != "open":
        data["justification"] = value.justification
    if value.rewrite:
        data["rewrite"] = _range(value.rewrite.span, lines) | {
            "text": value.rewrite.text,
            "safe": value.rewrite.safe,
        }
    if value.related:
        data["related"] = [_range(span, lines) | {"label": label} for span, label in value.related]
    return data


def _sentence(reading: Reading, block: Block, lines: Lines) -> dict[str, Any]:
    def place(start: int, end: int) -> dict[str, Any]:
        return _range(block.span(start, end), lines)

    return {
        **_range(reading.span, lines),
        "text": reading.text,
        "frame": reading.frame,
        "parsed": reading.parsed,
        "cues": [
            {
                "kind": cue.kind,
                "text": cue.text,
                "strength": cue.strength,
                **place(cue.start, cue.end),
                "scope": [place(start, end) for start, end in cue.scope],
            }
            for cue in reading.cues
        ],
        "citations": [
            {
                "form": each.form,
                "text": each.text,
                **place(each.start, each.end),
                "fault": each.fault,
                "study": each.study,
                "entry": each.entry,
            }
            for each in reading.citations
        ],
        "hits": [
            {
                "rule": verdict.rule,
                "excerpt": verdict.excerpt,
                **_range(verdict.span, lines),
                "step": verdict.step,
                "reasons": list(verdict.reasons),
            }
            for verdict in reading.verdicts
        ],
    }


def _range(span: Span, lines: Lines) -> dict[str, Any]:
    return {"start": _position(span.start, lines), "end": _position(span.end, lines)}


def _position(offset: int, lines: Lines) -> dict[str, int]:
    at = lines.position(offset)
    return {"line": at.line, "column": at.column, "offset": at.offset}


def _coverage(tally: Tally) -> dict[str, Any]:
    whys = Counter(each.why for each in tally.skipped)
    named = [{"path": each.name, "why": each.why} for each in tally.skipped if each.draft or each.why != "format"]
    return {
        "empty": tally.empty,
        "unparsed": tally.unparsed,
        "skipped": dict(sorted(whys.items())),
        "paths": named,
    }


def summary(tally: Tally) -> dict[str, Any]:
    return {
        "drafts": tally.drafts,
        "drafts_with_findings": tally.drafts_with_findings,
        "errors": tally.problems,
        "severity": {severity: tally.severities[severity] for severity in reversed(SEVERITIES)},
        "status": dict(sorted(tally.statuses.items())),
        "rule": dict(sorted(tally.rules.items())),
    }
