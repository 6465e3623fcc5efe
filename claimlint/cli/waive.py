"""`claimlint waive` and `waivers`: claims that may stand for a time."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from claimlint import report as reporting
from claimlint.cli.arguments import (
    Commands,
    add,
    add_packs,
    project,
)
from claimlint.config import OWN_PACK, covers, relative
from claimlint.entries import is_file
from claimlint.errors import ConfigError, did_you_mean
from claimlint.project import Project
from claimlint.terminal import printable
from claimlint.types import Finding, Lines, Report

# ruff: noqa: PLC0415
if TYPE_CHECKING:
    from claimlint.settle.waivers import Waiver

_DAYS = 180
"""How long a waiver holds if nobody says otherwise."""


def add_to(commands: Commands) -> None:
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
        print(
            printable(f"{relative(here.config, register)}: {each.rule} waived until {each.expires}: “{each.sentence}”")
        )
    return 0


def _place(text: str) -> tuple[Path, int]:
    place = re.fullmatch(r"(?P<path>.+):(?P<line>\d+)", text)
    if not place:
        raise ConfigError(f"say where the claim is, as PATH:LINE, not “{text}”")
    path = Path(place["path"])
    if not is_file(path):
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
        print(printable(f"{item.rule}: “{item.sentence}”"), file=sys.stderr)
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
        print(printable(f"{each.path}: {each.rule}, until {each.expires}: “{each.sentence}”"))
    print(f"{reporting.counted(len(gone), 'waiver')} {'to remove' if args.dry_run else 'removed'}")
    return 0
