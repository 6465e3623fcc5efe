"""The formats that other tools import: each whole on the same drafts, then what hostile text does to it."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest

from claimlint import cli
from claimlint.report import Context, reporter
from claimlint.structs import replace
from claimlint.types import SEVERITIES, Finding, Problem, Report, Rewrite, Severity, Span

PROJECT = Path(__file__).parent.parent
FORMATS = ("gitlab", "junit", "rdjson", "checkstyle", "jsonl")
PLAIN = Context({}, "1.2.3")
EVERYTHING = replace(PLAIN, show=("open", "suppressed"))
E = "\N{SMILING FACE WITH SMILING EYES}"


def finding(source: str, words: str, rule: str = "core/safe", severity: Severity = "error", **fields: Any) -> Finding:
    start = source.index(words)
    known: dict[str, Any] = {"message": f"“{words}” is a promise.", "fingerprint": "f0"} | fields
    span = Span(start, start + len(words))
    return Finding(rule, "core", severity, span=span, excerpt=words, sentence=words, **known)


POST = f"# Relief\r\n\r\n{E} Our “gentle” drip is safe.\r\nIt works\r\nquickly & <b>well</b>.\r\n"
REPORTS = (
    Report(
        "blog/first post.md",
        POST,
        (
            finding(
                POST, "is safe", suggestions=("may be safe", "never shown"), rewrite=Rewrite(Span(32, 34), "may be")
            ),
            finding(
                POST,
                "works\r\nquickly & <b>well</b>",
                "core/quick",
                "advice",
                message='Says "quick": <script>alert(1)</script> & more',
                suggestions=("say when",),
                fingerprint="f1",
            ),
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


def digest(*parts: str) -> str:
    return sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


# Whole


def test_gitlab() -> None:
    first, second = digest("blog/first post.md", "f0"), digest("blog/first post.md", "f1")
    third = digest("news.txt", "cannot read: suppression without a reason", "0")
    assert written("gitlab") == (
        f"""\
[
{{"check_name": "core/safe", "description": "“is safe” is a promise.\\nhelp: may be safe", "severity": "major", \
"fingerprint": "{first}", "location": {{"path": "blog/first post.md", "lines": {{"begin": 3, "end": 3}}}}}},
{{"check_name": "core/quick", "description": "Says \\"quick\\": <script>alert(1)</script> & more\\nhelp: say when", \
"severity": "info", "fingerprint": "{second}", \
"location": {{"path": "blog/first post.md", "lines": {{"begin": 4, "end": 5}}}}}},
{{"check_name": "claimlint", "description": "cannot read: suppression without a reason", "severity": "blocker", \
"fingerprint": "{third}", "location": {{"path": "news.txt", "lines": {{"begin": 7, "end": 7}}}}}}
]
"""
    )


def test_junit() -> None:
    assert written("junit") == (
        """\
<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="claimlint">
  <testsuite name="blog/first post.md" tests="2" failures="2" errors="0" skipped="0">
    <testcase classname="blog/first post.md" name="core/safe: “is safe” (f0)" file="blog/first post.md" line="3">
      <failure message="“is safe” is a promise." type="error">blog/first post.md:3:21: error: “is safe” is a promise.
help: may be safe</failure>
    </testcase>
    <testcase classname="blog/first post.md" name="core/quick: “works quickly &amp; &lt;b&gt;well&lt;/b&gt;” (f1)" \
file="blog/first post.md" line="4">
      <failure message="Says &quot;quick&quot;: &lt;script&gt;alert(1)&lt;/script&gt; &amp; more" type="advice">\
blog/first post.md:4:4: advice: Says "quick": &lt;script&gt;alert(1)&lt;/script&gt; &amp; more
help: say when</failure>
    </testcase>
  </testsuite>
  <testsuite name="clean.html" tests="1" failures="0" errors="0" skipped="0">
    <testcase classname="clean.html" name="no findings" file="clean.html" line="1" />
  </testsuite>
  <testsuite name="news.txt" tests="2" failures="0" errors="1" skipped="1">
    <testcase classname="news.txt" name="cannot read: suppression without a reason (line 7)" file="news.txt" line="7">
      <error message="cannot read: suppression without a reason">\
news.txt:7: cannot read: suppression without a reason</error>
    </testcase>
    <testcase classname="news.txt" name="core/safe: “safe” (f0)" file="news.txt" line="1">
      <skipped message="suppressed: a quote, approved">suppressed: a quote, approved</skipped>
    </testcase>
  </testsuite>
