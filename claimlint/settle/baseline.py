"""The baseline: `.claimlint/baseline.json`, the findings that were there when claimlint came, each by its content.

An entry is a rule's finding by its fingerprint (rule, sentence, ordinal), so that edits elsewhere leave it alone and one new
finding is named as itself. It follows a draft that was renamed. It shrinks by itself and grows only when told.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any

from claimlint import store
from claimlint.config import OWN_PACK, Config, covers, relative
from claimlint.entries import is_file, read_text, read_yaml
from claimlint.errors import ConfigError
from claimlint.settle import files
from claimlint.structs import Struct, asdict, replace
from claimlint.types import Finding, Report

FILE = files.BASELINE
VERSION = 1


class Entry(Struct, frozen=True, eq=False):
    """One finding. path: the draft, from the configuration's folder; sentence: for people, not compared."""

    path: str
    rule: str
    fingerprint: str
    sentence: str = ""

    @property
    def _key(self) -> tuple[str, str, str]:
        return self.path, self.rule, self.fingerprint

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Entry) and self._key == other._key

    def __ne__(self, other: object) -> bool:  # a struct has one of its own
        return not self == other

    def __hash__(self) -> int:
        return hash(self._key)

    def __lt__(self, other: Entry) -> bool:
        return self._key < other._key


class Baseline(Struct, frozen=True):
    """The entries, by draft and fingerprint. moved: fingerprints of drafts that are gone, which may have new names."""

    entries: tuple[Entry, ...] = ()
    known: frozenset[tuple[str, str]] = frozenset()
    moved: frozenset[str] = frozenset()

    def holds(self, path: str, item: Finding) -> bool:
        return (path, item.fingerprint) in self.known or item.fingerprint in self.moved


def load(path: Path, root: Path) -> Baseline:
    """Raises ConfigError, with file and line, if the file is malformed or of another version."""
    data = _parsed(path)
    if not isinstance(data, dict) or not isinstance(data.get("findings"), list):
        raise ConfigError("is no baseline: it needs “version” and “findings”", path=path, line=1)
    if data.get("version") != VERSION or set(data) != {"version", "findings"}:
        said = f"version {data.get('version')}" if data.get("version") != VERSION else f"keys {', '.join(sorted(data))}"
        raise ConfigError(f"is of {said}; this claimlint reads version {VERSION}, with “findings”", path=path, line=1)
    return baseline([_entry(each, index, path) for index, each in enumerate(data["findings"])], root)


def _parsed(path: Path) -> Any:
    try:
        return json.loads(read_text(path))
    except json.JSONDecodeError as error:
        raise ConfigError(f"is no valid JSON: {error.msg}", path=path, line=error.lineno) from error
    except (RecursionError, ValueError) as error:
        wrong = "is too deeply nested" if isinstance(error, RecursionError) else "holds a number that is too long"
        raise ConfigError(wrong, path=path) from error


def _entry(value: Any, index: int, path: Path) -> Entry:
    keys = {"path", "rule", "fingerprint", "sentence"}
    if (
        not isinstance(value, dict)
        or set(value) != keys
        or not all(isinstance(each, str) and each for each in value.values())
    ):
        # the line is looked for only now: json keeps none
        line = read_yaml(path).line(("findings", index))
        raise ConfigError(f"each finding needs {', '.join(sorted(keys))}, as text", path=path, line=line)
    return Entry(**value)


def baseline(entries: Iterable[Entry], root: Path) -> Baseline:
    kept = tuple(sorted(entries))
    there = {path: is_file(root / path) for path in {each.path for each in kept}}
    return Baseline(
        kept,
        frozenset((each.path, each.fingerprint) for each in kept),
        frozenset(each.fingerprint for each in kept if not there[each.path]),
    )


def dump(entries: Iterable[Entry], path: Path) -> None:
    """Write it with one entry a line, in order, so that git shows each that comes or goes."""
    rows = [json.dumps(asdict(each), ensure_ascii=False) for each in sorted(entries)]
    text = f'{{"version": {VERSION}, "findings": [\n' + ",\n".join(rows) + "\n]}\n"
    store.replace(path, text.encode("utf-8", "backslashreplace"))  # in names of files: JSON's own escapes


def settle(report: Report, known: Baseline, config: Config) -> Report:
    """The report with the open findings that the baseline holds marked."""
    if not known.entries:
        return report
    path = relative(config, report.name)
    return replace(
        report,
        findings=tuple(
            replace(item, status="baselined", justification="there when the baseline was written")
            if item.status == "open" and known.holds(path, item)
            else item
            for item in report.findings
        ),
    )


def entries(report: Report, config: Config, *, statuses: Collection[str] = ("open", "baselined")) -> list[Entry]:
    """What a baseline of this draft would hold: its findings that nothing else settles, and none about settling."""
    path = relative(config, report.name)
    return [
        Entry(path, item.rule, item.fingerprint, item.sentence)
        for item in report.findings
        if item.status in statuses and not covers(OWN_PACK, item.rule)
    ]


def grouped(found: Iterable[Entry]) -> dict[str, list[Entry]]:
    """Entries by draft."""
    groups: defaultdict[str, list[Entry]] = defaultdict(list)
    for each in found:
        groups[each.path].append(each)
    return dict(groups)
