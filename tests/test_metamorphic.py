"""What changes a claim changes its verdict: every bad example of every rule, hedged, cited, denied, reported and asked.

The transformations keep the claim's own words, so that a rule which fires on the example must fall silent, or must not.
"""

import re
from functools import cache

import pytest

from claimlint.language.model import parse
from claimlint.linter import Linter, Options
from claimlint.packs import load_packs
from claimlint.packtest import unmark
from claimlint.selection import Choice

PACKS = load_packs(["core", "auto"])
# overlays change remedies, so only the packs of one market speak
LINTER = Linter(PACKS, options=Options(choose=lambda _: Choice(("core", "auto"), ("us", "us-state"))))
SENTENCE = re.compile(r"[A-Z][^.!?:|#>\[\]\n\"“”]{15,160}\.")
PROPER = re.compile(r"(?:FDA|TMS|CBD|NAD|HBOT|IV|PRP|I|Spravato|Botox|St|Dr|Ozempic|Wegovy|[A-Z][A-Z]\w*)\b")


@cache
def examples():
    """Bad examples that are one plain assertive sentence; others cannot be wrapped without changing what they say."""
    return [
        (rule, text)
        for pack in PACKS
        for rule in pack.rules
        if not rule.within and rule.scope == "claim"
        for example in rule.bad
        if SENTENCE.fullmatch(text := unmark(example)[0]) and fires(rule, text)
    ]


def fires(rule, text):
    return any(finding.rule == rule.id for finding in LINTER.check(text, "example.md").findings)


def wrap(opening, text):
    body = text if PROPER.match(text) else text[0].lower() + text[1:]
    return opening + " " + body


CITATION = " (Rossi et al., 2021)."
SUGGESTED = "Early results suggest that"
SILENCING = {
    "reported as a myth": lambda text: "Myth: " + text,
    "called misleading": lambda text: wrap("It is misleading to say that", text),
    "denied": lambda text: wrap("Nobody has shown that", text),
    "asked": lambda text: wrap("Ask your doctor whether", text),
}
HARMLESS = {
    "the rebuttal of a myth": lambda text: "Myth: nothing has changed. Fact: " + text,
    "a myth before it": lambda text: wrap("Contrary to popular belief,", text),
    "a hedge in another sentence": lambda text: "You may have to wait. " + text,
    "a citation in another paragraph": lambda text: "Parking is free (Rossi et al., 2021).\n\n" + text,
}


def is_clause(text):
    """Whether the parser sees a subject with its finite verb: only then can a clause be joined to the text."""
    (tree,) = parse([text])
    return any(node.dep in ("nsubj", "nsubjpass") and tree[node.head].dep == "ROOT" for node in tree)


def share(transformed, wanted, rows=None):
    """Which of the examples come out as wanted, and the rest for the message."""
    rows = examples() if rows is None else rows
    wrong = [(rule.id, transformed(text)) for rule, text in rows if fires(rule, transformed(text)) != wanted]
    return 1 - len(wrong) / len(rows), wrong


@pytest.mark.parametrize("name", SILENCING)
def test_what_is_not_asserted_is_silent(name):
    rate, wrong = share(SILENCING[name], wanted=False)
    assert rate >= 0.97, (rate, wrong[:40])


@pytest.mark.parametrize("name", HARMLESS)
def test_what_stands_elsewhere_excuses_nothing(name):
    rate, wrong = share(HARMLESS[name], wanted=True)
    assert rate >= 0.97, (rate, wrong[:40])


def test_a_hedge_above_the_claim_silences_what_a_hedge_can():
    accepting = [(rule, text) for rule, text in examples() if "hedge" in rule.needs and not rule.needs_all]
    rate, wrong = share(lambda text: wrap(SUGGESTED, text), wanted=False, rows=accepting)
    assert rate >= 0.97, (rate, wrong[:40])


@pytest.mark.parametrize("opening", ["You may have to wait, but", SUGGESTED + " mornings are quiet, but"])
def test_a_hedge_in_another_clause_excuses_nothing(opening):
    clauses = [(rule, text) for rule, text in examples() if is_clause(text)]
    rate, wrong = share(lambda text: wrap(opening, text), wanted=True, rows=clauses)
    assert rate >= 0.97, (rate, wrong[:40])


COPULA = re.compile(r" (?:is|are) (?!not |never )")


def modal(word):
    """The copular examples of rules that take a hedge, with this in place of is."""
    rows = [(rule, text) for rule, text in examples() if "hedge" in rule.needs and COPULA.search(text)]
    return [(rule, COPULA.sub(f" {word} ", text, count=1)) for rule, text in rows]


def test_may_silences():
    rows = modal("may be")
    wrong = [text for rule, text in rows if fires(rule, text)]
    assert len(wrong) <= 0.1 * len(rows), wrong


# many idioms ("pain is toast") are spelt with is and are, and some sentences make no sense any more
@pytest.mark.parametrize(("word", "missed"), [("can be", 0.2), ("is virtually", 0.15), ("will definitely be", 0.15)])
def test_ability_fake_and_booster_bring_the_finding_back(word, missed):
    rows = modal(word)
    # another rule may be the one that speaks for the same words
    wrong = [text for _, text in rows if not LINTER.check(text, "example.md").findings]
    assert len(wrong) <= missed * len(rows), wrong


@pytest.mark.parametrize(
    ("citation", "silent"), [(CITATION, True), (" [7].", False), (" ([see our shop](/shop)).", False)]
)
def test_a_citation_that_resolves_silences_what_it_can(citation, silent):
    accepting = [(rule, text) for rule, text in examples() if "citation" in rule.needs]
    wrong = [(rule.id, text) for rule, text in accepting if fires(rule, text[:-1] + citation) == silent]
    assert len(wrong) <= 0.03 * len(accepting), (len(wrong), len(accepting), wrong[:40])


def test_no_citation_cures_an_absolute():
    absolutes = [(rule, text) for rule, text in examples() if rule.needs == ("removal",)]
    wrong = [(rule.id, text) for rule, text in absolutes if not fires(rule, text[:-1] + CITATION)]
    assert len(wrong) <= 0.03 * len(absolutes), wrong[:40]
