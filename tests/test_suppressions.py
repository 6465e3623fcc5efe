"""What a suppression covers, what is wrong with it, and when it is reported itself."""

from __future__ import annotations

import re
from datetime import date

import pytest

from claimlint.settle.suppressions import EXPIRED, UNUSED, settle
from claimlint.types import Comment, Finding, Lines, Report, Span

TODAY = date(2026, 11, 22)
KNOWN = ("core/cure", "core/safe")
COMMENTS = re.compile(r"<!--(?P<html>.*?)-->|\{/\*(?P<mdx>.*?)\*/\}", re.DOTALL)


def report_of(source: str) -> Report:
    """A report in which each “safe” is a finding of core/safe and each “cure” one of core/cure, but in comments."""
    comments = [
        Comment(found["html"] if found["html"] is not None else found["mdx"], Span(found.start(), found.end()))
        for found in COMMENTS.finditer(source)
    ]
    prose = COMMENTS.sub(lambda found: " " * len(found[0]), source)
    findings = [
        Finding(f"core/{word[0]}", "core", "error", "claim", Span(*word.span()), word[0], word[0])
        for word in re.finditer("safe|cure", prose)
    ]
    return Report("a.md", source, tuple(findings), (), tuple(comments))


def settled(source: str) -> Report:
    return settle(report_of(source), KNOWN, TODAY)


def open_lines(report: Report) -> list[int]:
    lines = Lines(report.source)
    return [lines.position(each.span.start).line for each in report.findings if each.status == "open"]


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        # next line
        ("<!-- claimlint-disable-next-line core/safe -- agreed -->\nsafe\nsafe", [3]),
        ("{/* claimlint-disable-next-line core/safe -- agreed */}\nsafe\nsafe", [3]),
        ("<!-- claimlint-disable-next-line core/safe -- agreed -->\n\n\n  safe\nsafe", [5]),
        ("<!-- claimlint-disable-next-line core/safe -- agreed -->\r\nsafe\r\nsafe", [3]),
        ("<!-- claimlint-disable-next-line core/safe -- x -->\n<!-- note -->\nsafe\nsafe", [4]),
        (
            "<!-- claimlint-disable-next-line core/safe -- x -->\n<!-- claimlint-disable-next-line core/cure -- y -->\n"
            "safe cure",
            [],
        ),
        ("<!-- claimlint-disable-next-line core/safe -- x -->\n<!-- two\nlines --> safe\nsafe", [4]),
        ("<!-- claimlint-disable-next-line core/safe, core/cure -- both -->\nsafe cure\nsafe", [3]),
        ("<!--claimlint-disable-next-line\n  core/safe\n  -- over\n  lines\n-->\nsafe\nsafe", [7]),
        ("<!-- claimlint-disable-next-line core/safe -- not further down the paragraph -->\nsafe\nand safe", [3]),
        ("<!-- claimlint-disable-next-line core/safe -- x -->\n<!-- a --> safe <!-- b -->\nsafe", [3]),
        # this line
        ("safe <!-- claimlint-disable-line core/safe -- x -->\nsafe", [2]),
        ("<!-- claimlint-disable-line core/safe -- x --> safe\nsafe", [2]),
        ("| safe | {/* claimlint-disable-line core/safe -- x */} | safe\nsafe", [2]),
        # regions
        ("safe\n<!-- claimlint-disable core/safe -- x -->\nsafe\n<!-- claimlint-enable core/safe -->\nsafe", [1, 5]),
        ("<!-- claimlint-disable core/safe -- x -->safe<!-- claimlint-enable -->\nsafe", [2]),
        (
            "<!-- claimlint-disable core/safe, core/cure -- x -->\nsafe cure\n<!-- claimlint-enable core/cure -->\n"
            "safe\ncure\n<!-- claimlint-enable core/safe -- done -->",
            [5],
        ),
        # the whole draft
        ("safe\n\n<!-- claimlint-disable-file core/safe -- x -->\n\nsafe", []),
        # other comments
        ("<!-- claimlint is our linter -->\nsafe", [2]),
        ("<!-- markdownlint-disable-next-line MD001 -->\nsafe", [2]),
        # until today is until tonight
        ("<!-- claimlint-disable-next-line core/safe -- x until=2026-11-22 -->\nsafe", []),
        ("<!-- claimlint-disable-next-line core/safe -- until=2027-01-31 by=ada reviewed -->\nsafe", []),
    ],
)
def test_what_is_covered(source: str, lines: list[int]) -> None:
    report = settled(source)
    assert open_lines(report) == lines
    assert report.problems == ()


def test_the_reason_becomes_the_justification() -> None:
    source = '<!-- claimlint-disable-next-line core/safe -- the  label until=2027-01-31\n says so by="Ada L." -->\nsafe'
    (finding,) = settled(source).findings
    assert (finding.status, finding.justification) == ("suppressed", "the label says so")


NEXT = "claimlint-disable-next-line"
WRITE = "write “claimlint-disable-next-line pack/rule -- reason”"