</testsuites>
"""
    )


def test_rdjson() -> None:
    assert written("rdjson") == (
        """\
{"source": {"name": "claimlint"}, "diagnostics": [
{"message": "“is safe” is a promise.", "location": {"path": "blog/first post.md", \
"range": {"start": {"line": 3, "column": 28}, "end": {"line": 3, "column": 35}}}, \
"severity": "ERROR", "code": {"value": "core/safe"}, \
"suggestions": [{"range": {"start": {"line": 3, "column": 28}, "end": {"line": 3, "column": 30}}, "text": "may be"}]},
{"message": "Says \\"quick\\": <script>alert(1)</script> & more\\nhelp: say when", \
"location": {"path": "blog/first post.md", \
"range": {"start": {"line": 4, "column": 4}, "end": {"line": 5, "column": 22}}}, \
"severity": "INFO", "code": {"value": "core/quick"}},
{"message": "cannot read: suppression without a reason", \
"location": {"path": "news.txt", "range": {"start": {"line": 7}}}, "severity": "ERROR"}
]}
"""
    )


def test_checkstyle() -> None:
    assert written("checkstyle") == (
        """\
<?xml version="1.0" encoding="UTF-8"?>
<checkstyle version="10.0">
  <file name="blog/first post.md">
    <error line="3" column="21" severity="error" message="“is safe” is a promise.&#10;help: may be safe" \
source="claimlint.core/safe" />
    <error line="4" column="4" severity="info" message="Says &quot;quick&quot;: \
&lt;script&gt;alert(1)&lt;/script&gt; &amp; more&#10;help: say when" source="claimlint.core/quick" />
  </file>
  <file name="clean.html" />
  <file name="news.txt">
    <error line="7" severity="error" message="cannot read: suppression without a reason" source="claimlint" />
  </file>
