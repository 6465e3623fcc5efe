"""From what the linter found to what this project wants to hear: selection, severities, and what reviewers decided.

In order, each only on what the one before left open: suppressions in the draft, waivers, approved claims, the baseline.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from claimlint import selection
from claimlint.config import Config, for_path, selects, severity_of
from claimlint.entries import is_file
from claimlint.settle import baseline, substantiation, suppressions, waivers
from claimlint.settle.own import fingerprinted
from claimlint.types import Finding, Report, Rule

OWN_RULES: Mapping[str, Rule] = {**suppressions.RULES, **waivers.RULES, **substantiation.RULES}
"""The rules about suppressions and registers, by id."""

FILES = (waivers.FILE, substantiation.FILE, baseline.FILE)
"""The registers, from the folder of the configuration."""


@dataclass(frozen=True, slots=True)
class Registers:
    """What the reviewers of a project keep under `.claimlint/`."""

    waivers: tuple[waivers.Waiver, ...] = ()
    substantiation: substantiation.Register = field(default_factory=substantiation.Register)
    baseline: baseline.Baseline = field(default_factory=baseline.Baseline)


def registers(config: Config, known: Collection[str], keys: Collection[str] = ()) -> Registers:
    """Read the registers that there are. known: ids of all rules; keys: of the works of the bibliography.

    Raises ConfigError, with file and line, if one is malformed.
    """
    root, found = config.root, Registers()
    if (path := root / waivers.FILE).exists():
        found = replace(found, waivers=waivers.load(path, known))
    if (path := root / substantiation.FILE).exists():
        found = replace(found, substantiation=substantiation.load(path, root, keys))
    if (path := root / baseline.FILE).exists():
        found = replace(found, baseline=baseline.load(path, root))
    return found


def settle(
    report: Report,
    config: Config,
    rules: Collection[str],
    today: date,
    known: Collection[str] = (),
    kept: Registers | None = None,
    market: tuple[str, ...] = (),
) -> Report:
    """The report with findings selected, graded by the configuration, and settled where somebody decided on them.

    rules: the ids of all rules that ran, selected or not. known: ids beyond these that a suppression may name, of
    packs that this project uses but this run does not. market: where drafts appear, instead of what the configuration says.
    """
    here, kept = for_path(config, report.name), kept or Registers()
    selected = frozenset(rule for rule in rules if selects(here, rule, report.name))
    wanted = replace(report, findings=tuple(item for item in report.findings if item.rule in selected))
    settled = suppressions.settle(wanted, {*rules, *known}, today, selected=selected)
    settled, own = waivers.settle(settled, kept.waivers, config, today, selected)
    settled, more = substantiation.settle(settled, kept.substantiation, _markets(settled, market or here.market), today)
    settled = baseline.settle(settled, kept.baseline, config)
    if own or more:
        findings = (*settled.findings, *fingerprinted([*own, *more]))
        settled = replace(settled, findings=tuple(sorted(findings, key=lambda item: (item.span, item.rule))))
    return replace(settled, findings=_graded(settled, here))


def homeless(kept: Registers, config: Config, folders: Collection[Path], name: str) -> Iterator[Report]:
    """A report on the register of waivers, called so, if it has some for drafts that are gone from these folders."""
    root, whole = config.root.resolve(), [folder.resolve() for folder in folders]
    gone = [
        each for each in kept.waivers
        if any((path := root / each.path).is_relative_to(folder) for folder in whole) and not is_file(path)
    ]  # fmt: skip
    if gone:
        report = waivers.homeless(config, gone, name)
        yield replace(report, findings=tuple(fingerprinted(_graded(report, config))))


def _markets(report: Report, usual: tuple[str, ...]) -> tuple[str, ...]:
    """Where the draft appears: its front matter has the last word."""
    meta = report.document.meta if report.document else {}
    return selection.declared(meta, selection.Choice((), usual)).markets


def _graded(report: Report, here: Config) -> tuple[Finding, ...]:
    return tuple(
        replace(item, severity=severity_of(here, item.rule, report.name, item.severity))
        for item in report.findings
        if selects(here, item.rule, report.name)
    )
