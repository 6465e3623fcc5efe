"""Linter: a draft's source in, its report out. Everything that every surface shares."""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import accumulate

from claimlint import readers
from claimlint.draft import Draft
from claimlint.draft import Options as Options  # noqa: PLC0414 - part of this module's interface
from claimlint.find import compile_packs
from claimlint.language.cues import Cues
from claimlint.language.library import Library
from claimlint.packs import Pack
from claimlint.patterns import Text, tokenize
from claimlint.types import Document, Finding, Reading, Report, Rule, Span

_SPACES = re.compile(r"\W+")


class Linter:
    """Checks drafts against packs. Deterministic; cheap to keep, costly to make.

    Between drafts it keeps nothing but what it found out about the last sentences (`Options.memory`), each by its words
    and place in its block: patterns, cues and the tree, which nothing around them can change. Findings are the same.
    """

    def __init__(self, packs: Sequence[Pack], *, options: Options | None = None) -> None:
        self.packs, self.options = tuple(packs), options or Options()
        self._ruleset = compile_packs(packs)
        self._library = Library(self.options.library)
        self._cues = Cues(self._ruleset.cues, self._ruleset.lexicon)
        self._prepare = lru_cache(self.options.memory)(self._prepared)

    @property
    def rules(self) -> Mapping[str, Rule]:
        """All rules by full id."""
        return self._ruleset.rules

    def rules_of(self, report: Report) -> Mapping[str, Rule]:
        """The rules as they were for a draft: packs of a market or a topic change those of others."""
        return self._ruleset.view(report.packs)

    def check(
        self,
        source: str | Document,
        name: str = "-",
        *,
        packs: tuple[str, ...] = (),
        pulse: Callable[[], object] | None = None,
    ) -> Report:
        """Check one draft.

        Args:
            source: the draft's text, or the draft if it has been read.
            name: of a text: tells the format by its suffix and is repeated in the report.
            packs: names of the packs that are to speak; default: what the options, the draft's front matter and its
                topic choose.
            pulse: called before each sentence; what it raises ends the check.
        """
        document = readers.document(source, name)
        draft = self._draft(document, everything=self.options.exhaustive, packs=packs, pulse=pulse)
        readings = draft.readings()
        claims = [verdict.finding for reading in readings for verdict in reading.verdicts if verdict.finding]
        whole = draft.missing(readings)
        findings = tuple(_numbered([*_specific(claims, draft.rules), *_specific(whole, draft.rules)]))
        problems = (*document.problems, *draft.problems)
        return Report(
            document.name, document.source, findings, problems, document.comments, document, readings, draft.packs
        )

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

    def _draft(
        self,
        document: Document,
        *,
        everything: bool,
        packs: tuple[str, ...] = (),
        pulse: Callable[[], object] | None = None,
    ) -> Draft:
        return Draft(
            document,
            self._ruleset,
            self._cues,
            self.options,
            self._library,
            prepare=self._prepare,
            everything=everything,
            packs=packs,
            pulse=pulse,
        )

    def _prepared(self, sentence: str, at: int, lead: tuple[str, ...]) -> Text:
        return Text.of(tokenize(sentence, at), self._ruleset.lexicon, lead=lead)


def _specific(findings: Sequence[Finding], rules: Mapping[str, Rule]) -> list[Finding]:
    """The findings without those of broad rules that a specific one overlaps."""
    specific = sorted(item.span for item in findings if not rules[item.rule].broad)
    starts, ends = [span.start for span in specific], list(accumulate((span.end for span in specific), max))

    def covered(span: Span) -> bool:
        before = bisect_left(starts, span.end)
        return before > 0 and ends[before - 1] > span.start

    return [item for item in findings if not rules[item.rule].broad or not covered(item.span)]


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
