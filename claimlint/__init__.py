"""claimlint: a linter for medical and health claims in marketing text.

From Python: `check_text` for one text, `Project` for a folder with its configuration, `Linter` for packs alone. Nothing is
imported before it is used.
"""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from claimlint.linter import Linter as Linter
    from claimlint.project import Project as Project
    from claimlint.types import Finding as Finding
    from claimlint.types import Report

__version__ = "0.1.0"
_HOMES = {"Linter": "claimlint.linter", "Project": "claimlint.project", "Finding": "claimlint.types"}
__all__ = ["Finding", "Linter", "Project", "check_text"]


def check_text(text: str, *, name: str = "draft.md", project: Project | None = None) -> Report:
    """Check one text and settle what is found.

    Args:
        text: the draft; offsets in the report are code points into it.
        name: its suffix tells the format, and its path what the configuration says of it.
        project: whose configuration, packs and registers to use; default: that of the working directory, as it is when
            first asked for.

    Raises:
        ClaimlintError: the configuration, a pack, a register or the English model cannot be used.
        TypeError: an argument is something else than asked for.
    """
    from claimlint.project import Project  # noqa: PLC0415 - see above

    if project is not None and not isinstance(project, Project):
        raise TypeError(f"project must be a claimlint.Project, not {type(project).__name__}")
    return (project or _project(Path.cwd())).check(text, name)


@lru_cache
def _project(folder: Path) -> Project:
    from claimlint.project import Project  # noqa: PLC0415 - see above

    return Project.at(folder)


def __getattr__(name: str) -> object:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module “{__name__}” has no attribute “{name}”")
