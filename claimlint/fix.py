"""Safe rewrites put into a draft, until none is left."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from claimlint.types import Report, Rewrite

_ROUNDS = 20
"""A rewrite may uncover another finding; packs are tested for rewrites that silence theirs, so this is never reached."""


def fixed(source: str, check: Callable[[str], Report]) -> str:
    """The source with every safe rewrite of an open finding applied. check: the settled report of a source."""
    for _ in range(_ROUNDS):
        rewrites = [
            finding.rewrite
            for finding in check(source).findings
            if finding.status == "open" and finding.rewrite and finding.rewrite.safe
        ]
        if not rewrites:
            break
        source = applied(source, rewrites)
    return source


def applied(source: str, rewrites: Iterable[Rewrite]) -> str:
    """The source with the rewrites in place; of those that overlap, the first."""
    parts, at = [], 0
    for rewrite in sorted(rewrites, key=lambda item: item.span):
        if rewrite.span.start >= at:
            parts += [source[at : rewrite.span.start], rewrite.text]
            at = rewrite.span.end
    return "".join([*parts, source[at:]])
