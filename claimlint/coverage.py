"""`--strict-coverage`: whatever was asked for and not checked as a whole becomes a problem of its draft."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from claimlint.language.model import LONGEST
from claimlint.structs import replace
from claimlint.types import Lines, Problem, Report, Skipped

_WORDS = {
    "hidden": "not checked: its name begins with a dot",
    "format": "not checked: of a format that is not read; save it as .docx",
    "link": "not checked: a link to a folder, which is not followed",
    "special": "not checked: neither a file nor a folder",
}
_EMPTY = "not checked: there is no text in it"
_LONG = f"a claim in a sentence of more than {LONGEST} words and signs, which is too long to parse; split it"


def strict(reports: Iterable[Report], skipped: Iterable[Skipped]) -> Iterator[Report]:
    """The reports, with a problem for each draft without text and each sentence that is too long to parse, and then a
    report on each draft that was skipped for another reason than the configuration."""
    for report in reports:
        lines = Lines(report.source)
        long = tuple(Problem(_LONG, lines.position(each.start).line) for each in report.unparsed)
        empty = (Problem(_EMPTY),) if report.empty else ()
        yield replace(report, problems=(*report.problems, *empty, *long))
    for each in skipped:
        if each.draft:
            yield Report(each.name, "", problems=(Problem(_WORDS[each.why]),))