@pytest.mark.parametrize(
    ("comment", "message"),
    [
        (f"{NEXT} core/save -- x", "suppression of unknown rule “core/save”; did you mean “core/safe”?"),
        (f"{NEXT} core/* -- x", "suppression of unknown rule “core/*”"),
        (f"{NEXT} core -- x", "suppression of unknown rule “core”"),
        (f"{NEXT} core/safe core/cure -- x", "suppression of unknown rule “core/safe core/cure”"),
        (f"{NEXT} core/safe, core/save -- x", "suppression of unknown rule “core/save”"),
        (f"{NEXT} core/safe", f"suppression without a reason; {WRITE}"),
        (f"{NEXT} core/safe --", f"suppression without a reason; {WRITE}"),
        (f"{NEXT} core/safe -- until=2027-01-31 by=ada", f"suppression without a reason; {WRITE}"),
        (f"{NEXT} core/safe - x", "suppression of unknown rule “core/safe - x”"),
        (f"{NEXT} core/safe --x", "suppression of unknown rule “core/safe --x”"),
        (f"{NEXT} -- x", f"suppression that names no rule; {WRITE}"),
        (NEXT, f"suppression that names no rule; {WRITE}"),
        (f"{NEXT} claimlint/unused-suppression -- x", "suppression of unknown rule “claimlint/unused-suppression”"),
        ("claimlint-disable-nextline core/safe -- x", "unknown suppression “claimlint-disable-nextline”; did you mean"),
        ("claimlint-off", "unknown suppression “claimlint-off”"),
        ("claimlint: disable core/safe -- x", WRITE),
        ("Claimlint-disable-file core/safe -- x", WRITE),
        ("claimlint disable core/safe -- x", WRITE),
        (f"{NEXT} core/safe -- x until=31.1.2027", "suppression until “31.1.2027”, which is no date"),
        (f"{NEXT} core/safe -- x until=2027-02-30", "suppression until “2027-02-30”, which is no date"),
        (f"{NEXT} core/safe -- x until=20270131", "suppression until “20270131”, which is no date"),
        (f"{NEXT} core/safe -- x until=", "suppression until “”, which is no date"),
        (f"{NEXT} core/safe -- x by=", "suppression with an empty “by=”"),
        (f"{NEXT} core/safe -- x expires=2027-01-31", "suppression with unknown option “expires=2027-01-31”"),
        (f"{NEXT} core/safe -- x until: 2027-01-31", "suppression with unknown option “until: 2027-01-31”"),
        ("claimlint-disable core/safe -- x", "claimlint-disable of core/safe that no claimlint-enable ends"),
        ("claimlint-enable core/safe", "claimlint-enable of core/safe without a claimlint-disable before it"),
        ("claimlint-enable", "claimlint-enable without a claimlint-disable before it"),
    ],
)
def test_a_slip_of_the_pen_is_a_problem_and_mutes_nothing(comment: str, message: str) -> None:
    report = settled(f"\n<!-- {comment} -->\nsafe")
    assert [(problem.line, problem.message[: len(message)]) for problem in report.problems] == [(2, message)]
    assert open_lines(report) == [3]


def test_an_enable_of_another_rule_leaves_the_region_open() -> None:
    report = settled("<!-- claimlint-disable core/safe -- x -->\nsafe\n<!-- claimlint-enable core/cure -->")
    assert [problem.line for problem in report.problems] == [1, 3]
    assert open_lines(report) == [2]


def test_expired_suppressions_suppress_nothing_and_are_findings() -> None:
    comment = "<!-- claimlint-disable-next-line core/safe -- x until=2026-11-21 -->"
    report = settled(f"{comment}\nsafe")
    own, claim = report.findings
    assert (own.rule, own.pack, own.severity, own.excerpt) == (EXPIRED, "claimlint", "warning", comment)
    assert own.message == "The suppression of core/safe ended on 2026-11-21; its findings count again."
    assert claim.status == "open"


def test_a_next_line_suppression_at_the_end_is_unused() -> None:
    report = settled("safe\n<!-- claimlint-disable-next-line core/safe -- x -->\n\n")
    assert [(finding.rule, finding.status) for finding in report.findings] == [("core/safe", "open"), (UNUSED, "open")]


def test_unused_suppressions_are_findings_one_a_rule() -> None:
    report = settled("<!-- claimlint-disable-next-line core/safe, core/cure -- x -->\nsafe\n")
    own, claim = report.findings
    assert (own.rule, own.message) == (UNUSED, "The suppression of core/cure sets no finding aside.")
    assert claim.status == "suppressed"


def test_the_same_unused_suppression_twice_has_two_fingerprints() -> None:
    line = "<!-- claimlint-disable-next-line core/safe -- x -->\nfine\n"
    first, second = settled(line * 2).findings
    moved = settled(f"Before.\n\n{line}").findings[0]
    assert first.fingerprint != second.fingerprint
    assert moved.fingerprint == first.fingerprint


def test_a_suppression_of_a_rule_that_does_not_run_is_not_called_unused() -> None:
    report = report_of("<!-- claimlint-disable-next-line core/safe -- x -->\nfine")
    assert settle(report, KNOWN, TODAY, selected={"core/cure"}).findings == ()
    assert [finding.rule for finding in settle(report, KNOWN, TODAY).findings] == [UNUSED]


def test_a_draft_without_suppressions_is_passed_on_as_it_is() -> None:
    report = report_of("safe <!-- a note -->")
    assert settle(report, KNOWN, TODAY) is report


def test_there_is_an_end_to_suppressions() -> None:
    line = "<!-- claimlint-disable-line core/safe -- x --> safe\n"
    assert not settled(line * 1000).problems
    (problem,) = settled(line * 1001).problems
    assert (problem.line, problem.message[:28]) == (1001, "more than 1,000 suppressions")
    (problem,) = settled(f"<!-- claimlint-disable-line core/safe -- {'x' * 2000} --> safe").problems
    assert problem.message == "suppression of more than 2,000 characters"
