"""The rules as text: the list, and one rule with everything a writer may want to know about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from claimlint.packs import Pack
from claimlint.types import Rule, Source, Treatment


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


_SHOWN = 4
"""Examples of each kind that a page of the catalogue shows."""


def page(pack: Pack) -> Iterable[str]:
    """The catalogue of a pack as Markdown: each rule with its reasons, sources and examples; treatments, overrides."""
    yield from (
        f"# {pack.name}",
        "",
        f"{_escaped(pack.title)}. Version {_escaped(pack.version)}. {_when(pack)}".replace("..", "."),
        "",
    )
    for rule in pack.rules:
        yield from _entry(rule)
    if pack.overrides:
        yield from ("## Changed rules", "", "| rule | what changes |", "|---|---|")
        yield from (f"| `{name}` | {', '.join(sorted(values))} |" for name, values in pack.overrides.items())
        yield ""
    if pack.treatments:
        yield from ("## Treatments", "", "| treatment | status | for | warnings | source |", "|---|---|---|---|---|")
        yield from (_row(each) for each in pack.treatments)
        yield ""


def _when(pack: Pack) -> str:
    if not pack.topic and not pack.jurisdiction:
        return "On where it is named."
    where = [f"the market is `{pack.jurisdiction}`"] if pack.jurisdiction else []
    where += ["the draft is about its topic"] if pack.topic else []
    return f"Switches itself on where {' and '.join(where)}."


def _entry(rule: Rule) -> Iterable[str]:
    scope = ", about the whole draft" if rule.scope == "draft" else ""
    yield from (
        f"## {rule.id}",
        "",
        f"**{_escaped(rule.title)}** ({rule.severity}{scope}; acceptable with: {needs(rule)})",
        "",
    )
    yield from (_escaped(rule.why), "", f"Instead: {_escaped('; '.join(rule.suggest))}", "")
    for title, examples in (("Finds", rule.bad), ("Leaves alone", rule.good)):
        yield f"{title}:"
        yield ""
        for example in examples[:_SHOWN]:
            fence = "~~~~" if "~~~" in example else "~~~"
            yield from (fence, example, fence) if "\n" in example else (f"- {_escaped(example)}",)
        yield ""
    yield from ("Basis:", "", *(f"- {_cited(source)}" for source in rule.basis), "")


def _escaped(text: str) -> str:
    return "".join(f"\\{character}" if character in "\\`*_[]<>|#" else character for character in text)


def _cited(source: Source) -> str:
    title = _escaped(", ".join(filter(None, (source.title, source.section))))
    linked = f"[{title}]({source.url})" if source.url else title
    return (
        f"{linked} (read {source.read})"
        if source.read
        else linked
        if "unverified" in title
        else f"{linked} (unverified)"
    )


def _row(each: Treatment) -> str:
    warnings = ", ".join(name for name, there in (("boxed warning", each.boxed), ("REMS", each.rems)) if there)
    uses = _escaped("; ".join(each.uses))
    return f"| {_escaped(each.name)} | {each.status} | {uses or '–'} | {warnings or '–'} | {_cited(each.source)} |"


def stale(packs: Iterable[Pack], today: date, max_age: int) -> str:
    """A warning if data on treatments were read longer than `max_age` days ago; "" if none were."""
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
