"""Every step of the judgement is held by a case: broken on purpose, one at a time, each makes an expectation fail.

The expectations are the cases of test_judgement.py, test_scope.py and test_citations.py and the examples of the rules.
"""

from functools import cache

import pytest
from test_citations import COUNTS, claims
from test_citations import LINTER as CITING
from test_judgement import cases, citations, linter, verdicts
from test_scope import CASES, LINTER, mark, read

from claimlint import draft, facts, judge, reading
from claimlint.language import citations as cite
from claimlint.language import cues, frames, scope
from claimlint.language.topic import Topic
from claimlint.linter import Linter, Options
from claimlint.packtest import NAME, unmark
from claimlint.structs import replace


@cache
def plain():
    """All packs, and no options that change what counts."""
    return Linter(linter().packs, options=Options(memory=10_000))


def failures():
    """Expectations that do not hold, one after the other."""
    for marked in (case for rows in CASES.values() for case in rows):
        sentence, place, _ = read(marked)
        _, (reading, *_) = LINTER.inspect(sentence, "a.txt")
        if marked not in [mark(sentence, cue) for cue in reading.cues if (cue.start, cue.end) == place]:
            yield marked
    for case in (param.values[0] for param in cases("verdicts.yml")):
        if not set(case["verdicts"]) <= set(verdicts(case["draft"])):
            yield case["draft"]
    for case in (param.values[0] for param in cases("citations.yml")):
        if citations(case["draft"], library=case.get("library", False)) != case["citations"]:
            yield case["draft"]
    yield from (name for name, text in COUNTS.items() if claims(CITING, text))
    for pack in plain().packs:
        for rule in pack.rules:
            for wanted, examples in ((True, rule.bad), (False, rule.good)):
                for text in examples:
                    found = plain().check(unmark(text)[0], NAME, packs=(pack.name,)).findings
                    if wanted is not any(item.rule == rule.id for item in found):
                        yield f"{rule.id}: {text}"


def says(value):
    """A function that says the same whatever it is asked."""
    return lambda *_args, **_keywords: value


def without_step(name):
    return tuple(
        (each, (lambda *_: "") if each == name else function)
        for each, function in judge._STEPS
    )  # fmt: skip


def judging(change):
    """The judgement, of a hit, a rule and a context that are changed first."""
    original = judge.judge
    return lambda hit, rule, context: original(*change(hit, rule, context))


def without_frame(name):
    original = frames.frames
    return lambda *args, **keywords: tuple(each for each in original(*args, **keywords) if each.name != name)


def without_cue(kind, strength=None):
    original = cues.resolve
    return lambda *args: tuple(
        cue for cue in original(*args) if (cue.kind, strength or cue.strength) != (kind, cue.strength)
    )


def without_fault(code):
    original = cite.find
    return lambda *args: tuple(replace(each, fault="") if each.fault == code else each for each in original(*args))


def everything(tree, *_):
    return set(range(len(tree)))


