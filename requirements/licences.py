"""Write the table of all packages of requirements/dev.txt with their licences into docs/dependencies.md.

Licences are what the installed distributions say of themselves. Of a package that this system does not need the old
row is kept; `?` stands for what nobody said.
"""

from __future__ import annotations

import re
from importlib import metadata
from pathlib import Path

PROJECT = Path(__file__).parent.parent
LOCK = PROJECT / "requirements" / "dev.txt"
PAGE = PROJECT / "docs" / "dependencies.md"
TABLE = re.compile(r"(?<=<!-- licences -->\n).*?(?=<!-- /licences -->)", re.DOTALL)
_ROW = re.compile(r"^\| (\S+) \| (.+?) \| (.*?) \|$", re.MULTILINE)
_ENTRY = re.compile(r"^([a-z0-9-]+)==[^\n]*\n((?: .*\n)*)", re.MULTILINE)
_NEEDED = re.compile(r"^ +#(?: via)? +(?!via$)([\w.-]+)(?: \(.*\))?$", re.MULTILINE)


def needed(lock: str) -> dict[str, list[str]]:
    """Each package of a lock file → what needs it, in the order of the file."""
    found: dict[str, list[str]] = {}
    for name, notes in _ENTRY.findall(lock):
        found[name] = sorted({*found.get(name, []), *_NEEDED.findall(notes)})
    return found


def rows(page: str) -> dict[str, str]:
    """Each package of the table → its licence."""
    table = TABLE.search(page)
    return {name: licence for name, licence, _ in _ROW.findall(table[0]) if name != "package"} if table else {}


def licence(name: str, otherwise: str) -> str:
    try:
        about = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return otherwise
    if said := about["License-Expression"]:
        return said
    classified = [
        each.rpartition(" :: ")[2]
        for each in about.get_all("Classifier", [])
        if each.startswith("License ::") and not each.endswith("OSI Approved")
    ]
    return "; ".join(classified) or (about["License"] or _headline(name)).splitlines()[0]


def _headline(name: str) -> str:
    """The first line of the text of the licence."""
    texts = [file.read_text() for file in metadata.files(name) or [] if file.name == "LICENSE"]
    return texts[0] if texts else "?"


if __name__ == "__main__":
    text = PAGE.read_text(encoding="utf8")
    known = rows(text)
    lines = ["| package | licence | needed by |", "|---|---|---|"] + [
        f"| {name} | {licence(name, known.get(name, '?'))} | {', '.join(by)} |"
        for name, by in needed(LOCK.read_text(encoding="utf8")).items()
    ]
    PAGE.write_text(TABLE.sub(lambda _: "\n".join(lines) + "\n", text), encoding="utf8")
