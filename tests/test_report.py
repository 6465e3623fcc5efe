"""Each format on the same three drafts, whole; carets under every kind of character; the published schemas."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from claimlint.packs import Pack
from claimlint.report import Context, reporter
from claimlint.report.catalog import stale
from claimlint.report.text import statistics
from claimlint.structs import replace
from claimlint.types import Finding, Problem, Report, Rule, Source, Span, Status, Treatment

RULES = {
    "core/safe": Rule(
        id="core/safe",
        pack="core",
        title="Unqualified safety claim",
        message="“{match}” promises safety.",
        severity="error",
        match=("safe",),
        why="Nothing is safe for everyone.",
        basis=(
            Source("Health guidance", "https://example.org/guidance", "II.A", "2026-11-01"),
            Source("A book"),
        ),
        suggest=("may be appropriate for …",),
        bad=("A {safe} option.",),
        good=("A safe space.",),
    ),
    "core/quick": Rule(
        id="core/quick",
        pack="core",
        title="Speed claim",
        message="",
        severity="advice",
        match=(),
        needs=("hedge", "citation"),
        needs_all=True,
    ),
}
POST = "# Relief\r\n\r\nOur infusions are a safe option.\r\nThey work\r\nquickly.\r\n"
PLAIN = Context(RULES, "1.2.3")
EVERYTHING = replace(PLAIN, show=("open", "suppressed"))


def finding(source: str, words: str, rule: str = "core/safe", **fields: Any) -> Finding:
    start = source.index(words)
    span = Span(start, start + len(words))
    known: dict[str, Any] = {"severity": RULES[rule].severity, "message": f"“{words}” is a promise."}
    return Finding(
        rule=rule, pack="core", span=span, excerpt=words, sentence=words, fingerprint="f0", **(known | fields)
    )


REPORTS = (
    Report(
        "blog/first post.md",
        POST,
        (
            finding(
                POST,
                "safe option",
                missing=("hedge", "citation"),
                reasons=("no hedge in the sentence", "no citation covers it"),
                suggestions=("may be an option", "never shown"),
                related=((Span(2, 8), "the heading"),),
            ),
            finding(POST, "work\r\nquickly", "core/quick", missing=("hedge", "citation"), message="Says “quick”: 100%"),
        ),
    ),
    Report("clean.html", "<p>Ask a clinician.</p>"),
    Report(
        "news.txt",
        "Now safe.\n",
        (finding("Now safe.\n", "safe", status="suppressed", justification="a quote, approved"),),
        (Problem("suppression without a reason", 7),),
    ),
)


def written(format_: str, reports: Iterable[Report] = REPORTS, context: Context = PLAIN) -> str:
    out = io.StringIO()
    reporter(format_)(reports, out, context)
    return out.getvalue()


def test_full() -> None:
    assert written("full") == (
        """\
blog/first post.md:3:21: error core/safe “safe option” is a promise.
  |
3 | Our infusions are a safe option.
  |                     ^^^^^^^^^^^
missing: hedge or citation
because: no hedge in the sentence; no citation covers it
help: may be an option

blog/first post.md:4:6: advice core/quick Says “quick”: 100%
  |
4 | They work
  |      ^^^^
5 | quickly.
  | ^^^^^^^
missing: hedge and citation

news.txt:7: cannot read: suppression without a reason
1 error, 1 piece of advice in 1 of 3 drafts; 1 suppressed; 1 problem
"""
    )


def test_full_shows_suppressed_findings_on_demand() -> None:
    assert "news.txt:1:5: error core/safe “safe” is a promise. [suppressed: a quote, approved]\n" in written(
        "full", context=EVERYTHING
    )


def test_concise() -> None:
    assert written("concise") == (
        """\
blog/first post.md:3:21: error core/safe “safe option” is a promise.
blog/first post.md:4:6: advice core/quick Says “quick”: 100%
news.txt:7: cannot read: suppression without a reason
"""
    )


def test_statistics() -> None:
    out = io.StringIO()
    statistics([*REPORTS, REPORTS[0], Report("x.md", POST, (finding(POST, "safe", "core/quick"),))], out, PLAIN)
    assert out.getvalue() == (
        """\
