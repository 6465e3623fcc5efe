"""What changes a claim changes its verdict: every bad example of every rule, hedged, cited, denied, reported and asked.

The transformations keep the claim's own words, so that a rule which fires on the example must fall silent, or must not.
"""

import re

import pytest

from claimlint.language.model import parse
from claimlint.linter import Linter
from claimlint.packs import builtin_names, load_packs
from claimlint.packtest import unmark

PACKS = load_packs(builtin_names())
LINTER = Linter(PACKS)
SENTENCE = re.compile(r"[A-Z][^.!?:|#>\[\]\n\"“”]{15,160}\.")
PROPER = re.compile(r"(?:FDA|TMS|CBD|NAD|HBOT|IV|PRP|I|Spravato|Botox|St|Dr|Ozempic|Wegovy|[A-Z][A-Z]\w*)\b")


def examples():
    """Bad examples that are one plain assertive sentence; others cannot be wrapped without changing what they say."""
    return [
        (rule, text)
        for pack in PACKS
        for rule in pack.rules
        if not rule.within
        for example in rule.bad
        if SENTENCE.fullmatch(text := unmark(example)[0]) and fires(rule, text)
    ]


def fires(rule, text):
    return any(finding.rule == rule.id for finding in LINTER.check(text, "example.md").findings)


def wrap(opening, text):
    body = text if PROPER.match(text) else text[0].lower() + text[1:]
    return opening + " " + body


CITATION = " (Rossi et al., 2021)."
SILENCING = {
    "reported as a myth": lambda text: "Myth: " + text,
    "called misleading": lambda text: wrap("It is misleading to say that", text),
    "denied": lambda text: wrap("Nobody has shown that", text),
    "asked": lambda text: wrap("Ask your doctor whether", text),
}
HARMLESS = {
    "a hedge in another sentence": lambda text: "You may have to wait. " + text,
    "a citation in another paragraph": lambda text: "Parking is free (Rossi et al., 2021).\n\n" + text,
}


def is_clause(text):
    """Whether the parser sees a subject with its verb: only then can a clause be put before the text."""
    (tree,) = parse([text])
    return any(
        node.dep in ("nsubj", "nsubjpass") and tree[node.head].tag in ("VBZ", "VBP", "VBD", "VBN") for node in tree
    )


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
