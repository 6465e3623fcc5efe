"""Reporters: one file a format, each `write(reports, out, context)`.

Reports come as a stream and are written as they come where the format allows it. Lines and columns exist only here
and on the screen: everything before counts in offsets.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module
from typing import Literal, Protocol, TextIO, cast

from claimlint.structs import Struct, field
from claimlint.types import SEVERITIES, Finding, Report, Rule, Severity, Skipped, Status, Why

Audience = Literal["", "writer", "reviewer"]
AUDIENCES: tuple[Audience, ...] = ("writer", "reviewer")
"""writer: open findings that a writer can mend, without advice. reviewer: everything, settled findings too."""


class Context(Struct, frozen=True):
    """What a reporter knows beside the reports. show: the statuses that formats for people print. audience: for whom;
    "" for everybody. skipped: what was passed over on the way to the drafts."""

    rules: Mapping[str, Rule]
    version: str
    color: bool = False
    show: tuple[Status, ...] = ("open",)
    audience: Audience = ""
    skipped: Sequence[Skipped] = ()

    def shown(self, report: Report) -> list[Finding]:
        return [finding for finding in report.findings if self._shows(finding)]

    def _shows(self, finding: Finding) -> bool:
        if self.audience == "reviewer":
            return True
        rule = self.rules.get(finding.rule)
        if self.audience == "writer" and (finding.severity == "advice" or (rule and rule.audience == "reviewer")):
            return False
        return finding.status in self.show


class Reporter(Protocol):
    def __call__(self, reports: Iterable[Report], out: TextIO, context: Context) -> None: ...


REPORTERS: Mapping[str, tuple[str, str]] = {
    "full": ("text", "full"),
    "concise": ("text", "concise"),
    "json": ("data", "write"),
    "sarif": ("sarif", "write"),
    "github": ("github", "write"),
    "gitlab": ("gitlab", "write"),
    "junit": ("junit", "write"),
    "rdjson": ("rdjson", "write"),
    "checkstyle": ("checkstyle", "write"),
    "jsonl": ("jsonl", "write"),
}
"""Format → module of this package and its function, imported on use."""


def reporter(name: str) -> Reporter:
    module, function = REPORTERS[name]
    return cast(Reporter, getattr(import_module(f"{__name__}.{module}"), function))


def explained(finding: Finding) -> str:
    """The message and what to write instead, for formats that have one text for both."""
    return "\n".join([finding.message, *(f"help: {each}" for each in finding.suggestions[:1])])


class Tally(Struct):
    """Counts over a run. severities and rules count open findings only. empty: drafts without a text to check; unparsed:
    sentences that are too long to parse."""

    skipped: Sequence[Skipped] = ()
    drafts: int = 0
    empty: int = 0
    unparsed: int = 0
    drafts_with_findings: int = 0
    problems: int = 0
    severities: Counter[Severity] = field(default_factory=Counter)
    statuses: Counter[Status] = field(default_factory=Counter)
    rules: Counter[str] = field(default_factory=Counter)

    def add(self, report: Report) -> None:
        open_ = [finding for finding in report.findings if finding.status == "open"]
        self.drafts += 1
        self.drafts_with_findings += bool(open_)
        self.problems += len(report.problems)
        self.empty += report.empty
        self.unparsed += len(report.unparsed)
        self.severities.update(finding.severity for finding in open_)
        self.statuses.update(finding.status for finding in report.findings)
        self.rules.update(finding.rule for finding in open_)

    def __str__(self) -> str:
        """The closing line of a run."""
        graded = [
            counted(self.severities[severity], "piece of advice" if severity == "advice" else severity)
            for severity in reversed(SEVERITIES)
            if self.severities[severity]
        ]
        drafts = counted(self.drafts, "draft")
        where = f"{self.drafts_with_findings} of {drafts}" if graded else drafts
        settled = [f"{count} {status}" for status, count in sorted(self.statuses.items()) if status != "open" and count]
        unread = [counted(self.problems, "problem")] if self.problems else []
        left = [self.left_out()] if self.left_out() else []
        return "; ".join([f"{', '.join(graded) or 'no findings'} in {where}", *settled, *unread, *left])

    @property
    def whole(self) -> bool:
        """Whether nothing was left out but what is no draft anyway."""
        other = any(each.draft or each.why != "format" for each in self.skipped)
        return not (self.empty or self.unparsed or other)

    def left_out(self) -> str:
        """What was not checked, or not as a whole, and why; "" if that is nothing."""
        empty = [f"{self.empty} empty"] if self.empty else []
        long = [f"{counted(self.unparsed, 'sentence')} too long to parse"] if self.unparsed else []
        whys = Counter(each.why for each in self.skipped)
        skipped = ", ".join(f"{whys[why]} {words}" for why, words in SKIPPED.items() if whys[why])
        return "; ".join([*empty, *long, *([f"skipped: {skipped}"] if skipped else [])])


SKIPPED: Mapping[Why, str] = {
    "excluded": "excluded",
    "hidden": "hidden",
    "installed": "installed",
    "report": "in a report",
    "format": "of another format",
    "link": "behind a link",
    "special": "neither file nor folder",
}
"""Why something was skipped, in words that go with a number."""


def counted(count: int, what: str) -> str:
    plural = what.replace("piece", "pieces") if what.startswith("piece") else f"{what}s"
    return f"{count} {what if count == 1 else plural}"
