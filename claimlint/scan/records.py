"""The pages of a part, one after the other; what is no page comes in its place, with the reason.

Nothing here holds more than one page, or one batch of a Parquet file, at a time.
"""

from __future__ import annotations

import bz2
import gzip
import io
import json
import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any, Literal
from urllib.parse import urlsplit

import pyarrow as pa
import pyarrow.parquet as pq
from warcio.archiveiterator import ArchiveIterator

from claimlint import readers
from claimlint.errors import ReadError
from claimlint.scan.parts import Part
from claimlint.scan.places import UnavailableError, opened, remote, said, within
from claimlint.structs import Struct

Kind = Literal["unread", "damaged", "failed", "problem"]
"""Why a page is set aside: it could not be read; from here on its file could not be read; the check failed; it was checked,
and something is wrong with it as a file."""

TEXT_COLUMNS = ("text", "content", "html", "markdown", "body", "raw_content")
URL_COLUMNS = ("url", "uri", "warc_target_uri", "path", "id", "name")
_HEAD = 200
"""Bytes of a page set aside that are kept with it."""
_ROWS = 256
_CHUNK = 1 << 20
_MEMBER = b"\x1f\x8b\x08"
_HTML = re.compile(rb"\s*(?:<!--.*?-->\s*)?<(?:!doctype html|html)\b", re.IGNORECASE | re.DOTALL)
_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.IGNORECASE)
_LATIN = frozenset({"iso-8859-1", "latin-1", "latin1", "us-ascii", "ascii"})
"""Charsets that browsers read as Windows-1252, because pages so labelled are."""
_SUFFIXES: Mapping[str, str] = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "text/markdown": ".md",
    "text/plain": ".txt",
}
_PAGES = frozenset({"response", "resource", "conversion", "revisit", "continuation"})


class Reading(Struct, frozen=True):
    """How records become pages. text, url: the columns, "" for the first of the usual names. suffix: of the format that
    texts are in, "" to tell by column, name and text. limit: bytes of a page."""

    text: str = ""
    url: str = ""
    suffix: str = ""
    limit: int = readers.MAX_BYTES


class Page(Struct, frozen=True):
    """data: UTF-8, or the file of a draft. suffix: of its format. at: the row, or the byte offset, in its file."""

    url: str
    data: bytes
    suffix: str
    file: str
    at: int = 0

    def aside(self, kind: Kind, reason: str) -> Bad:
        return Bad(self.url, kind, reason, self.file, self.at, self.data[:_HEAD])


class Bad(Struct, frozen=True):
    """What is set aside. head: its first bytes."""

    url: str
    kind: Kind
    reason: str
    file: str
    at: int = 0
    head: bytes = b""


Record = Page | Bad


def records(part: Part, reading: Reading) -> Iterator[Record]:
    """Raises UnavailableError if a file cannot be read now."""
    for record in _READERS[part.form](part, reading):
        yield _fit(record, reading.limit) if isinstance(record, Page) else record


def _fit(page: Page, limit: int) -> Record:
    if len(page.data) <= limit or limit == readers.MAX_BYTES:  # the readers know that one, and those of other formats
        return page
    return page.aside("unread", f"more than {limit:,} bytes")


def _drafts(part: Part, reading: Reading) -> Iterator[Record]:
    for name in part.files:
        try:
            if remote(name):
                with opened(name) as file:
                    data = file.read(max(reading.limit, readers.MAX_BYTES_PACKED) + 1)
            else:
                data = readers.content(name)
        except ReadError as error:
            yield Bad(name, "unread", error.message, name)
            continue
        yield Page(name, data, PurePosixPath(within("", name)).suffix, name)


# Parquet


