"""Where which rule's pattern stands: anchors first, then patterns; no verdict is made here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from claimlint.packs import Pack
from claimlint.patterns import Lexicon, Matcher, Text, inflect, parse, slots, words
from claimlint.types import Rule


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


@dataclass(slots=True)
class Ruleset:
    """All packs as one: rules by id, the lexicon of lists, one matcher of patterns, one of exceptions."""

    rules: dict[str, Rule]
    lexicon: Lexicon
    cues: dict[str, tuple[str, ...]]
    matcher: Matcher
    denied: Matcher
    unless: Matcher
    wording: dict[str, tuple[frozenset[str], frozenset[str]]]
    structured: list[tuple[str, dict[str, list[object]]]]


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
    return ruleset


def _forms(pattern: str) -> frozenset[str]:
    """All forms of the words that a pattern spells out."""
    return frozenset(form for option in parse(pattern) for word in words(option) for form in inflect(word))


def merged(parts: Iterable[Mapping[str, tuple[str, ...]]]) -> dict[str, tuple[str, ...]]:
    """Lists or cues of several packs: those of the same name are joined, without repeats."""
    result: dict[str, tuple[str, ...]] = {}
    for part in parts:
        for name, items in part.items():
            known = result.get(name, ())
            result[name] = (*known, *(item for item in dict.fromkeys(items) if item not in known))
    return result


def find(text: Text, ruleset: Ruleset) -> list[Hit]:
    """All hits of a sentence, also those of one rule that overlap: which of them stands is judged."""
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
        if not denied or any(token.form == "?" for token in text.tokens)
        for rule, first, end, pattern in matcher.matches(text)
        if end > text.lead and pattern.core(text, first) > text.lead
    }
    return sorted(found, key=lambda hit: (hit.first, hit.last, hit.rule, hit.pattern))
