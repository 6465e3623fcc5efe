"""What a scan leaves behind: a folder with its settings, and for each part that is done a Parquet file of findings.

OUTPUT/scan.json                    the settings, with which alone it may go on
OUTPUT/findings/part-KEY.parquet    the findings of a part, and in its metadata what the part came to
OUTPUT/bad/part-KEY.parquet         the pages of it that were set aside, if there are any
OUTPUT/summary.json                 the totals, once all parts are there

A part's findings appear under their name last and in one step: a part whose file is there is done.
"""

from __future__ import annotations

import json
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import fs

from claimlint.errors import ConfigError
from claimlint.scan.parts import Part
from claimlint.scan.places import locate, remote, said
from claimlint.scan.records import Bad
from claimlint.structs import Struct, asdict, field, fields
from claimlint.types import Finding, Lines, Severity, Status

SETTINGS, SUMMARY = "scan.json", "summary.json"
SCHEMA_VERSION = 1
_META = b"claimlint"
_ROWS = 5000
"""Rows that are held before they are written."""
_THREADS = 16

FINDINGS = pa.schema(
    [
        ("url", pa.string()),
        ("rule", pa.string()),
        ("pack", pa.string()),
        ("scope", pa.string()),
        ("severity", pa.string()),
        ("status", pa.string()),
        ("span", pa.struct([("start", pa.int64()), ("end", pa.int64())])),
        ("line", pa.int32()),
        ("excerpt", pa.string()),
        ("sentence", pa.string()),
        ("missing", pa.list_(pa.string())),
        ("fingerprint", pa.string()),
    ]
)
BAD = pa.schema(
    [
        ("url", pa.string()),
        ("kind", pa.string()),
        ("reason", pa.string()),
        ("file", pa.string()),
        ("at", pa.int64()),
        ("head", pa.binary()),
    ]
)


class Done(Struct):
    """What a part came to, or several together. grades: open findings by severity, for each `fail-on` that an override
    sets, "" for none. bad: pages set aside, by kind. seconds: of processor time that its worker took."""

    pages: int = 0
    flagged: int = 0
    findings: int = 0
    statuses: Counter[Status] = field(default_factory=Counter)
    grades: dict[str, Counter[Severity]] = field(default_factory=dict)
    rules: Counter[str] = field(default_factory=Counter)
    bad: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0

    def add(self, other: Done) -> None:
        self.pages += other.pages
        self.flagged += other.flagged
        self.findings += other.findings
        self.seconds += other.seconds
        self.statuses.update(other.statuses)
        self.rules.update(other.rules)
        self.bad.update(other.bad)
        for fail_on, severities in other.grades.items():
            self.grades.setdefault(fail_on, Counter()).update(severities)

    @property
    def severities(self) -> Counter[Severity]:
        return sum(self.grades.values(), Counter[Severity]())

    def dump(self) -> dict[str, Any]:
        return {each.name: getattr(self, each.name) for each in fields(self)}

    @staticmethod
    def load(data: Mapping[str, Any]) -> Done:
        counters = {key: Counter(data[key]) for key in ("statuses", "rules", "bad")}
        grades = {fail_on: Counter(severities) for fail_on, severities in data["grades"].items()}
        return Done(**{**data, **counters, "grades": grades})


