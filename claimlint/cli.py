"""The command line: find the drafts and the configuration, run the linter, write the reports.

Exit codes: 0 clean or below the threshold, 1 findings at or above it, 2 anything that could not be used or read.
"""

from __future__ import annotations

import argparse
import io
import os
import re
import sys
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, TextIO, get_args

from claimlint import config as configuration
from claimlint import report as reporting
from claimlint.config import Config
from claimlint.errors import ClaimlintError, ConfigError, ReadError
from claimlint.types import SEVERITIES, Lines, Problem, Report, Rule, Status

# ruff: noqa: PLC0415
# Everything that reads, parses or judges is imported where it is used: `--help` answers at once.
if TYPE_CHECKING:
    from claimlint.linter import Linter
    from claimlint.packs import Pack
    from claimlint.selection import Choice

_SKIPPED = frozenset({"node_modules", "venv", "__pycache__"})
_EXIT_CODES = "exit codes: 0 clean or below --fail-on, 1 findings at or above it, 2 something could not be used or read"


def run() -> None:
    raise SystemExit(main())


def main(argv: Sequence[str] | None = None) -> int:
    parser = _parser()
    try:
        args = parser.parse_args(argv)
    except SystemExit as stop:
        return int(stop.code or 0)
    try:
        code: int = args.command(args)
        sys.stdout.flush()
    except ClaimlintError as error:
        print(f"claimlint: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # nobody reads on; keep the interpreter from failing again when it flushes at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    return code


# The arguments


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="claimlint",
        description="Finds health claims in marketing drafts that lack a hedge, a citation or a disclosure.",
        epilog=_EXIT_CODES,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action=_Version, help="print the version and leave")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _add_check(commands)
    inspect = _add(commands, "inspect", _inspect, "show how drafts are read: every sentence, cue, citation and hit")
    inspect.add_argument("paths", nargs="*", default=["."], metavar="PATH", help="drafts or folders (default: .)")
    inspect.add_argument("--format", choices=("text", "json"), default="text")
    _add_packs(inspect)
    explain = _add(commands, "explain", _explain, "explain a rule, or why a line was flagged or not")
    explain.add_argument("what", metavar="RULE|PATH:LINE", help="such as core/cure, or blog/post.md:12")
    _add_packs(explain)
    rules = _add(commands, "rules", _rules, "list the rules, or print one")
    rules.add_argument("rule", nargs="?", metavar="RULE", help="the id of a rule, or “try” for a pattern of your own")
    rules.add_argument("pattern", nargs="?", metavar="PATTERN", help="with “try”: what it would match in the drafts")
    rules.add_argument("paths", nargs="*", metavar="PATH", help="with “try”: drafts or folders (default: .)")
    rules.add_argument("--format", choices=("text", "json", "markdown"), default="text")
    rules.add_argument("--schema", action="store_true", help="print the JSON Schema of packs instead")
    _add_packs(rules)
    packs = commands.add_parser("packs", help="list packs, or run the examples of their rules", allow_abbrev=False)
    actions = packs.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _add(actions, "list", _packs_list, "list the packs that ship with claimlint, and those configured")
    test = _add(actions, "test", _packs_test, "run the examples of each rule; exit code 2 if one fails")
    test.add_argument("packs", nargs="*", metavar="PACK", help="names or paths (default: the configured packs)")
    test.add_argument("--no-coverage", action="store_true", help="do not ask for an example of each pattern, yet")
    new = _add(actions, "new", _packs_new, "write a pack of your own to start from")
    new.add_argument("name", metavar="NAME", help="in kebab-case; NAME.yml is written into this folder")
    init = _add(commands, "init", _init, "write a configuration and a pre-commit hook into this folder")
    init.add_argument("--force", action="store_true", help=f"overwrite {configuration.FILE_NAME}")
    return parser


