"""What the sentences of a draft mean: cues and frames, citations, trees, verdicts; and what the draft as a whole lacks.

Least work: a sentence is parsed only if a tree can change its verdict.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Literal

from claimlint import balance, facts
from claimlint import judge as judgement
from claimlint.draft import Draft, Options, Sentence
from claimlint.find import Hit
from claimlint.judge import Context
from claimlint.language import citations
from claimlint.language.cues import Cues, resolve
from claimlint.language.frames import Frame, frames
from claimlint.language.library import Library
from claimlint.language.model import Node, parse
from claimlint.language.topic import HEALTH, STRONG
from claimlint.patterns import Text, third_person
from claimlint.structs import replace
from claimlint.types import Citation, Finding, Fix, Reading, Rewrite, Rule, Span, Verdict

_MYTHS = re.compile(r"\b(?:myths?|misconceptions?|fictions?|fallac(?:y|ies)|old wives)\b", re.I)
_NEEDS_TREE = frozenset("hedge-strong hedge-medium hedge-weak softener hedge-fake limiter negation".split())
_SUPPOSING = frozenset({"if", "whether", "unless"})
_CLAIMED = ("finding", "remedy", "facts", "trigger")
"""Steps that leave a claim standing, whether or not it is excused."""
_REFERRING = ("author-year", "narrative", "narrative-in", "numeric", "superscript", "number")
_SELF_CONTAINED = ("link", "doi", "pmid")
_NEAR = 2
"""Sentences before and after in which the thing that a claim is about may be named: "Is the drip safe? Yes! It is."."""
_NEARBY = HEALTH | {"PATIENT"}
_DENIED = 4
"""Tokens before a risk within which a negation denies it."""
Wanted = Literal["findings", "readings", "everything"]
"""findings: nothing else has to be exact. readings: what is said of claims that are passed over, too. everything: every
sentence is read and parsed, no shortcut is taken."""


class Reader:
    """Reads the sentences of a draft that hold a hit, or all. library: the works of the options, indexed once for all drafts."""

    def __init__(self, draft: Draft, cues: Cues, options: Options, library: Library, wanted: Wanted) -> None:
        self._draft, self._cues, self._options, self._wanted = draft, cues, options, wanted
        self._cited: dict[int, tuple[Citation, ...]] = {}
        self._references = citations.references(draft.document, options.owned_hosts, options.citations_since, library)

    def readings(self) -> tuple[Reading, ...]:
        """What every sentence that matters means, with a verdict on each hit."""
        rows = self._draft.sentences
        chosen = [index for index, row in enumerate(rows) if self._wanted == "everything" or row.hits]
        for index in chosen:
            self._frame(index)
            self._cite(index)
        contexts = [self._context(index) for index in chosen]
        self._parse([rows[index] for index in chosen], contexts)
        return tuple(self._reading(rows[index], context) for index, context in zip(chosen, contexts, strict=True))

    def _frame(self, index: int) -> None:
        row = self._draft.sentences[index]
        blocks, block = self._draft.document.blocks, self._draft.document.blocks[row.block]
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
            education=self._draft.topic.education,
        )
        self._answer(row, index)

    def _answer(self, row: Sentence, index: int) -> None:
        """Look for an answer to a question within two sentences, and for a denial in the next one."""
        kinds = ("flat-no", "deny", "affirm") if row.asks else ("retort",)
        for reply in self._draft.sentences[index + 1 : index + (3 if row.asks else 2)]:
            names = {cue.name for cue in self._cues.find(reply.text)}
            if answer := next((kind for kind in kinds if kind in names), ""):
                row.answer, row.reply = answer, reply
                return
            if self._draft.document.blocks[reply.block].kind == "heading":
                return

    def _cite(self, index: int) -> None:
        row = self._draft.sentences[index]
        block = self._draft.document.blocks[row.block]
        siblings = self._draft.of_block[row.block]
        at = index - siblings[0]
        before = self._draft.sentences[index - 1] if at else None
        after = self._draft.sentences[index + 1] if at + 1 < len(siblings) else None
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
            self._cited[block] = citations.find(self._draft.document.blocks[block], self._references)
        return self._cited[block]

    def _parse(self, rows: Sequence[Sentence], contexts: Sequence[Context]) -> None:
        """Parse the sentences whose verdict a tree can change."""
        need = [
            (row, context) for row, context in zip(rows, contexts, strict=True)
            if self._wanted == "everything" or self._hangs(row, context, self._wanted)
        ]  # fmt: skip
        if not need:
            return
        keys = [(parse, self._bracketed(row)) for row, _ in need]
        new = {
            (id(row.text), key): (row, key)
            for (row, _), key in zip(need, keys, strict=True)
            if key not in row.text.known
        }
        if new:
            texts, places = zip(*(self._without(row, cuts) for row, (_, cuts) in new.values()), strict=True)
            for (row, key), tree, at in zip(new.values(), (self._options.parse or parse)(texts), places, strict=True):
                row.text.known[key] = tuple(
                    Node(at[node.start], at[node.end - 1] + 1, node.lower, node.tag, node.dep, node.head)
                    for node in tree
                )
        for (row, context), key in zip(need, keys, strict=True):
            row.tree = row.text.known[key]
            if not row.tree and not self._without(row, key[1])[0].isspace():
                row.parsed = not self._hangs(row, context, "findings")

    def _hangs(self, row: Sentence, context: Context, wanted: Wanted) -> bool:
        return any(self._may_hang(hit, row, context, wanted) for hit in row.hits)

    def _may_hang(self, hit: Hit, row: Sentence, context: Context, wanted: Wanted) -> bool:
        """Whether the verdict on a hit may hang on a tree: on the reach of a cue beside it, or on a condition."""
        rule = self._draft.rules[hit.rule]
        if rule.scope == "draft":
            return False
        if wanted == "findings" and judgement.passes(hit, rule, context):
            return False
        if not _SUPPOSING.isdisjoint(row.text.forms):
            return True
        return any(
            cue.name in _NEEDS_TREE and not (wanted == "findings" and judgement.makes(hit, cue.start, cue.end, context))
            for cue in row.cues
        )

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
        text = self._draft.document.blocks[row.block].text
        return "".join(text[at] for at in places), places

    def _context(self, index: int) -> Context:
        """All that a verdict may look at, without what takes a tree."""
        row = self._draft.sentences[index]
        return Context(
            text=row.text,
            tree=(),
            cues=(),
            frames=self._active(row),
            citations=row.citations,
            exceptions=self._exceptions(row),
            topic=self._draft.topics[index],
            healthy=row.text.count(STRONG) > 1,
            block_text=self._draft.document.blocks[row.block].text,
            near=any(text.count(_NEARBY) for text in self._around(index)),
            around=self._section_cues(row),
            approval=lambda hit: self._approval(hit, index),
            answer=row.answer if row.asks else "",
        )

    def _reading(self, row: Sentence, context: Context) -> Reading:
        block = self._draft.document.blocks[row.block]
        cues = resolve(row.cues, row.tree, row.text, block.text)
        context = replace(context, tree=row.tree, cues=cues)
        return Reading(
            block=row.block,
            start=row.start,
            end=row.end,
            span=block.span(row.start, row.end),
            text=block.text[row.start : row.end],
            frame=next((frame.name for frame in context.frames if frame.name != "disclosure"), "asserted"),
            cues=cues,
            citations=row.citations,
            verdicts=_distinct([self._verdict(hit, context, row) for hit in row.hits]),
            parsed=row.parsed,
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
        matches = self._draft.ruleset.unless.matches(row.text, frozenset(hit.rule for hit in row.hits))
        return tuple((rule, tokens[first].start, tokens[end - 1].end) for rule, first, end, _ in matches)

    def _around(self, index: int) -> list[Text]:
        """The sentence, its neighbours, its heading and what introduces it."""
        block = self._draft.document.blocks[self._draft.sentences[index].block]
        above = [
            at for number in (block.section, *block.leads) if number is not None for at in self._draft.of_block[number]
        ]
        near = range(max(0, index - _NEAR), min(index + _NEAR + 1, len(self._draft.sentences)))
        return [self._draft.sentences[at].text for at in (*near, *above)]

    def _rewrite(self, hit: Hit, rule: Rule, row: Sentence) -> Rewrite | None:
        """Other words for the hit, by the first of the rule's rewrites that matches in it."""
        if not rule.fix:
            return None
        found = self._draft.ruleset.fixes.matches(row.text)
        for fix in rule.fix:
            for _, first, end, pattern in found:
                if pattern.source == fix.match and hit.first <= first and end <= hit.last + 1:
                    rewrite = self._filled(fix, row, first, end)
                    if rewrite:
                        return rewrite
        return None

    def _filled(self, fix: Fix, row: Sentence, first: int, end: int) -> Rewrite | None:
        """The rewrite of these tokens; None if markup stands between them, or {base} finds no verb in the third person."""
        tokens, block, source = row.text.tokens, self._draft.document.blocks[row.block], self._draft.document.source
        start, stop = tokens[first].start, tokens[end - 1].end
        span = block.span(start, stop)
        if source[span.start : span.end] != block.text[start:stop]:
            return None
        text = fix.replace
        if "{base}" in text:
            base = third_person(tokens[first].form, self._draft.ruleset.lexicon.bases(tokens[first].form))
            if not base:
                return None
            text = text.replace("{base}", base)
        if not text and source[span.end : span.end + 1] == " ":
            span = Span(span.start, span.end + 1)
        return Rewrite(span, text[:1].upper() + text[1:] if block.text[start].isupper() else text, fix.safe)

    def _section_cues(self, row: Sentence) -> frozenset[str]:
        if all(judgement.SECTION.isdisjoint(self._draft.rules[hit.rule].needs) for hit in row.hits):
            return frozenset()
        return self._cues_of_sections[self._draft.document.blocks[row.block].section]

    @cached_property
    def _cues_of_sections(self) -> Mapping[int | None, frozenset[str]]:
        found: defaultdict[int | None, set[str]] = defaultdict(set)
        for row in self._draft.sentences:
            section = self._draft.document.blocks[row.block].section
            found[section].update(cue.name for cue in self._cues.find(row.text))
        return {section: frozenset(names) for section, names in found.items()}

    def _approval(self, hit: Hit, index: int) -> tuple[bool, str]:
        row = self._draft.sentences[index]
        above = [text for text in reversed(self._around(index)) if text is not row.text]
        return facts.approval(hit, row.text, above, self._draft.ruleset)

    def missing(self, readings: Sequence[Reading]) -> list[Finding]:
        """What the draft as a whole lacks, given its claims; each finding stands at the first sentence that calls for it."""
        rules = [rule for rule in self._draft.rules.values() if rule.scope == "draft"]
        claims = {
            (reading.block, reading.start): [item for item in reading.verdicts if item.step in _CLAIMED]
            for reading in readings
        }
        if not rules or not any(claims.values()):
            return []
        lines = [self._line(row, claims.get((row.block, row.start), ())) for row in self._draft.sentences]
        found = balance.missing(rules, lines, self._has)
        return [self._lacking(item, claims) for item in found]

    def _line(self, row: Sentence, verdicts: Sequence[Verdict]) -> balance.Line:
        triggers = {verdict.rule for verdict in verdicts}
        if row.block not in self._references.blocks and self._refers(row):
            triggers.add(balance.CITATION)
        return balance.Line(
            self._draft.document.blocks[row.block].section,
            frozenset(triggers),
            frozenset(rule for rule, *_ in self._draft.ruleset.lacks.matches(row.text)),
            self._warns(row, verdicts),
        )

    def _warns(self, row: Sentence, verdicts: Sequence[Verdict]) -> bool:
        """Whether the sentence names a risk as real: not one that it denies, plays down or merely asks about."""
        if any(verdict.step == "finding" for verdict in verdicts):
            return False
        found = self._cues.find(row.text)
        text = self._draft.document.blocks[row.block].text[row.start : row.end]
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
        return balance.has_feature(self._draft.document, feature)

    def _lacking(self, item: balance.Missing, claims: Mapping[tuple[int, int], Sequence[Verdict]]) -> Finding:
        rule, row = self._draft.rules[item.rule], self._draft.sentences[item.line]
        block = self._draft.document.blocks[row.block]
        own = [verdict for verdict in claims.get((row.block, row.start), ()) if verdict.rule == rule.id]
        span = own[0].span if own else block.span(row.start, row.end)
        excerpt = own[0].excerpt if own else block.text[row.start : row.end]
        found = _finding(rule, span, excerpt, block.text[row.start : row.end])
        return replace(found, missing=rule.needs, reasons=item.reasons, scope="draft")

    def _verdict(self, hit: Hit, context: Context, row: Sentence) -> Verdict:
        rule = self._draft.rules[hit.rule]
        decision = judgement.judge(hit, rule, context)
        block, start, end = self._draft.document.blocks[row.block], hit.start, hit.end
        related = tuple((block.span(low, high), note) for low, high, note in decision.near)
        sentence = block.text[row.start : row.end]
        if row.reply is not None:
            # the claim is made where the question is answered
            block, start, end = self._draft.document.blocks[row.reply.block], row.reply.start, row.reply.end
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


def _distinct(verdicts: Sequence[Verdict]) -> tuple[Verdict, ...]:
    """Of one rule's verdicts on overlapping words one: a finding before silence, then the longest."""
    kept: list[Verdict] = []
    for verdict in sorted(
        verdicts, key=lambda item: (item.finding is None, item.span.start - item.span.end, item.span, item.reasons)
    ):
        if not any(other.rule == verdict.rule and other.span.overlaps(verdict.span) for other in kept):
            kept.append(verdict)
    return tuple(sorted(kept, key=lambda item: (item.span, item.rule)))