class Output:
    """The folder of a scan, by path or URL. Picklable: workers write into it, too."""

    def __init__(self, name: str) -> None:
        self.name = name.rstrip("/")

    def writer(self, part: Part) -> PartWriter:
        return PartWriter(self, part)

    def holds(self, key: str) -> bool:
        system, root = locate(self.name)
        return bool(system.get_file_info(f"{root}/findings/part-{key}.parquet").type == fs.FileType.File)

    def attempt(self, key: str) -> int:
        """Note that a part is begun; how often it has been since `tidy`, this time included."""
        system, path = self._attempts(key)
        number = 1
        if system.get_file_info(path).type == fs.FileType.File:
            with system.open_input_stream(path) as file:
                number += int(file.read() or 0)
        with system.open_output_stream(path) as file:
            file.write(str(number).encode())
        return number

    def settle(self, key: str) -> None:
        """Note that a part that was begun has come to its end."""
        system, path = self._attempts(key)
        system.delete_file(path)

    def _attempts(self, key: str) -> tuple[fs.FileSystem, str]:
        system, root = locate(self.name)
        return system, f"{root}/bad/.begun-{key}.tmp"

    def tidy(self) -> None:
        """Delete what a scan that was killed has left."""
        system, root = locate(self.name)
        for folder in ("findings", "bad"):
            for info in system.get_file_info(fs.FileSelector(f"{root}/{folder}")):
                if info.base_name.startswith(".") and info.base_name.endswith(".tmp"):
                    system.delete_file(info.path)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Make the folder, and hold the right to write into it (a folder in an object store cannot be held).

        Raises ConfigError if it cannot be made, or another scan holds it.
        """
        from filelock import FileLock, Timeout  # noqa: PLC0415 - as in claimlint.store

        system, root = locate(self.name)
        try:
            for folder in ("findings", "bad"):
                system.create_dir(f"{root}/{folder}")
            if remote(self.name):
                yield
                return
            with FileLock(Path(root, ".lock"), timeout=0):
                yield
        except Timeout as error:
            raise ConfigError("another scan is writing into this folder", path=self.name) from error
        except OSError as error:
            raise ConfigError(f"cannot write: {said(error)}", path=self.name) from error

    def done(self) -> dict[str, tuple[str, Done]]:
        """The parts that are there: key → what it is of, what it came to. One whose file is damaged is not there."""
        system, root = locate(self.name)
        infos = system.get_file_info(fs.FileSelector(f"{root}/findings", allow_not_found=True))
        paths = [info.path for info in infos if info.base_name.startswith("part-") and info.extension == "parquet"]
        with ThreadPoolExecutor(_THREADS) as pool:
            found = pool.map(lambda path: _read(system, path), paths)
            names = (path.rpartition("part-")[2].removesuffix(".parquet") for path in paths)
            return {key: done for key, done in zip(names, found, strict=True) if done}

    def settings(self) -> dict[str, Any] | None:
        """The settings of the scan that this folder is of. Raises ConfigError if they are malformed."""
        system, root = locate(self.name)
        path = f"{root}/{SETTINGS}"
        if system.get_file_info(path).type == fs.FileType.NotFound:
            return None
        try:
            with system.open_input_stream(path) as file:
                data = json.loads(file.read())
            if data["schema_version"] != SCHEMA_VERSION:
                raise ValueError(f"version {data['schema_version']}")
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ConfigError(
                f"is not the {SETTINGS} of a scan: {said(error)}", path=f"{self.name}/{SETTINGS}"
            ) from error
        return dict(data)

    def put(self, name: str, data: Mapping[str, Any]) -> None:
        """Write a JSON file in one step."""
        system, root = locate(self.name)
        path, new = f"{root}/{name}", f"{root}/.{name}.{uuid.uuid4().hex}.tmp"
        with system.open_output_stream(new) as file:
            file.write(json.dumps(data, indent=2, ensure_ascii=False).encode() + b"\n")
        system.move(new, path)


def _read(system: fs.FileSystem, path: str) -> tuple[str, Done] | None:
    try:
        data = json.loads(pq.read_metadata(path, filesystem=system).metadata[_META])
        return str(data["part"]), Done.load(data["done"])
    except (OSError, pa.ArrowException, ValueError, KeyError, TypeError):
        return None


class PartWriter:
    """Writes what is found in a part as it comes; `commit` makes it count, leaving without does not."""

    def __init__(self, output: Output, part: Part) -> None:
        system, root = locate(output.name)
        self._part = part
        name = f"part-{part.key}.parquet"
        self._findings = _Table(system, f"{root}/findings", name, FINDINGS)
        self._bad = _Table(system, f"{root}/bad", name, BAD)

    def __enter__(self) -> PartWriter:
        return self

    def __exit__(
        self, type_: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._findings.drop()
        self._bad.drop()

    def finding(self, url: str, found: Finding, lines: Lines) -> None:
        self._findings.add(
            {
                "url": url,
                "rule": found.rule,
                "pack": found.pack,
                "scope": found.scope,
                "severity": found.severity,
                "status": found.status,
                "span": {"start": found.span.start, "end": found.span.end},
                "line": lines.position(found.span.start).line,
                "excerpt": found.excerpt,
                "sentence": found.sentence,
                "missing": list(found.missing),
                "fingerprint": found.fingerprint,
            }
        )

    def aside(self, bad: Bad) -> None:
        self._bad.add(asdict(bad))

    def commit(self, done: Done) -> None:
        if self._bad.rows:
            self._bad.commit({})
        self._findings.commit({"part": self._part.label, "done": done.dump()})


class _Table:
    """A Parquet file that is written under another name first."""

    def __init__(self, system: fs.FileSystem, folder: str, name: str, schema: pa.Schema) -> None:
        self._system, self._schema = system, schema
        self._path, self._new = f"{folder}/{name}", f"{folder}/.{name}.{uuid.uuid4().hex}.tmp"
        self._held: list[dict[str, Any]] = []
        self._writer: pq.ParquetWriter | None = None
        self._file: pa.NativeFile | None = None
        self.rows = 0

    def add(self, row: dict[str, Any]) -> None:
        self._held.append({key: _clean(value) for key, value in row.items()})
        self.rows += 1
        if len(self._held) >= _ROWS:
            self._flush()

    def _flush(self) -> pq.ParquetWriter:
        if self._writer is None:
            self._file = self._system.open_output_stream(self._new)
            self._writer = pq.ParquetWriter(self._file, self._schema, compression="zstd")
        self._writer.write_table(pa.Table.from_pylist(self._held, self._schema))
        self._held = []
        return self._writer

    def commit(self, meta: Mapping[str, Any]) -> None:
        writer = self._flush()
        writer.add_key_value_metadata({_META: json.dumps(meta)})
        writer.close()
        if self._file:
            self._file.close()
        self._system.move(self._new, self._path)
        self._file = None

    def drop(self) -> None:
        """Leave nothing under the other name."""
        if self._file:
            self._file.close()
            with suppress(OSError):
                self._system.delete_file(self._new)


def _clean(value: Any) -> Any:
    """Half a surrogate pair, as in a file name that is not UTF-8, becomes “?”: Parquet takes UTF-8 only."""
    return value.encode(errors="replace").decode() if isinstance(value, str) else value