news.txt:7: cannot read: suppression without a reason
3  core/quick  Speed claim
2  core/safe  Unqualified safety claim
2 errors, 3 pieces of advice in 3 of 5 drafts; 1 suppressed; 1 problem
"""
    )


def test_github() -> None:
    assert written("github") == (
        "::error title=claimlint (core/safe),file=blog/first post.md,line=3,col=21,endLine=3,endColumn=32"
        "::“safe option” is a promise.%0Ahelp: may be an option\n"
        "::notice title=claimlint (core/quick),file=blog/first post.md,line=4,endLine=5::Says “quick”: 100%25\n"
        "::error title=claimlint,file=news.txt,line=7::cannot read: suppression without a reason\n"
    )


def test_github_escapes_properties() -> None:
    report = Report("a,b:c%\n.md", "", (), (Problem("lost\r\n::error::"),))
    assert written("github", [report]) == (
        "::error title=claimlint,file=a%2Cb%3Ac%25%0A.md,line=1::cannot read: lost%0D%0A::error::\n"
    )


@pytest.mark.parametrize(("format_", "text"), [("full", "no findings in 0 drafts\n"), ("concise", ""), ("github", "")])
def test_no_drafts(format_: str, text: str) -> None:
    assert written(format_, []) == text


def test_json_is_what_the_schema_says() -> None:
    schema = json.loads(files("claimlint.report").joinpath("schema/report.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    report = json.loads(written("json"))
    jsonschema.Draft202012Validator(schema).validate(report)
    jsonschema.Draft202012Validator(schema).validate(json.loads(written("json", [])))
    assert [document["path"] for document in report["documents"]] == ["blog/first post.md", "clean.html", "news.txt"]
    assert report["tool"] == {"name": "claimlint", "version": "1.2.3"}
    assert report["summary"] == {
        "drafts": 3,
        "drafts_with_findings": 1,
        "errors": 1,
        "severity": {"error": 1, "warning": 0, "advice": 1},
        "status": {"open": 2, "suppressed": 1},
        "rule": {"core/quick": 1, "core/safe": 1},
    }


def test_json_of_a_finding_is_the_contract() -> None:
    documents = json.loads(written("json"))["documents"]
    assert documents[0]["findings"][0] == {
        "rule": "core/safe",
        "pack": "core",
        "scope": "claim",
        "severity": "error",
        "message": "“safe option” is a promise.",
        "start": {"line": 3, "column": 21, "offset": 32},
        "end": {"line": 3, "column": 32, "offset": 43},
        "excerpt": "safe option",
        "sentence": "safe option",
        "missing": ["hedge", "citation"],
        "reasons": ["no hedge in the sentence", "no citation covers it"],
        "suggestions": ["may be an option", "never shown"],
        "status": "open",
        "related": [
            {
                "start": {"line": 1, "column": 3, "offset": 2},
                "end": {"line": 1, "column": 9, "offset": 8},
                "label": "the heading",
            }
        ],
        "fingerprint": "f0",
    }
    assert documents[2]["errors"] == [{"message": "suppression without a reason", "line": 7}]
    assert documents[2]["findings"][0]["justification"] == "a quote, approved"


def sarif(reports: Iterable[Report] = REPORTS) -> dict[str, Any]:
    log = json.loads(written("sarif", reports))
    schema = json.loads((Path(__file__).parent / "data" / "sarif-schema-2.1.0.json").read_text("utf-8"))
    jsonschema.Draft4Validator(schema, format_checker=jsonschema.Draft4Validator.FORMAT_CHECKER).validate(log)
    run: dict[str, Any] = log["runs"][0]
    return run


def test_sarif_results() -> None:
    results = sarif()["results"]
    assert [(each["ruleId"], each["ruleIndex"], each["level"]) for each in results] == [
        ("core/safe", 0, "error"),
        ("core/quick", 1, "note"),
        ("core/safe", 0, "error"),
    ]
    assert results[0]["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": "blog/first%20post.md"},
                "region": {
                    "startLine": 3,
                    "startColumn": 21,
                    "endLine": 3,
                    "endColumn": 32,
                    "snippet": {"text": "safe option"},
                },
            }
        }
    ]
    assert results[0]["partialFingerprints"] == {"claimlint/v1": "f0"}
    assert results[0]["relatedLocations"][0]["message"] == {"text": "the heading"}
    assert results[1]["locations"][0]["physicalLocation"]["region"]["endLine"] == 5
    assert "suppressions" not in results[0]
    assert results[2]["suppressions"] == [
        {"kind": "inSource", "status": "accepted", "justification": "a quote, approved"}
    ]


def test_sarif_rules_and_problems() -> None:
    run = sarif()
    assert run["columnKind"] == "unicodeCodePoints"
    rule = run["tool"]["driver"]["rules"][0]
    assert rule["defaultConfiguration"] == {"level": "error"}
    assert rule["help"]["text"] == (
        "Nothing is safe for everyone.\n\n"
        "Instead:\n- may be appropriate for …\n\n"
        "Finds:\n- A safe option.\n\n"
        "Leaves alone:\n- A safe space.\n\n"
        "Basis:\n- Health guidance, II.A <https://example.org/guidance>\n- A book"
    )
    assert "- [Health guidance](https://example.org/guidance), II.A\n" in rule["help"]["markdown"]
    (invocation,) = run["invocations"]
    assert invocation["executionSuccessful"] is False
    assert invocation["toolExecutionNotifications"][0]["message"] == {
        "text": "cannot read: suppression without a reason"
    }
    assert sarif(REPORTS[:2])["invocations"] == [{"executionSuccessful": True, "toolExecutionNotifications": []}]


@pytest.mark.parametrize(
    ("status", "kind"),
    [("suppressed", "inSource"), ("waived", "external"), ("baselined", "external"), ("substantiated", "external")],
)
def test_sarif_tells_comments_from_files(status: Status, kind: str) -> None:
    run = sarif([Report("a.md", "safe", (finding("safe", "safe", status=status),))])
    assert run["results"][0]["suppressions"][0]["kind"] == kind


def test_sarif_of_odd_file_names() -> None:
    names = ["/tmp/a b.md", "a:b?#.md", "caf\udce9.md", "日本.md"]
    run = sarif([Report(name, "safe", (finding("safe", "safe"),)) for name in names])
    assert [each["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for each in run["results"]] == [
        "file:///tmp/a%20b.md",
        "a%3Ab%3F%23.md",
        "caf%E9.md",
        "%E6%97%A5%E6%9C%AC.md",
    ]


# The excerpt

E = "\N{SMILING FACE WITH SMILING EYES}"
FAMILY = "\N{MAN}\u200d\N{WOMAN}\u200d\N{GIRL}"


@pytest.mark.parametrize(
    ("source", "words", "excerpt"),
    [
        ("It is safe.", "safe", ["1 | It is safe.", "  |       ^^^^"]),
        ("It\tis\tsafe.", "safe", ["1 | It  is  safe.", "  |         ^^^^"]),
        ("Is a\tsafe\tone", "a\tsafe", ["1 | Is a    safe    one", "  |    ^^^^^^^^^"]),
        ("安全です safe", "safe", ["1 | 安全です safe", "  |          ^^^^"]),
        ("本当に安全", "安全", ["1 | 本当に安全", "  |       ^^^^"]),
        (f"{E} safe", "safe", [f"1 | {E} safe", "  |    ^^^^"]),
        (f"{FAMILY} safe", "safe", [f"1 | {FAMILY} safe", "  |    ^^^^"]),
        ("\u2764\ufe0f safe", "safe", ["1 | \u2764\ufe0f safe", "  |    ^^^^"]),
        ("Cafe\u0301: safe", "safe", ["1 | Cafe\u0301: safe", "  |       ^^^^"]),
        ("\x1b[31msafe\x07", "safe", ["1 | \ufffd[31msafe\ufffd", "  |      ^^^^"]),
        ("\u202eefas\u202c safe", "safe", ["1 | \ufffdefas\ufffd safe", "  |        ^^^^"]),
        ("a\r\nsafe\r\nb", "safe", ["2 | safe", "  | ^^^^"]),
        ("a\rsafe\rb", "safe", ["2 | safe", "  | ^^^^"]),
        ("a\u2028safe", "safe", ["1 | a\ufffdsafe", "  |   ^^^^"]),
        ("a\n\n\n\n\n\n\n\n\nsafe", "safe", ["10 | safe", "   | ^^^^"]),
        ("one\n\ntwo", "one\n\ntwo", ["1 | one", "  | ^^^", "2 |", "  | ^", "3 | two", "  | ^^^"]),
        ("1\n2\n3\n4\n5", "1\n2\n3\n4\n5", ["1 | 1", "  | ^", "2 | 2", "  | ^", "3 | 3", "  | ^", "  | …"]),
    ],
)
def test_carets_stand_under_the_claim(source: str, words: str, excerpt: list[str]) -> None:
    lines = written("full", [Report("a.md", source, (finding(source, words, message=""),))]).split("\n")
    assert lines[2 : 2 + len(excerpt)] == excerpt


@pytest.mark.parametrize(
    ("source", "words", "excerpt"),
    [
        (
            f"{'before ' * 20}safe {'after ' * 20}",
            "safe",
            [
                f"1 | … before before before before safe {'after ' * 10}afte…",
                f"  | {' ' * 30}^^^^",
            ],
        ),
        (
            f"safe {'after ' * 40}",
            "safe",
            [f"1 | safe {('after ' * 20)[:94]}…", "  | ^^^^"],
        ),
        (
            f"{'安' * 60}safe",
            "safe",
            [f"1 | …{'安' * 14}safe", f"  | {' ' * 29}^^^^"],
        ),
        (
            f"so {'safe ' * 40}",
            ("safe " * 40).strip(),
            [f"1 | so {('safe ' * 20)[:96]}…", f"  |    {'^' * 97}"],
        ),
    ],
)
def test_long_lines_are_cut_around_the_claim(source: str, words: str, excerpt: list[str]) -> None:
    lines = written("full", [Report("a.md", source, (finding(source, words, message=""),))]).split("\n")
    assert lines[2 : 2 + len(excerpt)] == excerpt
    assert all(len(line) <= 104 for line in lines[2:4])


def test_an_empty_span_at_the_end_has_its_caret() -> None:
    report = Report("a.md", "abc", (replace(finding("abc", "abc", message="m"), span=Span(3, 3)),))
    assert written("full", [report]).split("\n")[1:4] == ["  |", "1 | abc", "  |    ^"]


def test_nothing_from_a_draft_breaks_the_line() -> None:
    source = "safe\nand"
    report = Report("a\n\x1b.md", source, (finding(source, source, message="“safe\nand”\x1b[0m"),))
    assert written("concise", [report]) == "a \ufffd.md:1:1: error core/safe “safe and”\ufffd[0m\n"


def test_color() -> None:
    report = Report("a.md", "safe", (finding("safe", "safe", missing=("removal",)),), (Problem("lost"),))
    assert written("full", [report], replace(PLAIN, color=True)) == (
        "a.md:1: \x1b[31mcannot read\x1b[0m: lost\n"
        "\x1b[1ma.md:1:1:\x1b[0m \x1b[31merror\x1b[0m core/safe “safe” is a promise.\n"
        "  |\n1 | safe\n  | \x1b[31m^^^^\x1b[0m\n"
        "\x1b[1mmissing\x1b[0m: nothing that could be added: the claim has to go\n\n"
        "1 error in 1 of 1 draft; 1 problem\n"
    )


def test_old_data_on_approvals_are_named() -> None:
    read = [Source("a", read="2025-01-01"), Source("b", read="2026-01-01"), Source("c")]
    pack = Pack("us", Path(), treatments=tuple(Treatment("x", ("x",), "approved", source=each) for each in read))
    assert stale([pack], date(2026, 1, 1), 365) == ""
    assert stale([pack], date(2026, 1, 2), 365) == (
        "1 of 3 approvals in us were read more than 365 days ago, the oldest on 2025-01-01"
    )
