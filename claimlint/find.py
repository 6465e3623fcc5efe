"""Where which rule's pattern stands: anchors first, then patterns; no verdict is made here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from claimlint.packs import Pack
from claimlint.patterns import Lexicon, Matcher, Text, parse, slots, tokenize
from claimlint.types import Rule


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule's pattern in a sentence: token range (inclusive) and code points in the block's text.

    core: where the match ends without the gap that may close its pattern, so that a verb that follows the claim is
    not taken for a part of it. negators: the negating words that the pattern itself asks for, which make the claim and do not
    deny it. denied: stands in a question whose denial would be the claim ("Any side effects?").
    """

    rule: str
    first: int
    last: int
    start: int
    end: int
    core: int
    pattern: str
    negators: frozenset[str] = frozenset()
    denied: bool = False


NEGATORS = frozenset(
    "no not never without none nothing nobody neither nor zero free hardly barely scarcely rarely lack minus absence".split()
)


@dataclass(slots=True)
class Ruleset:
    """All packs as one: rules by id, the lexicon of lists, one matcher of patterns, one of exceptions."""

    rules: dict[str, Rule]
    lexicon: Lexicon
    cues: dict[str, tuple[str, ...]]
    matcher: Matcher
    denied: Matcher
    unless: Matcher
    negators: dict[str, frozenset[str]]
    structured: list[tuple[str, Mapping[str, object]]]


def compile_packs(packs: Sequence[Pack]) -> Ruleset:
    """Merge lists and cues of all packs and compile their rules."""
    lexicon = Lexicon()
    lists = merged(pack.lists for pack in packs)
    for name, terms in lists.items():
        for term in terms:
            lexicon.add_term(name, term)
    rules = {rule.id: rule for pack in packs for rule in pack.rules}
    cues = merged(pack.cues for pack in packs)
    ruleset = Ruleset(rules, lexicon, cues, Matcher(lexicon), Matcher(lexicon), Matcher(lexicon), {}, [])
    listed = {name: {token.form for term in terms for token in tokenize(term)} & NEGATORS for name, terms in lists.items()}
    for rule in rules.values():
        for pattern in rule.match:
            if isinstance(pattern, str):
                ruleset.matcher.add(pattern, rule.id)
                ruleset.negators[pattern] = _negators(pattern, listed)
            else:
                ruleset.structured.append((rule.id, pattern))
        for question in rule.denied:
            ruleset.denied.add(question, rule.id)
        for exception in rule.unless:
            ruleset.unless.add(exception, rule.id)
    return ruleset


def _negators(pattern: str, listed: Mapping[str, set[str]]) -> frozenset[str]:
    words = {token.form for token in tokenize(pattern)} & NEGATORS
    return frozenset(words.union(*(listed.get(name, set()) for name in slots(parse(pattern)))))


def merged(parts: Iterable[Mapping[str, tuple[str, ...]]]) -> dict[str, tuple[str, ...]]:
    """Lists or cues of several packs: those of the same name are joined, without repeats."""
    result: dict[str, tuple[str, ...]] = {}
    for part in parts:
        for name, items in part.items():
            known = result.get(name, ())
            result[name] = (*known, *(item for item in dict.fromkeys(items) if item not in known))
    return result


def find(text: Text, ruleset: Ruleset) -> list[Hit]:
    """All hits of a sentence; of one rule's overlapping hits the longest."""
    found = [
        Hit(
            str(rule),
            first,
            end - 1,
            text.tokens[first].start,
            text.tokens[end - 1].end,
            text.tokens[pattern.core(text, first) - 1].end,
            pattern.source,
            ruleset.negators.get(pattern.source, frozenset()),
            denied,
        )
        for matcher, denied in ((ruleset.matcher, False), (ruleset.denied, True))
        if not denied or any(token.form == "?" for token in text.tokens)
        for rule, first, end, pattern in matcher.matches(text)
        if end > text.lead
    ]
    hits: dict[tuple[str, bool], list[Hit]] = {}
    for hit in sorted(found, key=lambda hit: (hit.first - hit.last, hit.first)):
        kept = hits.setdefault((hit.rule, hit.denied), [])
        if all(hit.last < other.first or other.last < hit.first for other in kept):
            kept.append(hit)
    return sorted((hit for kept in hits.values() for hit in kept), key=lambda hit: (hit.first, hit.last, hit.rule))
