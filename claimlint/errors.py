"""What can go wrong before a draft is judged.

ClaimlintError
├── PackError      a pack cannot be used: path, line, key
├── ConfigError    the configuration or the command line cannot be used
├── ModelError     the English model is missing, damaged or made for another spaCy
└── ReadError      a draft cannot be read; `Linter` turns it into a `Problem` of that draft's report
"""

from __future__ import annotations


class ClaimlintError(Exception):
    """Base of all errors that a user can act on; the message says what to do. path and line are put in front."""

    def __init__(self, message: str, *, path: object = None, line: int | None = None) -> None:
        self.message, self.path, self.line = message, path, line
        place = "" if path is None else f"{path}:{line}: " if line else f"{path}: "
        super().__init__(place + message)


class PackError(ClaimlintError):
    """A pack, or a file of it, cannot be used."""


class ConfigError(ClaimlintError):
    """A configuration file or an option cannot be used."""


class ModelError(ClaimlintError):
    """The English model cannot be used."""


class ReadError(ClaimlintError):
    """A draft cannot be read."""
