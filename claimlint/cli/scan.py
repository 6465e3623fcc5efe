"""`claimlint scan`: check a corpus, on all cores or on a cluster, and write the findings as Parquet."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterable, Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING

from claimlint import __version__
from claimlint.cli.arguments import EXIT_CODES, Commands, add, add_packs, add_selection, count, project
from claimlint.errors import ConfigError
from claimlint.report import Tally, counted
from claimlint.types import SEVERITIES

# ruff: noqa: PLC0415
if TYPE_CHECKING:
    from claimlint.scan.output import Done
    from claimlint.scan.plan import Scan

_EXTRA = ("ray", "pyarrow", "warcio", "pandas", "numpy")
_SHOWN = 20
"""Messages about what cannot be read that are printed."""
_TICK, _EVERY = 0.2, 60
"""Seconds between two counts on a terminal, and elsewhere."""


def add_to(commands: Commands) -> None:
    scan = add(commands, "scan", _scan, "check a corpus on all cores or on a cluster, findings into Parquet")
    scan.epilog = EXIT_CODES
    scan.add_argument(
        "inputs", nargs="+", metavar="INPUT", help="Parquet, JSON Lines, WARC, drafts, folders of these; paths or URLs"
    )
    scan.add_argument("--output", required=True, metavar="FOLDER", help="path or URL; a second run goes on with it")
    scan.add_argument("--address", default="", metavar="ADDR", help="use this Ray cluster instead of this machine")
    scan.add_argument("--jobs", type=count, default=0, metavar="N", help="workers (default: one a core)")
    scan.add_argument("--text-column", default="", metavar="NAME", help="which column or key holds the text")
    scan.add_argument("--url-column", default="", metavar="NAME", help="which column or key names the page")
    scan.add_argument(
        "--text-format",
        choices=("html", "md", "mdx", "txt"),
        help="how to read the texts of records (default: by column, name or how they begin, else Markdown)",
    )
    scan.add_argument(
        "--max-bytes", type=count, default=0, metavar="N", help="set larger pages aside (default, and at most: 10 MB)"
    )
    scan.add_argument("--part-bytes", type=count, default=0, metavar="N", help="input of a part (default: by its size)")
    scan.add_argument("--fail-on", choices=(*reversed(SEVERITIES), "never"), help="exit 1 from this severity up")
    add_selection(scan)
    scan.add_argument("--no-baseline", action="store_true", help="report what the baseline holds, too")
    scan.add_argument("--no-progress", action="store_true", help="never count pages on standard error")
    add_packs(scan)


def _scan(args: argparse.Namespace) -> int:
    try:
        if find_spec("ray") is None:
            raise ModuleNotFoundError(name="ray")
        from claimlint.readers import MAX_BYTES
        from claimlint.scan.output import Output
        from claimlint.scan.parts import inputs
        from claimlint.scan.plan import prepare
        from claimlint.scan.records import Reading
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in _EXTRA:
            raise
        raise ConfigError("scan needs the extra “scale”: pip install 'claimlint-marketing[scale]'") from error
    suffix = f".{args.text_format}" if args.text_format else ""
    limit = min(args.max_bytes or MAX_BYTES, MAX_BYTES)
    reading = Reading(args.text_column, args.url_column, suffix, limit)
    here, output = project(args), Output(args.output)
    asked = inputs(args.inputs, here.config, output.name)
    if not asked.files:
        _say(asked.unread)
        return 2
    with output.held():
        scan = prepare(here, asked, output, reading, version=__version__, size=args.part_bytes)
        _say(scan.unread)
        if asked.others:
            print(f"left out: {counted(asked.others, 'file')} of other kinds", file=sys.stderr)
        if scan.done_before:
            print(f"done before: {scan.done_before} of {counted(len(scan.parts), 'part')}", file=sys.stderr)
        try:
            _follow(scan.run(address=args.address, jobs=args.jobs), len(scan.missing), quiet=args.no_progress)
        except KeyboardInterrupt:
            print("stopped; the same command goes on", file=sys.stderr)
            raise
        scan.close()
    _say(scan.failed)
    print(f"{_summary(scan.whole)}; see {output.name}")
    return _code(scan, args.fail_on or "", here.config.fail_on)


def _follow(parts: Iterable[Done], total: int, *, quiet: bool) -> None:
    """Count pages while parts come in: on the last line of a terminal, else in a line a minute."""
    tty, start = sys.stderr.isatty(), time.monotonic()
    number, pages, findings, bad, shown = 0, 0, 0, 0, start
    for number, done in enumerate(parts, 1):
        pages, findings, bad = pages + done.pages, findings + done.findings, bad + done.bad.total()
        now = time.monotonic()
        if quiet or now - shown < (_TICK if tty else _EVERY):
            continue
        shown = now
        line = f"{pages:,} pages, {findings:,} findings, {bad:,} bad, {pages / (now - start):,.0f} pages/s, {number} of {total} parts"
        print(f"\r\x1b[K{line}" if tty else line, end="" if tty else "\n", file=sys.stderr, flush=True)
    if tty and shown != start:
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def _summary(whole: Done) -> str:
    tally = Tally(
        drafts=whole.pages, drafts_with_findings=whole.flagged, severities=whole.severities, statuses=whole.statuses
    )
    kinds = ", ".join(f"{count:,} {kind}" for kind, count in sorted(whole.bad.items()))
    aside = f"; {whole.bad.total():,} set aside ({kinds})" if kinds else ""
    return f"{str(tally).replace(' draft', ' page')}{aside}"


def _code(scan: Scan, asked: str, configured: str) -> int:
    """2 if an input, a part or the rest of a file could not be read; 1 if a finding counts. Single pages that are bad are data."""
    if scan.unread or scan.failed or scan.whole.bad["damaged"]:
        return 2
    for override, severities in scan.whole.grades.items():
        fail_on = asked or override or configured
        counting = SEVERITIES[SEVERITIES.index(fail_on) :] if fail_on != "never" else ()
        if any(severities[severity] for severity in counting):
            return 1
    return 0


def _say(messages: Sequence[str]) -> None:
    for message in messages[:_SHOWN]:
        print(f"claimlint: {message}", file=sys.stderr)
    if len(messages) > _SHOWN:
        print(f"claimlint: {len(messages) - _SHOWN} more like these", file=sys.stderr)
