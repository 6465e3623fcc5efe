"""`claimlint baseline`: today's findings set aside, so that new ones stand out."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from claimlint import report as reporting
from claimlint.cli.arguments import (
    Commands,
    add,
    add_jobs,
    add_packs,
    add_paths,
    project,
    utf8,
)
from claimlint.config import relative
from claimlint.entries import is_file
from claimlint.errors import ConfigError
from claimlint.project import Project
from claimlint.terminal import printable
from claimlint.types import Report

# ruff: noqa: PLC0415
if TYPE_CHECKING:
    from claimlint.settle.baseline import Baseline, Entry


def add_to(commands: Commands) -> None:
    baseline = commands.add_parser(
        "baseline", help="set today's findings aside, so that new ones stand out", allow_abbrev=False
    )
    actions = baseline.add_subparsers(title="commands", metavar="COMMAND", required=True)
    write = add(actions, "write", _baseline_write, "write the findings of these drafts into the baseline")
    write.add_argument("--grow", action="store_true", help="add new findings to a baseline that is there already")
    prune = add(actions, "prune", _baseline_prune, "remove what is no longer found; nothing is added")
    show = add(actions, "show", _baseline_show, "list what the baseline holds")
    show.add_argument("--format", choices=("text", "json"), default="text")
    for parser in (write, prune):
        add_paths(parser)
        add_jobs(parser)
        add_packs(parser)


def _baseline_write(args: argparse.Namespace) -> int:
    return _rewrite_baseline(args, grow=args.grow)


def _baseline_prune(args: argparse.Namespace) -> int:
    return _rewrite_baseline(args, grow=False, start=False)


def _rewrite_baseline(args: argparse.Namespace, *, grow: bool, start: bool = True) -> int:
    """The baseline of the drafts asked for; entries of others stay, unless their draft is gone.

    start: whether a baseline may be begun; one that is there grows only with `grow`.
    """
    from claimlint import drafts, store
    from claimlint.settle import baseline

    here = project(args)
    path = here.config.root / baseline.FILE
    asked = drafts.asked(args.paths, here.config)
    reports = list(here.reports(asked, jobs=args.jobs))
    unread = [report for report in reports if report.problems]
    for report in unread:
        print(printable(f"{report.name}: cannot read: {report.problems[0].message}"), file=sys.stderr)
    with store.locked(path):
        there = path.exists()
        if not there and not start:
            raise ConfigError("there is no baseline yet: claimlint baseline write", path=path)
        old = baseline.load(path, here.config.root) if there else baseline.Baseline()
        kept, new, gone = _merged(old, reports, here)
        if grow or not there:
            kept, new = kept + new, []
        if kept != list(old.entries) or not there:
            baseline.dump(kept, path)
    where = reporting.counted(len({each.path for each in kept}), "draft")
    print(f"{relative(here.config, path)}: {reporting.counted(len(kept), 'finding')} in {where}", end="")
    print(f"; {gone} gone" if gone else "")
    if new and start:
        print(f"{reporting.counted(len(new), 'new finding')} left out; --grow adds what is new")
    return 2 if unread else 0


def _merged(old: Baseline, reports: Sequence[Report], here: Project) -> tuple[list[Entry], list[Entry], int]:
    """What stays of a baseline, what would be new in it, and how many entries go."""
    from claimlint.settle import baseline

    read = [report for report in reports if not report.problems]
    found = [each for report in read for each in baseline.entries(report, here.config)]
    checked = {relative(here.config, report.name) for report in read}
    elsewhere = [each for each in old.entries if each.path not in checked and is_file(here.config.root / each.path)]
    known = set(old.entries)
    # what a renamed draft took along is entered under its new name, once
    moved = Counter(each.fingerprint for each in old.entries if not is_file(here.config.root / each.path))
    stay: list[Entry] = []
    new: list[Entry] = []
    for each in found:
        took = each not in known and moved[each.fingerprint] > 0
        moved[each.fingerprint] -= took
        (stay if took or each in known else new).append(each)
    kept = sorted([*elsewhere, *stay])
    return kept, new, len(old.entries) - len(kept)


def _baseline_show(args: argparse.Namespace) -> int:
    from claimlint.report.data import dump
    from claimlint.settle import baseline

    root = project(args).config.root
    path = root / baseline.FILE
    if not path.exists():
        raise ConfigError("there is no baseline yet: claimlint baseline write", path=path)
    entries = baseline.load(path, root).entries
    utf8(sys.stdout)
    if args.format == "json":
        dump(
            [
                {"path": each.path, "rule": each.rule, "fingerprint": each.fingerprint, "sentence": each.sentence}
                for each in entries
            ],
            sys.stdout,
        )
        return 0
    for draft, rows in baseline.grouped(entries).items():
        print(f"{printable(draft)}: {len(rows)}" + ("" if is_file(root / draft) else " (the draft is gone)"))
        for each in rows:
            print(f"  {printable(f'{each.rule} “{each.sentence}”')}")
    return 0
