"""The command line: find the drafts and the configuration, run the linter, write the reports.

Exit codes: 0 clean or below the threshold, 1 findings at or above it, 2 anything that could not be used or read.
"""

from __future__ import annotations

import argparse
import errno
import gc
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module

from claimlint import __version__
from claimlint.cli.arguments import EXIT_CODES
from claimlint.errors import ClaimlintError
from claimlint.structs import THRESHOLDS

_HOMES = {
    "check": "check",
    "inspect": "explain",
    "explain": "explain",
    "annotate": "annotate",
    "baseline": "baseline",
    "waive": "waive",
    "waivers": "waive",
    "inventory": "report",
    "report": "report",
    "trend": "report",
    "rules": "packs",
    "packs": "packs",
    "lsp": "lsp",
    "serve": "serve",
    "scan": "scan",
    "cache": "cache",
    "init": "setup",
}
"""Command → the module that has it."""
_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO)
"""What a disk says that is full, may not be written, or is broken."""


def run() -> None:
    gc.set_threshold(*THRESHOLDS)
    _in_utf8()
    code = main()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):  # whoever read it is gone
            stream.flush()
    os._exit(code)  # to take the model apart, object by object, takes as long as to load it


def _in_utf8() -> None:
    """Begin again in UTF-8, if the locale says something else: drafts, registers and reports call files by UTF-8."""
    if os.name == "posix" and sys.getfilesystemencoding() != "utf-8":
        sys.stdout.flush()
        os.execve(sys.executable, [sys.executable, "-X", "utf8", *sys.orig_argv[1:]], os.environ | {"PYTHONUTF8": "1"})


def main(argv: Sequence[str] | None = None) -> int:
    try:
        arguments = sys.argv[1:] if argv is None else argv
        args = parser(*arguments[:1]).parse_args(arguments)
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
        if error.errno not in (errno.EPIPE, *_DISK):
            raise
        # nobody reads on, or the disk takes no more; keep the interpreter from failing again when it flushes at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if error.errno == errno.EPIPE:
            return 141
        print(f"claimlint: cannot write: {error.strerror}", file=sys.stderr)
        return 2
    return code


def parser(command: str = "") -> argparse.ArgumentParser:
    """The whole command line; of one command, if that is known to be asked for, without the others."""
    top = argparse.ArgumentParser(
        prog="claimlint",
        description="Finds health claims in marketing drafts that lack a hedge, a citation or a disclosure.",
        epilog=EXIT_CODES,
        allow_abbrev=False,
    )
    top.add_argument(
        "--version", action="version", version=f"claimlint {__version__}", help="print the version and leave"
    )
    commands = top.add_subparsers(prog=top.prog, title="commands", metavar="COMMAND", required=True)
    for home in [_HOMES[command]] if command in _HOMES else dict.fromkeys(_HOMES.values()):
        import_module(f"claimlint.cli.{home}").add_to(commands)
    return top
