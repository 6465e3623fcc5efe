"""Files that a project is made of, checked while they are edited: packs, the configuration, the registers.

Their readers read files. What is not saved yet is laid in a folder of its own and read there.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from claimlint import config as configuration
from claimlint.errors import ClaimlintError
from claimlint.lsp.positions import sound
from claimlint.lsp.projects import Fault
from claimlint.packs import load_file
from claimlint.project import Project
from claimlint.settle import baseline, substantiation, waivers

Kind = Literal["configuration", "pack", "waivers", "substantiation", "baseline"]
_REGISTERS: dict[str, Kind] = {
    "waivers.yml": "waivers",
    "substantiation.yml": "substantiation",
    "baseline.json": "baseline",
}
_NAME = re.compile(r"^name:", re.MULTILINE)
_RULES = re.compile(r"^(?:rules|override|lists|cues|treatments):[ \t]*(?:#.*)?$", re.MULTILINE)
_OURS = re.compile(
    r"^\s+(?:- )?(?:needs|basis|suggest|hedge-\w+|[A-Z][A-Z_0-9]*):|^\s+[a-z0-9-]+/[a-z0-9*-]+:", re.MULTILINE
)
"""What no other tool's YAML with names and rules has."""


def kind(path: Path, text: str, projects: Iterable[Project]) -> Kind | None:
    """What a YAML or JSON file is to claimlint, if anything."""
    if path.name == configuration.FILE_NAME:
        return "configuration"
    if path.parent.name == ".claimlint" and path.name in _REGISTERS:
        return _REGISTERS[path.name]
    if path.suffix == ".json":
        return None
    if any(
        path in (pack.path.absolute(), *_folder(pack.path)) for project in projects for pack in project.linter.packs
    ):
        return "pack"
    return "pack" if _NAME.search(text) and _RULES.search(text) and _OURS.search(text) else None


def _folder(path: Path) -> list[Path]:
    return [each.absolute() for each in path.glob("*.yml")] if path.is_dir() else []


def check(path: Path, text: str, what: Kind, project: Project | None) -> Fault | None:
    """What is wrong with a file of this text, taken for itself: that it fits the others is seen when it is saved."""
    with tempfile.TemporaryDirectory(prefix="claimlint-") as folder:
        aside = Path(folder) / path.name
        aside.write_text(sound(text), encoding="utf-8", newline="")
        try:
            _read(aside, path, what, project)
        except ClaimlintError as error:
            named = Path(str(error.path)) if error.path else aside
            # of a folder that is read as one, another file may be at fault
            return Fault(path, error.line or 1, error.message) if named in (aside, aside.parent) else None
    return None


def _read(aside: Path, path: Path, what: Kind, project: Project | None) -> None:
    if what == "pack":
        parts = _folder(path.parent) if _in_folder(path, project) else []
        for part in parts:
            if part.name != path.name:
                shutil.copy(part, aside.parent)
        load_file(aside.parent if parts else aside)
    elif what == "configuration":
        config = configuration.load(aside)
        if project and "linter" in vars(project) and config.packs == project.config.packs:
            configuration.check_references(config, lambda: set(project.rules) | project.known)
    elif project is None:
        return
    elif what == "waivers":
        waivers.load(aside, project.known | set(project.rules))
    elif what == "substantiation":
        substantiation.load(aside, path.parent.parent, {work.key for work in project.library})
    else:
        baseline.load(aside, path.parent.parent)


def _in_folder(path: Path, project: Project | None) -> bool:
    """Whether a file is a part of a pack that is a folder."""
    packs = project.linter.packs if project else ()
    return any(pack.path.is_dir() and pack.path.absolute() == path.parent for pack in packs)