def columns(schema: pa.Schema, reading: Reading) -> tuple[str, str]:
    """The columns of the text and of the URL, this one "" if there is none. Raises ReadError."""
    text = reading.text or next((name for name in TEXT_COLUMNS if name in schema.names), "")
    url = reading.url or next((name for name in URL_COLUMNS if name in schema.names), "")
    there = f"there are {', '.join(schema.names[:12])}"
    if not text:
        raise ReadError(f"no column of a usual name holds text ({there}); give --text-column")
    for name in filter(None, (text, url)):
        if schema.names.count(name) != 1:
            raise ReadError(f"no column “{name}”; {there}")
    if not _is_text(schema.field(text).type):
        raise ReadError(f"column “{text}” holds {schema.field(text).type}, no text")
    return text, url


def _is_text(type_: pa.DataType) -> bool:
    if pa.types.is_dictionary(type_):
        type_ = type_.value_type
    kinds = (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view)
    return any(kind(type_) for kind in (*kinds, pa.types.is_binary, pa.types.is_large_binary, pa.types.is_binary_view))


def _parquet(part: Part, reading: Reading) -> Iterator[Record]:
    with opened(part.file) as source:
        file = pq.ParquetFile(source, pre_buffer=False, buffer_size=1 << 20)
        text, url = columns(file.schema_arrow, reading)
        first = 0
        for group in range(file.num_row_groups):
            rows = file.metadata.row_group(group).num_rows
            if first < part.stop and first + rows > part.start:
                yield from _group(part, reading, file, group, first, text, url)
            first += rows


def _group(
    part: Part, reading: Reading, file: pq.ParquetFile, group: int, first: int, text: str, url: str
) -> Iterator[Record]:
    """The rows of one row group that the part holds. first: number of its first row in the file."""
    at, wanted = first, list(filter(None, dict.fromkeys((text, url))))
    try:
        for batch in file.iter_batches(_ROWS, row_groups=[group], columns=wanted, use_threads=False):
            if at >= part.stop:
                return
            here = batch.slice(max(0, part.start - at), max(0, part.stop - max(at, part.start)))
            names = _values(here.column(url)) if url else [None] * len(here)
            for row, (name, data) in enumerate(
                zip(names, _values(here.column(text)), strict=True), max(at, part.start)
            ):
                where = f"{part.file}#{row}" if name is None else name.decode(errors="replace")
                if data is None:
                    yield Bad(where, "unread", f"no text in column “{text}”", part.file, row)
                else:
                    yield Page(where, data, _suffix(where, data, text, reading), part.file, row)
            at += batch.num_rows
    except (OSError, pa.ArrowException) as error:
        start = max(at, part.start)
        reason = f"the rest of row group {group} cannot be read: {said(error)}"
        yield Bad(f"{part.file}#{start}", "damaged", reason, part.file, start)


def _values(column: pa.Array) -> list[bytes | None]:
    """The bytes of each value; text is not decoded here, so that one that is not UTF-8 spoils no other."""
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if not _is_text(column.type):
        column = column.cast(pa.string())
    values: list[bytes | None] = column.cast(pa.large_binary()).to_pylist()
    return values


def _suffix(url: str, data: bytes, column: str, reading: Reading) -> str:
    """The format: as told, by the column, by the name, by how the text begins; else Markdown, as everywhere."""
    if reading.suffix:
        return reading.suffix
    if column == "html":
        return ".html"
    try:
        suffix = PurePosixPath(urlsplit(url).path).suffix.lower()
    except ValueError:
        suffix = ""
    if suffix in readers.TEXT_SUFFIXES:
        return suffix
    return ".html" if _HTML.match(data[:2000]) else ".md"


# JSON Lines


def _jsonl(part: Part, reading: Reading) -> Iterator[Record]:
    with opened(part.file) as file:
        lines = _decompressed(file, part.file)
        if part.start:
            lines.seek(part.start - 1)
            for _ in _line(lines, _CHUNK):
                pass
        limit = 6 * reading.limit + 100_000  # a character takes up to six bytes in JSON, and there are other keys
        at = lines.tell() if part.start else 0
        while part.stop < 0 or at < part.stop:
            try:
                pieces = _line(lines, limit)
                line = next(pieces, b"")
                size = len(line) + sum(map(len, pieces))
            except (OSError, EOFError, zlib.error) as error:
                reason = f"the rest of the file cannot be read: {said(error)}"
                yield Bad(f"{part.file}#{at}", "damaged", reason, part.file, at)
                return
            if not size:
                return
            if size > len(line):
                yield Bad(f"{part.file}#{at}", "unread", f"a line of {size:,} bytes", part.file, at, line[:_HEAD])
            elif not line.isspace():
                yield _object(line, part.file, at, reading)
            at += size


