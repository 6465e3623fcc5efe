"""What git knows about the files of a repository; nothing, where there is no git or the file is not in it."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Collection
from pathlib import Path

from claimlint.errors import ConfigError

_HEADER = re.compile(rb"^([0-9a-f]{40,64}) \d+ (\d+)")
_AUTHOR = re.compile(rb"^author (.*>)", re.MULTILINE)
_WHAT = "who wrote a waived claim"
_UNKNOWN = re.compile(
    r"not a git repository|no such path|no such ref|bad revision|outside repository|ambiguous argument|not installed"
)
"""What git says of files that it does not know."""


def git(
    *arguments: str,
    folder: Path | None = None,
    what: str = "git",
    index: Path | None = None,
    given: bytes | None = None,
) -> bytes:
    """What git prints. Raises ConfigError with git's own words; what: who needs it, for the message; index: another
    than the repository's; given: its standard input."""
    env = os.environ | {"LC_ALL": "C"} | ({"GIT_INDEX_FILE": str(index)} if index else {})
    try:
        run = subprocess.run(["git", *arguments], capture_output=True, check=False, cwd=folder, env=env, input=given)
    except FileNotFoundError as error:
        raise ConfigError(f"{what} needs git, which is not installed") from error
    if run.returncode:
        lines = os.fsdecode(run.stderr).strip().splitlines()
        raise ConfigError(f"{what}: {lines[0].removeprefix('fatal: ') if lines else 'git failed'}")
    return run.stdout


def attempt(*arguments: str, folder: Path | None = None) -> bytes | None:
    try:
        return git(*arguments, folder=folder)
    except (ConfigError, OSError):
        return None


def commit(ref: str) -> str | None:
    """The commit that a name stands for here, or None. A name is never taken for an option."""
    found = attempt("rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
    return found.decode().strip() if found else None


def authors(path: Path) -> dict[int, str]:
    """Line, from 1 → “Name <address>” of who wrote it last, by `git blame` and as the commit has it: the repository's
    `.mailmap`, which whoever writes a claim may write too, gives nobody another name. Lines not yet committed are left
    out, and those that a shallow clone ascribes to its first commit.

    Of a binary file, such as a Word document, git knows no lines. Raises ConfigError where git knows and will not say:
    a repository whose owner it does not trust, a configuration that it cannot use.
    """
    if _binary(path):
        return {}
    folder = path.absolute().parent
    blamed = _blame(path.name, folder)
    shallow = attempt("rev-parse", "--is-shallow-repository", folder=folder) == b"true\n"
    commits: dict[int, bytes] = {}
    number = 0
    for line in blamed.split(b"\n"):
        if header := _HEADER.match(line):
            number = int(header[2])
            if header[1].strip(b"0"):
                commits[number] = header[1]
        elif line == b"boundary" and shallow:
            commits.pop(number, None)
    wrote = _wrote(set(commits.values()), folder)
    return {line: wrote[commit] for line, commit in commits.items() if commit in wrote}


def _wrote(commits: Collection[bytes], folder: Path) -> dict[bytes, str]:
    """Commit → its author, from the commit itself."""
    if not commits:
        return {}
    asked = b"".join(commit + b"\n" for commit in sorted(commits))
    printed = git("cat-file", "--batch", folder=folder, what=_WHAT, given=asked)
    found: dict[bytes, str] = {}
    while printed:
        first, _, rest = printed.partition(b"\n")
        commit, _, size = first.split(b" ")
        if author := _AUTHOR.search(rest[: int(size)].partition(b"\n\n")[0]):
            found[commit] = author[1].decode("utf-8", "replace")
        printed = rest[int(size) + 1 :]
    return found


def _blame(name: str, folder: Path) -> bytes:
    try:
        return git("blame", "--line-porcelain", "-w", "--", name, folder=folder, what=_WHAT)
    except OSError:
        return b""  # a draft in a folder that is not there, in an editor
    except ConfigError as error:
        if _UNKNOWN.search(error.message):
            return b""
        raise


def _binary(path: Path) -> bool:
    """As git tells it: by a zero byte near the beginning."""
    try:
        with path.open("rb") as file:
            return b"\0" in file.read(8000)
    except OSError:
        return False


def user(folder: Path) -> str:
    """“Name <address>” of who works here; "" if git does not know."""
    name, mail = (attempt("config", f"user.{key}", folder=folder) or b"" for key in ("name", "email"))
    parts = name.decode("utf-8", "replace").strip(), mail.decode("utf-8", "replace").strip()
    return f"{parts[0]} <{parts[1]}>" if all(parts) else parts[0]
