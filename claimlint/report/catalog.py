"""The rules as text: the list, and one rule with everything a writer may want to know about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from claimlint.packs import Pack
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


MAX_AGE = 365
"""Days after which data on approvals are called old."""


def stale(packs: Iterable[Pack], today: date, max_age: int = MAX_AGE) -> str:
    """A warning if data on treatments were read longer than `max_age` days ago, or never; "" if none were."""
    data = [(pack.name, each) for pack in packs for each in pack.treatments]
    read = [date.fromisoformat(each.source.read) for _, each in data if each.source.read]
    old = [day for day in read if (today - day).days > max_age]
    if not old:
        return ""
    names = ", ".join(sorted({name for name, _ in data}))
    return f"{len(old)} of {len(data)} approvals in {names} were read more than {max_age} days ago, the oldest on {min(old)}"


def _section(title: str, texts: Iterable[str]) -> Iterable[str]:
    items = [f"  - {' '.join(text.split())}" for text in texts]
    return ["", f"{title}:", *items] if items else []
