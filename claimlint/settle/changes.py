"""`--diff REF`: which lines of a draft changed since a commit, as git sees it, and which findings touch them."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

from claimlint import readers
from claimlint.errors import ConfigError
from claimlint.settle import git
from claimlint.structs import replace
from claimlint.types import Finding, Lines, Report

_git = partial(git.git, what="--diff")
_HUNK = re.compile(rb"^@@ -\S+ \+(\d+)(?:,(\d+))? @@", re.MULTILINE)

Hunks = tuple[tuple[int, int], ...]
"""First line and number of lines of each change; 0 lines: something was deleted after that line."""


def since(ref: str) -> Callable[[Report], Report]:
    """A filter that keeps the findings on lines changed since `ref`, or since the branch left it.

    Of a draft that git does not track, every finding stays; so it does of a Word document that changed at all, in which
    git sees no lines.
    """
    top = Path(os.fsdecode(_git("rev-parse", "--show-toplevel").rstrip(b"\n")))
    commit = _commit(ref)
    tracked = _names(_git("ls-files", "-z", "--full-name", ":/"), top)
    changed = _names(_git("diff", "--name-only", "-z", "--no-ext-diff", commit, "--"), top)

    def touched(report: Report) -> Report:
        name = Path(report.name)
        path = name.parent.resolve() / name.name
        if path not in tracked:
            return report
        if name.suffix.lower() in readers.WORD:
            return report if path in changed else replace(report, findings=())
        hunks = _hunks(path, commit) if path in changed else ()
        lines = Lines(report.source)
        return replace(
            report,
            findings=tuple(finding for finding in report.findings if _touches(finding, hunks, lines, report.source)),
        )

    return touched


def _commit(ref: str) -> str:
    """The commit to compare with: a branch that went on alone would count its own work as ours."""
    commit = git.commit(ref)
    if commit is None:
        raise ConfigError(f"--diff: git knows no commit “{ref}” here (a shallow clone has only the last ones)")
    base = git.attempt("merge-base", commit, "HEAD")
    return base.decode().strip() if base else commit


def _hunks(path: Path, commit: str) -> Hunks:
    options = ("-U0", "--no-ext-diff", "--no-textconv", "--no-color")
    output = _git("--literal-pathspecs", "diff", *options, commit, "--", str(path))
    return tuple((int(hunk[1]), int(hunk[2] or 1)) for hunk in _HUNK.finditer(output))


def _touches(finding: Finding, hunks: Hunks, lines: Lines, source: str) -> bool:
    first, last = (touched := lines.touched(finding.span))[0], touched[-1]
    return any(
        start <= last and first < start + count if count else first - 1 <= start <= last and _hole(start, lines, source)
        for start, count in hunks
    )


def _hole(line: int, lines: Lines, source: str) -> bool:
    """Whether what was deleted after this line stood inside a paragraph: a hedge may have gone with it."""
    if not 0 < line < len(lines.starts):
        return False
    return all(source[span.start : span.end].strip() for span in (lines.span(line), lines.span(line + 1)))


def _names(output: bytes, top: Path) -> set[Path]:
    return {top / os.fsdecode(name) for name in output.split(b"\0") if name}
