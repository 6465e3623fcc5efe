"""Readers: a draft's source becomes a Document, clean blocks with each character mapped to its place."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from claimlint.entries import beginning
from claimlint.errors import ReadError
from claimlint.types import Document, Problem

MAX_BYTES = 10_000_000
MAX_BYTES_PACKED = 40_000_000
"""Of formats that bring their pictures along."""

_READERS: dict[str, tuple[str, dict[str, bool]]] = {
    **dict.fromkeys((".md", ".markdown", ".mdown", ".mkd"), ("markdown", {})),
    ".mdx": ("markdown", {"mdx": True}),
    **dict.fromkeys((".html", ".htm", ".xhtml"), ("html", {})),
    **dict.fromkeys((".txt", ".text"), ("text", {})),
}
"""Suffix → the module that reads such drafts, imported on use, and its options."""
WORD = frozenset({".docx"})
OTHER = frozenset(".doc .docm .dot .dotm .dotx .odt .rtf .pages".split())
"""Formats of word processors that look like drafts and are not read."""
TEXT_SUFFIXES = frozenset(_READERS)
SUFFIXES = TEXT_SUFFIXES | WORD


def read(source: str, name: str) -> Document:
    """Read a draft by the suffix of its name; one without a known suffix is read as Markdown. Never raises."""
    if _suffix(name) in WORD:
        return Document(name, source, (), problems=(Problem("a Word document is read from its file, not from text"),))
    module, options = _READERS.get(_suffix(name), _READERS[".md"])
    found: Document = import_module(f"{__name__}.{module}").read(source, name, **options)
    return found


def document(draft: str | Document, name: str) -> Document:
    """A draft that may have been read already. Raises TypeError if it is neither that nor text."""
    if not isinstance(draft, str | Document):
        hint = "; decode it first" if isinstance(draft, bytes | bytearray) else ""
        raise TypeError(f"a draft is text (str) or a Document, not {type(draft).__name__}{hint}")
    if not isinstance(name, str):
        raise TypeError(f"the name of a draft is text (str), not {type(name).__name__}")
    return draft if isinstance(draft, Document) else read(draft, name)


def decode(data: bytes, name: str) -> Document:
    """Read what a file of this name holds. Raises ReadError if that is no draft."""
    suffix = _suffix(name)
    if len(data) > limit_of(name):
        raise ReadError(_too_long(len(data), limit_of(name)), path=name)
    if suffix in OTHER:
        raise ReadError(f"{suffix} files are not read; save it as .docx", path=name)
    if suffix not in WORD:
        return read(_text(data, name), name)
    from claimlint.readers import docx  # noqa: PLC0415 - lxml is for Word documents only

    try:
        return docx.read(data, name)
    except ReadError as error:
        raise ReadError(error.message, path=name) from error


def source(data: bytes, name: str) -> str:
    """The text in what a file of this name holds, if it is no Word document. Raises ReadError as `decode` does."""
    return _text(data, name)


def load(path: str | Path, name: str = "", *, limit: int = 0) -> Document:
    """Read a file, with its line ends and its byte order mark. Raises ReadError.

    name: what reports call it; default: its path. limit: in bytes; default: that of the format.
    """
    return decode(content(path, limit=limit), name or str(path))


def content(path: str | Path, *, limit: int = 0) -> bytes:
    """The bytes of a draft's file. Raises ReadError."""
    path, limit = Path(path), limit or limit_of(path)
    try:
        size = path.stat().st_size
        if path.is_dir():
            raise ReadError("this is a directory, not a draft", path=path)
        if size > limit or (data := beginning(path, limit)) is None:
            raise ReadError(_too_long(max(size, limit + 1), limit), path=path)
        return data
    except FileNotFoundError:
        raise ReadError("no such file", path=path) from None
    except PermissionError:
        raise ReadError("no permission to read this file", path=path) from None
    except OSError as error:
        raise ReadError(f"cannot be read: {error.strerror or error}", path=path) from error


def _suffix(name: str | Path) -> str:
    return Path(name).suffix.lower()


def limit_of(name: str | Path) -> int:
    """Bytes that a draft of this name may have."""
    return MAX_BYTES_PACKED if _suffix(name) in WORD else MAX_BYTES


def _too_long(size: int, limit: int) -> str:
    return f"{size:,} bytes, more than the limit of {limit:,}; split it"


def _text(data: bytes, name: str) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ReadError("this file is UTF-16; save it as UTF-8", path=name)
    if b"\0" in data:
        raise ReadError("this is a binary file (it has NUL bytes), not a draft", path=name)
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = f"not UTF-8: byte 0x{data[error.start]:02x} at offset {error.start}; save the file as UTF-8"
        raise ReadError(message, path=name, line=line) from None
