"""The drafts below the folder that the server was started in: listed, read, and written back if somebody asks.

A name comes from a browser. It reaches the disk only if it is one that the list has; nothing is followed out of the
folder.
"""

from __future__ import annotations

import re
import threading
from hashlib import sha256
from pathlib import Path, PurePosixPath

from claimlint import drafts, readers, store
from claimlint.config import Config
from claimlint.errors import ConfigError, ReadError
from claimlint.web import beneath
from claimlint.web.refusals import Refused

_MOST = 5000
"""Drafts in the list; the others can be dropped on the page."""
_UNNAMED = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
"""Control characters, and halves of characters: how Python names a file whose name is not UTF-8."""


class Folder:
    """root: the working directory, which drafts are called by their path from."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._writing = threading.Lock()

    def drafts(self, config: Config) -> list[str]:
        """Their names, sorted; symbolic links and what a browser cannot name are left out."""
        found = drafts.asked([str(self.root)], config)
        names = (
            name
            for name, why in found.items()
            if not why and not _UNNAMED.search(name) and not beneath.linked(self.root, PurePosixPath(name))
        )
        return [name for name, _ in zip(names, range(_MOST), strict=False)]

    def admit(self, name: str, config: Config) -> PurePosixPath:
        """The name, if it is one of the list. Raises Refused."""
        if not name or _UNNAMED.search(name):
            raise Refused(400, "this is no name of a draft")
        if Path(name).anchor or ".." in Path(name).parts:
            raise Refused(403, "only drafts below the folder of the server can be opened")
        if beneath.linked(self.root, PurePosixPath(name)):
            raise Refused(403, f"{name}: symbolic links are not followed")
        if name not in drafts.asked([str(self.root)], config):
            raise Refused(404, f"{name}: no draft of this name below the folder")
        return PurePosixPath(name)

    def read(self, name: str, config: Config) -> bytes:
        """Raises Refused, and ReadError if it is too large or not readable."""
        path = self.admit(name, config)
        limit = readers.limit_of(name)
        try:
            data = beneath.read(self.root, path, limit)
        except beneath.LinkedError:
            raise Refused(403, f"{name}: symbolic links are not followed") from None
        except FileNotFoundError:
            raise Refused(404, f"{name}: no draft of this name below the folder") from None
        except OSError as error:
            raise ReadError(f"cannot be read: {error.strerror or error}", path=name) from error
        if data is None:
            raise ReadError(f"more than the limit of {limit:,} bytes; split it", path=name)
        return data

    def save(self, name: str, text: str, digest: str, config: Config) -> str:
        """The digest of what is on disk now. Raises Refused if what is there is not what was opened (`digest`)."""
        with self._writing:
            try:
                there = self.read(name, config)
            except Refused as refused:
                if refused.status != 404:
                    raise
                raise Refused(409, f"{name} is no longer there; nothing was written") from None
            if digest_of(there) != digest:
                raise Refused(409, f"{name} was changed on disk after it was opened here; nothing was written")
            if readers.decode(there, name).digest:
                raise Refused(415, f"{name} is no text; its annotated copy can be downloaded")
            data = text.encode()
            self._write(name, data)
            return digest_of(data)

    def _write(self, name: str, data: bytes) -> None:
        try:
            with (
                beneath.parent(self.root, PurePosixPath(name)) as (path, folder),
                store.writing(path, links=False, folder=folder) as file,
            ):
                file.write(data)
        except beneath.LinkedError:
            raise Refused(403, f"{name}: symbolic links are not followed") from None
        except OSError as error:
            raise ConfigError(f"cannot write: {error.strerror or error}", path=name) from error


def digest_of(data: bytes) -> str:
    return sha256(data).hexdigest()
