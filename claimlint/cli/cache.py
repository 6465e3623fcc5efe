"""`claimlint cache`: what is kept between runs."""

from __future__ import annotations

import argparse

from claimlint.cli.arguments import Commands, add

# ruff: noqa: PLC0415


def add_to(commands: Commands) -> None:
    cache = commands.add_parser(
        "cache",
        help="look after what is kept between runs",
        description="Look after what is kept between runs.",
        allow_abbrev=False,
    )
    actions = cache.add_subparsers(title="commands", metavar="COMMAND", required=True)
    add(actions, "info", _info, "say where it is, how much there is, and what of")
    add(actions, "clear", _clear, "delete it; the next run takes a second longer")


def _info(_: argparse.Namespace) -> int:
    from claimlint import cache

    kept = cache.rulesets()
    print(f"folder    {cache.folder()}")
    print(f"rulesets  {len(kept)}, {sum(size for _, size in kept) / 1e6:.1f} MB")
    print(f"results   {cache.results().count()}, {cache.size() / 1e6:.1f} of at most {cache.MOST_BYTES / 1e6:.0f} MB")
    return 0


def _clear(_: argparse.Namespace) -> int:
    from claimlint import cache

    cache.clear()
    print(f"cleared {cache.folder()}")
    return 0
