"""Each step of the judgement is needed: broken on purpose, one after the other, it must make the cases of the tests fail.

The cases are those of test_judgement.py and the examples of the core rules; a sabotage that they do not notice is a step
that no test holds.
"""

from dataclasses import replace
from functools import cache

import pytest

from claimlint import draft, judge
from claimlint.language import citations, cues, frames, scope
from claimlint.linter import Linter, Options
from claimlint.packs import load_packs
from claimlint.packtest import NAME, unmark
from claimlint.types import Citation

PACKS = load_packs(["core"])
RULES = [rule for pack in PACKS for rule in pack.rules]
LINTER = Linter(PACKS, options=Options(memory=10_000))


def broken():
    """The examples of the core rules that do not come out as the rules say, up to the first of a rule."""
    for rule in RULES:
        for wanted, examples in ((True, rule.bad), (False, rule.good)):
            for text in examples:
                found = LINTER.check(unmark(text)[0], NAME, packs=("core",)).findings
                if any(item.rule == rule.id for item in found) is not wanted:
                    yield rule.id, text


def never(*_args, **_keywords):
    return ""


def nothing(*_args, **_keywords):
    return ()


def step(name, put):
    """The steps of the judgement with another one in place of this one."""
    return tuple((each, put if each == name else function) for each, function in judge._STEPS)


def governs_all(tree, *_):
    return set(range(len(tree)))


def frames_but(*names):
    """The frames of a sentence without those of these names."""
    original = frames.frames

    def others(*args, **keywords):
        return tuple(frame for frame in original(*args, **keywords) if frame.name not in names)

    return others


def forgiving(*args, **keywords):
    original = citations_find(*args, **keywords)
    return tuple(replace(item, fault="") for item in original)


citations_find = citations.find
resolve = cues.resolve


def cues_but(kind, strength=None):
    """The cues of a sentence without those of this kind and strength."""

    def others(*args):
        return tuple(
            cue for cue in resolve(*args) if cue.kind != kind or (strength is not None and cue.strength != strength)
        )

    return others


SABOTAGES = {
    # the steps, in their order
    "ignore what is another sense": (judge, "_STEPS", step("sense", never)),
    "ignore whether it is about a treatment": (judge, "_STEPS", step("about", never)),
    "ignore negation": (judge, "_STEPS", step("negation", never)),
    "ignore frames": (judge, "_STEPS", step("frame", never)),
}
