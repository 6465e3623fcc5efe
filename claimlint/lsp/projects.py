"""Which project a draft belongs to: one for each configuration, made when it is first needed, renewed when files change.

What cannot be loaded is a fault of a file, never the end of the server: it goes on with the last project that worked.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from claimlint import config as configuration
from claimlint.config import Config
from claimlint.errors import ClaimlintError
from claimlint.project import Project, today
from claimlint.settle import files
from claimlint.sources import Stamp, of_linter, stamp
from claimlint.structs import Struct, field, replace

REMEMBERED = 4000
"""Sentences that each linter remembers: of some ten long drafts."""


class Fault(Struct, frozen=True, dict=True):
    """What is wrong with a file that a project is made of."""

    path: Path
    line: int
    message: str


class _Held(Struct, dict=True):
    """A project that works and the configuration that was tried last; the files that its linter and its registers were
    read from; why the last try failed, and on which files."""

    config: Config
    project: Project | None = None
    linted: Stamp = field(default_factory=dict)
    settled: Stamp = field(default_factory=dict)
    fault: Fault | None = None
    failed: Stamp = field(default_factory=dict)


class Projects:
    """The projects of all files that were asked about. Used by one thread at a time."""

    def __init__(self) -> None:
        self.folders: list[Path] = []
        """The workspace folders; a file in one, without a configuration, belongs to the folder."""
        self._held: dict[Path, _Held] = {}
        self._configs: dict[Path, Config | Fault] = {}

    def of(self, path: Path | None) -> Project | None:
        """The project of a file (None: of one that is nowhere yet), or None if there never was one that worked."""
        return self._of(self._folder(path)).project

    def fault(self, path: Path | None) -> Fault | None:
        """What keeps the newest state of a file's project from being used."""
        return self._of(self._folder(path)).fault

    def faults(self) -> list[Fault]:
        found = [held.fault for held in list(self._held.values()) if held.fault]
        return list(dict.fromkeys(found))

    def all(self) -> list[Project]:
        return [held.project for held in list(self._held.values()) if held.project]

    def refresh(self, files: Iterable[Path | None]) -> bool:
        """Look at everything again that these files need, and forget the rest; whether a project changed, or failed to."""
        before = {key: (id(held.project), held.fault) for key, held in self._held.items()}
        known, self._configs = self._configs, {}
        folders = {*self.folders, *map(self._folder, [*files, None])}
        needed = {self._key(self._of(folder)) for folder in folders}
        self._held = {key: held for key, held in self._held.items() if key in needed}
        after = {key: (id(held.project), held.fault) for key, held in self._held.items()}
        return before != after or any(known.get(folder) != found for folder, found in self._configs.items())

    def _key(self, held: _Held) -> Path:
        return next(key for key, each in self._held.items() if each is held)

    def _folder(self, path: Path | None) -> Path:
        if path is None:
            return self.folders[0] if self.folders else Path.cwd()
        return path.parent

    def _of(self, folder: Path) -> _Held:
        if folder not in self._configs:
            self._configs[folder] = self._discovered(folder)
        found = self._configs[folder]
        if isinstance(found, Fault):
            held = self._held.setdefault(found.path, _Held(Config(root=found.path.parent)))
            held.fault = found
            return held
        held = self._held.setdefault(found.path or found.root, _Held(found))
        self._renew(held, found)
        return held

    def _discovered(self, folder: Path) -> Config | Fault:
        try:
            config = configuration.discover(folder)
        except ClaimlintError as error:
            return fault(error, folder / configuration.FILE_NAME)
        if config.path:
            return config
        # without a configuration a linter for every folder would be a waste
        inside = [each for each in self.folders if folder.is_relative_to(each)]
        return replace(config, root=max(inside, key=lambda each: len(each.parts)) if inside else Path(folder.anchor))

    def _renew(self, held: _Held, config: Config) -> None:
        """Make the project anew if its files changed; keep what did not."""
        project = held.project
        if project and project.today != today():
            held.project = project = _with(replace(project, today=today()), project, "linter", "library", "known")
        linted, settled = _linted(config, project), stamp(config.root / name for name in files.ALL)
        same = project is not None and config == held.config and linted == held.linted
        if same and settled == held.settled:
            held.fault = None
            return
        if held.fault and config == held.config and held.failed == _failed(linted, settled, held.fault):
            return  # on these very files
        fresh = Project(config, memory=REMEMBERED)
        if project and same:
            _with(fresh, project, "linter", "library", "known")
        held.config = config
        try:
            _ = fresh.linter, fresh.registers, fresh.rules
        except ClaimlintError as error:
            held.fault = fault(error, config.path or config.root / configuration.FILE_NAME)
            held.failed = _failed(linted, settled, held.fault)
            return
        held.project, held.fault = fresh, None
        held.linted, held.settled = _linted(config, fresh), settled


def _with(fresh: Project, old: Project, *names: str) -> Project:
    """The new project with what the old one has worked out already: these are cached properties."""
    vars(fresh).update({name: vars(old)[name] for name in names if name in vars(old)})
    return fresh


def _linted(config: Config, project: Project | None) -> Stamp:
    return stamp(of_linter(config, project.linter.packs if project else ()))


def _failed(linted: Stamp, settled: Stamp, found: Fault) -> Stamp:
    return {**linted, **settled, **stamp([found.path])}


def fault(error: ClaimlintError, otherwise: Path) -> Fault:
    """The fault that an error tells of; otherwise: the file that is meant if it names none."""
    return Fault(Path(str(error.path)).absolute() if error.path else otherwise, error.line or 1, error.message)
