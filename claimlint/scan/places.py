"""Files on this machine and in object stores, by path or URL."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import pyarrow as pa
from pyarrow import fs

from claimlint.errors import ClaimlintError, ConfigError

_BUFFER = 1 << 20


class UnavailableError(ClaimlintError):
    """A file cannot be opened or read on now, which says nothing about what it holds: another run may succeed."""


def locate(name: str) -> tuple[fs.FileSystem, str]:
    """The file system of a path or URL, and the path in it. Raises ConfigError for a URL that pyarrow cannot read."""
    return _store(name) if remote(name) else (fs.LocalFileSystem(), str(Path(name).absolute()))


@lru_cache(maxsize=4096)
def _store(url: str) -> tuple[fs.FileSystem, str]:
    try:
        system, path = fs.FileSystem.from_uri(url)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise ConfigError(f"this URL cannot be used: {said(error)}", path=url) from error
    return system, path


def remote(name: str) -> bool:
    return "://" in name


def below(folder: str, name: str) -> str:
    """What a file below a folder is called, by its path from there."""
    if not remote(folder):
        return f"{folder.rstrip('/')}/{name}"
    base, mark, query = folder.partition("?")
    return f"{base.rstrip('/')}/{quote(name)}{mark}{query}"


def within(folder: str, file: str) -> str:
    """The path of a file from its folder, as it was before `below`."""
    base = folder.partition("?")[0].rstrip("/")
    return unquote(file.partition("?")[0].removeprefix(f"{base}/"))


@contextmanager
def opened(name: str) -> Iterator[io.BufferedReader[Any]]:
    """A file, to read and to seek in. Raises UnavailableError, also while it is read."""
    try:
        system, path = locate(name)
        file = system.open_input_file(path)
    except (OSError, ConfigError) as error:
        raise UnavailableError(said(error), path=name) from error
    with io.BufferedReader(_Raw(file, name), _BUFFER) as buffered:
        yield buffered


class _Raw(io.RawIOBase):
    """Tells a file that cannot be read from one that is damaged: decoders raise OSError for both."""

    def __init__(self, file: pa.NativeFile, name: str) -> None:
        self._file, self._name = file, name

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        return int(self._file.seek(offset, whence))

    def tell(self) -> int:
        return int(self._file.tell())

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]
        try:
            data = self._file.read(len(buffer))
        except OSError as error:
            raise UnavailableError(said(error), path=self._name) from error
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._file.close()
        super().close()


def said(error: BaseException) -> str:
    """The first line of what a library says went wrong."""
    return (str(error).strip() or type(error).__name__).splitlines()[0]
