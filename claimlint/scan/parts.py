"""The parts that inputs are cut into: the same inputs give the same parts, whoever checks them and when."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import Literal

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import fs

from claimlint import drafts, readers
from claimlint.config import Config
from claimlint.errors import ClaimlintError, ReadError
from claimlint.scan.places import UnavailableError, below, locate, opened, remote, said
from claimlint.structs import Struct, asdict, field
from claimlint.types import Skipped

Form = Literal["drafts", "parquet", "jsonl", "warc"]

_PACKED = (".gz", ".bz2", ".zst")
_ENDINGS: dict[Form, tuple[str, ...]] = {
    "parquet": (".parquet", ".pq"),
    "jsonl": (
        *(f"{name}{packed}" for name in (".jsonl", ".ndjson") for packed in ("", *_PACKED)),
        *(f".json{packed}" for packed in _PACKED),
    ),
    "warc": (".warc", ".warc.gz", ".wet", ".wet.gz"),
    "drafts": tuple(readers.SUFFIXES),
}
READ = "Parquet (.parquet), JSON Lines (.jsonl, .jsonl.gz …), WARC (.warc, .warc.gz, .wet.gz), drafts"
_SMALLEST, _LARGEST, _MANY = 500_000, 256_000_000, 4000
_DRAFTS = 500
"""Drafts of a part at most, however small they are."""
_THREADS = 16


class Part(Struct, frozen=True, dict=True):
    """A piece of work. file: of records; files: of drafts. start, stop: rows of Parquet, bytes of others; a stop of -1 is the
    end of a file that cannot be cut. stamp: tells whether the files are those of the last time (sizes, times)."""

    form: Form
    file: str = ""
    files: tuple[str, ...] = ()
    start: int = 0
    stop: int = -1
    stamp: str = ""

    @cached_property
    def key(self) -> str:
        """Names the part and what it holds."""
        return hashlib.sha256(self.dump().encode()).hexdigest()[:20]

    @property
    def label(self) -> str:
        if self.files:
            return f"{self.files[0]} … {self.files[-1]}" if len(self.files) > 1 else self.files[0]
        return self.file if self.stop < 0 else f"{self.file} from {self.start:,} to {self.stop:,}"

    def dump(self) -> str:
        return json.dumps(asdict(self))

    @staticmethod
    def load(text: str) -> Part:
        values = json.loads(text)
        return Part(**{**values, "files": tuple(values["files"])})


class File(Struct, frozen=True):
    """A file that is asked for. time: of its last change, in nanoseconds."""

    name: str
    size: int
    time: int

    @property
    def form(self) -> Form | None:
        name = (self.name.partition("?")[0] if remote(self.name) else self.name).lower()
        return next((form for form, endings in _ENDINGS.items() if name.endswith(endings)), None)

    @property
    def stamp(self) -> str:
        return f"{self.size} {self.time}"


class Inputs(Struct):
    """What was asked for. unread: messages about what cannot be read. others: files of other kinds in folders."""

    files: list[File] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    others: int = 0

    @property
    def size(self) -> int:
        return sum(file.size for file in self.files)


def inputs(names: Iterable[str], config: Config, output: str) -> Inputs:
    """The files of these paths and URLs, each once, sorted. output: where findings go, which is no input."""
    asked, found = Inputs(), dict[str, File]()
    for name in names:
        try:
            files, named = _list(name, config, output)
        except ClaimlintError as error:
            asked.unread.append(str(error))
            continue
        known = [file for file in files if file.form]
        if named and not known:
            asked.unread.append(f"{name}: files of this kind are not read; what is: {READ}")
        elif not known:
            asked.unread.append(f"{name}: nothing to read in this folder; what is read: {READ}")
        asked.others += 0 if named else len(files) - len(known)
        found |= {file.name: file for file in known}
    asked.files = [found[name] for name in sorted(found)]
    return asked


def _list(name: str, config: Config, output: str) -> tuple[list[File], bool]:
    """The files behind a name, and whether it is that of one file. Raises UnavailableError or ConfigError."""
    system, path = locate(name)
    try:
        info = system.get_file_info(path)
        if info.type == fs.FileType.File:
            return [_file(name if remote(name) else drafts.called(Path(name)), info)], True
        if info.type != fs.FileType.Directory:
            raise UnavailableError("no such file or folder", path=name)
        if remote(name):
            return list(_below(name, system, path, locate(output)[1])), False
        there = drafts.walk(Path(name), config, _any)
        names = [each[0] for each in there if not isinstance(each, Skipped) and not each[1]]
        kept = [each for each in names if not Path(each).absolute().is_relative_to(Path(output).absolute())]
        return [_file(each, system.get_file_info(str(Path(each).absolute()))) for each in kept], False
    except OSError as error:
        raise UnavailableError(said(error), path=name) from error


def _any(_: Path) -> bool:
    return True


def _below(name: str, system: fs.FileSystem, path: str, output: str) -> Iterator[File]:
    """The files below a folder of an object store, without hidden ones."""
    for info in system.get_file_info(fs.FileSelector(path, recursive=True)):
        inside = info.path[len(path.rstrip("/")) + 1 :]
        hidden = any(piece.startswith(".") for piece in inside.split("/"))
        if info.type == fs.FileType.File and not hidden and not info.path.startswith(f"{output}/"):
            yield _file(below(name, inside), info)


def _file(name: str, info: fs.FileInfo) -> File:
    return File(name, info.size, info.mtime_ns or 0)


def part_size(size: int) -> int:
    """Bytes of a part for inputs of so many: small enough for progress to be seen, large enough for few files."""
    return max(_SMALLEST, min(_LARGEST, size // _MANY))


def parts(asked: Inputs, size: int, fits: Callable[[pa.Schema], object]) -> list[Part]:
    """The parts, of about so many bytes. fits: raises ReadError for a Parquet file whose columns are not the right ones.

    What turns out not to be readable is added to `asked.unread`.
    """
    by_form: dict[Form, list[File]] = {form: [] for form in _ENDINGS}
    for file in asked.files:
        by_form[file.form or "drafts"].append(file)
    found = [*_of_drafts(by_form["drafts"], size), *_of_bytes([*by_form["jsonl"], *by_form["warc"]], size)]
    with ThreadPoolExecutor(_THREADS) as pool:
        for cut in pool.map(lambda file: _of_rows(file, size, fits), by_form["parquet"]):
            if isinstance(cut, str):
                asked.unread.append(cut)
            else:
                found += cut
    return found


def _of_drafts(files: Iterable[File], size: int) -> Iterator[Part]:
    held, filled = list[File](), 0
    for file in files:
        if held and (len(held) == _DRAFTS or filled + file.size > size):
            yield _held(held)
            held, filled = [], 0
        held.append(file)
        filled += file.size
    if held:
        yield _held(held)


def _held(files: Sequence[File]) -> Part:
    stamp = "\n".join(file.stamp for file in files)
    return Part("drafts", files=tuple(file.name for file in files), stamp=stamp)


def _of_bytes(files: Iterable[File], size: int) -> Iterator[Part]:
    """JSON Lines are cut unless they are packed, WARC only if they are, record by record."""
    for file in files:
        form, name = file.form or "jsonl", file.name.partition("?")[0]
        if name.endswith(".gz") if form == "warc" else not name.endswith(_PACKED):
            for start in range(0, file.size, size):
                yield Part(form, file.name, start=start, stop=min(file.size, start + size), stamp=file.stamp)
        else:
            yield Part(form, file.name, stamp=file.stamp)


def _of_rows(file: File, size: int, fits: Callable[[pa.Schema], object]) -> list[Part] | str:
    """The parts of a Parquet file, or why it cannot be read."""
    try:
        with opened(file.name) as source:
            parquet = pq.ParquetFile(source)
            fits(parquet.schema_arrow)
            meta = parquet.metadata
    except ReadError as error:
        return f"{file.name}: {error.message}"
    except ClaimlintError as error:
        return str(error)
    except (OSError, pa.ArrowException) as error:
        return f"{file.name}: no Parquet file: {said(error)}"
    unpacked = sum(meta.row_group(number).total_byte_size for number in range(meta.num_row_groups))
    rows = max(1, size * meta.num_rows // max(1, unpacked))
    return [
        Part("parquet", file.name, start=start, stop=min(meta.num_rows, start + rows), stamp=file.stamp)
        for start in range(0, meta.num_rows, rows)
    ]
