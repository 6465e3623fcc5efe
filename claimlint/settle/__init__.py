"""From what the linter found to what this project wants to hear: selection, severities, and what reviewers decided.

In order, each only on what the one before left open: suppressions in the draft, waivers, approved claims, the baseline.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from claimlint import selection
from claimlint.config import Config, for_path, selects, severity_of
from claimlint.settle.files import BASELINE, SUBSTANTIATION, WAIVERS
from claimlint.structs import Struct, replace
from claimlint.types import Finding, Report, Rule

if TYPE_CHECKING:
    from claimlint.settle.baseline import Baseline
    from claimlint.settle.substantiation import Register
    from claimlint.settle.waivers import Waiver

# ruff: noqa: PLC0415
# Each way to settle is imported where there is something to settle by it: most drafts have nothing of the kind.


class Registers(Struct, frozen=True):
    """What the reviewers of a project keep under `.claimlint/`."""

    waivers: tuple[Waiver, ...] = ()
    substantiation: Register | None = None
    baseline: Baseline | None = None

    @property
    def by_sentence(self) -> bool:
        """Whether they know claims by their sentences, so that whoever settles has to see the draft's."""
        return bool(self.waivers or self.substantiation)


def own_rules() -> Mapping[str, Rule]:
    """The rules about suppressions and registers, by id."""
    from claimlint.settle import substantiation, suppressions, waivers

    return {**suppressions.RULES, **waivers.RULES, **substantiation.RULES}


def registers(config: Config, known: Callable[[], Collection[str]], keys: Collection[str] = ()) -> Registers:
    """Read the registers that there are. known: the ids of all rules; keys: of the works of the bibliography.

    Raises ConfigError, with file and line, if one is malformed.
    """
    root, found = config.root, Registers()
    if (path := root / WAIVERS).exists():
        from claimlint.settle import waivers

        found = replace(found, waivers=waivers.load(path, known()))
    if (path := root / SUBSTANTIATION).exists():
        from claimlint.settle import substantiation

        found = replace(found, substantiation=substantiation.load(path, root, keys))
    if (path := root / BASELINE).exists():
        from claimlint.settle import baseline

        found = replace(found, baseline=baseline.load(path, root))
    return found


def settle(
    report: Report,
    config: Config,
    rules: Collection[str],
    today: date,
    known: Callable[[], Collection[str]] = frozenset,
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
    settled, own = wanted, list[Finding]()
    if wanted.comments:
        from claimlint.settle import suppressions

        settled = suppressions.settle(settled, {*rules, *known()}, today, selected=selected)
    if kept.waivers:
        from claimlint.settle import waivers

        settled, more = waivers.settle(settled, kept.waivers, config, today, selected)
        own += more
    if kept.substantiation:
        from claimlint.settle import substantiation

        markets = _markets(settled, market or here.market)
        settled, more = substantiation.settle(settled, kept.substantiation, markets, today)
        own += more
    if kept.baseline:
        from claimlint.settle import baseline

        settled = baseline.settle(settled, kept.baseline, config)
    if own:
        from claimlint.settle.own import fingerprinted

        findings = (*settled.findings, *fingerprinted(own))
        settled = replace(settled, findings=tuple(sorted(findings, key=lambda item: (item.span, item.rule))))
    return replace(settled, findings=_graded(settled, here))


def homeless(kept: Registers, config: Config, folders: Collection[Path], name: str) -> Iterator[Report]:
    """A report on the register of waivers, called so, if it has some for drafts that are gone from these folders."""
    if not kept.waivers:
        return
    from claimlint.entries import is_file
    from claimlint.settle import waivers
    from claimlint.settle.own import fingerprinted

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
