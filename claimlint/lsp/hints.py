"""Beside a citation that does not count: why, in plain words."""

from __future__ import annotations

from collections.abc import Mapping

from lsprotocol import types as lsp

from claimlint.lsp.drafts import Checked
from claimlint.types import Span

FAULTS: Mapping[str, str] = {
    "dangling": "leads to no entry",
    "undated": "has no year",
    "stale": "is too old",
    "preclinical": "is a study of animals or cells",
    "own-data": "is data that nobody can look up",
    "placeholder": "is a placeholder",
    "study-without-link": "names no study and links none",
    "own-site": "is one of your own pages",
    "news": "is a news or social site",
    "commercial": "is a shop",
    "unknown-source": "is no known source",
    "no-locator": "gives nothing to find it by",
    "malformed": "is no valid address",
    "no-source": "is no source",
}


def hints(checked: Checked, span: Span) -> list[lsp.InlayHint]:
    """At the end of each citation in a range that stands by a claim and does not count."""
    report, source = checked.report, checked.file.source
    if report is None or report.document is None:
        return []
    blocks = report.document.blocks
    found = {
        blocks[reading.block].span(item.start, item.end).end: item.fault
        for reading in report.readings
        for item in reading.citations
        # what covers a claim from another block has its place there
        if item.fault and reading.start <= item.start <= reading.end
    }
    return [
        lsp.InlayHint(
            lsp.Position(*source.place(end)),
            FAULTS.get(fault, f"does not count: {fault}"),
            tooltip="claimlint does not count this citation",
            padding_left=True,
        )
        for end, fault in sorted(found.items())
        if span.start <= end <= span.end
    ]
