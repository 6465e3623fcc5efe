"""Linter: a draft's source in, its report out. Everything that every surface shares."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from claimlint import readers
from claimlint.draft import Draft
from claimlint.draft import Options as Options  # noqa: PLC0414 - part of this module's interface
from claimlint.find import compile_packs
from claimlint.language.cues import Cues
from claimlint.language.library import Library
from claimlint.packs import Pack
from claimlint.types import Document, Finding, Reading, Report, Rule

_SPACES = re.compile(r"\W+")


class Linter:
    """Checks drafts against packs. Deterministic and without state between drafts; cheap to keep, costly to make."""

    def __init__(self, packs: Sequence[Pack], *, options: Options | None = None) -> None:
        self.packs, self.options = tuple(packs), options or Options()
        self._ruleset = compile_packs(packs)
        self._library = Library(self.options.library)
        self._cues = Cues(self._ruleset.cues, self._ruleset.lexicon)

    @property
    def rules(self) -> Mapping[str, Rule]:
        """All rules by full id."""
        return self._ruleset.rules

    def check(self, source: str | Document, name: str = "-", *, packs: tuple[str, ...] = ()) -> Report:
        """Check one draft.

        Args:
            source: the draft's text, or the draft if it has been read.
            name: of a text: tells the format by its suffix and is repeated in the report.
            packs: names of the packs that are to speak; default: what the options, the draft's front matter and its
                topic choose.
        """
        document = readers.document(source, name)
        draft = self._draft(document, everything=self.options.exhaustive, packs=packs)
        readings = draft.readings()
        claims = [verdict.finding for reading in readings for verdict in reading.verdicts if verdict.finding]
        whole = draft.missing(readings)
        findings = tuple(_numbered([*_specific(claims, draft.rules), *_specific(whole, draft.rules)]))
        problems = (*document.problems, *draft.problems)
        return Report(document.name, document.source, findings, problems, document.comments, document, readings)

    def check_many(self, drafts: Iterable[tuple[str, str | Document]]) -> Iterator[Report]:
        """Check (name, source or document) pairs; reports come in the same order."""
        for name, source in drafts:
            yield self.check(source, name)

    def inspect(self, source: str | Document, name: str = "-") -> tuple[Document, tuple[Reading, ...]]:
        """Every sentence with its cues, citations, frame and verdicts, without any shortcut."""
        document = readers.document(source, name)
        return document, self._draft(document, everything=True).readings()

    def matched(self, source: str, name: str = "-") -> set[tuple[str, str]]:
        """(rule, pattern) of the patterns and exceptions that a text holds, whatever is made of them."""
        return self._draft(
            readers.read(source, name), everything=False, packs=tuple(pack.name for pack in self.packs)
        ).matched()

    def _draft(self, document: Document, *, everything: bool, packs: tuple[str, ...] = ()) -> Draft:
        return Draft(
            document, self._ruleset, self._cues, self.options, self._library, everything=everything, packs=packs
        )


def _specific(findings: Sequence[Finding], rules: Mapping[str, Rule]) -> list[Finding]:
    """The findings without those of broad rules that a specific one overlaps."""
    specific = [item for item in findings if not rules[item.rule].broad]
    return [
        item
        for item in findings
        if not rules[item.rule].broad or not any(other.span.overlaps(item.span) for other in specific)
    ]


def _numbered(findings: Iterable[Finding]) -> Iterator[Finding]:
    """The findings in source order, each with its fingerprint: rule, normalised sentence, ordinal of the same; no place, so
    that edits elsewhere change nothing. What is said of the whole draft is the same wherever it is first called for."""
    seen: Counter[str] = Counter()
    for item in sorted(findings, key=lambda item: (item.span, item.rule)):
        said = _SPACES.sub(" ", item.sentence).casefold().strip() if item.scope == "claim" else ""
        base = f"{item.rule}\n{said}"
        ordinal = seen[base]
        seen[base] += 1
        yield replace(item, fingerprint=hashlib.sha256(f"{base}\n{ordinal}".encode()).hexdigest()[:16])
