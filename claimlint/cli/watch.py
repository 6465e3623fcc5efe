"""`claimlint check --watch`: check again what changes, and say what is new and what is gone.

The file system only wakes us up: what changed is told by the files' own times, so that an event that was lost, doubled or
named otherwise changes nothing. Whatever verdicts depend on beside the drafts makes everything be read again.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from claimlint import drafts
from claimlint import report as reporting
from claimlint.cli.arguments import folders, project, utf8
from claimlint.cli.check import Outcome, context_of
from claimlint.errors import ClaimlintError, ConfigError
from claimlint.project import Project
from claimlint.report import text
from claimlint.settle import changes
from claimlint.sources import Stamp, configurations, sources, stamp
from claimlint.structs import Struct, field, replace
from claimlint.terminal import printable
from claimlint.types import Finding, Report

_Key = tuple[str, str, str]
"""A finding: draft, rule, fingerprint."""

_LOOK = 300
"""Milliseconds between looks at configuration, packs and registers."""
_SETTLED = 80
"""Milliseconds without another change, after which what was written is checked."""
_FORMATS = ("full", "concise")


def watch(args: argparse.Namespace) -> int:
    """Until Ctrl-C; the exit code is that of the last state."""
    _fit(args)
    wakes = _waker(args)
    utf8(sys.stdout)
    seen = _Seen(args)
    with suppress(KeyboardInterrupt):
        seen.look()
        print("watching; Ctrl-C stops", file=sys.stderr, flush=True)
        for _ in wakes():
            seen.look()
    return seen.code


def _fit(args: argparse.Namespace) -> None:
    """Raises ConfigError for what does not go together."""
    if args.format not in _FORMATS:
        raise ConfigError(f"--watch shows what changes as {' or '.join(_FORMATS)}, not as {args.format}")
    for option in ("fix", "output", "statistics", "strict-coverage"):
        if getattr(args, option.replace("-", "_")):
            raise ConfigError(f"--watch does not go with --{option}")
    if "-" in args.paths:
        raise ConfigError("--watch needs files; standard input does not change")
    if args.diff:
        changes.since(args.diff)


def _waker(args: argparse.Namespace) -> Callable[[], Iterator[object]]:
    """Comes back when something may have changed. Raises ConfigError if the extra is missing."""
    try:
        from watchfiles import watch as wait  # noqa: PLC0415 - an extra
    except ModuleNotFoundError as error:
        raise ConfigError("--watch needs the extra “watch”: pip install 'claimlint-marketing[watch]'") from error
    below = folders(args)
    # of a file the folder is watched: editors put another file in its place
    beside = {Path(path).absolute().parent for path in args.paths if not Path(path).is_dir()}
    there = [path for path in (*below, *beside) if path.is_dir()]
    if not there:
        raise ConfigError(f"no such file or folder: {args.paths[0]}")
    options: dict[str, Any] = {"watch_filter": None, "step": _SETTLED, "debounce": 1000, "rust_timeout": _LOOK}
    options |= {"yield_on_timeout": True, "raise_interrupt": True, "ignore_permission_denied": True}

    def wakes() -> Iterator[object]:
        while True:
            try:
                yield from wait(*there, recursive=bool(below), **options)
            except RuntimeError:  # a file whose name is not UTF-8
                time.sleep(_LOOK / 1000)
                yield None

    return wakes


class _State(Struct, frozen=True):
    """What the last look found. stamps: draft → why it cannot be read, and the state of its file; reports: by draft;
    registers: what is said of them."""

    here: Project
    context: reporting.Context
    stamps: Mapping[str, tuple[str, Stamp]]
    reports: Mapping[str, Report]
    registers: tuple[Report, ...]

    @property
    def every(self) -> list[Report]:
        return [*self.reports.values(), *self.registers]

    @property
    def shown(self) -> dict[_Key, Finding]:
        return {
            (report.name, item.rule, item.fingerprint): item
            for report in self.every
            for item in self.context.shown(report)
        }


class _Seen(Struct):
    """What is known so far. rests: what verdicts depend on, as it was before it was read; broken: what keeps the project
    from being used."""

    args: argparse.Namespace
    state: _State | None = None
    rests: Stamp = field(default_factory=dict)
    broken: str = ""
    code: int = 0

    def look(self) -> None:
        """Check what changed, and print the difference."""
        stale = not self.rests or stamp(self.rests) != self.rests
        if self.broken and not stale:
            return
        try:
            now = self._read() if stale or self.state is None else _again(self.state, self.args)
        except ClaimlintError as error:
            known, self.broken, self.code = self.broken, str(error), 2
            if known != self.broken:
                print(f"claimlint: {error}", file=sys.stderr, flush=True)
            return
        if now is not self.state:
            self._say(now)

    def _read(self) -> _State:
        """Everything, from the configuration on. Raises ClaimlintError."""
        start = Path.cwd()
        named = [self.args.config] if self.args.config else []
        self.rests = stamp((*self.rests, *configurations(start), *named))
        here = project(self.args)
        self._rest(sources(here.config, start))
        self._rest(sources(here.config, start, here.linter.packs))
        return _again(_State(here, context_of(here, self.args), {}, {}, ()), self.args)

    def _rest(self, paths: Sequence[Path]) -> None:
        """Look after these too, as they were when they were first looked at."""
        self.rests = {**stamp(paths), **self.rests}

    def _say(self, now: _State) -> None:
        before, mended = self.state, bool(self.broken)
        self.state, self.broken = now, ""
        outcome = Outcome(now.here.config)
        for _ in outcome.watch(now.every):
            pass
        self.code = outcome.code
        if before is None:
            reporting.reporter(self.args.format)(now.every, sys.stdout, now.context)
        elif _differ(before, now, text.concise if self.args.format == "concise" else text.blocks) or mended:
            print(outcome.tally)
        sys.stdout.flush()


def _again(state: _State, args: argparse.Namespace) -> _State:
    """The state with what changed in the drafts; the same if nothing did."""
    asked = drafts.asked(args.paths, state.here.config, force_exclude=args.force_exclude)
    stamps = {name: (why, stamp([Path(name)])) for name, why in asked.items()}
    if stamps == state.stamps:
        return state
    only = changes.since(args.diff) if args.diff else None
    todo = {name: why for name, why in asked.items() if stamps[name] != state.stamps.get(name)}
    checked = {report.name: only(report) if only else report for report in state.here.reports(todo)}
    reports = {name: checked.get(name) or state.reports[name] for name in asked}
    said = tuple(state.here.homeless(folders(args)))
    return replace(state, stamps=stamps, reports=reports, registers=said)


def _differ(before: _State, now: _State, write: reporting.Reporter) -> bool:
    """Print what is gone, then what is new; whether there was anything."""
    old, new = before.shown, now.shown
    problems = {(report.name, each.message) for report in before.every for each in report.problems}
    come = [
        replace(
            report,
            findings=tuple(
                item for item in report.findings if _graded(new, report, item) != _graded(old, report, item)
            ),
            problems=tuple(each for each in report.problems if (report.name, each.message) not in problems),
        )
        for report in now.every
    ]
    lines = list(_gone(before, now))
    sys.stdout.writelines(f"{line}\n" for line in lines)
    write(come, sys.stdout, now.context)
    return bool(lines) or any(now.context.shown(report) or report.problems for report in come)


def _graded(shown: Mapping[_Key, Finding], report: Report, item: Finding) -> str:
    """What is new of a finding, if it is shown: that it is, and how severe it is."""
    there = shown.get((report.name, item.rule, item.fingerprint))
    return f"{there.severity} {there.status}" if there else ""


def _gone(before: _State, now: _State) -> Iterator[str]:
    """What was shown and is no more, on a line each, with what became of it."""
    shown, there = now.shown, {report.name: report for report in now.every}
    for (name, rule, fingerprint), item in before.shown.items():
        if (name, rule, fingerprint) in shown:
            continue
        report = there.get(name)
        settled = [
            each.status
            for each in (report.findings if report else ())
            if (each.rule, each.fingerprint) == (rule, fingerprint)
        ]
        yield text.gone(name, item, f", {settled[0]}" if settled and settled[0] != "open" else "", now.context)
    for report in before.every:
        left = {each.message for each in there[report.name].problems} if report.name in there else set()
        for problem in report.problems:
            if problem.message not in left:
                yield f"{printable(report.name)}: gone: {printable(problem.message)}"
