"""Where a comment goes that suppresses a finding, so that it does exactly that and the draft stays what it is.

Each place is tried on a copy of the draft: one that mutes too much, too little, or changes how the draft is read is none.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from claimlint.lsp.positions import Source
from claimlint.readers.tags import TAG
from claimlint.settle.suppressions import PLACEHOLDER
from claimlint.structs import Struct
from claimlint.types import Finding, Report

_FRONT = re.compile(r"\ufeff?(?P<mark>---|\+\+\+)[ \t]*\r?\n.*?^(?P=mark)[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)
_MARKUP = frozenset({".html", ".htm", ".xhtml"})
_UNCOMMENTED = re.compile(rf"<title\b[^<>]*>[^<]{{0,2000}}</title|{TAG.pattern}", re.IGNORECASE)
"""Where a browser takes a comment for text, or for the end of the tag."""
_ROW_END = re.compile(r"(?<![ \t])[ \t]*+(?:\|[ \t]*+)?\Z")
_TRIED = "tried"


class Comment(Struct, frozen=True):
    """A comment to be inserted: before, the comment's text around its reason, after. muted: findings it sets aside."""

    at: int
    head: str
    tail: str
    muted: int = 1

    def text(self, reason: str = PLACEHOLDER) -> str:
        return f"{self.head}{reason}{self.tail}"


def on_line(item: Finding, report: Report, check: Callable[[str], Report]) -> Comment | None:
    """The comment for the findings of a rule on the line on which this one starts, or None if there is no place for it."""
    source = Source(report.source, "utf-32")
    line = source.place(item.span.start)[0]

    def meant(other: Finding) -> bool:
        return source.place(other.span.start)[0] == line

    return next(_working(_line_places(item, report, source, line), item, report, check, meant), None)


def in_file(item: Finding, report: Report, check: Callable[[str], Report]) -> Comment | None:
    """The comment for all findings of a rule in the draft."""
    return next(_working(_file_places(item, report), item, report, check, lambda _: True), None)


def _line_places(item: Finding, report: Report, source: Source, line: int) -> Iterator[Comment]:
    start, end = source.bounds(line)
    text = report.source[start:end]
    bom = text.startswith("\ufeff")
    indent = re.match(r"\ufeff?([ \t]*)", text)
    before = _comment("disable-next-line", item.rule, report.name)
    above = Comment(start + bom, (indent[1] if indent else "") + before[0], before[1] + _line_end(report.source))
    after = _comment("disable-line", item.rule, report.name)
    row = text.lstrip().startswith("|") and (cell := _ROW_END.search(text))
    behind = Comment(start + cell.start() if row and cell else start + len(text.rstrip()), " " + after[0], after[1])
    fresh = line == 0 or not source.line(line - 1).strip()
    leads = re.match(r"\s*(?:(?:[-*+]|\d+[.)])\s|<[!?])", text)  # of a list, or of a file: a doctype
    yield from (above, behind) if fresh and not leads else (behind, above)


def _file_places(item: Finding, report: Report) -> Iterator[Comment]:
    source = report.source
    head, tail = _comment("disable-file", item.rule, report.name)
    end = _line_end(source)
    front = _FRONT.match(source)
    top = front.end() if front else int(source.startswith("\ufeff"))
    if Path(report.name).suffix.lower() not in _MARKUP:  # browsers want a doctype first
        broken = front is not None and not source[:top].endswith("\n")
        yield Comment(top, (end if broken else "") + head, tail + end + end)
    yield Comment(len(source), ("" if source.endswith(("\n", "\r")) or not source else end) + end + head, tail + end)


def _comment(verb: str, rule: str, name: str) -> tuple[str, str]:
    opening, closing = ("{/*", "*/}") if Path(name).suffix.lower() == ".mdx" else ("<!--", "-->")
    return f"{opening} claimlint-{verb} {rule} -- ", f" {closing}"


def _line_end(source: str) -> str:
    found = re.search(r"\r\n|\n|\r", source)
    return found[0] if found else "\n"


def _working(
    places: Iterator[Comment],
    item: Finding,
    report: Report,
    check: Callable[[str], Report],
    meant: Callable[[Finding], bool],
) -> Iterator[Comment]:
    """The places that set aside this finding and, of the others, only those of its rule that are meant too."""
    before = Counter(map(_state, report.findings))
    for each in places:
        if any(tag.start() < each.at < tag.end() for tag in _UNCOMMENTED.finditer(report.source)):
            continue
        after = check(report.source[: each.at] + each.text(_TRIED) + report.source[each.at :])
        if _read(after) != _read(report):
            continue
        now = Counter(map(_state, after.findings))
        muted = before - now
        wanted = Counter(
            _state(other)
            for other in report.findings
            if other.rule == item.rule and other.status == "open" and meant(other)
        )
        aside = Counter((rule, fingerprint, "suppressed") for rule, fingerprint, _ in muted.elements())
        if muted == wanted and now - before == aside:
            yield Comment(each.at, each.head, each.tail, muted.total())


def _read(report: Report) -> list[tuple[str, ...]]:
    """What a draft is taken to say, wherever it stands."""
    blocks = report.document.blocks if report.document else ()
    return [*((each.kind, each.key, each.text) for each in blocks), *((each.message,) for each in report.problems)]


def _state(item: Finding) -> tuple[str, str, str]:
    return item.rule, item.fingerprint, item.status
