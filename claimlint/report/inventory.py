"""The inventory: every claim of the drafts, flagged or not, with what stands behind it."""

from __future__ import annotations

import csv
import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, BinaryIO, TextIO

from claimlint.config import OWN_PACK
from claimlint.report.data import dump, errors
from claimlint.structs import Struct, fields
from claimlint.types import Citation, Document, Finding, Lines, Reading, Report, Span, Verdict

_HEDGES = ("hedge", "limiter", "softener")
_SILENT = {"negation": "not-asserted", "frame": "not-asserted", "facts": "supported", "remedy": "supported"}
"""Step of the judgement that left a claim standing without a finding → its status here; other steps saw no claim."""
STATUSES = ("open", "suppressed", "waived", "substantiated", "baselined", "supported", "not-asserted")
"""supported: hedged, cited, or borne out by data, as its rule asks; not-asserted: denied, reported or asked."""


class Claim(Struct, frozen=True):
    """One claim by one rule. line, column: from 1, in code points. section: the headings above it. severity: "" if
    nothing was found. citations: those that cover it, whether they resolve or not."""

    path: str
    line: int
    column: int
    span: Span
    section: str
    rule: str
    severity: str
    status: str
    claim: str
    sentence: str
    frame: str
    hedges: tuple[str, ...]
    citations: tuple[Citation, ...]
    missing: tuple[str, ...]
    reasons: tuple[str, ...]
    justification: str
    fingerprint: str


class Sections:
    """The headings above each place of a draft."""

    def __init__(self, document: Document | None) -> None:
        self._blocks = document.blocks if document else ()
        self._starts = [block.span(0, 1).start for block in self._blocks]

    def at(self, offset: int) -> str:
        """The headings above an offset into the source, outermost first, as in “Safety › Side effects”."""
        index = bisect_right(self._starts, offset) - 1
        names = []
        section = self._blocks[index].section if 0 <= index < len(self._blocks) else None
        while section is not None:
            names.append(self._blocks[section].text)
            section = self._blocks[section].section
        return " › ".join(reversed(names))


def claims(report: Report) -> list[Claim]:
    """The claims of a draft in source order: its findings, and the hits that were judged and left alone."""
    lines, sections = Lines(report.source), Sections(report.document)
    # what is said of comments and registers is no claim
    by_place = {(item.rule, item.span): item for item in report.findings if item.pack != OWN_PACK}
    found: list[Claim] = []
    judged: set[tuple[str, Span]] = set()
    for reading in report.readings:
        for verdict in reading.verdicts:
            key = (verdict.rule, verdict.span)
            finding = by_place.get(key)
            if finding or verdict.step in _SILENT:
                judged.add(key)
                found.append(_claim(report, finding or verdict, reading, lines, sections))
    rest = (item for key, item in by_place.items() if key not in judged)
    found += [_claim(report, item, None, lines, sections) for item in rest]
    return sorted(found, key=lambda each: (each.span, each.rule))


def _claim(report: Report, item: Finding | Verdict, reading: Reading | None, lines: Lines, sections: Sections) -> Claim:
    at = lines.position(item.span.start)
    flagged = isinstance(item, Finding)
    return Claim(
        path=report.name,
        line=at.line,
        column=at.column,
        span=item.span,
        section=sections.at(item.span.start),
        rule=item.rule,
        severity=item.severity if isinstance(item, Finding) else "",
        status=item.status if isinstance(item, Finding) else _SILENT[item.step],
        claim=item.excerpt,
        sentence=item.sentence if isinstance(item, Finding) else reading.text if reading else "",
        frame=reading.frame if reading else "",
        hedges=tuple(f"{cue.text} ({cue.strength})" for cue in reading.cues if cue.kind in _HEDGES) if reading else (),
        citations=reading.citations if reading else (),
        missing=item.missing if isinstance(item, Finding) else (),
        reasons=item.reasons if flagged else item.reasons[1:],
        justification=item.justification if isinstance(item, Finding) else "",
        fingerprint=item.fingerprint if isinstance(item, Finding) else "",
    )


