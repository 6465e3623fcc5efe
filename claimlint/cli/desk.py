"""The reviewer's desk: `baseline`, `waive`, `waivers`, `inventory`, `report` and `trend`."""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

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
    utf8,
    version,
)
from claimlint.cli.check import Outcome, output, with_progress
from claimlint.cli.packs import warn_of_age
from claimlint.config import OWN_PACK, covers, relative
from claimlint.entries import is_file
from claimlint.errors import ConfigError, did_you_mean
from claimlint.project import Project
from claimlint.types import SEVERITIES, Finding, Lines, Report

# ruff: noqa: PLC0415
if TYPE_CHECKING:
    from claimlint.report.history import Changes
    from claimlint.settle.baseline import Baseline, Entry
    from claimlint.settle.waivers import Waiver

_DAYS = 180
"""How long a waiver holds if nobody says otherwise."""


def add_to(commands: Commands) -> None:
    _add_baseline(commands)
    _add_waivers(commands)
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


# baseline


def _add_baseline(commands: Commands) -> None:
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
        print(f"{report.name}: cannot read: {report.problems[0].message}", file=sys.stderr)
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
        print(f"{draft}: {len(rows)}" + ("" if is_file(root / draft) else " (the draft is gone)"))
        for each in rows:
            print(f"  {each.rule} “{each.sentence}”")
    return 0


# waivers


def _add_waivers(commands: Commands) -> None:
    waive = add(commands, "waive", _waive, "let a claim stand for a time, with a reason and an approver")
    waive.add_argument("place", metavar="PATH:LINE", help="where the claim is, such as blog/post.md:12")
    waive.add_argument(
        "--rule", action="append", metavar="RULE", help="which rules' findings (needed if there are several)"
    )
    waive.add_argument("--reason", help="why the claim may stand")
    waive.add_argument("--approver", metavar="NAME", help="who lets it stand; never who wrote it")
    waive.add_argument("--author", metavar="NAME", help="who wrote it (default: as git has it)")
    waive.add_argument("--expires", metavar="DATE", help=f"until when, as YYYY-MM-DD (default: in {_DAYS} days)")
    waive.add_argument("--ticket", metavar="ID", help="where it was discussed")
    waive.add_argument(
        "--evidence", action="append", metavar="TEXT", help="what it rests on: a DOI, a file (repeatable)"
    )
    add_packs(waive)
    waivers = commands.add_parser("waivers", help="look after the waivers", allow_abbrev=False)
    actions = waivers.add_subparsers(title="commands", metavar="COMMAND", required=True)
    prune = add(
        actions,
        "prune",
        _waivers_prune,
        "remove waivers that have expired, and those of drafts and sentences that are gone",
    )
    prune.add_argument("--dry-run", action="store_true", help="list them, remove nothing")


def _waive(args: argparse.Namespace) -> int:
    from claimlint import drafts, readers
    from claimlint.settle import ledger, waivers

    path, number = _place(args.place)
    here = project(args)
    report = here.check(readers.load(path, drafts.called(path)))
    if report.problems:
        raise ConfigError(report.problems[0].message, path=path, line=report.problems[0].line)
    chosen = _chosen(report, _line(report.source, path, number), args.rule)
    made = _waivers(chosen, path, Lines(report.source), here, args)
    register = here.config.root / waivers.FILE
    ledger.add(register, made, here.known | set(here.rules))
    for each in made:
        print(f"{relative(here.config, register)}: {each.rule} waived until {each.expires}: “{each.sentence}”")
    return 0


def _place(text: str) -> tuple[Path, int]:
    place = re.fullmatch(r"(?P<path>.+):(?P<line>\d+)", text)
    if not place:
        raise ConfigError(f"say where the claim is, as PATH:LINE, not “{text}”")
    path = Path(place["path"])
    if not path.is_file():
        raise ConfigError("no such file", path=path)
    return path, int(place["line"])


def _line(source: str, path: Path, number: int) -> tuple[int, int]:
    lines = Lines(source)
    if not 1 <= number <= len(lines.starts):
        raise ConfigError(f"has {len(lines.starts)} lines", path=path)
    span = lines.span(number)
    return span.start, span.end


def _chosen(report: Report, line: tuple[int, int], rules: Sequence[str] | None) -> list[Finding]:
    """The open findings on a line that are to be waived: of the rules named, or the only one."""
    start, end = line
    there = [
        item for item in report.findings
        if item.status == "open" and item.span.start < end and item.span.end > start and not covers(OWN_PACK, item.rule)
    ]  # fmt: skip
    names = sorted({item.rule for item in there})
    if not there:
        raise ConfigError("no open finding on this line; “claimlint explain” says why", path=report.name)
    for rule in rules or ():
        if rule not in names:
            raise ConfigError(f"no open finding of {rule} on this line{did_you_mean(rule, names)}", path=report.name)
    if not rules and len(names) > 1:
        rules = [_asked("rule", f"findings of {', '.join(names)}; which", names)]
    wanted = rules or names
    first: dict[tuple[str, str], Finding] = {}
    for item in there:
        if item.rule in wanted:
            first.setdefault((item.rule, item.sentence), item)
    return list(first.values())


