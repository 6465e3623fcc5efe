"""Readers: a draft's source becomes a Document, clean blocks with each character mapped to its place."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from claimlint.errors import ReadError
from claimlint.readers import html, markdown, text
from claimlint.types import Document

MAX_BYTES = 10_000_000

_READERS: dict[str, Callable[[str, str], Document]] = {
    **dict.fromkeys((".md", ".markdown", ".mdown", ".mkd"), markdown.read),
    ".mdx": partial(markdown.read, mdx=True),
    **dict.fromkeys((".html", ".htm", ".xhtml"), html.read),
    **dict.fromkeys((".txt", ".text"), text.read),
}
SUFFIXES = frozenset(_READERS)


def read(source: str, name: str) -> Document:
    """Read a draft by the suffix of its name; one without a known suffix is read as Markdown. Never raises."""
    return _READERS.get(Path(name).suffix.lower(), markdown.read)(source, name)


def load(path: str | Path, *, limit: int = MAX_BYTES) -> str:
    """The text of a file, with its line ends and its byte order mark. Raises `ReadError`."""
    path = Path(path)
    try:
        size = path.stat().st_size
        if path.is_dir():
            raise ReadError("this is a directory, not a draft", path=path)
        if size > limit:
            raise ReadError(f"{size:,} bytes, more than the limit of {limit:,}; split it or raise the limit", path=path)
        data = path.read_bytes()
    except FileNotFoundError:
        raise ReadError("no such file", path=path) from None
    except PermissionError:
        raise ReadError("no permission to read this file", path=path) from None
    except OSError as error:
        raise ReadError(f"cannot be read: {error.strerror or error}", path=path) from error
    return _decode(data, path)


def _decode(data: bytes, path: Path) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ReadError("this file is UTF-16; save it as UTF-8", path=path)
    if b"\0" in data:
        raise ReadError("this is a binary file (it has NUL bytes), not a draft", path=path)
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = f"not UTF-8: byte 0x{data[error.start]:02x} at offset {error.start}; save the file as UTF-8"
        raise ReadError(message, path=path, line=line) from None
