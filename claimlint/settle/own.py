"""The rules that claimlint has about suppressions and registers, and the findings that they make."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from hashlib import sha256

from claimlint.config import OWN_PACK
from claimlint.structs import replace
from claimlint.types import Finding, Report, Rule, Severity, Span


def rule(
    id_: str, title: str, message: str, *, severity: Severity = "warning", why: str, suggest: str, writer: bool = False
) -> Rule:
    """writer: whether a writer, and not only a reviewer, can mend what it finds."""
    return Rule(
        id=id_,
        pack=OWN_PACK,
        title=title,
        message=message,
        severity=severity,
        match=(),
        needs=(),
        why=why,
        suggest=(suggest,),
        audience="writer" if writer else "reviewer",
    )


def finding(rule: Rule, report: Report, span: Span, /, **values: object) -> Finding:
    """A finding at a place of the draft; values fill the rule's message."""
    excerpt = report.source[span.start : span.end]
    return Finding(
        rule=rule.id,
        pack=rule.pack,
        severity=rule.severity,
        message=rule.message.format(**values),
        span=span,
        excerpt=excerpt,
        sentence=" ".join(excerpt.split()),
        suggestions=rule.suggest,
    )


def fingerprinted(findings: Iterable[Finding]) -> list[Finding]:
    """As of other findings: the same after edits elsewhere, and unique in the draft by the ordinal of its like."""
    seen: Counter[tuple[str, str, str]] = Counter()
    marked = []
    for item in findings:
        key = (item.rule, item.message, item.sentence)
        digest = sha256("\n".join((*key, str(seen[key]))).encode("utf-8", "replace")).hexdigest()[:16]
        seen[key] += 1
        marked.append(replace(item, fingerprint=digest))
    return marked
