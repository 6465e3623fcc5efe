"""Where which rule's pattern stands: anchors first, then patterns; no verdict is made here."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import cache, cached_property

from claimlint import readers
from claimlint.errors import PackError
from claimlint.language import sentences
from claimlint.packs import ABOUT, Pack, effective
from claimlint.patterns import Lexicon, Matcher, PatternSyntaxError, Text, inflect, parse, slots, words
from claimlint.structs import Struct, replace
from claimlint.types import Document, Lines, Rule, Treatment


class Hit(Struct, frozen=True):
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


class Ruleset:
    """All packs as one: the lexicon of their lists, and matchers of patterns, questions whose denial is a claim, exceptions,
    what whole drafts should hold, topics of packs, names and uses of treatments, rewrites, cues."""

    MATCHERS = ("matcher", "denied", "unless", "lacks", "topics", "treatments", "uses", "fixes", "cues")
    matcher: Matcher
    denied: Matcher
    unless: Matcher
    lacks: Matcher
    topics: Matcher
    treatments: Matcher
    uses: Matcher
    fixes: Matcher
    cues: Matcher

    def __init__(self, heads: Sequence[Pack], whole: Callable[[], Sequence[Pack]], lexicon: Lexicon) -> None:
        """heads: the packs without lists, cues and rules, which most drafts do not need; whole: the packs."""
        self.heads, self._whole, self.lexicon = tuple(heads), whole, lexicon
        self.about: dict[str, frozenset[str]] = {}
        """What rules are about (any, health, treatment) → those that are, where any packs are on."""
        self.structured: list[tuple[str, dict[str, list[str]]]] = []
        """(rule, pattern) of those that a model matches."""
        self._views: dict[frozenset[str], dict[str, Rule]] = {}
        for name in self.MATCHERS:
            setattr(self, name, Matcher(lexicon))

    @cached_property
    def packs(self) -> tuple[Pack, ...]:
        return tuple(self._whole())

    @cached_property
    def rules(self) -> dict[str, Rule]:
        """All rules by id."""
        return effective(self.packs)

    def view(self, active: frozenset[str]) -> dict[str, Rule]:
        """The rules of these packs, with what they override."""
        if active not in self._views:
            self._views[active] = effective(pack for pack in self.packs if pack.name in active)
        return self._views[active]

    def treatment(self, key: str) -> Treatment:
        """The treatment whose names or uses a matcher found under this key."""
        pack, _, number = key.rpartition("/")
        return next(head for head in self.heads if head.name == pack).treatments[int(number)]


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
    for name, terms in merged(pack.lists for pack in packs).items():
        for term in terms:
            lexicon.add_term(name, term)
    ruleset = Ruleset([head(pack) for pack in packs], lambda: packs, lexicon)
    for name, patterns in merged(pack.cues for pack in packs).items():
        for pattern in patterns:
            ruleset.cues.add(pattern, name)
    for pack in packs:
        for pattern in pack.topic:
            ruleset.topics.add(pattern, pack.name)
        for number, treatment in enumerate(pack.treatments):
            for pattern in treatment.terms:
                ruleset.treatments.add(pattern, f"{pack.name}/{number}")
            for pattern in treatment.uses:
                ruleset.uses.add(pattern, f"{pack.name}/{number}")
    ruleset.about = {about: frozenset(_about(about, packs, ruleset.rules)) for about in ABOUT}
    for rule in ruleset.rules.values():
        for pattern in rule.match:
            if isinstance(pattern, str):
                ruleset.matcher.add(pattern, rule.id)
            else:
                ruleset.structured.append((rule.id, pattern))
        for question in rule.denied:
            ruleset.denied.add(question, rule.id)
        for exception in rule.unless:
            ruleset.unless.add(exception, rule.id)
        for fix in rule.fix:
            ruleset.fixes.add(fix.match, rule.id)
        for remedy in rule.lacks:
            ruleset.lacks.add(remedy, rule.id)
    return ruleset


def _about(about: str, packs: Sequence[Pack], rules: Iterable[str]) -> Iterator[str]:
    for pack in packs:
        yield from (rule.id for rule in pack.rules if rule.about == about)
        for name, values in pack.overrides.items():
            yield from (rule for rule in rules if values.get("about") == about and fnmatchcase(rule, name))


def head(pack: Pack) -> Pack:
    """A pack without what only its rules need."""
    return replace(pack, lists={}, cues={}, rules=(), overrides={})


@cache
def _asked(pattern: str) -> tuple[frozenset[str], frozenset[str]]:
    """All forms of the words that a pattern spells out, and the lists that it asks for."""
    options = parse(pattern)
    forms = frozenset(form for option in options for word in words(option) for form in inflect(word.base))
    return forms, frozenset(slots(options))


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


def find(text: Text, ruleset: Ruleset, rules: frozenset[str] | None = None) -> list[Hit]:
    """All hits of a sentence, also those of one rule that overlap: which of them stands is judged. rules: those that matter;
    default: all."""
    return text.once((ruleset, rules), lambda text: _hits(text, ruleset, rules))


def _hits(text: Text, ruleset: Ruleset, rules: frozenset[str] | None) -> list[Hit]:
    found = {
        Hit(
            rule,
            first,
            end - 1,
            text.tokens[first].start,
            text.tokens[end - 1].end,
            text.tokens[pattern.core(text, first) - 1].end,
            pattern.source,
            *((frozenset(), frozenset()) if denied else _asked(pattern.source)),
            denied,
        )
        for matcher, denied in ((ruleset.matcher, False), (ruleset.denied, True))
        if not denied or "?" in text.forms
        for rule, first, end, pattern in matcher.matches(text, rules)
        if end > text.lead and pattern.core(text, first) > text.lead
    }
    return sorted(found, key=lambda hit: (hit.first, hit.last, hit.rule, hit.pattern))
