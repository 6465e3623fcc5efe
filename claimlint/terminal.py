"""Text from strangers on a terminal, or in a log that is shown on one: it may not steer it or turn the text around."""

from __future__ import annotations

import unicodedata


def printable(text: str) -> str:
    """Any text, on one line that gives no command to what runs claimlint and reads along."""
    return unbidding(text if text.isprintable() else harmless(" ".join(text.split())))


def unbidding(line: str) -> str:
    """The line without the beginnings of commands of GitHub Actions (`::error::` in front, `##[error]` anywhere) and Azure
    Pipelines (`##vso[…]`); as long as before."""
    if line.lstrip().startswith("::"):
        line = line.replace("::", "\ufffd:", 1)
    return line.replace("##[", "#\ufffd[").replace("##vso[", "#\ufffdvso[") if "##" in line else line


def harmless(text: str) -> str:
    """The text with U+FFFD for what steers a terminal or turns the text around, line ends too; as long as before."""
    return text if text.isprintable() else "".join(map(_harmless, text))


def _harmless(character: str) -> str:
    bidirectional = "\u202a" <= character <= "\u202e" or "\u2066" <= character <= "\u2069"
    return "\ufffd" if bidirectional or unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") else character
