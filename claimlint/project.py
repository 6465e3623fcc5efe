"""A project as every surface uses it: its configuration, the linter for its packs, the registers of its reviewers."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from claimlint import config as configuration
from claimlint.config import Config
from claimlint.errors import ConfigError, ReadError
from claimlint.types import Document, Problem, Report, Rule, Work

# ruff: noqa: PLC0415
# The linter and the packs are imported where they are used: a command that needs neither answers at once.
if TYPE_CHECKING:
    from claimlint.linter import Linter
    from claimlint.packs import Pack
    from claimlint.reading import Wanted
    from claimlint.report.manifest import Inputs
    from claimlint.selection import Choice
    from claimlint.settle import Registers


def today() -> date:
    """The day that decides what has expired: that of SOURCE_DATE_EPOCH (seconds, UTC) where it is set.

    Raises ConfigError if it is set to something else.
    """
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if not epoch:
        return date.today()
    try:
        return datetime.fromtimestamp(int(epoch), UTC).date()
    except (ValueError, OverflowError, OSError) as error:
        raise ConfigError(f"SOURCE_DATE_EPOCH must be a number of seconds, not “{epoch}”") from error


@dataclass(frozen=True)
class Project:
    """Checks drafts and settles what is found, by one configuration.

    packs: names and paths that replace the configured ones; market: likewise. exhaustive: take no shortcut. baseline:
    whether it sets findings aside. memory: how many sentences the linter remembers from one check to the next.
    """

    config: Config
    packs: tuple[str, ...] = ()
    market: tuple[str, ...] = ()
    exhaustive: bool = False
    baseline: bool = True
    memory: int = 0
    today: date = field(default_factory=today)

    @classmethod
    def at(cls, folder: Path) -> Project:
        """The project that a folder belongs to. Raises ConfigError if its configuration cannot be used."""
        return cls(configuration.discover(folder))

    def load_packs(self, *, examples: bool = True) -> tuple[Pack, ...]:
        """The packs that some draft may need. Raises PackError."""
        from claimlint.packs import load_packs

        overrides = (name for override in self.config.overrides for name in override.packs)
        return load_packs(self.packs or [*self.config.packs, *overrides], near=self.config.root, examples=examples)

    @cached_property
    def linter(self) -> Linter:
        """Raises PackError, and ConfigError if the configuration names rules that no pack has."""
        from claimlint.linter import Linter, Options
        from claimlint.settle import OWN_RULES

        options = Options(
            exhaustive=self.exhaustive,
            owned_hosts=self.config.owned_hosts,
            citation_scope=self.config.citation_scope,
            citations_since=self.config.citations_since,
            library=self.library,
            memory=self.memory,
            choose=self.choice,
        )
        linter = Linter(self.load_packs(examples=False), options=options)
        configuration.check_references(self.config, self._known(linter) | set(OWN_RULES))
        return linter

    @cached_property
    def library(self) -> tuple[Work, ...]:
        """The works of the configured bibliographies. Raises ConfigError if one is not there, or malformed."""
        paths = configuration.bibliographies(self.config)
        if not paths:
            return ()
        from claimlint.bibliography import load_all

        return load_all(paths)

    @cached_property
    def known(self) -> frozenset[str]:
        """The rules that the configuration, the drafts and the registers may name."""
        return self._known(self.linter)

    def _known(self, linter: Linter) -> frozenset[str]:
        """Those of the configured packs as well, where others replace them."""
        from claimlint.packs import load_packs

        configured = load_packs(self.config.packs, near=self.config.root, examples=False) if self.packs else ()
        return frozenset(linter.rules) | {rule.id for pack in configured for rule in pack.rules}

    @cached_property
    def rules(self) -> Mapping[str, Rule]:
        """The rules of the packs, and those about suppressions and registers, by id."""
        from claimlint.settle import OWN_RULES

        return {**self.linter.rules, **OWN_RULES}

    @cached_property
    def registers(self) -> Registers:
        """Raises ConfigError, with file and line, if one of them is malformed."""
        from claimlint import settle

        keys = {work.key for work in self.library}
        found = settle.registers(self.config, self.known | set(settle.OWN_RULES), keys)
        return found if self.baseline else replace(found, baseline=settle.Registers().baseline)

    @cached_property
    def choice(self) -> Callable[[str], Choice]:
        """Which packs are on for a draft, by its path."""
        from claimlint.packs import name_of
        from claimlint.selection import Choice

        def choose(draft: str) -> Choice:
            here = configuration.for_path(self.config, draft)
            packs = (name_of(name, near=self.config.root) for name in self.packs or here.packs)
            return Choice(tuple(packs), tuple(self.market or here.market))

        return choose

    def settle(self, report: Report) -> Report:
        """The report as this project wants to hear it."""
        from claimlint.settle import settle

        return settle(report, self.config, self.linter.rules, self.today, self.known, self.registers, self.market)

    def check(
        self,
        source: str | Document,
        name: str = "-",
        *,
        wanted: Wanted = "readings",
        pulse: Callable[[], object] | None = None,
    ) -> Report:
        """One draft, checked and settled. wanted, pulse: as for `Linter.check`."""
        return self.settle(self.linter.check(source, name, wanted=wanted, pulse=pulse))

    def report(self, name: str, why: str = "", *, stdin: bool = False, wanted: Wanted = "readings") -> Report:
        """The settled report of a draft on disk, or on standard input. why: the reason that it cannot be read, if known."""
        from claimlint.drafts import read

        try:
            return self.check(read(name, why, stdin=stdin), name, wanted=wanted)
        except ReadError as error:
            return Report(name, "", problems=(Problem(error.message, error.line or 1),))

    def reports(
        self, drafts: Mapping[str, str], stdin: str = "", *, folders: Sequence[Path] = (), jobs: int = 1
    ) -> Iterator[Report]:
        """One settled report a draft, in order, those that cannot be read in their place.

        drafts: name → why it cannot be read, or "". folders: those that were asked for as a whole; what the registers
        say of drafts that are no longer in them is reported last. jobs: processes; 0 for as many as the work is worth.
        """
        from claimlint import parallel

        _ = self.rules, self.registers  # what cannot be used is said before anything is checked
        jobs = 1 if stdin in drafts else jobs or parallel.fitting(drafts)
        if jobs > 1:
            yield from parallel.reports(replace(self), drafts.items(), jobs)  # a copy holds nothing yet
        else:
            yield from (self.report(name, why, stdin=name == stdin) for name, why in drafts.items())
        if folders:
            yield from self.homeless(folders)

    def homeless(self, folders: Sequence[Path]) -> Iterator[Report]:
        """What the registers say of drafts that are no longer in these folders."""
        from claimlint.drafts import called
        from claimlint.settle import homeless, waivers

        yield from homeless(self.registers, self.config, folders, called(self.config.root / waivers.FILE))

    def inputs(self, version: str) -> Inputs:
        """What a report depends on beside the drafts, for its manifest."""
        from claimlint.language.model import identity
        from claimlint.report.manifest import Inputs
        from claimlint.settle import FILES

        root = self.config.root
        named = [self.config.path] if self.config.path else []
        named += [root / name for name in FILES if (root / name).exists()]
        named += configuration.bibliographies(self.config)
        files = {configuration.relative(self.config, path): path.read_bytes() for path in named}
        return Inputs(version, self.today, identity(), self.linter.packs, files)
