"""One draft on its way through the stages: sentences and hits, cues and frames, citations, trees, verdicts.

Least work: a sentence without a hit is only tokenised; one is parsed only if a tree can change its verdict.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from claimlint import balance, facts, selection
from claimlint import judge as judgement
from claimlint.find import Hit, Ruleset, find
from claimlint.language import citations, sentences
from claimlint.language.cues import Cues, Found, resolve
from claimlint.language.frames import Frame, frames
from claimlint.language.library import Library
from claimlint.language.model import Node, Tree, find_structured, parse
from claimlint.language.topic import HEALTH, STRONG, topic
from claimlint.packs import AUTO
from claimlint.patterns import Text, Token, third_person, tokenize
from claimlint.selection import Choice
from claimlint.types import (
    Block,
    Citation,
    Document,
    Finding,
    Fix,
    Problem,
    Reading,
    Rewrite,
    Rule,
    Span,
    Verdict,
    Work,
)

_MYTHS = re.compile(r"\b(?:myths?|misconceptions?|fictions?|fallac(?:y|ies)|old wives)\b", re.I)
_NEEDS_TREE = frozenset("hedge-strong hedge-medium hedge-weak softener hedge-fake limiter negation".split())
_SUPPOSING = frozenset({"if", "whether", "unless"})
_CLAIMED = ("finding", "remedy", "facts", "trigger")
"""Steps that leave a claim standing, whether or not it is excused."""
_REFERRING = ("author-year", "narrative", "narrative-in", "numeric", "superscript", "number")
_SELF_CONTAINED = ("link", "doi", "pmid")
_NEAR = 2
"""Sentences before and after in which the thing that a claim is about may be named: "Is the drip safe? Yes! It is."."""
_DENIED = 4
"""Tokens before a risk within which a negation denies it."""
_LEAD = 30
"""Tokens of a header or lead-in that are read together with what they introduce."""
_COLON = Token(":", 0, 0)


@dataclass(frozen=True, slots=True)
class Options:
    """exhaustive: parse every sentence, take no shortcut. choose: which packs are on for the draft of this name, before it
    has its own say; without it, all. owned_hosts: the publisher's own hosts, whose pages are
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


