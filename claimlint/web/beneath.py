"""Files below a folder, reached part by part: no symbolic link is followed, whoever puts one in the way and when.

Where the system cannot open a file relative to an open folder (Windows), the parts are looked at first and the file is
opened after that; who may write into the folder could exchange a part in between.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

_RELATIVE = hasattr(os, "O_NOFOLLOW") and hasattr(os, "O_DIRECTORY") and os.open in os.supports_dir_fd


class LinkedError(OSError):
    """A part of the name is a symbolic link."""


@contextmanager
def parent(root: Path, name: PurePosixPath) -> Iterator[tuple[Path, int | None]]:
    """(path, folder) of a file by its name below root, for functions that take `dir_fd`: its last part and the open
    folder that it is in; where there is no such thing the whole path and None.

    Raises OSError if there is no such folder, LinkedError if a part above the last is a link.
    """
    if not _RELATIVE:
        if linked(root, name):
            raise LinkedError(errno.ELOOP, os.strerror(errno.ELOOP))
        yield root / name, None
        return
    folder = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    try:
        for part in name.parts[:-1]:
            try:
                inside = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=folder)
            except OSError as error:
                raise _told(error, part, folder) from error
            os.close(folder)
            folder = inside
        yield Path(name.name), folder
    finally:
        os.close(folder)


def read(root: Path, name: PurePosixPath, limit: int) -> bytes | None:
    """What a file below root holds, or None if that is more than `limit` bytes.

    Raises LinkedError if a part of the name is a link, OSError if it is no file, or cannot be read.
    """
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    with parent(root, name) as (path, folder):
        try:
            descriptor = os.open(path, flags, dir_fd=folder)
        except OSError as error:
            raise _told(error, path, folder) from error
        with open(descriptor, "rb") as file:  # noqa: PTH123 - it is open already
            data = file.read(limit + 1)
        return data if len(data) <= limit else None


def linked(root: Path, name: PurePosixPath) -> bool:
    """Whether a part of the name is a link now."""
    return any(root.joinpath(*name.parts[:end]).is_symlink() for end in range(1, len(name.parts) + 1))


def _told(error: OSError, part: str | Path, folder: int | None) -> OSError:
    """Systems differ in what they call a link that is not to be followed: too many links, or no folder."""
    if error.errno == errno.ELOOP:
        return LinkedError(*error.args)
    try:
        there = os.stat(part, dir_fd=folder, follow_symlinks=False).st_mode
    except OSError:
        return error
    return LinkedError(*error.args) if stat.S_ISLNK(there) else error
