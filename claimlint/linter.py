"""Linter: a draft's source in, its report out. Everything that every surface shares."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from claimlint import judge as judgement
from claimlint import readers
from claimlint.find import Hit, Ruleset, compile_packs, find
from claimlint.language import citations, sentences
from claimlint.language.cues import Cues, Found, resolve
from claimlint.language.frames import Frame, frames
from claimlint.language.model import Node, Tree, find_structured, parse
from claimlint.language.topic import HEALTH, STRONG, Topic, topic
from claimlint.packs import Pack
from claimlint.patterns import Text, Token, tokenize
from claimlint.types import Block, Citation, Document, Finding, Reading, Report, Rule, Verdict

_MYTHS = re.compile(r"\b(?:myths?|misconceptions?|fictions?|fallac(?:y|ies)|old wives)\b", re.I)
_SPACES = re.compile(r"\W+")
_NEEDS_TREE = frozenset("hedge-strong hedge-medium hedge-weak softener hedge-fake limiter negation".split())
_LEAD = 30
"""Tokens of a header or lead-in that are read together with what they introduce."""
_COLON = Token(":", 0, 0)
_SUPPOSING = frozenset(["if", "whether", "unless"])


@dataclass(frozen=True, slots=True)
class Options:
    """exhaustive: parse every sentence, take no shortcut. owned_hosts: the publisher's own hosts, whose pages are
    no citations. citation_scope: what a citation covers, its "sentence" or its whole "paragraph"."""

    exhaustive: bool = False
    owned_hosts: tuple[str, ...] = ()
    citation_scope: str = "sentence"


@dataclass(slots=True)
class _Sentence:
    """A sentence on its way through the stages."""

    block: int
    start: int
    end: int
    text: Text
    hits: list[Hit]
    cues: tuple[Found, ...] = ()
    frames: tuple[Frame, ...] = ()
    citations: tuple[Citation, ...] = ()
    tree: Tree = ()


class Linter:
    """Checks drafts against packs. Deterministic and without state between drafts; cheap to keep, costly to make."""

    def __init__(self, packs: Sequence[Pack], *, options: Options = Options()) -> None:  # frozen
        self.packs, self.options = tuple(packs), options
        self._ruleset: Ruleset = compile_packs(packs)
        self._cues = Cues(self._ruleset.cues, self._ruleset.lexicon)

    @property
    def rules(self) -> Mapping[str, Rule]:
        """All rules by full id."""
        return self._ruleset.rules

    def check(self, source: str, name: str = "-") -> Report:
        """Check one draft. `name` tells the format by its suffix and is repeated in the report."""
        document = readers.read(source, name)
        found = [
            verdict.finding
            for reading in self._read(document, everything=False)
            for verdict in reading.verdicts
            if verdict.finding
        ]
        return Report(
            name, source, tuple(_numbered(_specific(found, self.rules))), document.problems, document.comments
        )

    def check_many(self, drafts: Iterable[tuple[str, str]]) -> Iterator[Report]:
        """Check (name, source) pairs; reports come in the same order."""
        for name, source in drafts:
            yield self.check(source, name)

    def inspect(self, source: str, name: str = "-") -> tuple[Document, tuple[Reading, ...]]:
        """Every sentence with its cues, citations, frame and verdicts, without any shortcut."""
        document = readers.read(source, name)
        return document, self._read(document, everything=True)

    def _read(self, document: Document, *, everything: bool) -> tuple[Reading, ...]:
        everything = everything or self.options.exhaustive
        rows = self._sentences(document)
        if self._ruleset.structured:
            self._find_structured(document, rows)
        if not everything and not any(row.hits for row in rows):
            return ()
        subject = topic([row.text for row in rows])
        refs = citations.references(document, self.options.owned_hosts)
        cited: dict[int, tuple[Citation, ...]] = {}
        answered = self._frame(document, rows, subject, everything)
        wanted = [row for row in rows if everything or row.hits]
        for row in wanted:
            block = document.blocks[row.block]
            if row.block not in cited:
                cited[row.block] = citations.find(block, refs)
            row.citations = tuple(self._covering(document, rows, row, cited, refs))
        self._parse(document, wanted, cited, everything)
        listed = refs.blocks
        readings = []
        for index, row in enumerate(rows):
            if everything or row.hits:
                readings.append(self._reading(document, rows, index, subject, answered, listed))
        return tuple(readings)

    def _sentences(self, document: Document) -> list[_Sentence]:
        rows = []
        for index, block in enumerate(document.blocks):
            lead = _lead(document, block)
            for start, end in sentences.split(block.text):
                text = Text.of(tokenize(block.text[start:end], start), self._ruleset.lexicon, lead=lead)
                lead = []
                rows.append(_Sentence(index, start, end, text, find(text, self._ruleset)))
        return rows

    def _find_structured(self, document: Document, rows: list[_Sentence]) -> None:
        for rule, spec in self._ruleset.structured:
            anchors = set(spec["anchors"])  # type: ignore[call-overload]  # checked by packs
            near = [row for row in rows if any(token.form in anchors for token in row.text.tokens)]
            texts = [document.blocks[row.block].text[row.start : row.end] for row in near]
            for row, found in zip(near, find_structured([(rule, spec)], texts) if near else (), strict=False):
                for _, start, end in found:
                    inside = [
                        i
                        for i, token in enumerate(row.text.tokens)
                        if token.start < row.start + end and row.start + start < token.end
                    ]
                    row.hits.append(
                        Hit(
                            rule,
                            inside[0],
                            inside[-1],
                            row.start + start,
                            row.start + end,
                            row.start + end,
                            "tokens" if "tokens" in spec else "tree",
                        )
                    )

    def _frame(
        self, document: Document, rows: list[_Sentence], subject: Topic, everything: bool
    ) -> dict[int, tuple[str, int]]:
        """Find cues and frames where they can matter; returns which sentences are answered, how, and by which."""
        answered: dict[int, tuple[str, int]] = {}
        for index, row in enumerate(rows):
            if not (everything or row.hits):
                continue
            block = document.blocks[row.block]
            row.cues = self._cues.find(row.text)
            heading = document.blocks[block.section].text if block.section is not None else ""
            above = (
                document.blocks[block.section].section
                if block.section is not None and block.kind != "heading"
                else block.section
            )
            myths = above is not None and bool(_MYTHS.search(document.blocks[above].text))
            lead = document.blocks[block.leads[0]].text if block.leads else ""
            row.frames = frames(
                block,
                row.start,
                row.end,
                row.text,
                row.cues,
                heading=heading,
                lead=lead,
                myth_section=myths,
                education=subject.education,
            )
            if reply := self._answer(document, rows, index, asks=_asks(row)):
                answered[index] = reply
        return answered

    def _answer(self, document: Document, rows: list[_Sentence], index: int, *, asks: bool) -> tuple[str, int] | None:
        """How a question is answered (flat-no, deny, affirm) within the next two sentences, or whether the next one
        denies what was said (retort), and which sentence it is."""
        for after in range(index + 1, min(index + (3 if asks else 2), len(rows))):
            row = rows[after]
            names = {cue.name for cue in self._cues.find(row.text)}
            for name in ("flat-no", "deny", "affirm") if asks else ("retort",):
                if name in names:
                    return name, after
            if document.blocks[row.block].kind == "heading":
                break
        return None

    def _covering(
        self,
        document: Document,
        rows: list[_Sentence],
        row: _Sentence,
        cited: dict[int, tuple[Citation, ...]],
        refs: citations.References,
    ) -> list[Citation]:
        block = document.blocks[row.block]
        siblings = [other for other in rows if other.block == row.block]
        at = siblings.index(row)
        before = block.text[siblings[at - 1].start : siblings[at - 1].end] if at else ""
        following = siblings[at + 1].start if at + 1 < len(siblings) else len(block.text) + 1
        whole = self.options.citation_scope == "paragraph"
        found = citations.covers(
            cited[row.block], row.start, row.end, following, block, before, block.text[row.start : row.end], whole=whole
        )
        if not any(not item.fault for item in found):
            # a table's caption and header, a list's lead-in and the first cell of a row speak for what they introduce
            for lead in block.leads:
                if lead not in cited:
                    cited[lead] = citations.find(document.blocks[lead], refs)
                found += [item for item in cited[lead] if not item.fault]
        return found

    def _parse(
        self, document: Document, rows: Sequence[_Sentence], cited: Mapping[int, tuple[Citation, ...]], everything: bool
    ) -> None:
        """Parse the sentences whose verdict a tree can change: those with a hit and a cue that has a scope."""
        need = [
            row for row in rows
            if everything
            or any(cue.name in _NEEDS_TREE for cue in row.cues)
            or any(token.form in _SUPPOSING for token in row.text.tokens)
        ]  # fmt: skip
        if not need:
            return
        texts, maps = zip(
            *(_without(document.blocks[row.block], row.start, row.end, cited[row.block]) for row in need), strict=True
        )
        for row, tree, places in zip(need, parse(texts), maps, strict=True):
            row.tree = tuple(
                Node(places[node.start], places[node.end - 1] + 1, node.lower, node.tag, node.dep, node.head)
                for node in tree
            )

    def _reading(
        self,
        document: Document,
        rows: list[_Sentence],
        index: int,
        subject: Topic,
        answered: Mapping[int, tuple[str, int]],
        listed: set[int],
    ) -> Reading:
        row = rows[index]
        block = document.blocks[row.block]
        cues = resolve(row.cues, row.tree, row.text, block.text)
        # a question that is answered with yes is asserted; what is answered with no is reported
        answer, reply = answered.get(index, ("", index))
        asked = _asks(row)
        affirmed = answer == "affirm" and asked
        active = tuple(frame for frame in row.frames if not (affirmed and frame.name == "question"))
        if answer == "retort" and not any(frame.name == "myth" for frame in active):
            active = (*active, Frame("reported", row.start, row.end, "denied by the next sentence"))
        if row.block in listed:
            active = (*active, Frame("reference", row.start, row.end, "an entry of the reference list"))
        around = [rows[near].text for near in (index - 1, index, index + 1) if 0 <= near < len(rows)]
        heading = [other.text for other in rows if block.section is not None and other.block == block.section]
        context = judgement.Context(
            row.text, row.tree, cues, active, row.citations,
            tuple((str(rule), row.text.tokens[first].start, row.text.tokens[end - 1].end) for rule, first, end, _ in self._ruleset.unless.matches(row.text)) if row.hits else (),
            subject, _strong(row.text) > 1, block.text, judgement.names([*around, *heading], HEALTH), answer if asked else "",
        )  # fmt: skip
        said = rows[reply] if answer else None
        verdicts = _distinct(self._verdict(hit, context, document, row, said) for hit in row.hits)
        frame = next((frame.name for frame in active if frame.name != "disclosure"), "asserted")
        return Reading(
            row.block,
            row.start,
            row.end,
            block.span(row.start, row.end),
            block.text[row.start : row.end],
            frame,
            cues,
            row.citations,
            verdicts,
        )

    def _verdict(
        self, hit: Hit, context: judgement.Context, document: Document, row: _Sentence, said: _Sentence | None
    ) -> Verdict:
        """said: the sentence that answers the question in which the hit stands; the claim is made there."""
        rule, block = self.rules[hit.rule], document.blocks[row.block]
        decision = judgement.judge(hit, rule, context)
        excerpt, span = block.text[hit.start : hit.end], block.span(hit.start, hit.end)
        if said is not None:
            answer = document.blocks[said.block]
            decision = replace(
                decision, reasons=(*decision.reasons, f"answered: “{answer.text[said.start : said.end]}”")
            )
            excerpt, span = answer.text[said.start : said.end], answer.span(said.start, said.end)
        if decision.step != "finding":
            return Verdict(rule.id, span, excerpt, decision.step, decision.reasons)
        finding = Finding(
            rule=rule.id, pack=rule.pack, severity=rule.severity, message=rule.message.replace("{match}", excerpt), span=span,
            excerpt=excerpt, sentence=block.text[row.start : row.end], missing=decision.missing, reasons=decision.reasons[1:],
            suggestions=rule.suggest, related=tuple((block.span(start, end), note) for start, end, note in decision.near),
        )  # fmt: skip
        return Verdict(rule.id, span, excerpt, "finding", decision.reasons, finding)


def _asks(row: _Sentence) -> bool:
    """Whether the whole sentence is a question."""
    return any(frame.name == "question" and frame.start == row.start for frame in row.frames)


def _strong(text: Text) -> int:
    """How many conditions, symptoms, treatments and supplements a sentence names."""
    return sum(1 for tags in text.tags if not STRONG.isdisjoint(tags))


def _lead(document: Document, block: Block) -> list[str]:
    """The words that a table cell or list item continues: its row and column header, or the lead-in that ends in a colon."""
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


def _without(block: Block, start: int, end: int, found: Sequence[Citation]) -> tuple[str, list[int]]:
    """The sentence without its bracketed citations, which mislead the parser, and the place of each character."""
    cut = [
        item
        for item in found
        if item.form in ("author-year", "numeric", "superscript", "pandoc", "doi", "source")
        and start <= item.start < end
    ]
    places = [at for at in range(start, end) if not any(item.start <= at < item.end for item in cut)]
    return "".join(block.text[at] for at in places), places


def _distinct(verdicts: Iterable[Verdict]) -> tuple[Verdict, ...]:
    """Of one rule's verdicts on overlapping words one: a finding before silence, then the longest."""
    kept: list[Verdict] = []
    for verdict in sorted(
        verdicts, key=lambda item: (item.finding is None, item.span.start - item.span.end, item.span, item.reasons)
    ):
        if not any(other.rule == verdict.rule and _overlap(other, verdict) for other in kept):
            kept.append(verdict)
    return tuple(sorted(kept, key=lambda item: (item.span, item.rule)))


def _specific(findings: Sequence[Finding], rules: Mapping[str, Rule]) -> list[Finding]:
    """Findings in source order; a broad rule's gives way to a specific one that overlaps it."""
    specific = [item for item in findings if not rules[item.rule].broad]
    kept = [
        item for item in findings if not rules[item.rule].broad or not any(_overlap(other, item) for other in specific)
    ]
    return sorted(kept, key=lambda item: (item.span, item.rule))


def _overlap(one: Finding | Verdict, other: Finding | Verdict) -> bool:
    return one.span.start < other.span.end and other.span.start < one.span.end


def _numbered(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Give each finding its fingerprint: rule, normalised sentence and excerpt, ordinal of the same; no place, so
    that edits elsewhere change nothing."""
    seen: Counter[str] = Counter()
    for item in findings:
        base = "\n".join(
            (
                item.rule,
                _SPACES.sub(" ", item.sentence).casefold().strip(),
                _SPACES.sub(" ", item.excerpt).casefold().strip(),
            )
        )
        ordinal = seen[base]
        seen[base] += 1
        yield replace(item, fingerprint=hashlib.sha256(f"{base}\n{ordinal}".encode()).hexdigest()[:16])
