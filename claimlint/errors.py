"""What can go wrong before a draft is judged.

ClaimlintError
├── PackError      a pack cannot be used: path, line, key
├── ConfigError    the configuration, a register (waivers, …) or the command line cannot be used
├── ModelError     the English model is missing, damaged or made for another spaCy
└── ReadError      a draft cannot be read; `Linter` turns it into a `Problem` of that draft's report
"""

from __future__ import annotations

from collections.abc import Iterable

from claimlint.terminal import printable


class ClaimlintError(Exception):
    """Base of all errors that a user can act on; the message says what to do. path and line are put in front.

    The message may quote what a stranger wrote: it is made one line that steers no terminal.
    """

    def __init__(self, message: str, *, path: object = None, line: int | None = None) -> None:
        self.message, self.path, self.line = printable(message), path, line
        place = "" if path is None else f"{path}:{line}: " if line else f"{path}: "
        super().__init__(printable(place) + self.message)


class PackError(ClaimlintError):
    """A pack, or a file of it, cannot be used."""


class ConfigError(ClaimlintError):
    """A configuration file, a register or an option cannot be used, or a file cannot be written."""


class ModelError(ClaimlintError):
    """The English model cannot be used."""


class ReadError(ClaimlintError):
    """A draft cannot be read."""


def did_you_mean(word: str, choices: Iterable[str]) -> str:
    """The end of an error message: the choice nearest to word, if one is near."""
    from difflib import get_close_matches  # noqa: PLC0415 - errors only

    near = get_close_matches(word, sorted(choices), n=1)
    return f"; did you mean “{near[0]}”?" if near else ""
