"""Rules about the whole draft: what it should hold, given what it claims. Pure, as `judge` is.

A rule is triggered by what it names itself, by claims that other rules found, or by citations; it is silent if the draft,
or the section of the first trigger, holds a remedy: a sentence with one of its patterns, or features of the draft.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from claimlint.structs import Struct
from claimlint.types import Document, Rule

CITATION = "citation"
"""Among `triggers`: a citation by author and year or by number."""
_BYLINE = re.compile(
    r"^\W*(?:written |posted |published |article |words )?by:?\s+(?:dr\.? |prof\.? )?(?-i:[A-Z][\w.’'-]*\s+[A-Z])|^author:\s",
    re.I,
)
_REVIEWED = re.compile(
    r"\b(?:medically |clinically )?(?:reviewed|fact[- ]checked|checked) by\b|^(?:medical )?reviewer:?\s", re.I
)
_DATED = re.compile(
    r"\b(?:(?:last )?(?:updated|reviewed|revised|modified)|published|posted)\b.{0,20}\b(?:19|20)\d{2}\b|^\W*(?:\d{1,2} )?"
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w*\.? (?:\d{1,2},? )?(?:19|20)\d{2}\W*$",
    re.I,
)
_META: Mapping[str, Sequence[str]] = {
    "author": ("author", "authors", "byline", "writer", "writtenby"),
    "reviewer": ("reviewer", "reviewers", "reviewedby", "medicallyreviewedby", "medicalreviewer"),
    "date": ("date", "updated", "lastmod", "modified", "lastupdated", "lastreviewed", "published", "publishdate", "datemodified", "datepublished"),
}  # fmt: skip
_TEXT = {"author": _BYLINE, "reviewer": _REVIEWED, "date": _DATED}


class Line(Struct, frozen=True):
    """A sentence as rules about the draft see it: its section, the rules that it triggers, those whose remedy it
    holds, whether it names a risk."""

    section: int | None
    triggers: frozenset[str]
    remedies: frozenset[str]
    risk: bool


class Missing(Struct, frozen=True):
    """A rule that the draft does not satisfy: the line of its first trigger, and the reasons."""

    rule: str
    line: int
    reasons: tuple[str, ...]


def missing(rules: Iterable[Rule], lines: Sequence[Line], has: Callable[[str], bool]) -> list[Missing]:
    """The rules about the draft that are triggered and not satisfied. has: whether the draft has a feature."""
    found = []
    for rule in rules:
        triggers = [index for index, line in enumerate(lines) if _triggers(rule, line)]
        if len(triggers) < rule.at_least:
            continue
        first = triggers[0]
        window = lines if rule.window == "draft" else [line for line in lines if line.section == lines[first].section]
        enough = max(1, rule.share * len(triggers))
        risks = sum(1 for line in window if line.risk)
        held = sum(1 for line in window if rule.id in line.remedies)
        lacking = [each for each in rule.features if not (risks >= enough if each == "risks" else has(each))]
        if held >= enough or (rule.features and not lacking):
            continue
        found_here = max(held, risks if "risks" in rule.features else 0)
        reasons = (
            f"{len(triggers)} sentence{'s' if len(triggers) > 1 else ''} in the draft call for it",
            f"found {found_here} of {enough:g} in the {rule.window}"
            if found_here
            else f"nothing of the kind in the {rule.window}",
            *(f"no {feature}" for feature in lacking if feature != "risks"),
        )
        found.append(Missing(rule.id, first, reasons))
    return found


def _triggers(rule: Rule, line: Line) -> bool:
    return rule.id in line.triggers or any(
        fnmatchcase(trigger, wanted) for wanted in rule.triggers for trigger in line.triggers
    )


def has_feature(document: Document, feature: str) -> bool:
    """Whether the front matter or a line of the text names an author, a reviewer or a date."""
    keys = {re.sub(r"[\W_]", "", key).lower(): value for key, value in _flat(document.meta)}
    if any(keys.get(name) for name in _META[feature]):
        return True
    return any(_TEXT[feature].search(block.text[:300]) for block in document.blocks)


def _flat(meta: Mapping[str, Any]) -> Iterable[tuple[str, Any]]:
    for key, value in meta.items():
        yield str(key), value
        if isinstance(value, Mapping):
            yield from _flat(value)
