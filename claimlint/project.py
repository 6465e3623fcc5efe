"""A project as every surface uses it: its configuration, the linter for its packs, the registers of its reviewers."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from claimlint import config as configuration
from claimlint.config import Config
from claimlint.errors import ConfigError, ReadError
from claimlint.settle import Registers, files, homeless, own_rules, registers, settle
from claimlint.structs import Struct, field, replace
from claimlint.types import Document, Problem, Report, Rule, Work

# ruff: noqa: PLC0415
# The linter and the packs are imported where they are used: a command that needs neither answers at once.
if TYPE_CHECKING:
    from claimlint.cache import Results
    from claimlint.kept import Compiled
    from claimlint.language.model import Tree
    from claimlint.linter import Linter
    from claimlint.packs import Pack
    from claimlint.reading import Wanted
    from claimlint.report.manifest import Inputs
    from claimlint.selection import Choice


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


class _Lazily(Mapping[str, Rule]):
    """Rules by id that are loaded when the first is asked for."""

    def __init__(self, load: Callable[[], Mapping[str, Rule]]) -> None:
        self._load = lru_cache(load)

    def __getitem__(self, key: str) -> Rule:
        return self._load()[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._load())

    def __len__(self) -> int:
        return len(self._load())


class Project(Struct, frozen=True, dict=True):
    """Checks drafts and settles what is found, by one configuration.

    packs: names and paths that replace the configured ones; market: likewise. exhaustive: take no shortcut. baseline:
    whether it sets findings aside. memory: how many sentences the linter remembers from one check to the next. keep: whether
    compiled packs and results are kept in the user's cache.
    """

    config: Config
    packs: tuple[str, ...] = ()
    market: tuple[str, ...] = ()
    exhaustive: bool = False
    baseline: bool = True
    memory: int = 0
    keep: bool = True
    today: date = field(default_factory=today)

    @classmethod
    def at(cls, folder: Path) -> Project:
        """The project that a folder belongs to. Raises ConfigError if its configuration cannot be used."""
        return cls(configuration.discover(folder))

    def load_packs(self, *, examples: bool = True) -> tuple[Pack, ...]:
        """The packs that some draft may need. Raises PackError."""
        from claimlint.packs import load_packs

        return load_packs(self._references, near=self.config.root, examples=examples)

    @property
    def _references(self) -> Sequence[str]:
        overrides = (name for override in self.config.overrides for name in override.packs)
        return self.packs or (*self.config.packs, *overrides)

    @cached_property
    def compiled(self) -> Compiled:
        """The packs, compiled. Raises PackError."""
        from claimlint.kept import compiled

        return compiled(self._references, self.config.root, keep=self.keep)

    @cached_property
    def linter(self) -> Linter:
        """Raises PackError, and ConfigError if the configuration names rules or markets that no pack has."""
        from claimlint.linter import Linter, Options

        self.verify()
        options = Options(
            exhaustive=self.exhaustive,
            owned_hosts=self.config.owned_hosts,
            citation_scope=self.config.citation_scope,
            citations_since=self.config.citations_since,
            library=self.library,
            memory=self.memory,
            choose=self.choice,
            parse=self._parser,
        )
        return Linter(self.compiled.ruleset, options=options)

    def verify(self) -> None:
        """Raises PackError and ConfigError as `linter` does, without the work of making one."""
        from claimlint.selection import unknown_market

        heads = self.compiled.sources.heads
        configuration.check_markets(self.config, self.market, lambda name: unknown_market(name, heads))
        configuration.check_references(self.config, lambda: self.known | set(own_rules()))

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
        """The rules that the configuration, the drafts and the registers may name: those of the configured packs as well,
        where others replace them."""
        from claimlint.packs import load_packs

        configured = load_packs(self.config.packs, near=self.config.root, examples=False) if self.packs else ()
        return frozenset(self.compiled.sources.rules) | {rule.id for pack in configured for rule in pack.rules}

    @cached_property
    def rules(self) -> Mapping[str, Rule]:
        """The rules of the packs, and those about suppressions and registers, by id; loaded when first asked for."""
        return _Lazily(lambda: {**self.compiled.rules, **own_rules()})

    @cached_property
    def registers(self) -> Registers:
        """Raises ConfigError, with file and line, if one of them is malformed."""
        keys = {work.key for work in self.library}
        found = registers(self.config, lambda: self.known | set(own_rules()), keys)
        return found if self.baseline else replace(found, baseline=None)

    @cached_property
    def choice(self) -> Callable[[str], Choice]:
        """Which packs are on for a draft, by its path."""
        from claimlint.selection import Choice

        names = self.compiled.sources.names

        def choose(draft: str) -> Choice:
            here = configuration.for_path(self.config, draft)
            packs = (names.get(reference, reference) for reference in self.packs or here.packs)
            return Choice(tuple(packs), tuple(self.market or here.market))

        return choose

    def settle(self, report: Report) -> Report:
        """The report as this project wants to hear it."""
        rules = self.compiled.sources.rules
        return settle(report, self.config, rules, self.today, lambda: self.known, self.registers, self.market)

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
            if wanted == "findings" and not (why or stdin) and self._results and not self.registers.by_sentence:
                return self.settle(self._remembered(name, self._results))
            return self.check(read(name, why, stdin=stdin), name, wanted=wanted)
        except ReadError as error:
            return Report(name, "", problems=(Problem(error.message, error.line or 1),))

    def _remembered(self, name: str, results: Results) -> Report:
        """The report on a draft whose content may have been checked before, not yet settled. Raises ReadError."""
        from claimlint import kept, readers

        data = readers.content(name)
        key = self._key(name, data)
        if (found := results.get(key)) and (report := kept.report(name, readers.source(data, name), found)):
            return report
        report = self.linter.check(readers.decode(data, name), name, wanted="findings")
        if report.document and not report.document.digest:
            results.put(key, kept.dump(report))
        return report

    def _key(self, name: str, data: bytes) -> str:
        """Of what is kept about a draft."""
        from claimlint import cache

        return cache.digest(self._identity, repr(self.choice(name)), Path(name).suffix.lower(), data)

    def _new(self, drafts: Mapping[str, str]) -> Iterator[str]:
        """The drafts about which nothing is kept."""
        from claimlint import readers

        results = None if self.registers.by_sentence else self._results
        for name, why in drafts.items():
            with suppress(ReadError):
                if not (why or (results and results.get(self._key(name, readers.content(name))))):
                    yield name

    @cached_property
    def _identity(self) -> str:
        """What findings depend on beside a draft and the packs that are on for it."""
        config = self.config
        options = (config.owned_hosts, config.citation_scope, config.citations_since, self.library)
        return f"{self.compiled.identity} {options!r}"

    @property
    def _parser(self) -> Callable[[Sequence[str]], list[Tree]] | None:
        from claimlint.kept import parser

        return parser(self._results) if self._results else None

    @cached_property
    def _results(self) -> Results | None:
        from claimlint import cache

        return cache.results() if self.keep and not self.exhaustive else None

    def reports(
        self,
        drafts: Mapping[str, str],
        stdin: str = "",
        *,
        wanted: Wanted = "readings",
        folders: Sequence[Path] = (),
        jobs: int = 1,
    ) -> Iterator[Report]:
        """One settled report a draft, in order, those that cannot be read in their place.

        drafts: name → why it cannot be read, or "". wanted: as for `Linter.check`; with "findings", reports may come without
        document and readings. folders: those that were asked for as a whole; what the registers say of drafts that are no
        longer in them is reported last. jobs: processes; 0 for as many as the work is worth.
        """
        from claimlint import parallel

        self.verify()
        _ = self.registers  # what cannot be used is said before anything is checked
        jobs = 1 if stdin in drafts or len(drafts) == 1 else jobs or parallel.fitting(self._new(drafts))
        if jobs > 1:
            yield from parallel.reports(replace(self), drafts.items(), wanted, jobs)  # a copy holds nothing yet
        else:
            yield from (self.report(name, why, stdin=name == stdin, wanted=wanted) for name, why in drafts.items())
            self.close()
        if folders:
            yield from self.homeless(folders)

    def close(self) -> None:
        """Keep what was found out."""
        if self._results:
            self._results.close()

    def homeless(self, folders: Sequence[Path]) -> Iterator[Report]:
        """What the registers say of drafts that are no longer in these folders."""
        from claimlint.drafts import called

        yield from homeless(self.registers, self.config, folders, called(self.config.root / files.WAIVERS))

    def inputs(self, version: str) -> Inputs:
        """What a report depends on beside the drafts, for its manifest."""
        from claimlint.language.model import identity
        from claimlint.report.manifest import Inputs

        root = self.config.root
        named = [self.config.path] if self.config.path else []
        named += [root / name for name in files.ALL if (root / name).exists()]
        named += configuration.bibliographies(self.config)
        contents = {configuration.relative(self.config, path): path.read_bytes() for path in named}
        return Inputs(version, self.today, identity(), self.linter.packs, contents)