def _add(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    command: Callable[[argparse.Namespace], int],
    description: str,
) -> argparse.ArgumentParser:
    parser = commands.add_parser(
        name, help=description, description=f"{description[0].upper()}{description[1:]}.", allow_abbrev=False
    )
    parser.set_defaults(command=command)
    parser.add_argument("--config", type=Path, metavar="PATH", help="use this configuration file")
    return parser


def _add_check(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    check = _add(commands, "check", _check, "check drafts")
    check.epilog = _EXIT_CODES
    check.add_argument(
        "paths", nargs="*", default=["."], metavar="PATH", help="drafts or folders; - for standard input"
    )
    check.add_argument("--format", choices=tuple(reporting.REPORTERS), default="full")
    check.add_argument("--output", type=Path, metavar="FILE", help="write the report to this file")
    check.add_argument("--fail-on", choices=(*reversed(SEVERITIES), "never"), help="exit 1 from this severity up")
    check.add_argument("--select", action="append", metavar="RULE", help="only these rules, packs or globs")
    check.add_argument("--ignore", action="append", metavar="RULE", help="not these rules, packs or globs")
    check.add_argument("--statistics", action="store_true", help="count findings by rule instead of showing them")
    check.add_argument("--show-suppressed", action="store_true", help="show suppressed findings too")
    check.add_argument("--diff", metavar="REF", help="only claims on lines changed since this git commit or branch")
    check.add_argument("--stdin-filename", default="stdin.md", metavar="NAME", help="what to call standard input")
    check.add_argument("--force-exclude", action="store_true", help="apply “exclude” to files given by name, for hooks")
    check.add_argument("--fix", action="store_true", help="put safe rewrites into the drafts; what is left is reported")
    check.add_argument("--dry-run", action="store_true", help="with --fix: print the change as a diff, write nothing")
    check.add_argument("--exhaustive", action="store_true", help="take no shortcut; finds the same, slowly")
    check.add_argument("--color", choices=("auto", "always", "never"), default="auto")
    check.add_argument("--no-progress", action="store_true", help="never count drafts on standard error")
    _add_packs(check)


def _add_packs(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--pack", action="append", metavar="NAME|PATH", help="use this pack instead of the configured ones (repeatable)"
    )
    parser.add_argument(
        "--market", action="append", metavar="MARKET", help="where drafts appear, such as us, uk, eu, au"
    )


class _Version(argparse.Action):
    """Looks the version up only when asked, unlike argparse's own."""

    def __init__(self, option_strings: Sequence[str], dest: str, **options: object) -> None:
        super().__init__(option_strings, dest, nargs=0, help=str(options.get("help", "")))

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        print(f"claimlint {_version()}")
        parser.exit()


def _version() -> str:
    from importlib import metadata

    try:
        return metadata.version("claimlint-marketing")
    except metadata.PackageNotFoundError:
        return "unknown"


# What commands share


def _configured(args: argparse.Namespace) -> Config:
    """The configuration file, and over it what the command line says: `--select` starts from scratch."""
    config = configuration.load(args.config) if args.config else configuration.discover(Path.cwd())
    if select := _split(getattr(args, "select", None)):
        config = replace(config, select=select, ignore=())
    if ignore := _split(getattr(args, "ignore", None)):
        config = replace(config, ignore=config.ignore + ignore)
    if fail_on := getattr(args, "fail_on", None):
        overrides = tuple(replace(override, fail_on=None) for override in config.overrides)
        config = replace(config, fail_on=fail_on, overrides=overrides)
    return config


def _split(values: Sequence[str] | None) -> tuple[str, ...]:
    return tuple(part.strip() for value in values or () for part in value.split(",") if part.strip())


def _packs(config: Config, args: argparse.Namespace, *, examples: bool = True) -> tuple[Pack, ...]:
    from claimlint.packs import load_packs

    return load_packs(_pack_names(config, args), near=config.root, examples=examples)


def _pack_names(config: Config, args: argparse.Namespace) -> list[str]:
    """Names and paths of all packs that some draft may need; those of the command line are relative to here."""
    if named := getattr(args, "pack", None):
        return [str(Path.cwd() / name) if (Path.cwd() / name).exists() else name for name in named]
    return [*config.packs, *(name for override in config.overrides for name in override.packs)]


def _chooser(config: Config, args: argparse.Namespace) -> Callable[[str], Choice]:
    """Which packs are on for a draft, by its path."""
    from claimlint.packs import name_of
    from claimlint.selection import Choice

    given = _pack_names(config, args) if getattr(args, "pack", None) else ()
    market = getattr(args, "market", None)

    def choose(draft: str) -> Choice:
        here = configuration.for_path(config, draft)
        packs = (name_of(name, near=config.root) for name in given or here.packs)
        return Choice(tuple(packs), tuple(market or here.market))

    return choose


def _linter(config: Config, args: argparse.Namespace) -> Linter:
    from claimlint.bibliography import load_all
    from claimlint.linter import Linter, Options

    options = Options(
        exhaustive=getattr(args, "exhaustive", False),
        owned_hosts=config.owned_hosts,
        citation_scope=config.citation_scope,
        citations_since=config.citations_since,
        library=load_all(configuration.bibliographies(config)),
        choose=_chooser(config, args),
    )
    return Linter(_packs(config, args, examples=False), options=options)


def _known(linter: Linter, config: Config, args: argparse.Namespace) -> frozenset[str]:
    """The rules that the configuration and the drafts may name: with --pack, those of the configured packs as well."""
    from claimlint.packs import load_packs

    configured = load_packs(config.packs, near=config.root, examples=False) if args.pack else ()
    return frozenset(linter.rules) | {rule.id for pack in configured for rule in pack.rules}


def _rules_of(packs: Iterable[Pack]) -> dict[str, Rule]:
    """The rules of the packs and those about suppressions, by id."""
    from claimlint.settle import suppressions

    return {rule.id: rule for pack in packs for rule in pack.rules} | suppressions.RULES


def _drafts(paths: Iterable[str], config: Config, *, stdin: str = "", force_exclude: bool = False) -> dict[str, str]:
    """The drafts asked for by name, each once, in order; the value is why it cannot be read, or ""."""
    drafts: dict[str, str] = {}
    for path in map(Path, paths):
        if str(path) == "-" and stdin:
            drafts.setdefault(stdin, "")
        elif path.is_dir():
            for name, why in list(_walk(path, config)) or [(_name(path), "no drafts in this folder")]:
                drafts.setdefault(name, why)
        elif not path.exists():
            drafts.setdefault(_name(path), "no such file or folder")
        elif not (force_exclude and configuration.excludes(config, path)):
            drafts.setdefault(_name(path), "")
    return drafts


def _walk(folder: Path, config: Config) -> Iterator[tuple[str, str]]:
    """The drafts below a folder, sorted; hidden, installed and excluded ones are left out."""
    from claimlint.readers import SUFFIXES

    try:
        entries = sorted(folder.iterdir())
    except OSError as error:
        yield _name(folder), error.strerror or "cannot be listed"
        return
    if any(entry.name == "pyvenv.cfg" for entry in entries):
        return
    for entry in entries:
        if entry.name.startswith(".") or entry.name in _SKIPPED or configuration.excludes(config, entry):
            continue
        if entry.is_dir() and not entry.is_symlink():
            yield from _walk(entry, config)
        elif entry.suffix.lower() in SUFFIXES and entry.is_file():
            yield _name(entry), ""


def _name(path: Path) -> str:
    """What reports call a draft: its path from here, with forward slashes."""
    return (path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path).as_posix()


def _source(name: str, stdin: str = "") -> str:
    from claimlint import readers

    if name != stdin:
        return readers.load(Path(name))
    try:
        return sys.stdin.buffer.read().decode()
    except UnicodeDecodeError as error:
        raise ReadError("not UTF-8") from error


def _sources(drafts: Mapping[str, str], unread: dict[str, Report], stdin: str = "") -> Iterator[tuple[str, str]]:
    """(name, source) of the drafts that can be read; reports of the others are left in `unread`."""
    for name, why in drafts.items():
        if why:
            unread[name] = Report(name, "", problems=(Problem(why),))
            continue
        try:
            source = _source(name, stdin)
        except ReadError as error:
            unread[name] = Report(name, "", problems=(Problem(error.message, error.line or 1),))
        else:
            yield name, source


def _utf8(out: TextIO) -> None:
    """Machines read UTF-8 whatever the locale; nothing that a draft or a file name holds ends the run."""
    if isinstance(out, io.TextIOWrapper):
        out.reconfigure(encoding="utf-8", errors="backslashreplace")


# check


def _check(args: argparse.Namespace) -> int:
    from claimlint.settle import suppressions

    if args.statistics and args.format != "full":
        raise ConfigError(f"--statistics is a format of its own; leave out “--format {args.format}”")
    if args.dry_run and not args.fix:
        raise ConfigError("--dry-run shows what --fix would do; give both")
    if args.fix and "-" in args.paths:
        raise ConfigError("--fix changes files; it cannot be used with standard input")
    config = _configured(args)
    linter = _linter(config, args)
    known = _known(linter, config, args)
    configuration.check_references(config, known | set(suppressions.RULES))
    drafts = _drafts(args.paths, config, stdin=args.stdin_filename, force_exclude=args.force_exclude)
    if args.fix:
        code = _fix(drafts, linter, config, known, dry_run=args.dry_run)
        if args.dry_run or code:
            return code
    reports = _settled(_reports(linter, drafts, args.stdin_filename), linter, config, known, args.diff)
    if not args.no_progress:
        reports = _with_progress(reports, len(drafts))
    outcome = _Outcome()
    context = reporting.Context({**linter.rules, **suppressions.RULES}, _version(), _colored(args), _shown(args))
    with _output(args.output) as out:
        _reporter(args)(outcome.watch(reports, config), out, context)
    if args.output:
        print(f"{outcome.tally}; see {args.output}")
    _warn_of_age(linter.packs, config)
    return outcome.code


def _fix(drafts: Mapping[str, str], linter: Linter, config: Config, known: Collection[str], *, dry_run: bool) -> int:
    """Apply safe rewrites; with dry_run, print them as one unified diff. Unreadable drafts are left to the check."""
    from claimlint.fix import fixed
    from claimlint.settle import settle

    for name, source in _sources(drafts, {}):
        after = fixed(
            source,
            lambda text: settle(linter.check(text, name), config, linter.rules, date.today(), known),  # noqa: B023
        )
        if after == source:
            continue
        if dry_run:
            sys.stdout.writelines(_diff(name, source, after))
        else:
            _replace(Path(name), after)
            print(f"fixed {name}")
    return 0


def _diff(name: str, before: str, after: str) -> Iterator[str]:
    """A unified diff that `patch` and `git apply` take; lines end as in the draft."""
    from difflib import unified_diff

    old, new = (re.findall(r"[^\n]*\n|[^\n]+", text) for text in (before, after))
    for line in unified_diff(old, new, f"a/{name}", f"b/{name}"):
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def _replace(path: Path, text: str) -> None:
    """Write in one step: whoever reads the draft, or a crash, sees the old or the new text."""
    import tempfile

    try:
        with tempfile.NamedTemporaryFile("wb", dir=path.parent, delete=False) as file:
            file.write(text.encode())
        written = Path(file.name)
        written.chmod(path.stat().st_mode)
        written.replace(path)
    except OSError as error:
        raise ConfigError(f"cannot write: {error.strerror}", path=path) from error


def _reports(linter: Linter, drafts: Mapping[str, str], stdin: str) -> Iterator[Report]:
    """One report a draft, in order, those that cannot be read in their place."""
    unread: dict[str, Report] = {}
    names = iter(drafts)
    for report in linter.check_many(_sources(drafts, unread, stdin)):
        yield from (unread[name] for name in iter(names.__next__, report.name))
        yield report
    yield from (unread[name] for name in names)


def _settled(
    reports: Iterable[Report], linter: Linter, config: Config, known: Collection[str], ref: str | None
) -> Iterator[Report]:
    from claimlint.settle import changes, settle

    touched = changes.since(ref) if ref else None
    for report in reports:
        settled = settle(report, config, linter.rules, date.today(), known)
        yield touched(settled) if touched else settled


@dataclass(slots=True)
class _Outcome:
    """What a run came to: filled while the reports pass through on their way to the reporter."""

    tally: reporting.Tally = field(default_factory=reporting.Tally)
    code: int = 0

    def watch(self, reports: Iterable[Report], config: Config) -> Iterator[Report]:
        for report in reports:
            self.tally.add(report)
            self.code = max(self.code, _code(report, config))
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
def _output(path: Path | None) -> Iterator[TextIO]:
    if path is None:
        _utf8(sys.stdout)
        yield sys.stdout
        return
    try:
        out = path.open("w", encoding="utf-8", errors="backslashreplace", newline="\n")
    except OSError as error:
        raise ConfigError(f"cannot write: {error.strerror}", path=path) from error
    with out:
        yield out


def _with_progress(reports: Iterable[Report], total: int) -> Iterator[Report]:
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


# inspect and explain


def _inspect(args: argparse.Namespace) -> int:
    from claimlint.report import data, reading

    config = _configured(args)
    linter = _linter(config, args)
    unread: dict[str, Report] = {}
    drafts = _drafts(args.paths, config)
    read = {name: linter.inspect(source, name) for name, source in _sources(drafts, unread)}
    _utf8(sys.stdout)
    if args.format == "json":
        entries = (data.inspection(*read[name]) if name in read else data.unread(unread[name]) for name in drafts)
        data.write_inspection(entries, sys.stdout, _version())
    else:
        for name in drafts:
            reading.write(*read[name], sys.stdout) if name in read else reading.write_unread(unread[name], sys.stdout)
    return 2 if unread or any(document.problems for document, _ in read.values()) else 0


def _explain(args: argparse.Namespace) -> int:
    place = re.fullmatch(r"(?P<path>.+):(?P<line>\d+)", args.what)
    return _explain_line(Path(place["path"]), int(place["line"]), args) if place else _explain_rule(args.what, args)


def _explain_rule(name: str, args: argparse.Namespace) -> int:
    from claimlint.report import catalog

    rules = _rules_of(_packs(_configured(args), args))
    _utf8(sys.stdout)
    print("\n".join(catalog.explained(_rule(name, rules))))
    return 0


def _rule(name: str, rules: Mapping[str, Rule]) -> Rule:
    if name not in rules:
        raise ConfigError(f"unknown rule “{name}”{configuration.did_you_mean(name, rules)}")
    return rules[name]


def _explain_line(path: Path, number: int, args: argparse.Namespace) -> int:
    """Each sentence that touches the line, and what became of every hit in it."""
    from claimlint.report import reading as readings
    from claimlint.settle import settle

    config = _configured(args)
    name = _name(path)
    if not path.is_file():
        raise ConfigError("no such file", path=path)
    source = _source(name)
    lines = Lines(source)
    if not 1 <= number <= len(lines.starts):
        raise ConfigError(f"has {len(lines.starts)} lines", path=path)
    linter = _linter(config, args)
    report = linter.check(source, name)
    settled = settle(report, config, linter.rules, date.today(), _known(linter, config, args))
    fates = dict.fromkeys((finding.rule, finding.span) for finding in report.findings)
    fates |= {(finding.rule, finding.span): finding for finding in settled.findings}
    document, found = linter.inspect(source, name)
    line = lines.span(number)
    touching = [reading for reading in found if reading.span.start < line.end and reading.span.end > line.start]
    _utf8(sys.stdout)
    for reading in touching:
        print("\n".join(readings.sentence(document, reading, lines, fates)))
        judged = {(verdict.rule, verdict.span) for verdict in reading.verdicts}
        for key, finding in fates.items():
            if finding and key not in judged and reading.span.start <= finding.span.start < reading.span.end:
                print("\n".join(readings.whole(finding)))
    if not any(reading.verdicts for reading in touching):
        print("no claim found on this line")
    return 0


# rules, packs and init


def _rules(args: argparse.Namespace) -> int:
    from claimlint.packs import schema
    from claimlint.report import catalog, data

    _utf8(sys.stdout)
    if args.schema:
        data.dump(schema(), sys.stdout)
        return 0
    if args.rule == "try":
        return _try(args)
    config = _configured(args)
    packs = _packs(config, args)
    rules = _rules_of(packs)
    chosen = _rule(args.rule, rules) if args.rule else None
    if args.format == "markdown":
        print("\n".join(line for pack in packs for line in catalog.page(pack)))
    elif args.format == "json":
        data.dump(data.rule(chosen) if chosen else [data.rule(rule) for rule in rules.values()], sys.stdout)
    else:
        print("\n".join(catalog.explained(chosen) if chosen else catalog.listed(rules)))
    _warn_of_age(packs, config)
    return 0


def _warn_of_age(packs: Iterable[Pack], config: Config) -> None:
    from claimlint.report import catalog

    if stale := catalog.stale(packs, date.today(), config.data_max_age):
        print(f"claimlint: {stale}", file=sys.stderr)


def _try(args: argparse.Namespace) -> int:
    """Where a pattern would hit in drafts, before it is written into a pack."""
    from claimlint.find import tried
    from claimlint.report.text import printable

    if not args.pattern:
        raise ConfigError("“rules try” needs a pattern: claimlint rules try 'be * calming' drafts/")
    config = _configured(args)
    unread: dict[str, Report] = {}
    drafts = _drafts(args.paths or ["."], config)
    hits = 0
    for name, line, sentence, start, end in tried(args.pattern, _packs(config, args), _sources(drafts, unread)):
        hits += 1
        print(f"{printable(name)}:{line}: {printable(f'{sentence[:start]}[{sentence[start:end]}]{sentence[end:]}')}")
    for report in unread.values():
        print(f"{printable(report.name)}: cannot read: {printable(report.problems[0].message)}", file=sys.stderr)
    print(f"{hits} hit{'' if hits == 1 else 's'} in {len(drafts) - len(unread)} drafts")
    return 2 if unread else 0


def _packs_list(args: argparse.Namespace) -> int:
    from claimlint.packs import builtin_dir, builtin_names, load_packs

    used = _packs(_configured(args), args)
    shipped = [load_packs([name], near=builtin_dir())[-1] for name in builtin_names()]
    _utf8(sys.stdout)
    for pack in {pack.path: pack for pack in (*shipped, *used)}.values():
        mark = "*" if any(each.path == pack.path for each in used) else " "
        print(f"{mark} {pack.name} {pack.version}: {len(pack.rules)} rules. {pack.title}".rstrip())
    print("* in use here")
    return 0


def _packs_test(args: argparse.Namespace) -> int:
    from claimlint.linter import Linter
    from claimlint.packs import load_packs
    from claimlint.packtest import check_examples

    config = _configured(args)
    packs = load_packs(args.packs, near=Path.cwd()) if args.packs else _packs(config, args)
    linter = Linter(packs)
    failed = False
    _utf8(sys.stdout)
    for pack in packs:
        problems = check_examples([pack], linter, coverage=not args.no_coverage)
        examples = sum(len(rule.bad) + len(rule.good) for rule in pack.rules)
        verdict = f"{len(problems)} failed" if problems else "ok"
        print("\n".join([*problems, f"{pack.name}: {len(pack.rules)} rules, {examples} examples, {verdict}"]))
        failed = failed or bool(problems)
    return 2 if failed else 0


def _packs_new(args: argparse.Namespace) -> int:
    path = Path(f"{args.name}.yml")
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", args.name):
        raise ConfigError(f"a pack's name is in kebab-case, such as clinic-house-rules, not “{args.name}”")
    if path.exists():
        raise ConfigError("exists already", path=path)
    _write(path, _PACK.replace("NAME", args.name))
    print(f"wrote {path}; try it: claimlint packs test {path}")
    return 0


_PACK = """\
# A pack of house rules. Every key is described in docs/packs.md of claimlint; `claimlint rules --schema` is for editors.
name: NAME
title: House rules
version: "0.1"
extends: [core]

# Rules of other packs, changed: severity, needs, message, why, suggest, basis.
override:
  core/superlative:
    severity: error

rules:
  - id: calm-promised
    title: Calm promised
    message: "“{match}” promises calm."
    severity: warning
    match: ["(deliver|bring|give you) ~ (calm|serenity)"]
    about: treatment
    needs: {any: [hedge, citation]}
    why: Nobody can promise calm. Say what happens in a visit instead.
    basis: [{title: House policy}]
    suggest: ["may bring some calm"]
    fix: [{match: "=brings", replace: "may bring", safe: true}]
    examples:
      bad: ["Our infusion {brings deep calm}."]
      good: ["Our infusion may bring some calm.", "Does an infusion bring calm?"]
"""

_CONFIGURATION = """\
# Configuration of claimlint; every key is optional. The nearest file upwards from where claimlint runs is used.

# Packs of rules: names of shipped ones (claimlint packs list), or paths of your own. “auto” switches the shipped ones on
# by what a draft is about and by the markets in which it appears.
packs: [core, auto]
market: [us]

# Findings from this severity up make the check fail: advice, warning, error or never.
fail-on: warning

# A rule is named by its id (core/safe-unqualified), its pack (core) or a glob (core/safe-*).
ignore: []
severity: {}
#  core/safe-unqualified: error
#  ketamine: off

# Drafts that are none of ours, as in .gitignore.
exclude: []

# Your own sites: a link to them is no citation.
owned-hosts: []

# Whether a citation at the end of a paragraph covers its last sentence or the whole: sentence or paragraph.
citation-scope: sentence

# A reference from before this year is stale and does not count; without it, age does not matter.
# citations-since: 2010

# Libraries of references (BibTeX, CSL-JSON) to which citations may resolve. Default: references.bib beside this file, if
# there is one.
# bibliography: [refs/references.bib]

# Days after which the packs' data on approvals are called old, on standard error.
data-max-age: 365

# What is different for some drafts.
overrides: []
#  - files: [archive/**]
#    fail-on: never
"""

_HOOK = """\
  - repo: local
    hooks:
      - id: claimlint
        name: claimlint
        entry: claimlint check --force-exclude
        language: python
        additional_dependencies: [{requirement}]
        files: \\.(md|mdx|markdown|html?|xhtml|txt)$
        require_serial: true
"""


def _init(args: argparse.Namespace) -> int:
    own, hooks = Path(configuration.FILE_NAME), Path(".pre-commit-config.yaml")
    if own.exists() and not args.force:
        raise ConfigError("exists already; --force overwrites it", path=own)
    _write(own, _CONFIGURATION)
    print(f"wrote {own}")
    version = _version()
    stanza = _HOOK.format(
        requirement=f"claimlint-marketing=={version}" if version[0].isdigit() else "claimlint-marketing"
    )
    if hooks.exists():
        print(f"{hooks} exists; add this under its “repos:”\n\n{stanza}", end="")
    else:
        _write(hooks, f"repos:\n{stanza}")
        print(f"wrote {hooks}; “pre-commit install” turns it on")
    return 0


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"cannot write: {error.strerror}", path=path) from error
