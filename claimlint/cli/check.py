"""`claimlint check`: findings in drafts, and safe rewrites with --fix."""

from __future__ import annotations

import argparse
import io
import os
import re
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO, get_args

from claimlint import __version__
from claimlint import config as configuration
from claimlint import report as reporting
from claimlint.cli.arguments import (
    EXIT_CODES,
    Commands,
    add,
    add_cache,
    add_jobs,
    add_packs,
    add_selection,
    folders,
    project,
    utf8,
    warn_of_age,
)
from claimlint.config import Config
from claimlint.errors import ConfigError
from claimlint.project import Project
from claimlint.structs import Struct, field, replace
from claimlint.terminal import printable
from claimlint.types import SEVERITIES, Report, Status

# ruff: noqa: PLC0415


def add_to(commands: Commands) -> None:
    check = add(commands, "check", _check, "check drafts")
    check.epilog = EXIT_CODES
    check.add_argument(
        "paths", nargs="*", default=["."], metavar="PATH", help="drafts or folders; - for standard input"
    )
    check.add_argument("--format", choices=tuple(reporting.REPORTERS), default="full")
    check.add_argument("--output", type=Path, metavar="FILE", help="write the report to this file")
    check.add_argument("--fail-on", choices=(*reversed(SEVERITIES), "never"), help="exit 1 from this severity up")
    add_selection(check)
    check.add_argument("--statistics", action="store_true", help="count findings by rule instead of showing them")
    check.add_argument("--show-suppressed", action="store_true", help="show settled findings too")
    check.add_argument(
        "--audience", choices=reporting.AUDIENCES, help="show what a writer can mend, or all to a reviewer"
    )
    check.add_argument("--no-baseline", action="store_true", help="report what the baseline holds, too")
    check.add_argument("--diff", metavar="REF", help="only claims on lines changed since this git commit or branch")
    check.add_argument("--stdin-filename", default="stdin.md", metavar="NAME", help="what to call standard input")
    check.add_argument("--force-exclude", action="store_true", help="apply “exclude” to files given by name, for hooks")
    check.add_argument(
        "--strict-coverage", action="store_true", help="exit 2 if a draft that was asked for is not checked as a whole"
    )
    check.add_argument("--fix", action="store_true", help="put safe rewrites into the drafts; what is left is reported")
    check.add_argument("--dry-run", action="store_true", help="with --fix: print the change as a diff, write nothing")
    check.add_argument("--watch", action="store_true", help="check again what changes, and show what is new and gone")
    check.add_argument("--exhaustive", action="store_true", help="take no shortcut; finds the same, slowly")
    check.add_argument("--color", choices=("auto", "always", "never"), default="auto")
    check.add_argument("--no-progress", action="store_true", help="never count drafts on standard error")
    add_jobs(check)
    add_cache(check)
    add_packs(check)


def _check(args: argparse.Namespace) -> int:
    from claimlint import coverage, drafts

    if args.statistics and args.format != "full":
        raise ConfigError(f"--statistics is a format of its own; leave out “--format {args.format}”")
    if args.dry_run and not args.fix:
        raise ConfigError("--dry-run shows what --fix would do; give both")
    if args.fix and "-" in args.paths:
        raise ConfigError("--fix changes files; it cannot be used with standard input")
    if args.watch:
        from claimlint.cli.watch import watch

        return watch(args)
    here = project(args)
    stdin = args.stdin_filename if "-" in args.paths else ""
    asked, skipped = drafts.find(args.paths, here.config, stdin=stdin, force_exclude=args.force_exclude)
    if args.fix:
        _fix(asked, here, dry_run=args.dry_run)
        if args.dry_run:
            return 0
    reports = here.reports(asked, stdin, wanted="findings", folders=folders(args), jobs=args.jobs)
    if args.strict_coverage:
        reports = coverage.strict(reports, skipped)
    if args.diff:
        from claimlint.settle import changes

        reports = map(changes.since(args.diff), reports)
    if not args.no_progress:
        reports = with_progress(reports, len(asked))
    outcome = Outcome(here.config, reporting.Tally(skipped))
    context = replace(context_of(here, args), skipped=skipped)
    with output(args.output) as out:
        _reporter(args)(outcome.watch(reports), out, context)
    if args.output:
        print(f"{outcome.tally}; see {args.output}")
    elif args.format == "concise" and not outcome.tally.whole:
        print(f"claimlint: {outcome.tally.left_out()}", file=sys.stderr)
    warn_of_age(here.compiled.sources.heads, here.config)
    return outcome.code


