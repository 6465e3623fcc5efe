"""The project as the page uses it: drafts in, reports and pages out, by the packs and markets that somebody chose."""

from __future__ import annotations

from collections import OrderedDict
from functools import cached_property
from pathlib import Path, PurePosixPath

from claimlint import config as configuration
from claimlint import readers
from claimlint.config import Config
from claimlint.packs import AUTO, Pack, builtin_dir, builtin_names, load_packs
from claimlint.project import Project, today
from claimlint.report import Context, html
from claimlint.report.manifest import manifest
from claimlint.sources import Stamp, sources, stamp
from claimlint.structs import Struct
from claimlint.types import Document, Report
from claimlint.web.refusals import Refused

_KEPT = 4
"""Choices of packs whose linters are kept."""


class Choice(Struct, frozen=True):
    """Packs and markets instead of the configured ones; none: as configured."""

    packs: tuple[str, ...] = ()
    market: tuple[str, ...] = ()


class Draft(Struct, frozen=True):
    """A draft as it came: text, or the bytes of a file. name: what it is called, its suffix tells the format."""

    name: str
    content: str | bytes

    def document(self) -> Document:
        """The draft as it is checked; what spans are offsets into is its source. Raises ReadError."""
        if isinstance(self.content, str):
            return readers.read(self.content, self.name)
        return readers.decode(self.content, self.name)


def annotatable(name: str) -> bool:
    return PurePosixPath(name).suffix.lower() == ".docx"


_USUAL = Choice()


class Desk:
    """Not for several threads at once. first: the project as the command line has it; given: the configuration file that
    was named, if one was."""

    def __init__(self, first: Project, version: str, given: Path | None = None) -> None:
        self._first, self._version, self._given = first, version, given
        self._kept: OrderedDict[Choice, tuple[Project, Stamp]] = OrderedDict()

    @property
    def config(self) -> Config:
        return self._first.config

    def check(self, draft: Draft, choice: Choice = _USUAL) -> tuple[Report, Context]:
        """Raises ReadError, and PackError or ConfigError if the project is broken."""
        project = self.project(choice)
        return project.check(draft.document()), Context(project.rules, self._version)

    def page(self, draft: Draft, choice: Choice) -> str:
        """The report on one draft, as `claimlint report` writes it."""
        report, context = self.check(draft, choice)
        return html.page([report], context, manifest([report], self.project(choice).inputs(self._version)))

    def annotated(self, draft: Draft, choice: Choice) -> bytes:
        """A copy of a Word document with the findings as comments, as `claimlint annotate` writes it."""
        from claimlint.readers.docx import Manuscript  # noqa: PLC0415 - lxml is for Word documents only
        from claimlint.report import word  # noqa: PLC0415

        if isinstance(draft.content, str) or not annotatable(draft.name):
            raise Refused(415, "only Word documents can be annotated")
        project = self.project(choice)
        manuscript = Manuscript(draft.content)
        report = project.check(manuscript.document(draft.name))
        return word.annotated(manuscript, report, Context(project.rules, self._version), project.today)

    def project(self, choice: Choice = _USUAL) -> Project:
        """Kept until a file changes that verdicts depend on."""
        if choice in self._kept:
            project, then = self._kept[choice]
            if stamp(then) == then and project.today == today():
                self._kept.move_to_end(choice)
                return project
        made = self._made(choice)
        self._kept[choice] = (made, stamp(sources(made.config, Path.cwd(), made.linter.packs)))
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return made

    def _made(self, choice: Choice) -> Project:
        config = configuration.load(self._given) if self._given else configuration.discover(Path.cwd())
        self._first = Project(config, self._first.packs, self._first.market)
        unknown = set(choice.packs) - set(self.packs())
        if unknown:
            raise Refused(400, f"no pack “{sorted(unknown)[0]}” to choose")
        packs, market = choice.packs or self._first.packs, choice.market or self._first.market
        made = Project(config, packs, market, today=today())
        made.linter  # noqa: B018 - fails here if it fails
        return made

    def packs(self) -> dict[str, bool]:
        """The references that may be chosen, and whether they are what is used otherwise."""
        usual = self._first.packs or self.config.packs
        return {name: name in usual for name in dict.fromkeys((*usual, AUTO, *builtin_names()))}

    def markets(self) -> dict[str, bool]:
        usual = self._first.market or self.config.market
        known = {pack.jurisdiction for pack in self._shipped if pack.jurisdiction}
        return {name: name in usual for name in sorted({*usual, *known})}

    def titles(self) -> dict[str, str]:
        return {pack.name: pack.title for pack in self._shipped}

    @cached_property
    def _shipped(self) -> tuple[Pack, ...]:
        return load_packs([AUTO], near=builtin_dir(), examples=False)