def _line(file: io.BufferedIOBase, most: int) -> Iterator[bytes]:
    """A line in pieces of at most so many bytes, so that one without end does no harm."""
    while piece := file.readline(most):
        yield piece
        if piece.endswith(b"\n"):
            return


def _decompressed(file: io.BufferedReader, name: str) -> io.BufferedIOBase:
    name = name.partition("?")[0] if remote(name) else name
    if name.endswith(".gz"):
        return gzip.GzipFile(fileobj=file)
    if name.endswith(".bz2"):
        return bz2.BZ2File(file)
    if name.endswith(".zst"):
        return io.BufferedReader(pa.CompressedInputStream(file, "zstd"), _CHUNK)
    return file


def _object(line: bytes, file: str, at: int, reading: Reading) -> Record:
    """The page in a line of JSON."""

    def bad(reason: str, url: str = f"{file}#{at}") -> Bad:
        return Bad(url, "unread", reason, file, at, line[:_HEAD])

    try:
        value = json.loads(line)
    except UnicodeDecodeError:
        return bad("this line is not UTF-8")
    except (ValueError, RecursionError) as error:
        return bad(f"no JSON: {said(error)}")
    if not isinstance(value, dict):
        return bad("no JSON object")
    column = reading.text or next((name for name in TEXT_COLUMNS if name in value), "")
    key = reading.url or next((name for name in URL_COLUMNS if name in value), "")
    url = f"{file}#{at}" if value.get(key) is None else str(value[key])
    url = url.encode(errors="replace").decode()
    text = value.get(column)
    if not isinstance(text, str):
        return bad(f"no text in “{reading.text or TEXT_COLUMNS[0]}”", url)
    try:
        data = text.encode()
    except UnicodeEncodeError:
        return bad("half of a surrogate pair in the text", url)
    return Page(url, data, _suffix(url, data, column, reading), file, at)


# WARC


def _warc(part: Part, reading: Reading) -> Iterator[Record]:
    with opened(part.file) as file:
        if part.stop < 0:
            yield from _records(file, part.file, None, reading)
            return
        at = _next_member(file, part.start, part.stop) if part.start else 0
        while 0 <= at < part.stop:
            member = _Member(file, at, reading.limit)
            try:
                data = member.read()
            except (EOFError, zlib.error) as error:
                yield Bad(f"{part.file}#{at}", "damaged", f"a damaged record: {said(error)}", part.file, at)
                at = _next_member(file, at + 1, part.stop)
                continue
            yield from _records(io.BytesIO(data), part.file, at, reading)
            at = member.end


class _Member:
    """One gzip member, which holds one record. limit: of a page; what goes beyond is not kept."""

    def __init__(self, file: io.BufferedReader, at: int, limit: int) -> None:
        self._file, self._most, self.end = file, limit + 1_000_000, at

    def read(self) -> bytes:
        """Raises zlib.error or EOFError if it is damaged; afterwards `end` is where the next begins."""
        self._file.seek(self.end)
        inflate, kept, pending = zlib.decompressobj(31), bytearray(), b""
        while not inflate.eof:
            if not pending:
                pending = self._file.read(1 << 16)
                if not pending:
                    raise EOFError("it ends too early")
            data = inflate.decompress(pending, _CHUNK)
            kept += data[: max(0, self._most - len(kept))]
            pending = inflate.unconsumed_tail
        self.end = self._file.tell() - len(inflate.unused_data)
        return bytes(kept)


