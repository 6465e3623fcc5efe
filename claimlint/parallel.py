"""Drafts checked by several processes at once; each loads packs and model for itself."""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from claimlint.entries import is_file
from claimlint.errors import ClaimlintError
from claimlint.structs import THRESHOLDS, replace
from claimlint.types import Report

if TYPE_CHECKING:
    from claimlint.reading import Wanted

_WORTH = 1_000_000
"""Bytes of drafts that one process checks in about the time that another needs to start."""
_CHUNK = 4
_SHARED = ["claimlint.kept", "claimlint.reading", "claimlint.readers.markdown", "spacy"]
"""What workers need imported, once for all where processes can share it."""


class Project(Protocol):
    """What a worker needs of a project."""

    def report(self, name: str, why: str = "", *, wanted: Wanted) -> Report: ...

    def close(self) -> None: ...


_project: Project


def fitting(names: Iterable[str]) -> int:
    """How many processes the work is worth: one for small jobs, at most one a core."""
    size = sum(path.stat().st_size for path in map(Path, names) if is_file(path))
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(cores, size // _WORTH))


def reports(project: Project, drafts: Iterable[tuple[str, str]], wanted: Wanted, jobs: int) -> Iterator[Report]:
    """One settled report a draft, in order. project: with nothing loaded yet; drafts: (name, why it cannot be read, or "").

    Raises ClaimlintError as the project does.
    """
    from concurrent.futures import ProcessPoolExecutor  # noqa: PLC0415 - most runs need one process
    from concurrent.futures.process import BrokenProcessPool  # noqa: PLC0415
    from multiprocessing import get_all_start_methods, get_context  # noqa: PLC0415

    # never forked from this process: the same on every system, whatever threads there are
    context = get_context("forkserver" if "forkserver" in get_all_start_methods() else "spawn")
    context.set_forkserver_preload(_SHARED)
    pool = ProcessPoolExecutor(jobs, context, _start, (project,))
    try:
        yield from pool.map(partial(_report, wanted=wanted), drafts, chunksize=_CHUNK)
    except BrokenProcessPool as error:
        raise ClaimlintError(
            "a process that checked drafts was ended from outside, perhaps for want of memory; try “--jobs 1”"
        ) from error
    finally:
        pool.shutdown(cancel_futures=True)


def _start(project: Project) -> None:
    from multiprocessing.util import Finalize  # noqa: PLC0415

    gc.set_threshold(*THRESHOLDS)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the main process's to handle
    global _project  # noqa: PLW0603 - the one thing that a worker keeps between drafts
    _project = project
    Finalize(None, project.close, exitpriority=1)


def _report(draft: tuple[str, str], wanted: Wanted) -> Report:
    report = _project.report(*draft, wanted=wanted)
    # whoever wants findings has no use for the rest, which takes longer to send than it took to find
    return replace(report, document=None, readings=()) if wanted == "findings" else report
