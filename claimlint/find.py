"""Where which rule's pattern stands: anchors first, then patterns; no verdict is made here."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from claimlint import readers
from claimlint.errors import PackError
from claimlint.language import sentences
from claimlint.packs import Pack, effective
from claimlint.patterns import Lexicon, Matcher, PatternSyntaxError, Text, inflect, parse, slots, words
from claimlint.types import Document, Lines, Rule


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule's pattern in a sentence: token range (inclusive) and code points in the block's text.

    core: where the match ends without the gap that may close its pattern, so that a verb that follows the claim is
    not taken for a part of it. wording, lists: the words and lists that the pattern itself asks for: a negation or hedge
    that stands there makes the claim and does not qualify it. denied: stands in a question whose denial would be the claim ("Any side effects?").
    """

    rule: str
    first: int
    last: int
    start: int
    end: int
    core: int
    pattern: str
    wording: frozenset[str] = frozenset()
    lists: frozenset[str] = frozenset()
    denied: bool = False


@dataclass(slots=True, eq=False)
class Ruleset:
    """All packs as one: rules by id, the lexicon of lists, and matchers: of patterns, exceptions, what whole drafts
    should hold, topics of packs, names and uses of treatments."""

    packs: tuple[Pack, ...]
    rules: dict[str, Rule]
    lexicon: Lexicon
    cues: dict[str, tuple[str, ...]]
    matcher: Matcher = field(init=False)
    denied: Matcher = field(init=False)
    unless: Matcher = field(init=False)
    lacks: Matcher = field(init=False)
    topics: Matcher = field(init=False)
    treatments: Matcher = field(init=False)
    uses: Matcher = field(init=False)
    fixes: Matcher = field(init=False)
    wording: dict[str, tuple[frozenset[str], frozenset[str]]] = field(default_factory=dict)
    structured: list[tuple[str, dict[str, list[object]]]] = field(default_factory=list)
    _views: dict[frozenset[str], dict[str, Rule]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("matcher", "denied", "unless", "lacks", "topics", "treatments", "uses", "fixes"):
            setattr(self, name, Matcher(self.lexicon))

    def view(self, active: frozenset[str]) -> dict[str, Rule]:
        """The rules of these packs, with what they override."""
        if active not in self._views:
            self._views[active] = effective(pack for pack in self.packs if pack.name in active)
        return self._views[active]


_COMPILED: deque[Ruleset] = deque(maxlen=2)
"""The last rulesets: projects that use the same packs share one, and a changed configuration costs no compilation."""


def compile_packs(packs: Sequence[Pack]) -> Ruleset:
    """Merge lists and cues of all packs and compile their rules."""
    known = next((each for each in tuple(_COMPILED) if each.packs == tuple(packs)), None)
    if known is None:
        known = _compiled(packs)
        _COMPILED.append(known)
    return known


def _compiled(packs: Sequence[Pack]) -> Ruleset:
    lexicon = Lexicon()
    lists = merged(pack.lists for pack in packs)
    for name, terms in lists.items():
        for term in terms:
            lexicon.add_term(name, term)
    rules = effective(packs)
    cues = merged(pack.cues for pack in packs)
    ruleset = Ruleset(tuple(packs), rules, lexicon, cues)
    for pack in packs:
        for pattern in pack.topic:
            ruleset.topics.add(pattern, pack.name)
        for treatment in pack.treatments:
            for pattern in treatment.terms:
                ruleset.treatments.add(pattern, treatment)
            for pattern in treatment.uses:
                ruleset.uses.add(pattern, treatment)
    for rule in rules.values():
        for pattern in rule.match:
            if isinstance(pattern, str):
                ruleset.matcher.add(pattern, rule.id)
                ruleset.wording[pattern] = (_forms(pattern), frozenset(slots(parse(pattern))))
            else:
                ruleset.structured.append((rule.id, pattern))
        for question in rule.denied:
            ruleset.denied.add(question, rule.id)
        for exception in rule.unless:
            ruleset.unless.add(exception, rule.id)
        for fix in rule.fix:
            ruleset.fixes.add(fix.match, fix)
        for remedy in rule.lacks:
            ruleset.lacks.add(remedy, rule.id)
    return ruleset


def _forms(pattern: str) -> frozenset[str]:
    """All forms of the words that a pattern spells out."""
    return frozenset(form for option in parse(pattern) for word in words(option) for form in inflect(word.base))


def merged(parts: Iterable[Mapping[str, tuple[str, ...]]]) -> dict[str, tuple[str, ...]]:
    """Lists or cues of several packs: those of the same name are joined, without repeats."""
    result: dict[str, tuple[str, ...]] = {}
    for part in parts:
        for name, items in part.items():
            known = result.get(name, ())
            result[name] = (*known, *(item for item in dict.fromkeys(items) if item not in known))
    return result


def tried(
    pattern: str, packs: Sequence[Pack], drafts: Iterable[tuple[str, str | Document]]
) -> Iterator[tuple[str, int, str, int, int]]:
    """Where a pattern, with the lists of these packs, stands in (name, source) drafts: name, line from 1, sentence, and
    the half-open range of the match in it.

    Raises:
        PackError: the pattern is malformed or names a list that no pack defines.
    """
    try:
        lists = slots(parse(pattern))
    except PatternSyntaxError as error:
        raise PackError(str(error)) from None
    ruleset = _compiled(packs)  # it learns the words of the pattern
    known = {name for pack in packs for name in pack.lists}
    if unknown := sorted(set(lists) - known):
        raise PackError(f"no pack defines the list {{{unknown[0]}}}")
    matcher = Matcher(ruleset.lexicon)
    matcher.add(pattern, "")
    for name, source in drafts:
        document = readers.document(source, name)
        lines = Lines(document.source)
        for block in document.blocks:
            for start, end in sentences.split(block.text):
                text = Text(block.text[start:end], ruleset.lexicon, at=start)
                for _, first, last, _ in matcher.matches(text):
                    low, high = text.tokens[first].start, text.tokens[last - 1].end
                    line = lines.position(block.span(low, high).start).line
                    yield name, line, block.text[start:end], low - start, high - start


def find(text: Text, ruleset: Ruleset) -> list[Hit]:
    """All hits of a sentence, also those of one rule that overlap: which of them stands is judged."""
    return text.once(ruleset, lambda text: _hits(text, ruleset))


def _hits(text: Text, ruleset: Ruleset) -> list[Hit]:
    found = {
        Hit(
            str(rule),
            first,
            end - 1,
            text.tokens[first].start,
            text.tokens[end - 1].end,
            text.tokens[pattern.core(text, first) - 1].end,
            pattern.source,
            *ruleset.wording.get(pattern.source, (frozenset(), frozenset())),
            denied,
        )
        for matcher, denied in ((ruleset.matcher, False), (ruleset.denied, True))
        if not denied or "?" in text.forms
        for rule, first, end, pattern in matcher.matches(text)
        if end > text.lead and pattern.core(text, first) > text.lead
    }
    return sorted(found, key=lambda hit: (hit.first, hit.last, hit.rule, hit.pattern))