def _next_member(file: io.BufferedReader, start: int, stop: int) -> int:
    """Where the first member that begins with a record starts, in this range; -1 if there is none."""
    at = start
    while at < stop:
        file.seek(at)
        data = file.read(_CHUNK)
        found = data.find(_MEMBER)
        if found < 0:
            if len(data) < _CHUNK:
                return -1
            at += len(data) - len(_MEMBER) + 1
        elif at + found >= stop:
            return -1
        elif _begins_record(file, at + found):
            return at + found
        else:
            at += found + 1
    return -1


def _begins_record(file: io.BufferedReader, at: int) -> bool:
    file.seek(at)
    try:
        return zlib.decompressobj(31).decompress(file.read(1 << 14), 5) == b"WARC/"
    except zlib.error:
        return False


def _records(file: io.IOBase, name: str, at: int | None, reading: Reading) -> Iterator[Record]:
    """The pages among WARC records. at: where they begin in the file, None to ask warcio."""
    found = ArchiveIterator(file)
    start = at or 0
    try:
        for record in found:
            start = found.offset if at is None else at
            if record.rec_type in _PAGES:
                yield _page(record, name, start, reading)
    except UnavailableError:
        raise
    except Exception as error:  # warcio raises whatever the damaged record causes
        yield Bad(f"{name}#{start}", "damaged", f"a damaged record: {said(error)}", name, start)


def _page(record: Any, file: str, at: int, reading: Reading) -> Record:
    url = record.rec_headers.get_header("WARC-Target-URI") or f"{file}#{at}"
    url = url.strip("<>").encode(errors="replace").decode()

    def bad(reason: str, head: bytes = b"") -> Bad:
        return Bad(url, "unread", reason, file, at, head[:_HEAD])

    if record.rec_type in ("revisit", "continuation"):
        return bad(f"a {record.rec_type} record, which holds no page of its own")
    status = record.http_headers.get_statuscode() if record.http_headers else "200"
    if not status.startswith("2"):
        return bad(f"HTTP status {status}")
    headers = record.http_headers or record.rec_headers
    type_, _, parameters = (headers.get_header("Content-Type") or "text/html").partition(";")
    suffix = _SUFFIXES.get(type_.strip().lower())
    if not suffix:
        return bad(f"not text: {type_.strip()[:80]}")
    data = _content(record, reading.limit)
    if len(data) > reading.limit:
        return bad(f"more than {reading.limit:,} bytes", data)
    if record.content_stream() is record.raw_stream and record.raw_stream.limit:
        return bad("the record ends too early", data)
    charset = _charset(parameters, data[:2048] if suffix == ".html" else b"")
    try:
        data = data.decode(charset).encode()
    except (UnicodeError, LookupError):
        return bad(f"not {charset}", data)
    return Page(url, data, reading.suffix or suffix, file, at)


def _charset(parameters: str, head: bytes) -> str:
    """Of the content type, else what a page says of itself, else UTF-8; as browsers understand these names."""
    if told := re.search(r"charset\s*=\s*[\"']?([\w.:-]+)", parameters, re.IGNORECASE):
        name = told[1].lower()
    else:
        told_inside = _CHARSET.search(head)
        name = told_inside[1].decode().lower() if told_inside else "utf-8"
        name = "utf-8" if name.startswith("utf-16") else name  # or it could not have been read so far
    return "cp1252" if name in _LATIN else name


def _content(record: Any, limit: int) -> bytes:
    """The body, unpacked, up to one byte more than the limit."""
    stream, kept = record.content_stream(), bytearray()
    while len(kept) <= limit and (data := stream.read(min(_CHUNK, limit + 1 - len(kept)))):
        kept += data
    return bytes(kept)


_READERS: Mapping[str, Callable[[Part, Reading], Iterator[Record]]] = {
    "drafts": _drafts,
    "parquet": _parquet,
    "jsonl": _jsonl,
    "warc": _warc,
}
