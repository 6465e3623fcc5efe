"""From what the linter found to what this project wants to hear: selection, severities, suppressions."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date

from claimlint.config import Config, for_path, selects, severity_of
from claimlint.settle import suppressions
from claimlint.types import Finding, Report


def settle(report: Report, config: Config, rules: Collection[str], today: date, known: Collection[str] = ()) -> Report:
    """The report with findings selected, graded by the configuration, and suppressed where the draft says so.

    rules: the ids of all rules that ran, selected or not. known: ids beyond these that a suppression may name, of
    packs that this project uses but this run does not.
    """
    here = for_path(config, report.name)
    selected = frozenset(rule for rule in rules if selects(here, rule, report.name))
    wanted = replace(report, findings=tuple(finding for finding in report.findings if finding.rule in selected))
    settled = suppressions.settle(wanted, {*rules, *known}, today, selected=selected)
    return replace(settled, findings=_graded(settled, here))


def _graded(report: Report, here: Config) -> tuple[Finding, ...]:
    return tuple(
        replace(finding, severity=severity_of(here, finding.rule, report.name, finding.severity))
        for finding in report.findings
        if selects(here, finding.rule, report.name)
    )