def context_of(here: Project, args: argparse.Namespace) -> reporting.Context:
    return reporting.Context(here.rules, __version__, _colored(args), _shown(args), args.audience or "")


def _fix(asked: Mapping[str, str], here: Project, *, dry_run: bool) -> None:
    """Apply safe rewrites; with dry_run, print them as one unified diff. Unreadable drafts are left to the check."""
    from claimlint import drafts, readers, store
    from claimlint.fix import fixed

    for name, document in drafts.readable(asked, {}):
        if document.digest:
            print(
                f"{name}: --fix does not write Word documents; “claimlint annotate” comments on them", file=sys.stderr
            )
            continue
        source = document.source
        after = fixed(source, lambda text: here.check(text, name))  # noqa: B023
        if after == source:
            continue
        if dry_run:
            sys.stdout.writelines(_diff(name, source, after))
        elif readers.load(name).source != source:
            raise ConfigError("was changed while it was checked; nothing was written, run it again", path=name)
        else:
            store.replace(Path(name), after)
            print(f"fixed {printable(name)}")


def _diff(name: str, before: str, after: str) -> Iterator[str]:
    """A unified diff that `patch` and `git apply` take; lines end as in the draft."""
    from difflib import unified_diff

    old, new = (re.findall(r"[^\n]*\n|[^\n]+", text) for text in (before, after))
    for line in unified_diff(old, new, f"a/{name}", f"b/{name}"):
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


class Outcome(Struct):
    """What a run came to: filled while the reports pass through on their way to the reporter."""

    config: Config
    tally: reporting.Tally = field(default_factory=reporting.Tally)
    code: int = 0

    def watch(self, reports: Iterable[Report]) -> Iterator[Report]:
        for report in reports:
            self.tally.add(report)
            self.code = max(self.code, _code(report, self.config))
            yield report


def _code(report: Report, config: Config) -> int:
    if report.problems:
        return 2
    fail_on = configuration.for_path(config, report.name).fail_on
    counted = () if fail_on == "never" else SEVERITIES[SEVERITIES.index(fail_on) :]
    return int(any(finding.status == "open" and finding.severity in counted for finding in report.findings))


def _reporter(args: argparse.Namespace) -> reporting.Reporter:
    if args.statistics:
        from claimlint.report.text import statistics

        return statistics
    return reporting.reporter(args.format)


def _shown(args: argparse.Namespace) -> tuple[Status, ...]:
    return get_args(Status) if args.show_suppressed else ("open",)


def _colored(args: argparse.Namespace) -> bool:
    if args.color != "auto":
        return bool(args.color == "always")
    plain = args.output or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return not plain and sys.stdout.isatty()


@contextmanager
def output(path: Path | None) -> Iterator[TextIO]:
    if path is None:
        utf8(sys.stdout)
        yield sys.stdout
        return
    from claimlint import store

    with store.writing(path) as file:
        out = io.TextIOWrapper(file, encoding="utf-8", errors="backslashreplace", newline="\n")
        try:
            yield out
        finally:
            out.detach()  # writes the rest, and leaves the file to whoever opened it


def with_progress(reports: Iterable[Report], total: int) -> Iterator[Report]:
    """Count drafts on the last line of a terminal, from the second second on."""
    if not sys.stderr.isatty():
        yield from reports
        return
    start, shown = time.monotonic(), False
    for number, report in enumerate(reports, 1):
        if shown:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
        yield report
        if shown := number < total and time.monotonic() - start > 1:
            print(f"\r{number} of {total} drafts", end="", file=sys.stderr, flush=True)
