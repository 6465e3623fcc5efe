"""`claimlint lsp`: the language server."""

from __future__ import annotations

import argparse

from claimlint import __version__
from claimlint.cli.arguments import Commands
from claimlint.errors import ConfigError

# ruff: noqa: PLC0415 - the thread begins to load before pygls is imported


def add_to(commands: Commands) -> None:
    lsp = commands.add_parser("lsp", help="serve an editor on standard input and output", allow_abbrev=False)
    lsp.set_defaults(command=_lsp)
    lsp.add_argument("--stdio", action="store_true", help="for editors that insist on it; there is no other way")
    lsp.add_argument("--debounce", type=_milliseconds, metavar="MS", help="check after so long without a keystroke")
    lsp.add_argument("--show-settled", action="store_true", help="show suppressed and waived findings too, as hints")


def _milliseconds(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > 10_000:
        raise argparse.ArgumentTypeError(f"must be milliseconds from 0 to 10000, not “{text}”")
    return int(text)


def _lsp(args: argparse.Namespace) -> int:
    from importlib.util import find_spec

    from claimlint.lsp import worker

    if find_spec("pygls") is None or find_spec("lsprotocol") is None:
        raise ConfigError("the language server needs pygls 2; run: pip install 'claimlint-marketing[lsp]'")
    thread = worker.started()
    from claimlint.lsp.server import DEBOUNCE, Settings, serve

    debounce = DEBOUNCE if args.debounce is None else args.debounce
    serve(__version__, Settings(debounce, args.show_settled), thread)
    return 0
