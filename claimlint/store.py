"""Files that claimlint writes into a repository: whole or not at all, one writer at a time."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from claimlint.errors import ConfigError

_IGNORED = ".gitignore"
_WAIT = 60
"""Seconds to wait for another process that writes the same file."""


def replace(path: Path, content: str | bytes) -> None:
    """Write in one durable step: whoever reads the file, or a crash at any moment, sees the old or the new content.

    Raises ConfigError if it cannot be written; the old file is then as it was.
    """
    written = None
    try:
        with tempfile.NamedTemporaryFile(
            "wb", dir=path.parent, prefix=f".{path.name}.", suffix=".tmp", delete=False
        ) as file:
            written = Path(file.name)
            file.write(content.encode() if isinstance(content, str) else content)
            file.flush()
            os.fsync(file.fileno())
        written.chmod(path.stat().st_mode if path.exists() else 0o666 & ~_umask())
        written.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        if written:
            written.unlink(missing_ok=True)
        raise ConfigError(f"cannot write: {error.strerror}", path=path) from error


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the right to rewrite a register in its folder, which is made if need be.

    Raises ConfigError if the folder cannot be written, or another process holds the right for too long.
    """
    from filelock import FileLock, Timeout  # noqa: PLC0415 - only commands that write need it

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        ignored = path.parent / _IGNORED
        if not ignored.exists():
            replace(ignored, "*.lock\n*.tmp\n")
        with FileLock(path.with_name(f"{path.name}.lock"), timeout=_WAIT):
            for left in path.parent.glob(f".{path.name}.*.tmp"):
                left.unlink(missing_ok=True)  # of a process that was killed while it wrote
            yield
    except Timeout as error:
        raise ConfigError(f"another process has been writing it for {_WAIT} seconds", path=path) from error
    except OSError as error:
        raise ConfigError(f"cannot write: {error.strerror}", path=path) from error


def _umask() -> int:
    """The process's mask, which can only be read by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _sync_folder(folder: Path) -> None:
    """Make the renaming itself durable, where folders can be synced."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
