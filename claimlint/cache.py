"""What is kept between runs, in a folder of the user's: compiled packs and results. Safe to delete at any time.

Whatever goes wrong with it costs time and nothing else.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import sys
import weakref
from functools import cache, cached_property
from hashlib import sha256
from pathlib import Path

FOLDER = "CLAIMLINT_CACHE"
"""The environment variable that names the folder."""
MOST_FILES = 16
"""Rulesets that are kept; the oldest go."""
MOST_BYTES = 256_000_000
"""Size of all results, beyond which the older half goes."""
_RESULTS = "results-1.sqlite"
_AT_ONCE = 2_000
_PATIENCE = 5
"""Seconds to wait for another process that writes."""


@cache
def folder() -> Path:
    """Where it is kept: what the environment says, else where this system keeps caches."""
    if named := os.environ.get(FOLDER):
        return Path(named)
    home = Path.home()
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or home / "AppData/Local")
    elif sys.platform == "darwin":
        base = home / "Library/Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache")
    return base / "claimlint"


def digest(*parts: str | bytes) -> str:
    """A key of these parts, each told from the next."""
    found = sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        found.update(len(data).to_bytes(8, "big") + data)
    return found.hexdigest()[:40]


@cache
def code() -> str:
    """What a kept value depends on beside its inputs: this code, to the file, and the Python that runs it."""
    here = Path(__file__).parent
    stamps = [f"{sys.version_info[:2]}"]
    for path, folders, files in os.walk(here):
        folders[:] = sorted(name for name in folders if name not in ("__pycache__", "rules"))
        for name in sorted(files):
            if name.endswith(".py"):
                status = (Path(path) / name).stat()
                stamps.append(f"{name} {status.st_size} {status.st_mtime_ns}")
    return digest(*stamps)


def file(name: str) -> Path:
    return folder() / name


def read(name: str) -> bytes:
    """A file that was kept; nothing if it was not."""
    try:
        return file(name).read_bytes()
    except OSError:
        return b""


def write(name: str, content: bytes) -> None:
    """Keep a file, whole or not at all; where that cannot be, nothing is kept."""
    path = file(name)
    with contextlib.suppress(OSError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        aside = path.with_name(f"{name}.{os.getpid()}.tmp")
        aside.write_bytes(content)
        aside.replace(path)
        for old, _ in rulesets()[:-MOST_FILES]:
            old.unlink(missing_ok=True)


def rulesets() -> list[tuple[Path, int]]:
    """The compiled packs that are kept, the oldest first, and their sizes in bytes."""
    found = []
    for path in folder().glob("rules-*"):
        with contextlib.suppress(OSError):  # another process was faster
            status = path.stat()
            found.append((status.st_mtime_ns, path, status.st_size))
    return [(path, size) for _, path, size in sorted(found)]


def size() -> int:
    """Bytes of all results."""
    try:
        return file(_RESULTS).stat().st_size
    except OSError:
        return 0


def clear() -> None:
    """Forget everything."""
    results().clear()
    for path, _ in rulesets():
        with contextlib.suppress(OSError):
            path.unlink()


class Results:
    """What was found out about contents, by key; every value is bytes. Several processes may use it at once.

    What is put is written by `close`, in one step; a file that is damaged is begun anew, one that is busy is left alone.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._new: dict[str, bytes] = {}

    def get(self, key: str) -> bytes | None:
        if key in self._new:
            return self._new[key]
        try:
            row = (
                self._open.execute("SELECT value FROM results WHERE key = ?", (key,)).fetchone() if self._open else None
            )
        except sqlite3.Error as error:
            self._failed(error)
            return None
        return row[0] if row else None

    def put(self, key: str, value: bytes) -> None:
        self._new[key] = value
        if len(self._new) >= _AT_ONCE:
            self.close()

    def close(self) -> None:
        new, self._new = self._new, {}
        if not new or not self._open:
            return
        try:
            with self._open as database:
                database.executemany("INSERT OR REPLACE INTO results VALUES (?, ?)", new.items())
                self._bound(database)
        except sqlite3.Error as error:
            self._failed(error)

    def count(self) -> int:
        """How many values there are."""
        try:
            return int(self._open.execute("SELECT count(*) FROM results").fetchone()[0]) if self._open else 0
        except sqlite3.Error as error:
            self._failed(error)
            return 0

    def clear(self) -> None:
        """Forget everything. The file stays, since others may have it open."""
        if self._open:
            try:
                with self._open as database:
                    database.execute("DELETE FROM results")
                self._open.execute("VACUUM")
            except sqlite3.Error as error:
                self._failed(error)

    @cached_property
    def _open(self) -> sqlite3.Connection | None:
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            database = sqlite3.connect(self._path, timeout=_PATIENCE, check_same_thread=False)
            # sooner than the collector, which warns of it from Python 3.13 on, but not before a worker's last `close`
            weakref.finalize(self, database.close).atexit = False
            database.execute("PRAGMA synchronous = OFF")  # a lost value is worked out again
            database.execute("CREATE TABLE IF NOT EXISTS results (key TEXT PRIMARY KEY, value BLOB NOT NULL)")
        except (sqlite3.Error, OSError) as error:
            if isinstance(error, sqlite3.Error):
                self._damaged(error)
            return None
        return database

    def _failed(self, error: sqlite3.Error) -> None:
        """Go on without; the next run begins a new file if this one is damaged."""
        self.__dict__["_open"] = None
        self._damaged(error)

    def _damaged(self, error: sqlite3.Error) -> None:
        if type(error) is sqlite3.DatabaseError:  # no database, or a broken one; whatever is only busy is a subclass
            with contextlib.suppress(OSError):
                self._path.unlink()

    @staticmethod
    def _bound(database: sqlite3.Connection) -> None:
        """Let the oldest half go when there is too much."""
        pages, size = (database.execute(f"PRAGMA page_{what}").fetchone()[0] for what in ("count", "size"))
        free = database.execute("PRAGMA freelist_count").fetchone()[0]
        if (pages - free) * size > MOST_BYTES:
            database.execute(
                "DELETE FROM results WHERE rowid <= (SELECT rowid FROM results ORDER BY rowid LIMIT 1 "
                "OFFSET (SELECT count(*) / 2 FROM results))"
            )


def results() -> Results:
    return Results(file(_RESULTS))
