"""Linter: a draft's source in, its report out. Everything that every surface shares."""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING

from claimlint import readers
from claimlint.draft import Draft
from claimlint.draft import Options as Options  # noqa: PLC0414 - part of this module's interface
from claimlint.find import Ruleset, compile_packs
from claimlint.packs import Pack
from claimlint.patterns import Text
from claimlint.structs import replace
from claimlint.types import Document, Finding, Reading, Report, Rule, Span

if TYPE_CHECKING:
    from claimlint.language.cues import Cues
    from claimlint.language.library import Library
    from claimlint.reading import Reader, Wanted

_SPACES = re.compile(r"\W+")


class Linter:
    """Checks drafts against packs. Deterministic; cheap to keep, costly to make.

    Between drafts it keeps nothing but what it found out about the last sentences (`Options.memory`), each by its words
    and place in its block: patterns, cues and the tree, which nothing around them can change. Findings are the same.
    """

    def __init__(self, packs: Sequence[Pack] | Ruleset, *, options: Options | None = None) -> None:
        self.options = options or Options()
        self._ruleset = packs if isinstance(packs, Ruleset) else compile_packs(packs)
        self._prepare = lru_cache(self.options.memory)(self._prepared)

    @property
    def packs(self) -> tuple[Pack, ...]:
        return self._ruleset.packs

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
        wanted: Wanted = "readings",
        pulse: Callable[[], object] | None = None,
    ) -> Report:
        """Check one draft.

        Args:
            source: the draft's text, or the draft if it has been read.
            name: of a text: tells the format by its suffix and is repeated in the report.
            packs: names of the packs that are to speak; default: what the options, the draft's front matter and its
                topic choose.
            wanted: "findings" saves work: the reasons why hits were passed over may then be others.
            pulse: called before each sentence; what it raises ends the check.
        """
        document = readers.document(source, name)
        draft = self._draft(document, packs, pulse, lean=wanted == "findings" and not self.options.exhaustive)
        readings: tuple[Reading, ...] = ()
        found: list[Finding] = []
        if self.options.exhaustive or any(row.hits for row in draft.sentences):
            reader = self._reader(draft, "everything" if self.options.exhaustive else wanted)
            readings = reader.readings()
            claims = [verdict.finding for reading in readings for verdict in reading.verdicts if verdict.finding]
            found = [*_specific(claims, draft.rules), *_specific(reader.missing(readings), draft.rules)]
        problems = (*document.problems, *draft.problems)
        return Report(
            document.name,
            document.source,
            tuple(_numbered(found)),
            problems,
            document.comments,
            document,
            readings,
            draft.packs,
            empty=not document.blocks and not problems,
            unparsed=tuple(reading.span for reading in readings if not reading.parsed),
        )

    def check_many(self, drafts: Iterable[tuple[str, str | Document]]) -> Iterator[Report]:
        """Check (name, source or document) pairs; reports come in the same order."""
        for name, source in drafts:
            yield self.check(source, name)

    def inspect(self, source: str | Document, name: str = "-") -> tuple[Document, tuple[Reading, ...]]:
        """Every sentence with its cues, citations, frame and verdicts, without any shortcut."""
        document = readers.document(source, name)
        return document, self._reader(self._draft(document), "everything").readings()

    def matched(self, source: str, name: str = "-") -> set[tuple[str, str]]:
        """(rule, pattern) of the patterns and exceptions that a text holds, whatever is made of them."""
        return self._draft(readers.read(source, name), tuple(pack.name for pack in self._ruleset.heads)).matched()

    def _draft(
        self,
        document: Document,
        packs: tuple[str, ...] = (),
        pulse: Callable[[], object] | None = None,
        *,
        lean: bool = False,
    ) -> Draft:
        return Draft(document, self._ruleset, self.options, prepare=self._prepare, packs=packs, pulse=pulse, lean=lean)

    def _reader(self, draft: Draft, wanted: Wanted) -> Reader:
        from claimlint.reading import Reader  # noqa: PLC0415  # most drafts of some repositories hold no claim

        return Reader(draft, self._cues, self.options, self._library, wanted)

    @cached_property
    def _cues(self) -> Cues:
        from claimlint.language.cues import Cues  # noqa: PLC0415

        return Cues(self._ruleset.cues)

    @cached_property
    def _library(self) -> Library:
        from claimlint.language.library import Library  # noqa: PLC0415

        return Library(self.options.library)

    def _prepared(self, sentence: str, at: int, lead: tuple[str, ...]) -> Text:
        return Text(sentence, self._ruleset.lexicon, at=at, lead=lead)


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