def quality(citation: Citation) -> str:
    """What a citation is worth: the fault that makes it count for nothing, else the type of study, if it is known."""
    return citation.fault or citation.study or "resolves"


COLUMNS = tuple(each.name for each in fields(Claim) if each.name not in ("span",))


def row(claim: Claim) -> list[str | int]:
    """A claim as cells of text and numbers, in the order of `COLUMNS`."""
    values: dict[str, Any] = {name: getattr(claim, name) for name in COLUMNS}
    values["citations"] = "; ".join(f"{each.text} ({quality(each)})" for each in claim.citations)
    for name in ("hedges", "missing", "reasons"):
        values[name] = "; ".join(values[name])
    return list(values.values())


def write_csv(reports: Iterable[Report], out: TextIO) -> None:
    write_table(COLUMNS, (row(each) for report in reports for each in claims(report)), out)


def write_table(header: Sequence[str | int], rows: Iterable[Sequence[str | int]], out: TextIO) -> None:
    """CSV that a spreadsheet shows and never runs."""
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([inert(cell) for cell in each] for each in rows)


def inert(cell: str | int) -> str | int:
    """Text that a spreadsheet would take for a formula gets an apostrophe in front, as OWASP advises; so does what becomes a
    cell of its own where semicolons or tabs separate them."""
    return _FORMULA.sub("\\1'\\2", cell) if isinstance(cell, str) else cell


_FORMULA = re.compile(r"(\A|[;\t\r\n])([^\w!#-&(-~\t\r\n]*[=+\-@＝＋－＠])")
"""Behind what a spreadsheet does not show, and quotes."""
_WIDTHS = {"path": 28, "rule": 26, "claim": 30, "sentence": 60, "section": 28, "citations": 36, "reasons": 48}
_LONGEST_CELL = 32_767
"""Characters that a cell of a spreadsheet can hold."""


def write_xlsx(reports: Iterable[Report], out: BinaryIO, day: date) -> None:
    """The inventory as a spreadsheet, with filters. day: its date of creation, so that the same inputs give the same bytes."""
    import xlsxwriter  # noqa: PLC0415 - start-up time

    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, options) as book:
        book.set_properties({"title": "Inventory of claims", "created": datetime(day.year, day.month, day.day)})
        head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        plain = book.add_format({"text_wrap": True, "valign": "top"})
        sheet = book.add_worksheet("Claims")
        sheet.freeze_panes(1, 1)
        for column, name in enumerate(COLUMNS):
            sheet.set_column(column, column, _WIDTHS.get(name, 14), plain)
            sheet.write_string(0, column, name, head)
        number = 0
        for number, cells in enumerate((row(each) for report in reports for each in claims(report)), 1):
            for column, cell in enumerate(cells):
                if isinstance(cell, int):
                    sheet.write_number(number, column, cell)
                else:
                    # names of files may be no UTF-8
                    text = cell.encode("utf-8", "backslashreplace").decode()
                    sheet.write_string(number, column, text[:_LONGEST_CELL])
        sheet.autofilter(0, 0, number, len(COLUMNS) - 1)


def write_json(reports: Iterable[Report], out: TextIO, version: str) -> None:
    """The inventory as data; every draft has its entry."""
    dump(
        {
            "schema_version": 1,
            "tool": {"name": "claimlint", "version": version},
            "documents": [
                {
                    "path": report.name,
                    "errors": errors(report.problems),
                    "claims": [_data(each) for each in claims(report)],
                }
                for report in reports
            ],
        },
        out,
    )


def _data(claim: Claim) -> dict[str, Any]:
    values = {name: getattr(claim, name) for name in COLUMNS if name != "path"}
    cited = [{"text": each.text, "form": each.form, "quality": quality(each)} for each in claim.citations]
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()} | {
        "citations": cited
    }
