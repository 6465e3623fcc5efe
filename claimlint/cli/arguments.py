"""What commands share: their arguments, the project these name, the drafts these ask for."""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TextIO, TypeAlias

from claimlint import config as configuration
from claimlint.config import Config
from claimlint.entries import exists, is_folder
from claimlint.project import Project, today
from claimlint.structs import replace

if TYPE_CHECKING:
    from claimlint.packs import Pack

# ruff: noqa: PLC0415
# Everything that reads, parses or judges is imported where it is used: `--help` answers at once.

EXIT_CODES = "exit codes: 0 clean or below --fail-on, 1 findings at or above it, 2 something could not be used or read"
Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def add(
    commands: Commands,
    name: str,
    command: Callable[[argparse.Namespace], int],
    description: str,
) -> argparse.ArgumentParser:
    """A command with the options that all have."""
    parser = commands.add_parser(
        name, help=description, description=f"{description[0].upper()}{description[1:]}.", allow_abbrev=False
    )
    parser.set_defaults(command=command)
    parser.add_argument("--config", type=Path, metavar="PATH", help="use this configuration file")
    return parser


def add_packs(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--pack", action="append", metavar="NAME|PATH", help="use this pack instead of the configured ones (repeatable)"
    )
    parser.add_argument(
        "--market", action="append", metavar="MARKET", help="where drafts appear, such as us, uk, eu, au"
    )


def add_paths(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", nargs="*", default=["."], metavar="PATH", help="drafts or folders (default: .)")


def add_jobs(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--jobs", type=count, default=0, metavar="N", help="processes (default: by the size of the work)"
    )


def count(text: str) -> int:
    """A positive number, of an option."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"a number such as 2, not “{text}”")
    return int(text)


def add_cache(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--no-cache", action="store_true", help="keep nothing, and use nothing that was kept")


def add_selection(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--select", action="append", metavar="RULE", help="only these rules, packs or globs")
    parser.add_argument("--ignore", action="append", metavar="RULE", help="not these rules, packs or globs")


def project(args: argparse.Namespace) -> Project:
    """The project of the working directory, and over its configuration what the command line says."""
    here = Path.cwd()
    named = getattr(args, "pack", None) or ()
    return Project(
        _configured(args),
        packs=tuple(str(here / name) if exists(here / name) else name for name in named),
        market=tuple(name.lower() for name in getattr(args, "market", None) or ()),
        exhaustive=getattr(args, "exhaustive", False),
        baseline=not getattr(args, "no_baseline", False),
        keep=not getattr(args, "no_cache", False),
    )


def _configured(args: argparse.Namespace) -> Config:
    """`--select` starts from scratch."""
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


def folders(args: argparse.Namespace) -> list[Path]:
    """The folders among the paths asked for."""
    return [path for path in map(Path, args.paths) if is_folder(path)]


def warn_of_age(packs: Iterable[Pack], config: Config) -> None:
    """Say so if data on approvals are old."""
    from claimlint.report import catalog

    if old := catalog.stale(packs, today(), config.data_max_age):
        print(f"claimlint: {old}", file=sys.stderr)


def utf8(out: TextIO) -> None:
    """Machines read UTF-8 whatever the locale; nothing that a draft or a file name holds ends the run."""
    if isinstance(out, io.TextIOWrapper):
        out.reconfigure(encoding="utf-8", errors="backslashreplace")
