"""The rules as text: the list, and one rule with everything a writer may want to know about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from claimlint.types import Rule


def listed(rules: Mapping[str, Rule]) -> Iterable[str]:
    """One aligned line a rule: id, severity, needs, title."""
    width = max((len(id_) for id_ in rules), default=0)
    needs_width = max((len(needs(rule)) for rule in rules.values()), default=0)
    for id_, rule in rules.items():
        yield f"{id_:{width}}  {rule.severity:7}  {needs(rule):{needs_width}}  {rule.title}"


def explained(rule: Rule) -> Iterable[str]:
    yield f"{rule.id}: {rule.title}"
    yield f"severity: {rule.severity}"
    yield f"needs: {needs(rule)}"
    yield f"message: {rule.message}"
    if rule.why:
        yield from ("", rule.why.strip())
    yield from _section("instead", rule.suggest)
    yield from _section("finds", rule.bad)
    yield from _section("leaves alone", rule.good)
    yield from _section("basis", [", ".join(filter(None, (each.title, each.section, each.url))) for each in rule.basis])


def needs(rule: Rule) -> str:
    """What makes a claim of this rule pass."""
    return (" and " if rule.needs_all else " or ").join(rule.needs) or "-"


def _section(title: str, texts: Iterable[str]) -> Iterable[str]:
    items = [f"  - {' '.join(text.split())}" for text in texts]
    return ["", f"{title}:", *items] if items else []
