"""Safe rewrites put into a draft, each only if it leaves fewer findings than before."""

from __future__ import annotations

from collections.abc import Callable

from claimlint.types import Finding, Report, Rewrite


def fixed(source: str, check: Callable[[str], Report]) -> str:
    """The source with every safe rewrite of an open finding applied that helps. check: the settled report of a source."""
    useless: set[str] = set()
    while True:
        findings = _open(check(source))
        for finding in findings:
            rewrite = finding.rewrite
            if rewrite and rewrite.safe and finding.fingerprint not in useless:
                after = applied(source, rewrite)
                if len(_open(check(after))) < len(findings):
                    source = after
                    break
                useless.add(finding.fingerprint)
        else:
            return source


def applied(source: str, rewrite: Rewrite) -> str:
    return source[: rewrite.span.start] + rewrite.text + source[rewrite.span.end :]


def _open(report: Report) -> list[Finding]:
    return [finding for finding in report.findings if finding.status == "open"]
