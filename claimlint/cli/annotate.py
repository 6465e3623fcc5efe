"""`claimlint annotate`: a copy of a Word document with each finding as a comment."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from claimlint import __version__
from claimlint import report as reporting
from claimlint.cli.arguments import EXIT_CODES, Commands, add, add_packs, add_selection, project, warn_of_age
from claimlint.cli.check import Outcome
from claimlint.errors import ConfigError
from claimlint.terminal import printable
from claimlint.types import SEVERITIES

# ruff: noqa: PLC0415


def add_to(commands: Commands) -> None:
    annotate = add(commands, "annotate", _annotate, "write findings as comments into a copy of a Word document")
    annotate.epilog = EXIT_CODES
    annotate.add_argument("draft", type=Path, metavar="DRAFT.docx", help="the Word document to check")
    annotate.add_argument("-o", "--output", type=Path, metavar="FILE", required=True, help="the copy to write")
    annotate.add_argument("--fail-on", choices=(*reversed(SEVERITIES), "never"), help="exit 1 from this severity up")
    annotate.add_argument(
        "--audience", choices=reporting.AUDIENCES, help="comment on what a writer can mend, or on all for a reviewer"
    )
    add_selection(annotate)
    add_packs(annotate)


def _annotate(args: argparse.Namespace) -> int:
    from claimlint import drafts, readers, store
    from claimlint.errors import ReadError

    path: Path = args.draft
    if path.suffix.lower() != ".docx":
        raise ConfigError("only Word documents (.docx) can be annotated; see “claimlint check”", path=path)
    if args.output.exists() and path.exists() and args.output.samefile(path):
        raise ConfigError("--output is the draft itself, which is never overwritten; name another file", path=path)
    here = project(args)
    data = readers.content(path)
    from claimlint.readers.docx import Manuscript
    from claimlint.report import word

    try:
        manuscript = Manuscript(data)
        report = here.check(manuscript.document(drafts.called(path)))
        context = reporting.Context(here.rules, __version__, audience=args.audience or "")
        made = word.annotated(manuscript, report, context, here.today)
    except ReadError as error:
        raise ReadError(error.message, path=path) from error
    store.replace(args.output, made)
    for problem in report.problems:
        print(printable(f"{report.name}:{problem.line}: {problem.message}"), file=sys.stderr)
    outcome = Outcome(here.config)
    list(outcome.watch([report]))
    print(f"{outcome.tally}; see {args.output}")
    warn_of_age(here.compiled.sources.heads, here.config)
    return outcome.code
