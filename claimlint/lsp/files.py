"""Files that an editor has open: which of them are drafts, and what they are called."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit
from urllib.request import url2pathname

from claimlint import readers
from claimlint.lsp.positions import Encoding, Place, Source
from claimlint.structs import Struct, replace

SUFFIXES = {"markdown": ".md", "mdx": ".mdx", "html": ".html", "plaintext": ".txt"}
"""How a file of an editor's language is read if its name does not say."""
_YAML = (".yml", ".yaml")


class File(Struct, frozen=True, dict=True):
    """One open file. path: None for what is not on disk yet; version: as the editor counts its changes."""

    uri: str
    language: str
    version: int
    source: Source

    @property
    def path(self) -> Path | None:
        return path_of(self.uri)

    @property
    def name(self) -> str:
        """What reports call it; its suffix tells the reader."""
        path = self.path
        name = str(path) if path else unquote(self.uri.rpartition("/")[2].rpartition(":")[2]) or "untitled"
        known = Path(name).suffix.lower() in readers.SUFFIXES
        return name if known else name + SUFFIXES.get(self.language, ".md")

    @property
    def is_draft(self) -> bool:
        return self.language in SUFFIXES or Path(self.uri).suffix.lower() in readers.SUFFIXES

    @property
    def is_yaml(self) -> bool:
        return self.path is not None and (
            self.path.suffix in _YAML or self.path.name in ("baseline.json", "pyproject.toml")
        )

    def changed(self, version: int, edits: list[tuple[tuple[Place, Place] | None, str]]) -> File:
        """The file after an editor's edits, in their order; one without a range replaces everything."""
        source = self.source
        for where, text in edits:
            source = source.edited(*where, text) if where else Source(text, source.encoding)
        return replace(self, version=version, source=source)


def opened(uri: str, language: str, version: int, text: str, encoding: Encoding) -> File:
    return File(uri, language, version, Source(text, encoding))


def path_of(uri: str) -> Path | None:
    """The file that a URI names; None if it names none on this machine."""
    try:
        parts = urlsplit(uri)
    except ValueError:
        return None
    if parts.scheme != "file" or "\0" in unquote(parts.path):
        return None
    host = f"//{parts.netloc}" if parts.netloc and parts.netloc != "localhost" else ""
    return Path(host + url2pathname(parts.path))


def uri_of(path: Path) -> str:
    return path.absolute().as_uri()
