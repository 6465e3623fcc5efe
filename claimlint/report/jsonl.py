"""JSON Lines: one finding a line, for `jq`, data warehouses and runs too long for one document."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, TextIO

from claimlint.report import Context
from claimlint.report.data import errors, finding
from claimlint.types import Lines, Report

# line ends to some readers, not to JSON, which escapes all the others
_LINE_ENDS = {ord(end): f"\\u{ord(end):04x}" for end in "\x85\u2028\u2029"}


def write(reports: Iterable[Report], out: TextIO, context: Context) -> None:  # noqa: ARG001
    """All findings whatever their status, as in `json`; a draft that cannot be read is an object with `error`."""
    for report in reports:
        for error in errors(report.problems):
            out.write(_line({"path": report.name, "error": error}))
        lines = Lines(report.source)
        for each in report.findings:
            out.write(_line({"path": report.name, **finding(each, lines)}))


def _line(data: dict[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False).translate(_LINE_ENDS) + "\n"
