"""`claimlint inspect` and `explain`: how drafts are read, and why a line was flagged or not."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

from claimlint import __version__
from claimlint.cli.arguments import Commands, add, add_packs, add_paths, project, utf8
from claimlint.cli.packs import rule, rules_of
from claimlint.entries import is_file
from claimlint.errors import ConfigError
from claimlint.types import Lines, Report

# ruff: noqa: PLC0415


def add_to(commands: Commands) -> None:
    inspect = add(commands, "inspect", _inspect, "show how drafts are read: every sentence, cue, citation and hit")
    add_paths(inspect)
    inspect.add_argument("--format", choices=("text", "json"), default="text")
    add_packs(inspect)
    explain = add(commands, "explain", _explain, "explain a rule, or why a line was flagged or not")
    explain.add_argument("what", metavar="RULE|PATH:LINE", help="such as core/cure, or blog/post.md:12")
    add_packs(explain)


def _inspect(args: argparse.Namespace) -> int:
    from claimlint import drafts
    from claimlint.report import data, reading

    here = project(args)
    unread: dict[str, Report] = {}
    asked = drafts.asked(args.paths, here.config)
    read = {name: here.linter.inspect(source, name) for name, source in drafts.readable(asked, unread)}
    utf8(sys.stdout)
    if args.format == "json":
        entries = (data.inspection(*read[name]) if name in read else data.unread(unread[name]) for name in asked)
        data.write_inspection(entries, sys.stdout, __version__)
    else:
        for name in asked:
            reading.write(*read[name], sys.stdout) if name in read else reading.write_unread(unread[name], sys.stdout)
    return 2 if unread or any(document.problems for document, _ in read.values()) else 0


def _explain(args: argparse.Namespace) -> int:
    place = re.fullmatch(r"(?P<path>.+):(?P<line>\d+)", args.what)
    return _explain_line(Path(place["path"]), int(place["line"]), args) if place else _explain_rule(args.what, args)


def _explain_rule(name: str, args: argparse.Namespace) -> int:
    from claimlint.report import catalog

    rules = rules_of(project(args).load_packs())
    utf8(sys.stdout)
    print("\n".join(catalog.explained(rule(name, rules))))
    return 0


def _explain_line(path: Path, number: int, args: argparse.Namespace) -> int:
    """Each sentence that touches the line, and what became of every hit in it."""
    from claimlint import drafts, readers
    from claimlint.report import reading as readings

    name = drafts.called(path)
    if not is_file(path):
        raise ConfigError("no such file", path=path)
    document = readers.load(path, name)
    lines = Lines(document.source)
    if not 1 <= number <= len(lines.starts):
        raise ConfigError(f"has {len(lines.starts)} lines", path=path)
    here = project(args)
    report = here.linter.check(document)
    fates = dict.fromkeys((finding.rule, finding.span) for finding in report.findings)
    fates |= {(finding.rule, finding.span): finding for finding in here.settle(report).findings}
    document, found = here.linter.inspect(document)
    line = lines.span(number)
    touching = [reading for reading in found if reading.span.start < line.end and reading.span.end > line.start]
    utf8(sys.stdout)
    for reading in touching:
        print("\n".join(readings.sentence(document, reading, lines, fates)))
        judged = {(verdict.rule, verdict.span) for verdict in reading.verdicts}
        for key, finding in fates.items():
            if finding and key not in judged and reading.span.start <= finding.span.start < reading.span.end:
                print("\n".join(readings.whole(finding)))
    if not any(reading.verdicts for reading in touching):
        print("no claim found on this line")
    return 0
