"""What verdicts depend on beside the drafts: configuration, packs, registers, libraries; and whether any of it changed.

For surfaces that stay: a file that is not there yet counts, since it may come.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from claimlint import config as configuration
from claimlint.config import Config
from claimlint.packs import Pack, builtin_dir
from claimlint.settle import files

Stamp = Mapping[Path, tuple[int, int]]


def sources(config: Config, start: Path, packs: Iterable[Pack] = ()) -> tuple[Path, ...]:
    """The files, whether they are there or not. start: the folder that the configuration was looked for from; packs:
    those that were loaded, if they could be. What ships with claimlint is left out."""
    found = [*configurations(start), *(config.root / name for name in files.ALL)]
    found += [config.path] if config.path else []
    return tuple(dict.fromkeys((*found, *of_linter(config, packs))))


def of_linter(config: Config, packs: Iterable[Pack] = ()) -> Iterator[Path]:
    """Those of the files that a linter is made of: packs, and the libraries to which citations resolve."""
    root = config.root
    yield from (root / name for name in config.bibliography or (configuration.BIBLIOGRAPHY,))
    references = [*config.packs, *(name for override in config.overrides for name in override.packs)]
    named = [root / reference.partition("==")[0].partition("@")[0] for reference in references]
    loaded = [pack.path for pack in packs if not pack.path.is_relative_to(builtin_dir())]
    yield from (file for path in (*named, *loaded) for file in _files(path))


def configurations(start: Path) -> Iterator[Path]:
    """Where a configuration may stand, or come to stand."""
    for folder in (start.absolute(), *start.absolute().parents):
        yield folder / configuration.FILE_NAME
        yield folder / "pyproject.toml"


def stamp(paths: Iterable[Path]) -> Stamp:
    """What changes when a file does: it comes, goes, or is written."""
    return {path: _state(path) for path in paths}


def _state(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except (OSError, ValueError):
        return 0, -1
    return found.st_mtime_ns, found.st_size


def _files(path: Path) -> Iterator[Path]:
    """A pack is a file, or a folder of them; the folder's own time tells of new ones."""
    yield path
    try:
        yield from sorted(path.rglob("*.yml")) if path.is_dir() else ()
    except OSError:
        return
