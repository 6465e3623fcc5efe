"""Files that claimlint writes: whole or not at all, one writer at a time."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from claimlint.errors import ConfigError

_IGNORED = ".gitignore"
_WAIT = 60
"""Seconds to wait for another process that writes the same file."""
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
_UNSYNCED = (errno.EINVAL, errno.ENOTSUP, errno.EACCES, errno.EPERM)
"""What a system says of a folder that cannot be synced."""


def replace(path: Path, content: str | bytes) -> None:
    """Write in one durable step, as `writing` does. Raises ConfigError if it cannot be written."""
    with writing(path) as file:
        file.write(content.encode() if isinstance(content, str) else content)


def replace_all(contents: dict[Path, bytes]) -> None:
    """Write files that belong together: none takes its place before all are on the disk, and the last of them does so
    last. Symbolic links give way: the names are ours, and no stranger's link leads them to another file.

    Raises ConfigError if one cannot be written.
    """
    with ExitStack() as stack:
        files = [(path, stack.enter_context(writing(path, links=False))) for path in reversed(contents)]
        for path, file in files:
            try:
                file.write(contents[path])
                file.flush()
                os.fsync(file.fileno())
            except OSError as error:
                raise ConfigError(f"cannot write: {error.strerror}", path=path) from error


@contextmanager
def writing(path: Path, *, links: bool = True, folder: int | None = None) -> Iterator[BinaryIO]:
    """A file that takes the place of the one at `path` in one durable step when the block ends, and never if it raises:
    whoever reads it, or a crash at any moment, sees the old or the new content.

    links: write to where a symbolic link at `path` leads; else the file takes the place of the link. folder: the open
    folder that `path` is a name in. A device or a pipe is written to as it is.

    Raises ConfigError if it cannot be written; the old file is then as it was.
    """
    made = None
    try:
        mode = _mode(path, folder, links=links)
        if mode and not stat.S_ISREG(mode) and not stat.S_ISLNK(mode) and folder is None:
            with path.open("wb") as file:
                yield file
            return
        place = Path(os.path.realpath(path)) if links and folder is None else path
        # of a name that is nearly as long as one can be, a part is enough
        name = place.with_name(f".{place.name[:50]}.{os.urandom(6).hex()}.tmp")
        descriptor = os.open(name, _NEW, 0o600 if mode else 0o666, dir_fd=folder)
        made = name
        with open(descriptor, "wb") as file:  # noqa: PTH123 - it is open already
            yield file
            file.flush()
            os.fsync(file.fileno())
        if stat.S_ISREG(mode):
            _chmod(made, stat.S_IMODE(mode), folder)
        os.replace(made, place, src_dir_fd=folder, dst_dir_fd=folder)
        made = None
        _sync(place.parent, folder)
    except OSError as error:
        raise ConfigError(f"cannot write: {error.strerror or error}", path=path) from error
    finally:
        if made:
            with suppress(OSError):
                os.unlink(made, dir_fd=folder)


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
        place = Path(os.path.realpath(path))  # whoever comes by another link to it waits at the same door
        with FileLock(place.with_name(f"{place.name}.lock"), timeout=_WAIT):
            for left in place.parent.glob(f".{place.name}.*.tmp"):
                left.unlink(missing_ok=True)  # of a process that was killed while it wrote
            yield
    except Timeout as error:
        raise ConfigError(f"another process has been writing it for {_WAIT} seconds", path=path) from error
    except (OSError, NotImplementedError) as error:  # the latter of a file system that has no locks
        why = error.strerror if isinstance(error, OSError) else error
        raise ConfigError(f"cannot write: {why}", path=path) from error


def _mode(path: Path, folder: int | None, *, links: bool) -> int:
    """What is there, or 0."""
    try:
        return os.stat(path, dir_fd=folder, follow_symlinks=links and folder is None).st_mode
    except FileNotFoundError:
        return 0


def _chmod(path: Path, mode: int, folder: int | None) -> None:
    """With the rights of the file whose place it takes; some file systems know none."""
    try:
        os.chmod(path, mode, dir_fd=folder)
    except OSError as error:
        if error.errno not in _UNSYNCED:
            raise


def _sync(path: Path, folder: int | None) -> None:
    """Make the renaming itself durable, where folders can be synced."""
    if os.name != "posix":
        return
    try:
        descriptor = os.open(".", os.O_RDONLY, dir_fd=folder) if folder is not None else os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        if error.errno not in _UNSYNCED:
            raise