@dataclass(slots=True)
class Sentence:
    """A sentence of a block: offsets into the block's text, and what the stages learnt about it.

    answer: how the following sentence answers it (flat-no, deny, affirm) or denies it (retort); reply: that sentence.
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
    answer: str = ""
    reply: Sentence | None = field(default=None, repr=False)

    @property
    def asks(self) -> bool:
        """Whether the whole sentence is a question."""
        return any(frame.name == "question" and frame.start == self.start for frame in self.frames)


class Draft:
    """A document read sentence by sentence. library: the works of the options, indexed once for all drafts. everything:
    take no shortcut, look at every sentence. packs: those that are on, whatever the options and the document choose.
    prepare: makes a sentence ready for matching, given its words, its place in its block and its lead. pulse: called before
    each sentence; whoever has no use for the draft any more raises there."""

    def __init__(
        self,
        document: Document,
        ruleset: Ruleset,
        cues: Cues,
        options: Options,
        library: Library,
        *,
        prepare: Callable[[str, int, tuple[str, ...]], Text],
        everything: bool,
        packs: tuple[str, ...] = (),
        pulse: Callable[[], object] | None = None,
    ) -> None:
        self._packs, self._prepare, self._pulse = packs, prepare, pulse or (lambda: None)
        self._document, self._ruleset, self._cues = document, ruleset, cues
        self._options, self._library, self._everything = options, library, everything
        self._sentences: list[Sentence] = []
        self._of_block: defaultdict[int, list[int]] = defaultdict(list)
        self._cited: dict[int, tuple[Citation, ...]] = {}
        self.rules: dict[str, Rule] = {}
        self.packs: frozenset[str] = frozenset()
        """The packs that are on for this draft; `rules`: theirs."""
        self.problems: tuple[Problem, ...] = ()

    def readings(self) -> tuple[Reading, ...]:
        """What every sentence that matters means, with a verdict on each hit."""
        self._find()
        chosen = [index for index, sentence in enumerate(self._sentences) if self._everything or sentence.hits]
        if not chosen:
            return ()
        self._topic = topic([sentence.text for sentence in self._sentences])
        self._references = citations.references(
            self._document, self._options.owned_hosts, self._options.citations_since, self._library
        )
        for index in chosen:
            self._frame(index)
            self._cite(index)
        self._parse([self._sentences[index] for index in chosen])
        return tuple(self._reading(index) for index in chosen)

    def matched(self) -> set[tuple[str, str]]:
        """(rule, pattern) of every pattern that stands in the draft, and of every exception that overlaps such a hit."""
        self._find()
        found = {(hit.rule, hit.pattern) for row in self._sentences for hit in row.hits}
        for row in self._sentences:
            tokens = row.text.tokens
            for rule, first, end, pattern in self._ruleset.unless.matches(row.text):
                low, high = tokens[first].start, tokens[end - 1].end
                if any(hit.rule == rule and low < hit.end and hit.start < high for hit in row.hits):
                    found.add((str(rule), pattern.source))
            found |= {(str(rule), pattern.source) for rule, _, _, pattern in self._ruleset.lacks.matches(row.text)}
        return found

    def _find(self) -> None:
        for number, block in enumerate(self._document.blocks):
            lead = tuple(_lead(self._document, block))
            for start, end in sentences.split(block.text):
                self._pulse()
                text = self._prepare(block.text[start:end], start, lead)
                lead = ()
                self._of_block[number].append(len(self._sentences))
                self._sentences.append(Sentence(number, start, end, text, list(find(text, self._ruleset))))
        for rule, spec in self._ruleset.structured:
            self._find_structured(rule, spec)
        self._select()

    def _select(self) -> None:
        """Keep to the packs that are on for this draft."""
        packs = self._ruleset.packs
        if self._packs:
            choice = Choice(self._packs)
        else:
            usual = self._options.choose(self._document.name) if self._options.choose else None
            choice = selection.declared(self._document.meta, usual or Choice(tuple(pack.name for pack in packs)))
        unknown = [name for name in choice.packs if name not in {*(pack.name for pack in packs), AUTO}]
        self.problems = tuple(
            Problem(f"the front matter asks for the pack “{name}”, which is not loaded") for name in unknown
        )
        rows = ((row.block, row.text) for row in self._sentences)
        topics = selection.topics(self._document, rows, self._ruleset.topics) if AUTO in choice.packs else ()
        self.packs = selection.active(packs, choice, topics)
        self.rules = self._ruleset.view(self.packs)
        for row in self._sentences:
            row.hits = [hit for hit in row.hits if hit.rule in self.rules]

    def _find_structured(self, rule: str, spec: dict[str, list[object]]) -> None:
        anchors = set(spec["anchors"])
        near = [row for row in self._sentences if any(token.form in anchors for token in row.text.tokens)]
        if not near:
            return
        new = [row for row in near if (find_structured, rule) not in row.text.known]
        texts = [self._document.blocks[row.block].text[row.start : row.end] for row in new]
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

    def _frame(self, index: int) -> None:
        row = self._sentences[index]
        blocks, block = self._document.blocks, self._document.blocks[row.block]
        row.cues = self._cues.find(row.text)
        above = block.section if block.kind == "heading" or block.section is None else blocks[block.section].section
        row.frames = frames(
            block,
            row.start,
            row.end,
            row.text,
            row.cues,
            heading=blocks[block.section].text if block.section is not None else "",
            lead=blocks[block.leads[0]].text if block.leads else "",
            myth_section=above is not None and bool(_MYTHS.search(blocks[above].text)),
            education=self._topic.education,
        )
        self._answer(row, index)

    def _answer(self, row: Sentence, index: int) -> None:
        """Look for an answer to a question within two sentences, and for a denial in the next one."""
        kinds = ("flat-no", "deny", "affirm") if row.asks else ("retort",)
        for reply in self._sentences[index + 1 : index + (3 if row.asks else 2)]:
            names = {cue.name for cue in self._cues.find(reply.text)}
            if answer := next((kind for kind in kinds if kind in names), ""):
                row.answer, row.reply = answer, reply
                return
            if self._document.blocks[reply.block].kind == "heading":
                return

    def _cite(self, index: int) -> None:
        row = self._sentences[index]
        block = self._document.blocks[row.block]
        siblings = self._of_block[row.block]
        at = index - siblings[0]
        before = self._sentences[index - 1] if at else None
        after = self._sentences[index + 1] if at + 1 < len(siblings) else None
        found = citations.covers(
            self._citations(row.block),
            row.start,
            row.end,
            after.start if after else len(block.text) + 1,
            block,
            block.text[before.start : before.end] if before else "",
            block.text[row.start : row.end],
            whole=self._options.citation_scope == "paragraph",
        )
        if not any(not item.fault for item in found):
            # a table's caption and header, a list's lead-in and the first cell of a row speak for what they introduce
            found += [item for lead in block.leads for item in self._citations(lead) if not item.fault]
        row.citations = tuple(found)

    def _citations(self, block: int) -> tuple[Citation, ...]:
        if block not in self._cited:
            self._cited[block] = citations.find(self._document.blocks[block], self._references)
        return self._cited[block]

    def _parse(self, rows: Sequence[Sentence]) -> None:
        """Parse the sentences whose verdict a tree can change: those with a cue that has a scope or a condition."""
        need = [
            row for row in rows
            if self._everything
            or (any(self.rules[hit.rule].scope == "claim" for hit in row.hits)
            and (
                any(cue.name in _NEEDS_TREE for cue in row.cues)
                or any(token.form in _SUPPOSING for token in row.text.tokens)
            ))
        ]  # fmt: skip
        if not need:
            return
        keys = [(parse, self._bracketed(row)) for row in need]
        new = {
            (id(row.text), key): (row, key) for row, key in zip(need, keys, strict=True) if key not in row.text.known
        }
        if new:
            texts, places = zip(*(self._without(row, cuts) for row, (_, cuts) in new.values()), strict=True)
            for (row, key), tree, at in zip(new.values(), parse(texts), places, strict=True):
                row.text.known[key] = tuple(
                    Node(at[node.start], at[node.end - 1] + 1, node.lower, node.tag, node.dep, node.head)
                    for node in tree
                )
        for row, key in zip(need, keys, strict=True):
            row.tree = row.text.known[key]

    def _bracketed(self, row: Sentence) -> tuple[tuple[int, int], ...]:
        """The places of bracketed citations in the sentence, which mislead the parser."""
        return tuple(
            (item.start, item.end)
            for item in self._citations(row.block)
            if item.form in citations.BRACKETED and row.start <= item.start < row.end
        )

    def _without(self, row: Sentence, cuts: tuple[tuple[int, int], ...]) -> tuple[str, list[int]]:
        """The sentence without these ranges, and the place of each character."""
        cut = {at for start, end in cuts for at in range(start, end)}
        places = [at for at in range(row.start, row.end) if at not in cut]
        text = self._document.blocks[row.block].text
        return "".join(text[at] for at in places), places

    def _reading(self, index: int) -> Reading:
        row = self._sentences[index]
        block = self._document.blocks[row.block]
        cues = resolve(row.cues, row.tree, row.text, block.text)
        active = self._active(row)
        context = judgement.Context(
            text=row.text,
            tree=row.tree,
            cues=cues,
            frames=active,
            citations=row.citations,
            exceptions=self._exceptions(row),
            topic=self._topic,
            healthy=_count(row.text, STRONG) > 1,
            block_text=block.text,
            near=any(_count(text, HEALTH | {"PATIENT"}) for text in self._around(index)),
            around=self._section_cues(row),
            approval=lambda hit: self._approval(hit, index),
            answer=row.answer if row.asks else "",
        )
        return Reading(
            block=row.block,
            start=row.start,
            end=row.end,
            span=block.span(row.start, row.end),
            text=block.text[row.start : row.end],
            frame=next((frame.name for frame in active if frame.name != "disclosure"), "asserted"),
            cues=cues,
            citations=row.citations,
            verdicts=_distinct([self._verdict(hit, context, row) for hit in row.hits]),
        )

    def _active(self, row: Sentence) -> tuple[Frame, ...]:
        """The sentence's frames in the light of what follows: a question that is answered with yes is asserted, what
        the next sentence denies is reported, and an entry of a reference list asserts nothing."""
        active = row.frames
        if row.answer == "affirm":
            active = tuple(frame for frame in active if frame.name != "question")
        if row.answer == "retort" and not any(frame.name == "myth" for frame in active):
            active = (*active, Frame("reported", row.start, row.end, "denied by the next sentence"))
        if row.block in self._references.blocks:
            active = (*active, Frame("reference", row.start, row.end, "an entry of the reference list"))
        return active

    def _exceptions(self, row: Sentence) -> tuple[tuple[str, int, int], ...]:
        if not row.hits:
            return ()
        tokens = row.text.tokens
        matches = self._ruleset.unless.matches(row.text)
        return tuple((str(rule), tokens[first].start, tokens[end - 1].end) for rule, first, end, _ in matches)

    def _around(self, index: int) -> list[Text]:
        """The sentence, its neighbours, its heading and what introduces it."""
        block = self._document.blocks[self._sentences[index].block]
        above = [at for number in (block.section, *block.leads) if number is not None for at in self._of_block[number]]
        near = range(max(0, index - _NEAR), min(index + _NEAR + 1, len(self._sentences)))
        return [self._sentences[at].text for at in (*near, *above)]

    def _rewrite(self, hit: Hit, rule: Rule, row: Sentence) -> Rewrite | None:
        """Other words for the hit, by the first of the rule's rewrites that matches in it."""
        if not rule.fix:
            return None
        found = self._ruleset.fixes.matches(row.text)
        for fix in rule.fix:
            for key, first, end, _ in found:
                if key == fix and hit.first <= first and end <= hit.last + 1:
                    rewrite = self._filled(fix, row, first, end)
                    if rewrite:
                        return rewrite
        return None

    def _filled(self, fix: Fix, row: Sentence, first: int, end: int) -> Rewrite | None:
        """The rewrite of these tokens; None if markup stands between them, or {base} finds no verb in the third person."""
        tokens, block, source = row.text.tokens, self._document.blocks[row.block], self._document.source
        start, stop = tokens[first].start, tokens[end - 1].end
        span = block.span(start, stop)
        if source[span.start : span.end] != block.text[start:stop]:
            return None
        text = fix.replace
        if "{base}" in text:
            base = third_person(tokens[first].form, self._ruleset.lexicon.bases.get(tokens[first].form, ()))
            if not base:
                return None
            text = text.replace("{base}", base)
        if not text and source[span.end : span.end + 1] == " ":
            span = Span(span.start, span.end + 1)
        return Rewrite(span, text[:1].upper() + text[1:] if block.text[start].isupper() else text, fix.safe)

    def _section_cues(self, row: Sentence) -> frozenset[str]:
        if all(judgement.SECTION.isdisjoint(self.rules[hit.rule].needs) for hit in row.hits):
            return frozenset()
        return self._cues_of_sections[self._document.blocks[row.block].section]

    @cached_property
    def _cues_of_sections(self) -> Mapping[int | None, frozenset[str]]:
        found: defaultdict[int | None, set[str]] = defaultdict(set)
        for row in self._sentences:
            found[self._document.blocks[row.block].section].update(cue.name for cue in self._cues.find(row.text))
        return {section: frozenset(names) for section, names in found.items()}

    def _approval(self, hit: Hit, index: int) -> tuple[bool, str]:
        row = self._sentences[index]
        above = [text for text in reversed(self._around(index)) if text is not row.text]
        return facts.approval(hit, row.text, above, self._ruleset.treatments, self._ruleset.uses)

    def missing(self, readings: Sequence[Reading]) -> list[Finding]:
        """What the draft as a whole lacks, given its claims; each finding stands at the first sentence that calls for it."""
        rules = [rule for rule in self.rules.values() if rule.scope == "draft"]
        claims = {
            (reading.block, reading.start): [item for item in reading.verdicts if item.step in _CLAIMED]
            for reading in readings
        }
        if not rules or not any(claims.values()):
            return []
        lines = [self._line(row, claims.get((row.block, row.start), ())) for row in self._sentences]
        found = balance.missing(rules, lines, self._has)
        return [self._lacking(item, claims) for item in found]

    def _line(self, row: Sentence, verdicts: Sequence[Verdict]) -> balance.Line:
        triggers = {verdict.rule for verdict in verdicts}
        if row.block not in self._references.blocks and self._refers(row):
            triggers.add(balance.CITATION)
        return balance.Line(
            self._document.blocks[row.block].section,
            frozenset(triggers),
            frozenset(str(rule) for rule, *_ in self._ruleset.lacks.matches(row.text)),
            self._warns(row, verdicts),
        )

    def _warns(self, row: Sentence, verdicts: Sequence[Verdict]) -> bool:
        """Whether the sentence names a risk as real: not one that it denies, plays down or merely asks about."""
        if any(verdict.step == "finding" for verdict in verdicts):
            return False
        found = self._cues.find(row.text)
        text = self._document.blocks[row.block].text[row.start : row.end]
        asked = text.endswith("?") or any(cue.name in ("myth", "critical") for cue in found)
        denied = [cue for cue in found if cue.name == "negation"]
        return not asked and any(
            cue.name == "risk" and not any(cue.first - _DENIED <= other.first <= cue.last for other in denied)
            for cue in found
        )

    def _refers(self, row: Sentence) -> bool:
        """Whether the sentence cites something that a list of references would have to explain."""
        cited = [item for item in self._citations(row.block) if row.start <= item.start < row.end]
        linked = [item for item in cited if item.form in _SELF_CONTAINED and not item.fault]
        return any(
            item.form in _REFERRING and not any(link.start < item.end and item.start < link.end for link in linked)
            for item in cited
        )

    def _has(self, feature: str) -> bool:
        if feature == "references":
            return bool(self._references.blocks or self._references.entries)
        return balance.has_feature(self._document, feature)

    def _lacking(self, item: balance.Missing, claims: Mapping[tuple[int, int], Sequence[Verdict]]) -> Finding:
        rule, row = self.rules[item.rule], self._sentences[item.line]
        block = self._document.blocks[row.block]
        own = [verdict for verdict in claims.get((row.block, row.start), ()) if verdict.rule == rule.id]
        span = own[0].span if own else block.span(row.start, row.end)
        excerpt = own[0].excerpt if own else block.text[row.start : row.end]
        found = _finding(rule, span, excerpt, block.text[row.start : row.end])
        return replace(found, missing=rule.needs, reasons=item.reasons, scope="draft")

    def _verdict(self, hit: Hit, context: judgement.Context, row: Sentence) -> Verdict:
        rule = self.rules[hit.rule]
        decision = judgement.judge(hit, rule, context)
        block, start, end = self._document.blocks[row.block], hit.start, hit.end
        related = tuple((block.span(low, high), note) for low, high, note in decision.near)
        sentence = block.text[row.start : row.end]
        if row.reply is not None:
            # the claim is made where the question is answered
            block, start, end = self._document.blocks[row.reply.block], row.reply.start, row.reply.end
            sentence = f"{sentence} {block.text[start:end]}"
            decision = replace(decision, reasons=(*decision.reasons, f"answered: “{block.text[start:end]}”"))
        excerpt, span = block.text[start:end], block.span(start, end)
        if decision.step != "finding":
            return Verdict(rule.id, span, excerpt, decision.step, decision.reasons)
        finding = replace(
            _finding(rule, span, excerpt, sentence),
            missing=decision.missing,
            reasons=decision.reasons[1:],
            rewrite=self._rewrite(hit, rule, row) if row.reply is None else None,
            related=related,
        )
        return Verdict(rule.id, span, excerpt, "finding", decision.reasons, finding)


