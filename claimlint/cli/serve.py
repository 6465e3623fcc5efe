"""`claimlint serve`: a page on this machine to write, check and mend drafts in."""

from __future__ import annotations

import argparse

from claimlint import __version__
from claimlint.cli.arguments import Commands, add, add_packs, project
from claimlint.errors import ConfigError

# ruff: noqa: PLC0415


def add_to(commands: Commands) -> None:
    serve = add(commands, "serve", _serve, "open a page to write, check and mend drafts in, on this machine only")
    serve.add_argument("--port", type=int, default=0, help="listen on this port (default: any that is free)")
    serve.add_argument("--host", default="127.0.0.1", help="listen on this address, for other machines too")
    serve.add_argument("--open", action="store_true", help="open the page in the browser")
    add_packs(serve)


def _serve(args: argparse.Namespace) -> int:
    try:
        from claimlint.web.server import serve
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("starlette", "uvicorn"):
            raise
        raise ConfigError("the page needs the extra “web”: pip install 'claimlint-marketing[web]'") from error
    here = project(args)
    serve(here, __version__, given=args.config, host=args.host, port=args.port, open_=args.open)
    return 0
