"""The manifest of a report: what went in, by hash, and what was found, so that it can be made again and compared."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

from claimlint.errors import ConfigError
from claimlint.packs import Pack
from claimlint.report import Tally
from claimlint.report.data import summary
from claimlint.report.inventory import Sections
from claimlint.structs import Struct
from claimlint.types import Report

FILE = "manifest.json"
SCHEMA_VERSION = 1


class Inputs(Struct, frozen=True):
    """All that a report depends on beside the drafts. date: decides what has expired. model: name and version of the
    English model, and the version of spaCy. files: configuration, registers and bibliographies, by name."""

    version: str
    date: date
    model: Mapping[str, str]
    packs: Sequence[Pack]
    files: Mapping[str, bytes]


def manifest(reports: Iterable[Report], inputs: Inputs) -> dict[str, Any]:
    """The manifest, without the outputs that `outputs` adds."""
    tally = Tally()
    drafts = []
    for report in reports:
        tally.add(report)
        drafts.append(_draft(report))
    return {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "claimlint", "version": inputs.version},
        "date": inputs.date.isoformat(),
        "model": dict(inputs.model),
        "packs": [{"name": each.name, "version": each.version, "sha256": each.digest} for each in inputs.packs],
        "files": {name: sha256(data).hexdigest() for name, data in sorted(inputs.files.items())},
        "summary": summary(tally),
        "drafts": drafts,
    }


def _draft(report: Report) -> dict[str, Any]:
    sections = Sections(report.document)
    digest = report.document.digest if report.document else ""
    return {
        "path": report.name,
        "sha256": digest or sha256(report.source.encode("utf-8", "surrogatepass")).hexdigest(),
        "errors": [problem.message for problem in report.problems],
        "findings": [
            {
                "rule": item.rule,
                "severity": item.severity,
                "status": item.status,
                "section": sections.at(item.span.start),
                "sentence": item.sentence,
                "fingerprint": item.fingerprint,
            }
            for item in report.findings
        ],
    }


def load(path: Path) -> dict[str, Any]:
    """The manifest in this file, or in this folder. Raises ConfigError if there is none, or it is malformed."""
    file = path / FILE if path.is_dir() else path
    try:
        data = json.loads(file.read_bytes())
    except OSError as error:
        raise ConfigError(f"cannot read: {error.strerror}", path=file) from error
    except UnicodeDecodeError as error:
        raise ConfigError("is not UTF-8", path=file) from error
    except json.JSONDecodeError as error:
        raise ConfigError(f"is no valid JSON: {error.msg}", path=file, line=error.lineno) from error
    except (RecursionError, ValueError) as error:
        wrong = "is too deeply nested" if isinstance(error, RecursionError) else "holds a number that is too long"
        raise ConfigError(wrong, path=file) from error
    if not isinstance(data, dict) or data.get("schema_version") != SCHEMA_VERSION:
        raise ConfigError(f"is no manifest of version {SCHEMA_VERSION}", path=file, line=1)
    if problem := _malformed(data):
        raise ConfigError(f"is no whole manifest: {problem}", path=file, line=1)
    return data


def _malformed(data: Mapping[str, Any]) -> str:
    """What keeps a manifest from being compared, or ""."""
    try:
        date.fromisoformat(data["date"])
        for draft in data["drafts"]:
            for item in draft["findings"]:
                if not all(
                    isinstance(item[key], str) for key in ("rule", "severity", "status", "sentence", "fingerprint")
                ):
                    return f"a finding in {draft['path']} is not text"
    except (KeyError, TypeError, ValueError) as error:
        return f"{type(error).__name__} at {error}"
    return ""
