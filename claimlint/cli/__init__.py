"""The command line: find the drafts and the configuration, run the linter, write the reports.

Exit codes: 0 clean or below the threshold, 1 findings at or above it, 2 anything that could not be used or read.
"""

from __future__ import annotations

import argparse
import errno
import os
import sys
from collections.abc import Sequence

from claimlint.cli import annotate, baseline, check, explain, lsp, packs, report, scan, serve, setup, waive
from claimlint.cli.arguments import EXIT_CODES, version
from claimlint.errors import ClaimlintError


def run() -> None:
    raise SystemExit(main())


def main(argv: Sequence[str] | None = None) -> int:
    try:
        args = parser().parse_args(argv)
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
    except OSError as error:
        if error.errno not in (errno.EPIPE, errno.ENOSPC):
            raise
        # nobody reads on, or the disk is full; keep the interpreter from failing again when it flushes at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if error.errno == errno.EPIPE:
            return 141
        print(f"claimlint: cannot write: {error.strerror}", file=sys.stderr)
        return 2
    return code


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(
        prog="claimlint",
        description="Finds health claims in marketing drafts that lack a hedge, a citation or a disclosure.",
        epilog=EXIT_CODES,
        allow_abbrev=False,
    )
    top.add_argument("--version", action=_Version, help="print the version and leave")
    commands = top.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for module in (check, explain, annotate, baseline, waive, report, packs, lsp, serve, scan, setup):
        module.add_to(commands)
    return top


class _Version(argparse.Action):
    """Looks the version up only when asked, unlike argparse's own."""

    def __init__(self, option_strings: Sequence[str], dest: str, **options: object) -> None:
        super().__init__(option_strings, dest, nargs=0, help=str(options.get("help", "")))

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        print(f"claimlint {version()}")
        parser.exit()
