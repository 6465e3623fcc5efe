"""The reviewer's report: one folder with the page, tables, a comment, SARIF, and the manifest that binds them together."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path

from claimlint import store
from claimlint.errors import ConfigError
from claimlint.report import Context, comment, html, inventory, sarif
from claimlint.report.data import dump
from claimlint.report.history import Changes
from claimlint.report.manifest import FILE, Inputs, manifest
from claimlint.types import Lines, Report

_FINDINGS = (
    "path line column rule severity status scope section message excerpt sentence missing reasons suggestion justification fingerprint"
).split()


def write(
    folder: Path,
    reports: Sequence[Report],
    context: Context,
    inputs: Inputs,
    compare: Callable[[dict[str, object]], Changes] | None = None,
) -> None:
    """Write the files of a report into a folder, which is made if need be. compare: what changed, given the manifest.

    The same reports and inputs give the same bytes. Raises ConfigError if the folder cannot be written.
    """
    about = manifest(reports, inputs)
    changes = compare(about) if compare else None
    made: dict[str, bytes] = {
        "index.html": html.page(reports, context, about, changes).encode("utf-8", "backslashreplace"),
        "report.md": comment.page(reports, context, changes).encode("utf-8", "backslashreplace"),
        "findings.csv": _text(lambda out: inventory.write_table(_FINDINGS, list(_findings(reports)), out)),
        "inventory.xlsx": _xlsx(reports, inputs),
        "claimlint.sarif": _text(lambda out: sarif.write(reports, out, context)),
    }
    about["outputs"] = {name: sha256(data).hexdigest() for name, data in made.items()}
    made[FILE] = _text(lambda out: dump(about, out))
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(f"cannot write: {error.strerror}", path=folder) from error
    store.replace_all({folder / name: data for name, data in made.items()})


def _text(write: Callable[[io.StringIO], None]) -> bytes:
    out = io.StringIO()
    write(out)
    return out.getvalue().encode("utf-8", "backslashreplace")


def _xlsx(reports: Sequence[Report], inputs: Inputs) -> bytes:
    out = io.BytesIO()
    inventory.write_xlsx(reports, out, inputs.date)
    return out.getvalue()


def _findings(reports: Sequence[Report]) -> list[list[str | int]]:
    rows: list[list[str | int]] = []
    for report in reports:
        lines, sections = Lines(report.source), inventory.Sections(report.document)
        for item in report.findings:
            at = lines.position(item.span.start)
            place: list[str | int] = [
                report.name,
                at.line,
                at.column,
                item.rule,
                item.severity,
                item.status,
                item.scope,
            ]
            said = [sections.at(item.span.start), item.message, item.excerpt, item.sentence]
            why = ["; ".join(item.missing), "; ".join(item.reasons), "; ".join(item.suggestions[:1])]
            rows.append([*place, *said, *why, item.justification, item.fingerprint])
    return rows