</checkstyle>
"""
    )


def test_jsonl_has_the_findings_of_json() -> None:
    entries = [json.loads(line) for line in written("jsonl").splitlines()]
    documents = json.loads(written("json"))["documents"]
    assert entries == [
        *({"path": "blog/first post.md", **each} for each in documents[0]["findings"]),
        {"path": "news.txt", "error": {"message": "suppression without a reason", "line": 7}},
        {"path": "news.txt", **documents[2]["findings"][0]},
    ]
    assert written("jsonl").startswith('{"path": "blog/first post.md", "rule": "core/safe", "pack": "core", ')


@pytest.mark.parametrize(
    ("format_", "text"),
    [
        ("gitlab", "[]\n"),
        ("junit", '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="claimlint">\n</testsuites>\n'),
        ("rdjson", '{"source": {"name": "claimlint"}, "diagnostics": []}\n'),
        ("checkstyle", '<?xml version="1.0" encoding="UTF-8"?>\n<checkstyle version="10.0">\n</checkstyle>\n'),
        ("jsonl", ""),
    ],
)
def test_no_drafts(format_: str, text: str) -> None:
    assert written(format_, []) == text


# What each format is particular about


@pytest.mark.parametrize(("format_", "count"), [("gitlab", 1), ("rdjson", 1), ("checkstyle", 1), ("junit", 0)])
def test_suppressed_findings_are_shown_on_demand(format_: str, count: int) -> None:
    """Except in JUnit, which has them as skipped tests anyhow."""
    promise = "is a promise."
    assert written(format_, REPORTS[2:]).count(promise) == 0
    assert written(format_, REPORTS[2:], EVERYTHING).count(promise) == count


@pytest.mark.parametrize(
    ("format_", "levels"),
    [
        ("gitlab", ["info", "minor", "major"]),
        ("rdjson", ["INFO", "WARNING", "ERROR"]),
        ("checkstyle", ["info", "warning", "error"]),
    ],
)
def test_severities(format_: str, levels: list[str]) -> None:
    findings = tuple(finding("safe", "safe", severity=severity) for severity in SEVERITIES)
    text = written(format_, [Report("a.md", "safe", findings)])
    assert re.findall(r"severity\"?[:=] ?\"(\w+)\"", text) == levels


def test_gitlab_fingerprints_are_unique_and_stay() -> None:
    """The same sentence in two drafts, the same problem twice in one; and a line more above changes none."""

    def fingerprints(above: str) -> list[str]:
        source = f"{above}It is safe."
        line = above.count("\n") + 1
        problems = (Problem("no reason", line), Problem("no reason", line + 1))
        reports = [Report(name, source, (finding(source, "safe"),), problems) for name in ("a.md", "b.md")]
        return [each["fingerprint"] for each in json.loads(written("gitlab", reports))]

    assert len(set(fingerprints(""))) == 6
    assert fingerprints("") == fingerprints("More.\n\n")


def test_a_line_end_belongs_to_its_line_in_gitlab() -> None:
    source = "It is safe\n\nnow"
    (entry,) = json.loads(written("gitlab", [Report("a.md", source, (finding(source, "safe\n"),))]))
    assert entry["location"]["lines"] == {"begin": 1, "end": 1}
    empty = replace(finding(source, "now"), span=Span(12, 12))
    (entry,) = json.loads(written("gitlab", [Report("a.md", source, (empty,))]))
    assert entry["location"]["lines"] == {"begin": 3, "end": 3}


def test_names_of_junit_tests_are_unique_and_without_lines() -> None:
    """Servers drop a second test of the same name, and would take a claim that moved for a new one."""

    def names(source: str) -> list[str | None]:
        twice = (finding(source, "safe"), finding(source, "safe", fingerprint="f1"))
        suite = ElementTree.fromstring(written("junit", [Report("a.md", source, twice)]))
        return [case.get("name") for case in suite.iter("testcase")]

    assert names("safe") == names("\n\nsafe") == ["core/safe: “safe” (f0)", "core/safe: “safe” (f1)"]


def obj(required: str, optional: str = "", **kinds: Any) -> dict[str, Any]:
    names = f"{required} {optional}".split()
    properties = {name: kinds.get(name, {"type": "string"}) for name in names}
    return {"type": "object", "properties": properties, "required": required.split(), "additionalProperties": False}


NUMBER = {"type": "integer", "minimum": 1}
POSITION = obj("line", "column", line=NUMBER, column=NUMBER)
RANGE = obj("start", "end", start=POSITION, end=POSITION)
DIAGNOSTIC = obj(
    "message location",
    "severity source code suggestions original_output",
    location=obj("path", "range", range=RANGE),
    severity={"enum": ["UNKNOWN_SEVERITY", "ERROR", "WARNING", "INFO"]},
    source=obj("name", "url"),
    code=obj("value", "url"),
    suggestions={"type": "array", "items": obj("range text", range=RANGE)},
)
RDJSON = obj("diagnostics", "source", diagnostics={"type": "array", "items": DIAGNOSTIC}, source=obj("name", "url"))
"""The messages of reviewdog.proto as a schema, strict: the published one forbids nothing."""


@pytest.mark.parametrize("reports", [REPORTS, ()], ids=["some", "none"])
def test_rdjson_is_what_its_definition_says(reports: tuple[Report, ...]) -> None:
    jsonschema.Draft202012Validator(RDJSON).validate(json.loads(written("rdjson", reports, EVERYTHING)))


@pytest.mark.parametrize(
    "source",
    [
        "It is safe.",
        f"{E}{E} is safe",
        "Café — “safe”",
        "a\r\n\U00010400 safe\r\nb",
        "one\rtwo é safe",
        "\ufeffé safe",
        "form\x0cfeed\u2028safe",
    ],
)
def test_rdjson_counts_bytes(source: str) -> None:
    (entry,) = json.loads(written("rdjson", [Report("a.md", source, (finding(source, "safe"),))]))["diagnostics"]
    start, end = entry["location"]["range"]["start"], entry["location"]["range"]["end"]
    assert start["line"] == end["line"]
    line = re.split(rb"\r\n|\r|\n", source.encode())[start["line"] - 1]
    assert line[start["column"] - 1 : end["column"] - 1] == b"safe"


def test_a_rewrite_that_deletes_has_an_empty_text() -> None:
    source = "a totally safe drip"
    cut = finding(source, "totally safe", rewrite=Rewrite(Span(2, 10), ""))
    (entry,) = json.loads(written("rdjson", [Report("a.md", source, (cut,))]))["diagnostics"]
    assert [each["text"] for each in entry["suggestions"]] == [""]


def test_jsonl_is_one_line_a_finding_for_every_reader() -> None:
    """Some break lines at U+2028, U+2029 and U+0085, which JSON may leave as they are."""
    source = "safe\n\u2028\u2029\x85\x0b\x0c\x1c so"
    text = written("jsonl", [Report("a\u2028.md", source, (finding(source, source),))])
    assert text.splitlines() == [text.removesuffix("\n")]
    entry = json.loads(text)
    assert (entry["path"], entry["excerpt"]) == ("a\u2028.md", source)


# What strangers may write

HOSTILE = "<script>'\"&amp;]]>--><!--\x00\x1b[31m\ufffe\uffff\t\x7f\u202e{%}\\u0041" + E
HOSTILE_REPORTS = (
    Report(
        f"a\n{HOSTILE}\udce9.md",
        HOSTILE,
        (
            finding(HOSTILE, HOSTILE, suggestions=(HOSTILE,)),
            finding(HOSTILE, HOSTILE, status="suppressed", justification=HOSTILE, fingerprint="f1"),
        ),
        (Problem(HOSTILE),),
    ),
)
LEGAL = re.sub("[\x00\x1b\ufffe\uffff]", "\ufffd", HOSTILE)


@pytest.mark.parametrize(("format_", "claim"), [("junit", "failure"), ("checkstyle", "error")])
def test_xml_of_hostile_text(format_: str, claim: str) -> None:
    text = written(format_, HOSTILE_REPORTS)
    text.encode("utf-8")
    root = ElementTree.fromstring(text)
    (draft,) = root
    assert draft.get("name") == f"a\n{LEGAL}\ufffd.md"
    unread, found = list(draft.iter())[2 if format_ == "junit" else 1], list(draft.iter(claim))[-1]
    assert unread.get("message") == f"cannot read: {LEGAL}"
    assert (found.get("message") or "").startswith(f"“{LEGAL}” is a promise.")
    assert {each.tag for each in root.iter()} <= {
        *("testsuites", "testsuite", "testcase", "failure", "error", "skipped"),
        *("checkstyle", "file"),
    }


def test_junit_texts_of_hostile_text() -> None:
    root = ElementTree.fromstring(written("junit", HOSTILE_REPORTS))
    assert [each.text for each in root.iter("skipped")] == [f"suppressed: {LEGAL}"]
    (failure,) = root.iter("failure")
    assert (failure.text or "").endswith(f":1:1: error: “{LEGAL}” is a promise.\nhelp: {LEGAL}")


@pytest.mark.parametrize("format_", ["gitlab", "rdjson"])
def test_json_of_hostile_text(format_: str) -> None:
    """Strict readers refuse half a surrogate pair, escaped or not."""
    text = written(format_, HOSTILE_REPORTS)
    text.encode("utf-8")
    assert "\\ud" not in text
    data = json.loads(text)
    problem, found = data["diagnostics"] if format_ == "rdjson" else data
    assert problem["location"]["path"] == found["location"]["path"] == f"a\n{HOSTILE}\ufffd.md"
    assert f"cannot read: {HOSTILE}" in problem.values()
    assert f"“{HOSTILE}” is a promise.\nhelp: {HOSTILE}" in found.values()


def test_jsonl_of_hostile_text() -> None:
    problem, *found = [json.loads(line) for line in written("jsonl", HOSTILE_REPORTS).splitlines()]
    assert problem == {"path": f"a\n{HOSTILE}\udce9.md", "error": {"message": HOSTILE, "line": 1}}
    assert [each["status"] for each in found] == ["open", "suppressed"]


@pytest.mark.parametrize("format_", FORMATS)
def test_reports_are_written_as_they_come(format_: str) -> None:
    out = io.StringIO()
    seen = []

    def coming() -> Iterator[Report]:
        for name in ("a.md", "b.md", "c.md"):
            seen.append([each for each in ("a.md", "b.md", "c.md") if each in out.getvalue()])
            yield Report(name, "safe", (finding("safe", "safe"),))

    reporter(format_)(coming(), out, PLAIN)
    assert seen == [[], ["a.md"], ["a.md", "b.md"]]


@pytest.mark.parametrize("format_", FORMATS)
def test_the_command_writes_it(
    format_: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.md").write_text("Our drip is completely safe.\n", encoding="utf-8")
    assert cli.main(["check", "--format", format_]) == 1
    printed = capsysbinary.readouterr().out
    assert cli.main(["check", "--format", format_, "--output", "report"]) == 1
    assert printed == Path("report").read_bytes()
    assert b"core/risk-free" in printed
