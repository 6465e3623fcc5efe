"""Do the examples of a pack's rules come out as the pack says? Marked {spans} are compared exactly."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import partial

from claimlint.fix import applied
from claimlint.linter import Linter
from claimlint.packs import Pack
from claimlint.structs import replace
from claimlint.types import Finding, Rule

_MARKED = re.compile(r"\{([^{}]*)\}")
NAME = "example.md"
Find = Callable[[str], list[Finding]]


def check_examples(packs: Iterable[Pack], linter: Linter, *, coverage: bool = True) -> list[str]:
    """Check every rule's examples; returns one message per failure, "file:line: rule: what is wrong".

    A bad example must yield a finding of its rule on each marked span (anywhere, if none is marked); a good one no
    finding of its rule. Every rule must have examples of both kinds; with coverage, every pattern must stand in a bad
    example, every exception and every remedy of its own in a good one.
    """
    problems = []
    for pack in packs:
        found = partial(_findings, linter=linter, packs=(pack.name,))
        for rule in pack.rules:
            where = f"{rule.file or pack.path}:{rule.line}: {rule.id}:"
            uncovered = _uncovered(rule, linter) if coverage else ()
            problems += [f"{where} {message}" for message in (*_test_rule(rule, found), *uncovered)]
        for name, values in pack.overrides.items():
            if "examples" in values:
                changed = replace(
                    linter.rules[name], bad=values["examples"].get("bad", ()), good=values["examples"].get("good", ())
                )
                problems += [f"{pack.path}: {name}: {message}" for message in _test_rule(changed, found)]
    return problems


def _uncovered(rule: Rule, linter: Linter) -> Iterable[str]:
    """The patterns of a rule that its examples never need."""
    for kind, examples, patterns in (
        ("bad", rule.bad, (*rule.match, *rule.denied)),
        ("good", rule.good, (*rule.unless, *rule.lacks)),
    ):
        met = {
            pattern for text in examples for owner, pattern in linter.matched(unmark(text)[0], NAME) if owner == rule.id
        }
        for pattern in patterns:
            if isinstance(pattern, str) and pattern not in met:
                yield f"no {kind} example has the pattern “{pattern}”"


def _findings(text: str, linter: Linter, packs: tuple[str, ...]) -> list[Finding]:
    """What is found where only these packs, and what they extend, are on."""
    return list(linter.check(text, NAME, packs=packs).findings)


def _test_rule(rule: Rule, found: Find) -> Iterable[str]:
    for kind, examples in (("bad", rule.bad), ("good", rule.good)):
        if not examples:
            yield f"has no {kind} example"
    for example in rule.bad:
        yield from _test_bad(rule, example, found)
    for example in rule.good:
        if findings := [item for item in found(example) if item.rule == rule.id]:
            yield f"fires on the good example “{example}” at “{findings[0].excerpt}”"


def _test_bad(rule: Rule, example: str, found: Find) -> Iterable[str]:
    source, spans = unmark(example)
    everything = found(source)
    findings = [item for item in everything if item.rule == rule.id]
    if not findings:
        yield f"is silent on the bad example “{example}”"
    for finding in findings:
        if finding.rewrite and finding.rewrite.safe:
            after = applied(source, finding.rewrite)
            if len(left := found(after)) >= len(everything):
                yield f"its safe rewrite “{after}” is found at “{left[0].excerpt}” by {left[0].rule}"
    for start, end in spans if findings else ():
        if not any(item.span.start == start and item.span.end == end for item in findings):
            marked = source[start:end]
            yield f"marks “{findings[0].excerpt}” instead of “{marked}” in “{source}”"


def unmark(example: str) -> tuple[str, Sequence[tuple[int, int]]]:
    """The example without its braces, and the half-open ranges that they marked."""
    source, spans, at = "", [], 0
    for match in _MARKED.finditer(example):
        source += example[at : match.start()]
        spans.append((len(source), len(source) + len(match[1])))
        source += match[1]
        at = match.end()
    return source + example[at:], spans
