"""Drafts on disk: which are asked for, and their text."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from claimlint import config as configuration
from claimlint import readers
from claimlint.config import Config
from claimlint.errors import ReadError
from claimlint.types import Document, Problem, Report

_SKIPPED = frozenset({"node_modules", "venv", "__pycache__"})
_LOCK = "~$"
"""How Word begins the name of the file that says who has a document open."""
_REPORT = frozenset({"manifest.json", "claimlint.sarif"})
"""Files that mark a folder as a report of ours, which quotes drafts and is none."""


def asked(paths: Iterable[str], config: Config, *, stdin: str = "", force_exclude: bool = False) -> dict[str, str]:
    """The drafts asked for by name, each once, in order; the value is why it cannot be read, or ""."""
    found: dict[str, str] = {}
    for path in map(Path, paths):
        if str(path) == "-" and stdin:
            found.setdefault(stdin, "")
        elif path.is_dir():
            for draft, why in list(walk(path, config)) or [(called(path), "no drafts in this folder")]:
                found.setdefault(draft, why)
        elif not path.exists():
            found.setdefault(called(path), "no such file or folder")
        elif not (force_exclude and configuration.excludes(config, path)):
            found.setdefault(called(path), "")
    return found


def is_draft(path: Path) -> bool:
    """By its name."""
    return path.suffix.lower() in readers.SUFFIXES


def walk(folder: Path, config: Config, wanted: Callable[[Path], bool] = is_draft) -> Iterator[tuple[str, str]]:
    """The files below a folder that are wanted, sorted, each with why it cannot be read, or ""; hidden, installed and
    excluded ones are left out."""
    try:
        entries = sorted(folder.iterdir())
    except OSError as error:
        yield called(folder), error.strerror or "cannot be listed"
        return
    names = {entry.name for entry in entries}
    if "pyvenv.cfg" in names or names >= _REPORT:
        return
    for entry in entries:
        if entry.name.startswith((".", _LOCK)) or entry.name in _SKIPPED or configuration.excludes(config, entry):
            continue
        if entry.is_dir() and not entry.is_symlink():
            yield from walk(entry, config, wanted)
        elif wanted(entry) and entry.is_file():
            yield called(entry), ""


def called(path: Path) -> str:
    """What reports call a draft: its path from the working directory, with forward slashes; outside it, the whole path."""
    return (path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path).as_posix()


def read(name: str, why: str = "", *, stdin: bool = False) -> Document:
    """A draft on disk, or on standard input under this name. why: the reason that it cannot be read, if known.

    Raises ReadError.
    """
    if why:
        raise ReadError(why)
    return readers.decode(sys.stdin.buffer.read(), name) if stdin else readers.load(name)


def readable(drafts: Mapping[str, str], unread: dict[str, Report]) -> Iterator[tuple[str, Document]]:
    """(name, document) of the drafts that can be read; reports of the others are left in `unread`."""
    for name, why in drafts.items():
        try:
            yield name, read(name, why)
        except ReadError as error:
            unread[name] = Report(name, "", problems=(Problem(error.message, error.line or 1),))
