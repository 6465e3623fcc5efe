"""What a reader of a finding wants to know: what is missing and why, what the rule rests on, what to write instead."""

from __future__ import annotations

import re
from collections.abc import Iterable

from claimlint.lsp.drafts import Checked
from claimlint.report import Context
from claimlint.report.text import missing
from claimlint.terminal import printable
from claimlint.types import Finding, Rule

_MARKS = re.compile(r"[\\`*_{}\[\]()<>#+!|~&]")


def told(found: Iterable[Finding], checked: Checked, *, markdown: bool) -> str:
    """Everything about these findings, one after the other."""
    context = Context(checked.rules, "")
    between = "\n\n---\n\n" if markdown else "\n\n"
    write = _markdown if markdown else _plain
    return between.join(write(item, checked.rules.get(item.rule), context) for item in found)


def _markdown(item: Finding, rule: Rule | None, context: Context) -> str:
    parts = [f"**{escaped(item.rule)}** ({item.severity})", escaped(item.message)]
    rows = [f"- *{label}:* {escaped(text)}" for label, text in _rows(item, context)]
    parts += ["\n".join(rows)] if rows else []
    if rule:
        parts += [escaped(rule.why)] if rule.why else []
        links = [_linked(each.title, each.section, each.url) for each in rule.basis]
        parts += [f"Basis: {'; '.join(links)}"] if links else []
    return "\n\n".join(parts)


def _plain(item: Finding, rule: Rule | None, context: Context) -> str:
    lines = [f"{item.rule} ({item.severity})", printable(item.message)]
    lines += [f"{label}: {printable(text)}" for label, text in _rows(item, context)]
    if rule:
        lines += [rule.why] if rule.why else []
        lines += [f"basis: {', '.join(filter(None, (each.title, each.section, each.url)))}" for each in rule.basis]
    return "\n".join(lines)


def _rows(item: Finding, context: Context) -> Iterable[tuple[str, str]]:
    if item.missing:
        yield "missing", missing(item, context)
    if item.reasons:
        yield "because", "; ".join(item.reasons)
    if item.rewrite:
        yield "instead", f"“{item.rewrite.text}”" if item.rewrite.text else "leave it out"
    for suggestion in item.suggestions[: 0 if item.rewrite else 2]:
        yield "instead", suggestion
    if item.status != "open":
        yield item.status, item.justification


def escaped(text: str) -> str:
    """Words of a draft or a pack, which must not become links or pictures in an editor."""
    return _MARKS.sub(lambda mark: "\\" + mark[0] if mark[0] != "&" else "&amp;", printable(text))


def _linked(title: str, section: str, url: str) -> str:
    label = escaped(", ".join(filter(None, (title, section))))
    return f"[{label}](<{url}>)" if re.fullmatch(r"https?://[^\s<>]+", url) else label
