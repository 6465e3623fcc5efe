"""How claimlint reads a sentence, in words: frame, cues and what they govern, citations, and each hit's fate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TextIO

from claimlint.terminal import printable
from claimlint.types import Block, Cue, Document, Finding, Lines, Problem, Reading, Report, Span, Verdict

Fates = Mapping[tuple[str, Span], Finding | None]
"""(rule, place) → the finding as it is reported, None if the configuration leaves it out."""


def write(document: Document, readings: Iterable[Reading], out: TextIO) -> None:
    """All sentences of a draft."""
    _problems(document.name, document.problems, out)
    lines = Lines(document.source)
    for reading in readings:
        out.write("\n".join(sentence(document, reading, lines)) + "\n\n")


def write_unread(report: Report, out: TextIO) -> None:
    _problems(report.name, report.problems, out)


def _problems(name: str, problems: Iterable[Problem], out: TextIO) -> None:
    for problem in problems:
        out.write(f"{printable(name)}:{problem.line}: cannot read: {printable(problem.message)}\n")


def sentence(document: Document, reading: Reading, lines: Lines, fates: Fates | None = None) -> Iterable[str]:
    """The sentence and everything seen in it; without `fates`, findings are shown as judged."""
    block = document.blocks[reading.block]
    at = lines.position(reading.span.start)
    yield f"{printable(document.name)}:{at.line}:{at.column}: {printable(reading.text)}"
    yield f"  frame: {reading.frame}"
    if not reading.parsed:
        yield "  too long to parse: what governs what is judged by punctuation alone"
    for cue in reading.cues:
        strength = f" ({cue.strength})" if cue.strength else ""
        yield f"  {cue.kind} “{printable(cue.text)}”{strength}{_governs(block, cue)}"
    for citation in reading.citations:
        fault = f"does not count: {citation.fault}" if citation.fault else "counts"
        study = f", {citation.study}" if citation.study else ""
        yield f"  citation “{printable(citation.text)}” ({citation.form}{study}) {fault}"
    for verdict in reading.verdicts:
        yield f"  {verdict.rule} “{printable(verdict.excerpt)}”: {_fate(verdict, fates)}"
        yield from (f"    {printable(reason)}" for reason in verdict.reasons)
    if not reading.verdicts:
        yield "  no rule matches here"


def _governs(block: Block, cue: Cue) -> str:
    governed = " … ".join(f"“{printable(block.text[start:end])}”" for start, end in cue.scope)
    if not governed and cue.kind == "booster":
        return ""
    return f" governs {governed or 'nothing'}"


def _fate(verdict: Verdict, fates: Fates | None) -> str:
    key = (verdict.rule, verdict.span)
    if verdict.step == "trigger" and (fates is None or key not in fates):
        return "calls for something that the draft as a whole holds, or that is reported where it is first called for"
    if verdict.finding is None and verdict.step != "trigger":
        return f"silent, decided by: {verdict.step}"
    if fates is None:
        return verdict.finding.severity if verdict.finding else "silent"
    if key not in fates:
        return "not reported: a more specific finding covers it"
    settled = fates[key]
    return graded(settled) if settled else "not reported: the configuration leaves it out"


def whole(finding: Finding) -> Iterable[str]:
    """A finding that stands at a sentence and is not made of its words: about the whole draft, or about a register."""
    about = ", about the whole draft" if finding.scope == "draft" else ""
    yield f"  {finding.rule}{about}: {graded(finding)}"
    yield from (f"    {printable(reason)}" for reason in finding.reasons or (finding.message,))


def graded(finding: Finding) -> str:
    return finding.severity + (
        "" if finding.status == "open" else f", {finding.status}: {printable(finding.justification)}"
    )