def _waivers(
    chosen: Sequence[Finding], path: Path, lines: Lines, here: Project, args: argparse.Namespace
) -> list[Waiver]:
    from claimlint.settle import git
    from claimlint.settle.waivers import Waiver, one_line, same_person

    blamed = git.authors(path)
    touched = sorted({line for item in chosen for line in lines.touched(item.span)})
    wrote = [blamed[line] for line in touched if line in blamed]
    author = args.author or next(iter(wrote), "") or git.user(path.absolute().parent)
    for item in chosen:
        print(f"{item.rule}: “{item.sentence}”", file=sys.stderr)
    reason = args.reason or _asked("reason", "why may it stand")
    approver = args.approver or _asked("approver", "who approves it")
    author = author or _asked("author", "who wrote it")
    for person in (author, *wrote):
        if same_person(approver, person):
            raise ConfigError(f"{approver} wrote the claim ({person}); somebody else must approve it")
    expires = _day(args.expires) if args.expires else here.today + timedelta(days=_DAYS)
    if expires < here.today:
        raise ConfigError(f"--expires: {expires} is past")
    return [
        Waiver(
            path=relative(here.config, path),
            rule=item.rule,
            sentence=one_line(item.sentence),
            reason=reason,
            approver=approver,
            author=author,
            created=here.today,
            expires=expires,
            ticket=args.ticket or "",
            evidence=tuple(args.evidence or ()),
        )
        for item in chosen
    ]


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ConfigError(f"--expires: “{text}” is no date; write YYYY-MM-DD") from error


def _asked(option: str, question: str, choices: Sequence[str] = ()) -> str:
    """The answer of whoever sits at the terminal; elsewhere the option is missing."""
    if not sys.stdin.isatty():
        raise ConfigError(f"--{option} is missing: {question}?")
    print(f"{question}? ", end="", file=sys.stderr, flush=True)
    answer = sys.stdin.readline().strip()
    if not answer or (choices and answer not in choices):
        raise ConfigError(f"no {option} given" if not answer else f"“{answer}” is none of {', '.join(choices)}")
    return answer


def _waivers_prune(args: argparse.Namespace) -> int:
    from claimlint import readers
    from claimlint.settle import ledger, waivers

    here = project(args)
    register = here.config.root / waivers.FILE
    known = here.known | set(here.rules)

    def dead(each: Waiver) -> bool:
        draft = here.config.root / each.path
        return (
            each.expires < here.today or not is_file(draft) or not waivers.stands(each, readers.load(draft, each.path))
        )

    if args.dry_run:
        gone = [each for each in waivers.load(register, known) if dead(each)] if register.exists() else []
    else:
        gone = ledger.prune(register, dead, known)
    for each in gone:
        print(f"{each.path}: {each.rule}, until {each.expires}: “{each.sentence}”")
    print(f"{reporting.counted(len(gone), 'waiver')} {'to remove' if args.dry_run else 'removed'}")
    return 0


# inventory, report and trend


def _inventory(args: argparse.Namespace) -> int:
    from claimlint import drafts
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
        try:
            args.output.write_bytes(book.getvalue())
        except OSError as error:
            raise ConfigError(f"cannot write: {error.strerror}", path=args.output) from error
    else:
        with output(args.output) as text:
            if args.format == "json":
                inventory.write_json(reports, text, version())
            else:
                inventory.write_csv(reports, text)
    for report in unread:
        print(f"{report.name}: cannot read: {report.problems[0].message}", file=sys.stderr)
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
    asked = drafts.asked(args.paths, here.config)
    outcome = Outcome(here.config)
    reports = here.reports(asked, folders=folders(args), jobs=args.jobs)
    if not args.no_progress:
        reports = with_progress(reports, len(asked))
    found = list(outcome.watch(reports))
    context = reporting.Context(here.rules, version(), audience=args.audience or "")
    old = _old(args) if args.compare else None

    def compare(about: dict[str, Any]) -> Changes:
        from claimlint.report import history

        return history.compare(old or {}, about, args.compare)

    bundle.write(args.output, found, context, here.inputs(version()), compare if old else None)
    print(f"{outcome.tally}; see {args.output / 'index.html'}")
    warn_of_age(here.linter.packs, here.config)
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
        return manifest.manifest(reports, here.inputs(version()))


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
            out.write(html.trend(points, version()))
        elif args.format == "json":
            dump([dict(zip(header, row, strict=True)) for row in rows], out)
        elif args.format == "csv":
            inventory.write_table(header, rows, out)
        else:
            out.writelines(f"{line}\n" for line in history.aligned([header, *rows]))
    return 0