STEPS = {
    "take every sense": (judge, "_STEPS", without_step("sense")),
    "take every subject for a treatment": (judge, "_STEPS", without_step("about")),
    "take every draft for one about health": (draft, "topic", says(Topic(health=True))),
    "see no advertising passage in another text": (draft, "advertising", lambda texts: [False] * len(texts)),
    "take every text for one that sells": (draft, "topic", says(Topic(certain=True))),
    "see no everyday thing": (judge, "_mundane", says("")),
    "see no everyday sentence": (judge, "_all_mundane", says("")),
    "ignore negation": (judge, "_STEPS", without_step("negation")),
    "take the claim's own no for a negation of it": (judge, "makes", says(False)),
    "ignore what is left open": (reading, "resolve", without_cue("hedge", "strong")),
    "ignore frames": (judge, "_STEPS", without_step("frame")),
    "ignore that a rule is about one frame": (judge, "judge", judging(lambda hit, rule, context: (hit, replace(rule, within=""), context))),
    "ignore whether a question was answered": (judge, "judge", judging(lambda hit, rule, context: (replace(hit, denied=False), rule, context))),
    "let a disclosed status excuse promises": (judge, "judge", judging(lambda hit, rule, context: (hit, replace(rule, broad=True), context))),
    "ignore if and whether": (scope, "conditional", says(False)),
    "ignore data on approvals": (facts, "approval", says((False, ""))),
    "take any hedge": (judge, "_STRENGTH", dict.fromkeys(judge._STRENGTH, 2)),
    "take no hedge": (judge, "_STRENGTH", dict.fromkeys(judge._STRENGTH, 0)),
    "let every cue govern every claim": (judge, "_in_scope", says(True)),
    "let no cue govern a claim": (judge, "_in_scope", says(False)),
    "take any citation": (cite, "find", lambda *args, find=cite.find: tuple(replace(each, fault="") for each in find(*args))),
    "take no citation": (judge, "_cited", says((False, [], ()))),
    "let a citation stand for the next clause": (judge, "_CLOSING", ()),
    "take one remedy where all are needed": (judge, "judge", judging(lambda hit, rule, context: (hit, replace(rule, needs_all=False), context))),
    "take any remedy where the words have to go": (judge, "judge", judging(lambda hit, rule, context: (hit, replace(rule, needs=("hedge", "citation")), context))),
    "see no remedy in the section": (judge, "judge", judging(lambda hit, rule, context: (hit, rule, replace(context, around=frozenset())))),
}  # fmt: skip
FRAMES = {
    f"see no {name} frame": (reading, "frames", without_frame(name))
    for name in ("critical", "myth", "reported", "advice", "regulatory", "question", "disclosure", "mention", "struck")
} | {
    "let a rejection reach beyond a semicolon": (frames, "_until_semicolon", lambda _text, _cue, end: end),
    "let what is reported reach beyond a turn": (frames, "_until_turn", lambda _text, _cue, end: end),
    "take no quotation for a mention": (frames, "_mentions", says([])),
}
SCOPES = {
    "let a modal govern beyond its clause": (scope, "_clause", everything),
    "let a modal govern a clause of its own": (scope, "_independent", says(False)),
    "let a modal reach beyond but": (scope, "_contrasted", says(False)),
    "see no passive subject": (scope, "_passive_subject", says(set())),
    "see no subject": (scope, "_subject", says(set())),
    "let a hedging verb govern everything": (scope, "_hedge_verb", everything),
    "see no aside": (scope, "_aside", says(False)),
    "see no second that-clause": (scope, "_that_conjuncts", says(set())),
    "let an adverb govern everything": (scope, "_adverb", everything),
    "let an adjective govern everything": (scope, "_adjective", everything),
    "let a noun govern everything": (scope, "_noun", everything),
    "let a negation govern everything": (scope, "_negated", everything),
    "let a negated phrase govern everything": (scope, "_negated_phrase", everything),
    "let a negative word govern everything": (scope, "_negative_word", everything),
    "let a negative adverb govern everything": (scope, "_negative_adverb", everything),
    "see no contrast of subjects": (scope, "_contrast", says(set())),
    "deny no indefinite subject": (scope, "_indefinite_subject", says(set())),
    "let a negation reach what is set apart": (scope, "_before_aside", lambda _tree, covered, _first: covered),
    "take every clause for the first": (scope, "clause_of", says(0)),
    "let every cue reach a second claim verb": (cues, "_second_verb", lambda tree, *_: tree[-1].end),
    "let a negation reach a coordinated one": (cues, "_apart", lambda cue, *_: cue),
    "take every name for a cue": (cues, "_is_name", says(False)),
    "let a fronted either-or leave all open": (cues, "_either_way", says(False)),
}
CITATIONS = {
    f"overlook the fault {code}": (cite, "find", without_fault(code))
    for code in (
        "dangling",
        "no-locator",
        "own-site",
        "commercial",
        "news",
        "unknown-source",
        "study-without-link",
        "own-data",
        "undated",
        "stale",
        "preclinical",
        "placeholder",
        "malformed",
        "no-source",
    )
} | {
    "let a citation stand for the whole draft": (cite, "covers", lambda citations, *_, **__: list(citations)),
    "let a citation stand for nothing": (cite, "covers", lambda *_, **__: []),
    "see no list of references": (cite, "references", lambda *_: cite.References()),
}
SABOTAGES = STEPS | FRAMES | SCOPES | CITATIONS


def test_nothing_fails_unbroken():
    assert list(failures()) == []


@pytest.mark.parametrize("name", SABOTAGES)
def test_is_noticed(name, monkeypatch):
    module, attribute, broken = SABOTAGES[name]
    assert hasattr(module, attribute)
    monkeypatch.setattr(module, attribute, broken)
    assert next(failures(), None) is not None
