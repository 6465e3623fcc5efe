from collections.abc import Mapping, Sequence
from typing import Any

from claimlint.report import Context
from claimlint.report.history import Changes, Point
from claimlint.types import Report


def page(
    reports: Sequence[Report], context: Context, manifest: Mapping[str, Any], changes: Changes | None = None
) -> str:
    return ""


def trend(points: Sequence[Point], version: str) -> str:
    return ""
