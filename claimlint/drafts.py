"""Drafts on disk: which are asked for, and their text."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from claimlint import config as configuration
from claimlint import readers
from claimlint.config import Config
from claimlint.entries import exists, is_folder
from claimlint.errors import ReadError
from claimlint.types import Document, Problem, Report, Skipped, Why

_SKIPPED = frozenset({"node_modules", "venv", "__pycache__"})
_LOCK = "~$"
"""How Word begins the name of the file that says who has a document open."""
_OURS = frozenset({".git", ".hg", ".svn", ".claimlint"})
"""Hidden folders that hold no drafts."""
_REPORT = frozenset({"manifest.json", "claimlint.sarif"})
"""Files that mark a folder as a report of ours, which quotes drafts and is none."""


def asked(paths: Iterable[str], config: Config, *, stdin: str = "", force_exclude: bool = False) -> dict[str, str]:
    """The drafts asked for by name, each once, in order; the value is why it cannot be read, or ""."""
    return find(paths, config, stdin=stdin, force_exclude=force_exclude)[0]


def find(
    paths: Iterable[str], config: Config, *, stdin: str = "", force_exclude: bool = False
) -> tuple[dict[str, str], list[Skipped]]:
    """The drafts as in `asked`, and what was passed over on the way to them."""
    found: dict[str, str] = {}
    skipped: list[Skipped] = []
    for path in map(Path, paths):
        if str(path) == "-" and stdin:
            found.setdefault(stdin, "")
        elif is_folder(path):
            there = list(walk(path, config))
            skipped += [each for each in there if isinstance(each, Skipped)]
            drafts = [each for each in there if not isinstance(each, Skipped)]
            for draft, why in drafts or [(called(path), "no drafts in this folder")]:
                found.setdefault(draft, why)
        elif not exists(path):
            found.setdefault(called(path), "no such file or folder")
        elif force_exclude and configuration.excludes(config, path):
            skipped.append(Skipped(called(path), "excluded"))
        else:
            found.setdefault(called(path), "")
    return found, list(dict.fromkeys(skipped))


def is_draft(path: Path) -> bool:
    """By its name."""
    return path.suffix.lower() in readers.SUFFIXES


def walk(
    folder: Path, config: Config, wanted: Callable[[Path], bool] = is_draft
) -> Iterator[tuple[str, str] | Skipped]:
    """The files below a folder that are wanted, sorted, each with why it cannot be read, or ""; and what is not looked into.
    What is both hidden and no draft is not mentioned."""
    try:
        entries = sorted(folder.iterdir())
    except OSError as error:
        yield called(folder), error.strerror or "cannot be listed"
        return
    names = {entry.name for entry in entries}
    if "pyvenv.cfg" in names or names >= _REPORT:
        yield Skipped(called(folder), "installed" if "pyvenv.cfg" in names else "report")
        return
    for entry in entries:
        try:
            why, inside = _passed_over(entry, config, wanted), entry.is_dir()
        except OSError as error:
            yield called(entry), error.strerror or "cannot be looked at"
            continue
        if why:
            yield Skipped(called(entry), why, draft=why in ("link", "special") or (why != "excluded" and _like(entry)))
        elif entry.name.startswith((".", _LOCK)):
            continue
        elif inside:
            yield from walk(entry, config, wanted)
        else:
            yield called(entry), ""


def _passed_over(entry: Path, config: Config, wanted: Callable[[Path], bool]) -> Why | None:
    """Why an entry of a folder is neither looked into nor a draft; None also for what is hidden and nothing to us."""
    folder, draft = entry.is_dir(), _like(entry)
    if entry.name.startswith(_LOCK) or entry.name in _OURS:
        return None
    if configuration.excludes(config, entry):
        return "excluded" if folder or draft else None
    if entry.name.startswith("."):
        return "hidden" if folder or draft else None
    if entry.name in _SKIPPED:
        return "installed"
    if folder:
        return "link" if entry.is_symlink() else None
    if not wanted(entry):
        return "format"
    return None if entry.is_file() else "special"


def _like(entry: Path) -> bool:
    """Whether a file is a draft by its name, of a format that is read or of another word processor's."""
    return not entry.is_dir() and entry.suffix.lower() in readers.SUFFIXES | readers.OTHER


def called(path: Path) -> str:
    """What reports call a draft: its path from the working directory, with forward slashes; outside it, the whole path."""
    return (path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path).as_posix()


def read(name: str, why: str = "", *, stdin: bool = False) -> Document:
    """A draft on disk, or on standard input under this name. why: the reason that it cannot be read, if known.

    Raises ReadError.
    """
    if why:
        raise ReadError(why)
    return readers.decode(sys.stdin.buffer.read(readers.MAX_BYTES_PACKED + 1), name) if stdin else readers.load(name)


def readable(drafts: Mapping[str, str], unread: dict[str, Report]) -> Iterator[tuple[str, Document]]:
    """(name, document) of the drafts that can be read; reports of the others are left in `unread`."""
    for name, why in drafts.items():
        try:
            yield name, read(name, why)
        except ReadError as error:
            unread[name] = Report(name, "", problems=(Problem(error.message, error.line or 1),))