def _finding(rule: Rule, span: Span, excerpt: str, sentence: str) -> Finding:
    """What every finding of a rule says."""
    message = rule.message.replace("{match}", excerpt)
    return Finding(rule.id, rule.pack, rule.severity, message, span, excerpt, sentence, suggestions=rule.suggest)


def _count(text: Text, lists: frozenset[str]) -> int:
    """At how many places a sentence names a term of any of the lists."""
    return sum(1 for tags in text.tags if not lists.isdisjoint(tags))


def _lead(document: Document, block: Block) -> list[str]:
    """The words that a table cell or list item continues: its row and column header, or the lead-in with its colon."""
    if block.kind == "cell":
        return [
            token.form
            for lead in reversed(block.leads)
            for token in (*tokenize(document.blocks[lead].text)[:_LEAD], _COLON)
        ]
    if block.kind == "item" and block.leads and (text := document.blocks[block.leads[-1]].text).endswith(":"):
        start, end = sentences.split(text)[-1]
        return [token.form for token in tokenize(text[start : end - 1])[-_LEAD:]]
    return []


def _distinct(verdicts: Sequence[Verdict]) -> tuple[Verdict, ...]:
    """Of one rule's verdicts on overlapping words one: a finding before silence, then the longest."""
    kept: list[Verdict] = []
    for verdict in sorted(
        verdicts, key=lambda item: (item.finding is None, item.span.start - item.span.end, item.span, item.reasons)
    ):
        if not any(other.rule == verdict.rule and other.span.overlaps(verdict.span) for other in kept):
            kept.append(verdict)
    return tuple(sorted(kept, key=lambda item: (item.span, item.rule)))
