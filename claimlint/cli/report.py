"""`claimlint inventory`, `report` and `trend`: what there is, for those who review it."""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from claimlint import __version__
from claimlint import report as reporting
from claimlint.cli.arguments import (
    EXIT_CODES,
    Commands,
    add,
    add_jobs,
    add_packs,
    add_paths,
    add_selection,
    folders,
    project,
    warn_of_age,
)
from claimlint.cli.check import Outcome, output, with_progress
from claimlint.errors import ConfigError
from claimlint.terminal import printable
from claimlint.types import SEVERITIES, Report

# ruff: noqa: PLC0415
if TYPE_CHECKING:
    from claimlint.report.history import Changes


def add_to(commands: Commands) -> None:
    inventory = add(commands, "inventory", _inventory, "list every claim, flagged or not, with what stands behind it")
    add_paths(inventory)
    inventory.add_argument("--format", choices=("csv", "xlsx", "json"), default="csv")
    inventory.add_argument("--output", type=Path, metavar="FILE", help="write the inventory to this file")
    add_jobs(inventory)
    add_packs(inventory)
    report = add(commands, "report", _report, "write a report for reviewers into a folder: page, tables, manifest")
    report.epilog = EXIT_CODES
    add_paths(report)
    report.add_argument("-o", "--output", type=Path, metavar="DIR", required=True, help="the folder to write")
    report.add_argument("--compare", metavar="DIR|REF", help="say what changed since another report, or a git commit")
    report.add_argument("--audience", choices=reporting.AUDIENCES, help="whom report.md is for (default: everybody)")
    report.add_argument("--fail-on", choices=(*reversed(SEVERITIES), "never"), help="exit 1 from this severity up")
    report.add_argument("--no-progress", action="store_true", help="never count drafts on standard error")
    add_jobs(report)
    add_selection(report)
    add_packs(report)
    trend = commands.add_parser("trend", help="draw the findings of past reports over time", allow_abbrev=False)
    trend.set_defaults(command=_trend)
    trend.add_argument("manifests", nargs="+", type=Path, metavar="MANIFEST", help="folders of reports, or manifests")
    trend.add_argument("--format", choices=("text", "csv", "json", "html"), default="text")
    trend.add_argument("--output", type=Path, metavar="FILE", help="write it to this file")


def _inventory(args: argparse.Namespace) -> int:
    from claimlint import drafts, store
    from claimlint.report import inventory

    here = project(args)
    asked = drafts.asked(args.paths, here.config)
    unread: list[Report] = []
    reports = _noting(here.reports(asked, jobs=args.jobs), unread)
    if args.format == "xlsx":
        if not args.output:
            raise ConfigError("a spreadsheet needs --output FILE")
        book = io.BytesIO()
        inventory.write_xlsx(reports, book, here.today)
        store.replace(args.output, book.getvalue())
    else:
        with output(args.output) as text:
            if args.format == "json":
                inventory.write_json(reports, text, __version__)
            else:
                inventory.write_csv(reports, text)
    for report in unread:
        print(printable(f"{report.name}: cannot read: {report.problems[0].message}"), file=sys.stderr)
    return 2 if unread else 0


def _noting(reports: Iterator[Report], unread: list[Report]) -> Iterator[Report]:
    for report in reports:
        if report.problems:
            unread.append(report)
        yield report


def _report(args: argparse.Namespace) -> int:
    from claimlint import drafts
    from claimlint.report import bundle

    here = project(args)
    asked, skipped = drafts.find(args.paths, here.config)
    outcome = Outcome(here.config, reporting.Tally(skipped))
    reports = here.reports(asked, folders=folders(args), jobs=args.jobs)
    if not args.no_progress:
        reports = with_progress(reports, len(asked))
    found = list(outcome.watch(reports))
    context = reporting.Context(here.rules, __version__, audience=args.audience or "")
    old = _old(args) if args.compare else None

    def compare(about: dict[str, Any]) -> Changes:
        from claimlint.report import history

        return history.compare(old or {}, about, args.compare)

    bundle.write(args.output, found, context, here.inputs(__version__), compare if old else None)
    print(f"{outcome.tally}; see {args.output / 'index.html'}")
    warn_of_age(here.compiled.sources.heads, here.config)
    return outcome.code


def _old(args: argparse.Namespace) -> dict[str, Any]:
    """The manifest to compare with: of another report, or of the drafts as they are in a commit."""
    from claimlint.report import manifest

    if Path(args.compare).exists():
        return manifest.load(Path(args.compare))
    with _checked_out(args.compare) as copied:
        from claimlint import drafts

        paths = [path for path in map(copied, args.paths) if Path(path).exists()]
        config = args.config and Path(copied(args.config))
        then = argparse.Namespace(**vars(args) | {"paths": paths, "config": config and config.exists() and config})
        here = project(then)
        reports = here.reports(drafts.asked(paths, here.config), folders=folders(then), jobs=args.jobs)
        return manifest.manifest(reports, here.inputs(__version__))


@contextlib.contextmanager
def _checked_out(ref: str) -> Iterator[Callable[[str | Path], str]]:
    """Work in a copy of the repository as it is in a commit, in the same folder of it. It gives paths from there."""
    from claimlint.settle import git

    what, cwd = "--compare", Path.cwd()
    top = Path(os.fsdecode(git.git("rev-parse", "--show-toplevel", what=what).rstrip(b"\n"))).resolve()
    commit = git.commit(ref)
    if commit is None:
        raise ConfigError(f"{what}: there is no folder “{ref}”, and git knows no such commit here")

    def copied(path: str | Path) -> str:
        inside = Path(path).is_absolute() and Path(path).resolve().is_relative_to(top)
        return os.path.relpath(Path(path).resolve(), cwd) if inside else str(path)

    with tempfile.TemporaryDirectory() as copy:
        # not “git archive”, which leaves out what no release needs
        index = Path(copy, "index")
        git.git("read-tree", commit, folder=top, what=what, index=index)
        git.git("checkout-index", "--all", f"--prefix={copy}/tree/", folder=top, what=what, index=index)
        folder = Path(copy, "tree", cwd.relative_to(top))
        folder.mkdir(parents=True, exist_ok=True)
        with contextlib.chdir(folder):
            yield copied


def _trend(args: argparse.Namespace) -> int:
    from claimlint.report import history, html, inventory
    from claimlint.report.data import dump
    from claimlint.report.manifest import load

    points = history.trend((str(path), load(path)) for path in args.manifests)
    header, *rows = history.table(points)
    with output(args.output) as out:
        if args.format == "html":
            out.write(html.trend(points, __version__))
        elif args.format == "json":
            dump([dict(zip(header, row, strict=True)) for row in rows], out)
        elif args.format == "csv":
            inventory.write_table(header, rows, out)
        else:
            out.writelines(f"{printable(line)}\n" for line in history.aligned([header, *rows]))
    return 0
