"""One draft on its way to its hits: sentences, patterns, the packs that are on for it.

Least work: whoever asks only for findings pays for nothing that `reading` needs unless there is a hit.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from claimlint import selection
from claimlint.find import Hit, Ruleset, find
from claimlint.language import sentences
from claimlint.language.topic import STRONG, Topic, advertising, topic
from claimlint.packs import AUTO
from claimlint.patterns import Text, forms
from claimlint.selection import Choice
from claimlint.structs import Struct, replace
from claimlint.types import Block, Citation, Document, Lines, Problem, Rule, Work

if TYPE_CHECKING:
    from claimlint.language.cues import Found
    from claimlint.language.frames import Frame
    from claimlint.language.model import Tree

_OWN = re.compile(r"^[ \t\[]*[\"']?claimlint[\"']?[ \t]*[:=.\]]", re.MULTILINE)
_LEAD = 30
"""Tokens of a header or lead-in that are read together with what they introduce."""


class Options(Struct, frozen=True):
    """exhaustive: parse every sentence, take no shortcut. choose: which packs are on for the draft of this name, before it
    has its own say; without it, all. parse: what asks the model for trees, if not the model's own. owned_hosts: the publisher's own hosts, whose pages are
    no citations. citation_scope: what a citation covers, its "sentence" or its whole "paragraph". citations_since: the
    year before which a citation is stale; 0 for none. library: works of bibliographies that citations may resolve to.
    memory: how many sentences are remembered from one check to the next, for whoever checks the same draft again and again.
    """

    exhaustive: bool = False
    owned_hosts: tuple[str, ...] = ()
    citation_scope: str = "sentence"
    citations_since: int = 0
    library: tuple[Work, ...] = ()
    memory: int = 0
    choose: Callable[[str], Choice] | None = None
    parse: Callable[[Sequence[str]], list[Tree]] | None = None


class Sentence(Struct):
    """A sentence of a block: offsets into the block's text, its hits, and what `reading` makes of it.

    parsed: see `Reading`. answer: how the following sentence answers it (flat-no, deny, affirm) or denies it (retort);
    reply: that sentence.
    """

    block: int
    start: int
    end: int
    text: Text
    hits: list[Hit]
    cues: tuple[Found, ...] = ()
    frames: tuple[Frame, ...] = ()
    citations: tuple[Citation, ...] = ()
    tree: Tree = ()
    parsed: bool = True
    answer: str = ""
    reply: Sentence | None = None

    @property
    def asks(self) -> bool:
        """Whether the whole sentence is a question."""
        return any(frame.name == "question" and frame.start == self.start for frame in self.frames)


class Draft:
    """A document and the hits in its sentences. packs: those that are on, whatever the options and the document choose.
    prepare: makes a sentence ready for matching, given its words, its place in its block and its lead. pulse: called before
    each sentence; whoever has no use for the draft any more raises there. lean: leave out hits that can be no findings."""

    def __init__(
        self,
        document: Document,
        ruleset: Ruleset,
        options: Options,
        *,
        prepare: Callable[[str, int, tuple[str, ...]], Text],
        packs: tuple[str, ...] = (),
        pulse: Callable[[], object] | None = None,
        lean: bool = False,
    ) -> None:
        self._lean = lean
        self.document, self.ruleset = document, ruleset
        self.sentences: list[Sentence] = []
        self.of_block: defaultdict[int, list[int]] = defaultdict(list)
        """Block → the indexes of its sentences."""
        self.packs: frozenset[str] = frozenset()
        """Those that are on for this draft."""
        self.problems: tuple[Problem, ...] = ()
        self._options, self._named, self._prepare, self._pulse = options, packs, prepare, pulse or (lambda: None)
        self._find()

    def matched(self) -> set[tuple[str, str]]:
        """(rule, pattern) of every pattern that stands in the draft, and of every exception that overlaps such a hit."""
        found = {(hit.rule, hit.pattern) for row in self.sentences for hit in row.hits}
        for row in self.sentences:
            tokens = row.text.tokens
            for rule, first, end, pattern in self.ruleset.unless.matches(row.text):
                low, high = tokens[first].start, tokens[end - 1].end
                if any(hit.rule == rule and low < hit.end and hit.start < high for hit in row.hits):
                    found.add((rule, pattern.source))
            found |= {(rule, pattern.source) for rule, _, _, pattern in self.ruleset.lacks.matches(row.text)}
        return found

    def _find(self) -> None:
        for number, block in enumerate(self.document.blocks):
            lead = tuple(_lead(self.document, block))
            for start, end in sentences.split(block.text):
                self._pulse()
                text = self._prepare(block.text[start:end], start, lead)
                lead = ()
                self.of_block[number].append(len(self.sentences))
                self.sentences.append(Sentence(number, start, end, text, []))
        self._match()
        for rule, spec in self.ruleset.structured:
            self._find_structured(rule, spec)
        self._select()

    def _match(self) -> None:
        rules: dict[tuple[Topic, bool], frozenset[str] | None] = {}
        for row, around in zip(self.sentences, self.topics, strict=True):
            self._pulse()
            key = around, row.text.count(STRONG) > 1
            if key not in rules:
                rules[key] = self._with_something_to_say(*key)
            row.hits = list(find(row.text, self.ruleset, rules[key]))

    def _with_something_to_say(self, topic: Topic, healthy: bool) -> frozenset[str] | None:
        """The rules that are worth looking for in a sentence; None for all. healthy: it is by itself about health."""
        about = self.ruleset.about
        left = [kind for kind in about if not (self._lean and topic.leaves_out(kind, healthy=healthy))]
        return None if len(left) == len(about) else frozenset().union(*(about[kind] for kind in left))

    @cached_property
    def topic(self) -> Topic:
        return topic([row.text for row in self.sentences])

    @cached_property
    def topics(self) -> Sequence[Topic]:
        """What each sentence is taken to be about: what the draft is, or advertising in a draft that else is none."""
        if self.topic.open:
            return [self.topic] * len(self.sentences)
        inside = replace(self.topic, health=True, voice="marketing", certain=True)
        return [inside if sells else self.topic for sells in advertising([row.text for row in self.sentences])]

    def _select(self) -> None:
        """Keep to the packs that are on for this draft."""
        packs = self.ruleset.heads
        if self._named:
            choice = Choice(self._named)
        else:
            usual = self._options.choose(self.document.name) if self._options.choose else None
            choice = selection.declared(self.document.meta, usual or Choice(tuple(pack.name for pack in packs)))
        faults = selection.faults({} if self._named else self.document.meta, choice, packs)
        self.problems = tuple(Problem(each, self._own_line()) for each in faults)
        rows = ((row.block, row.text) for row in self.sentences)
        topics = selection.topics(self.document, rows, self.ruleset.topics) if AUTO in choice.packs else ()
        self.packs = selection.active(packs, choice, topics)
        for row in self.sentences:
            if row.hits:
                row.hits = [hit for hit in row.hits if hit.rule in self.rules]

    def _own_line(self) -> int:
        """Where the draft has its own say."""
        own = _OWN.search(self.document.source)
        return Lines(self.document.source).position(own.start()).line if own else 1

    @cached_property
    def rules(self) -> dict[str, Rule]:
        """Those of the packs that are on."""
        return self.ruleset.view(self.packs)

    def _find_structured(self, rule: str, spec: Mapping[str, list[str]]) -> None:
        anchors = set(spec["anchors"])
        from claimlint.language.model import find_structured  # noqa: PLC0415  # for packs that need a model to find hits

        near = [row for row in self.sentences if not anchors.isdisjoint(row.text.forms)]
        if not near:
            return
        new = [row for row in near if (find_structured, rule) not in row.text.known]
        texts = [self.document.blocks[row.block].text[row.start : row.end] for row in new]
        for row, found in zip(new, find_structured([(rule, spec)], texts) if new else (), strict=True):
            row.text.known[find_structured, rule] = found
        for row in near:
            for _, start, end in row.text.known[find_structured, rule]:
                low, high = row.start + start, row.start + end
                inside = [
                    index for index, token in enumerate(row.text.tokens) if token.start < high and low < token.end
                ]
                kind = "tokens" if "tokens" in spec else "tree"
                row.hits.append(Hit(rule, inside[0], inside[-1], low, high, high, kind))


def _lead(document: Document, block: Block) -> list[str]:
    """The words that a table cell or list item continues: its row and column header, or the lead-in with its colon."""
    if block.kind == "cell":
        return [form for lead in reversed(block.leads) for form in (*forms(document.blocks[lead].text)[:_LEAD], ":")]
    if block.kind == "item" and block.leads and (text := document.blocks[block.leads[-1]].text).endswith(":"):
        start, end = sentences.split(text)[-1]
        return forms(text[start : end - 1])[-_LEAD:]
    return []
