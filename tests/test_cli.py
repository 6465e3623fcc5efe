"""The command line through `main`: what it prints, and its exit codes, with a stand-in for the linter."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from claimlint.cli import main
from claimlint.find import Ruleset
from claimlint.packs import Pack
from claimlint.structs import replace
from claimlint.types import (
    Block,
    Citation,
    Comment,
    Cue,
    Document,
    Finding,
    Piece,
    Problem,
    Reading,
    Report,
    Rule,
    Span,
    Verdict,
)

PACK = """\
name: house
title: Our own rules
version: 1.0.0
rules:
  - id: safe
    title: Unqualified safety claim
    message: "“{match}” promises safety."
    severity: error
    match: [safe]
    why: Nothing is safe for everyone.
    basis: [{title: Health guidance, url: "https://example.org/guidance"}]
    suggest: [may be appropriate for …]
    examples:
      bad: ["A {safe} option."]
      good: ["Ask a clinician."]
  - id: quick
    title: Speed claim
    message: "“{match}” promises speed."
    severity: advice
    match: [quick]
    needs: {all: [hedge, citation]}
    why: Nothing works at once for everyone.
    basis: [{title: Health guidance}]
    suggest: [over time]
    examples:
      bad: ["A {quick} fix."]
      good: ["Ask a clinician."]
"""


@dataclass(frozen=True)
class Options:
    exhaustive: bool = False
    owned_hosts: tuple[str, ...] = ()
    citation_scope: str = "sentence"
    citations_since: int = 0
    library: tuple[Any, ...] = ()
    memory: int = 0
    choose: Any = None
    parse: Any = None


class Linter:
    """Finds the word of each rule; “maybe” in its line is a hedge, “broken” in the draft a problem."""

    def __init__(self, packs: Sequence[Pack] | Ruleset, *, options: Any = None) -> None:
        self.packs = packs.packs if isinstance(packs, Ruleset) else packs
        self.rules: dict[str, Rule] = {rule.id: rule for pack in self.packs for rule in pack.rules}
        self.options = options

    def check_many(self, drafts: Iterable[tuple[str, Document]]) -> Iterator[Report]:
        return (self.check(source, name) for name, source in drafts)

    def matched(self, source: str, _name: str) -> set[tuple[str, str]]:
        words = [(id_, id_.partition("/")[2]) for id_ in self.rules]
        return {(id_, word) for id_, word in words if word in source}

    def check(self, draft: str | Document, name: str = "", **_: Any) -> Report:
        document, readings = self.inspect(draft, name)
        found = tuple(
            verdict.finding for reading in readings for verdict in reading.verdicts if verdict.finding is not None
        )
        return Report(document.name, document.source, found, document.problems, document.comments)

    def inspect(self, draft: str | Document, name: str = "") -> tuple[Document, tuple[Reading, ...]]:
        source, name = (draft.source, draft.name) if isinstance(draft, Document) else (draft, name)
        comments = tuple(Comment(each[1], Span(*each.span())) for each in re.finditer("<!--(.*?)-->", source))
        prose = re.sub("<!--(.*?)-->", lambda each: " " * len(each[0]), source)
        problems = (Problem("unclosed front matter", 2),) if "broken" in source else ()
        block = Block("paragraph", source, (Piece(0, 0, len(source)),))
        readings = tuple(self._reading(line) for line in re.finditer(r"[^\n]+", prose) if line[0].strip())
        return Document(name, source, (block,), comments, {}, problems), readings

    def _reading(self, line: re.Match[str]) -> Reading:
        hedge = re.search("maybe", line[0])
        start = line.start()
        scope = ((start + hedge.end() + 1, line.end()),) if hedge else ()
        cues = (Cue("hedge", "maybe", start + hedge.start(), start + hedge.end(), scope, "medium"),) if hedge else ()
        number = re.search(r"\[1\]", line[0])
        span = (start + number.start(), start + number.end()) if number else (0, 0)
        citations = (Citation("numeric", "[1]", *span, "dangling"),) if number else ()
        rules = self.rules.values()
        hits = [(rule, word) for rule in rules for word in re.finditer(rule.id.partition("/")[2], line[0])]
        verdicts = tuple(self._verdict(rule, word, line, hedge is not None) for rule, word in hits)
        return Reading(0, start, line.end(), Span(*line.span()), line[0], "assertion", cues, citations, verdicts)

    def _verdict(self, rule: Rule, word: re.Match[str], line: re.Match[str], hedged: bool) -> Verdict:
        span = Span(line.start() + word.start(), line.start() + word.end())
        if hedged:
            return Verdict(rule.id, span, word[0], "remedy", ("hedged by “maybe”",))
        finding = Finding(
            rule=rule.id,
            pack=rule.pack,
            severity=rule.severity,
            message=rule.message.format(match=word[0]),
            span=span,
            excerpt=word[0],
            sentence=line[0],
            missing=rule.needs,
            reasons=("no hedge in the sentence",),
            suggestions=rule.suggest,
            fingerprint=sha256(line[0].encode()).hexdigest()[:16],
        )
        return Verdict(rule.id, span, word[0], "finding", ("no hedge in the sentence",), finding)


class Run(SimpleNamespace):
    code: int
    out: str
    err: str


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in, with a configuration and a pack, and the stand-in for the linter."""
    monkeypatch.setitem(sys.modules, "claimlint.linter", SimpleNamespace(Linter=Linter, Options=Options))
    kept = tmp_path.with_name(f"{tmp_path.name}-cache")  # what the stand-in finds is no business of other tests
    monkeypatch.setattr("claimlint.cache.folder", lambda: kept)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "house.yml").write_text(PACK, encoding="utf-8")
    (tmp_path / ".claimlint.yml").write_text("packs: [house.yml]\n", encoding="utf-8")
    return tmp_path


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Any:
    def call(*argv: str) -> Run:
        capsys.readouterr()
        code = main(argv)
        captured = capsys.readouterr()
        return Run(code=code, out=captured.out, err=captured.err)

    return call


def draft(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())
    return path


# check


def test_check_shows_findings_and_a_summary(site: Path, run: Any) -> None:
    draft(site, "blog/post.md", "# Relief\n\nA safe and quick fix.\n")
    draft(site, "blog/clean.md", "Ask a clinician.\n")
    result = run("check")
    assert result.out == (
        """\
blog/post.md:3:3: error house/safe “safe” promises safety.
  |
3 | A safe and quick fix.
  |   ^^^^
missing: hedge or citation
because: no hedge in the sentence
help: may be appropriate for …

blog/post.md:3:12: advice house/quick “quick” promises speed.
  |
3 | A safe and quick fix.
  |            ^^^^^
missing: hedge and citation
because: no hedge in the sentence
help: over time

1 error, 1 piece of advice in 1 of 2 drafts; skipped: 1 of another format
"""
    )
    assert (result.code, result.err) == (1, "")


def test_check_of_clean_drafts(site: Path, run: Any) -> None:
    draft(site, "post.md", "Maybe you ask a clinician.\n")
    assert run("check") == Run(code=0, out="no findings in 1 draft; skipped: 1 of another format\n", err="")


@pytest.mark.parametrize(
    ("text", "options", "code"),
    [
        ("safe", [], 1),
        ("quick", [], 0),
        ("quick", ["--fail-on", "advice"], 1),
        ("safe", ["--fail-on", "never"], 0),
        ("safe", ["--fail-on", "error"], 1),
        ("maybe safe", [], 0),
        ("safe <!-- claimlint-disable-line house/safe -- agreed -->", [], 0),
        ("safe <!-- claimlint-disable-line house/safe -- agreed until=2020-01-01 -->", ["--select", "house/quick"], 1),
        ("fine <!-- claimlint-disable-line house/safe -- agreed -->", [], 1),
        ("fine <!-- claimlint-disable-line house/safe -- agreed -->", ["--fail-on", "error"], 0),
        ("fine <!-- claimlint-disable-line house/safe -- agreed -->", ["--ignore", "claimlint"], 0),
        ("fine <!-- claimlint-disable-line house/safe -- agreed -->", ["--select", "house/quick"], 0),
        ("safe <!-- claimlint-disable-line house/save -- agreed -->", ["--fail-on", "never"], 2),
        ("broken", [], 2),
        ("broken and safe", ["--fail-on", "never"], 2),
        ("safe", ["--select", "house/quick"], 0),
        ("safe", ["--select", "house/quick,house/safe"], 1),
        ("safe", ["--select", "house/quick", "--select", "house"], 1),
        ("safe", ["--ignore", "house/s*"], 0),
    ],
)
def test_exit_codes(site: Path, run: Any, text: str, options: list[str], code: int) -> None:
    draft(site, "a.md", text)
    assert run("check", *options).code == code


def test_an_unreadable_draft_is_reported_and_the_others_are_checked(site: Path, run: Any) -> None:
    draft(site, "a.md", "safe")
    (site / "b.md").write_bytes(b"\xff\xfe\xfa")
    draft(site, "empty/notes.rst", "safe")
    draft(site, "z.md", "fine")
    result = run("check", "--format", "concise", "z.md", "gone.md", "b.md", "empty", "a.md", "./a.md")
    lines = result.out.splitlines()
    assert lines[0] == "gone.md:1: cannot read: no such file or folder"
    assert lines[1].startswith("b.md:1: cannot read: ")
    assert lines[2:] == [
        "empty:1: cannot read: no drafts in this folder",
        "a.md:1:1: error house/safe “safe” promises safety.",
    ]
    assert result.code == 2


def test_folders_are_walked_in_order_without_what_is_none_of_ours(site: Path, run: Any) -> None:
    (site / ".claimlint.yml").write_text("packs: [house.yml]\nexclude: [archive]\n", encoding="utf-8")
    for name in (
        "b.MD",
        "a/z.html",
        "a/b.txt",
        "a.md",
        ".hidden/a.md",
        ".hidden.md",
        "node_modules/x/README.md",
        "site/venv/a.md",
        "env/pyvenv.cfg",
        "env/a.md",
        "site/archive/a.md",
        "photo.png",
    ):
        draft(site, name, "fine")
    data = json.loads(run("check", "--format", "json").out)
    assert [document["path"] for document in data["documents"]] == ["a/b.txt", "a/z.html", "a.md", "b.MD"]
    given = ["site/archive/a.md", ".hidden.md", str(site / "a.md")]
    data = json.loads(run("check", "--format", "json", *given).out)
    assert [document["path"] for document in data["documents"]] == ["site/archive/a.md", ".hidden.md", "a.md"]
    data = json.loads(run("check", "--format", "json", "--force-exclude", *given).out)
    assert [document["path"] for document in data["documents"]] == [".hidden.md", "a.md"]


@pytest.mark.usefixtures("site")
def test_standard_input(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO("“safe”".encode())))
    result = run("check", "-", "--stdin-filename", "blog/post.md", "--format", "concise")
    assert result.out == "blog/post.md:1:2: error house/safe “safe” promises safety.\n"
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"\xff")))
    result = run("check", "-", "--format", "concise")
    assert result == Run(
        code=2, out="stdin.md:1: cannot read: not UTF-8: byte 0xff at offset 0; save the file as UTF-8\n", err=""
    )


def test_output_goes_to_a_file(site: Path, run: Any) -> None:
    draft(site, "a.md", "safe")
    result = run("check", "--format", "json", "--output", "report.json")
    assert result == Run(code=1, out="1 error in 1 of 1 draft; skipped: 1 of another format; see report.json\n", err="")
    report = json.loads((site / "report.json").read_text("utf-8"))
    assert report["summary"]["rule"] == {"house/safe": 1}
    result = run("check", "--output", "no/such/folder.txt")
    assert result == Run(code=2, out="", err="claimlint: no/such/folder.txt: cannot write: No such file or directory\n")


def test_statistics(site: Path, run: Any) -> None:
    draft(site, "a.md", "quick, safe, quick")
    assert run("check", "--statistics").out == (
        """\
2  house/quick  Speed claim
1  house/safe  Unqualified safety claim
1 error, 2 pieces of advice in 1 of 1 draft; skipped: 1 of another format
"""
    )
    assert run("check", "--statistics", "--format", "json").code == 2


def test_suppressed_findings_are_counted_and_shown_on_demand(site: Path, run: Any) -> None:
    draft(site, "a.md", "<!-- claimlint-disable-next-line house/safe -- a quote -->\nsafe\n")
    assert run("check").out == "no findings in 1 draft; 1 suppressed; skipped: 1 of another format\n"
    assert run("check", "--show-suppressed", "--format", "concise").out == (
        "a.md:2:1: error house/safe “safe” promises safety. [suppressed: a quote]\n"
    )
    (finding,) = json.loads(run("check", "--format", "json").out)["documents"][0]["findings"]
    assert (finding["status"], finding["justification"]) == ("suppressed", "a quote")


def test_severities_and_thresholds_of_the_configuration(site: Path, run: Any) -> None:
    (site / ".claimlint.yml").write_text(
        "packs: [house.yml]\nseverity: {house/safe: advice}\noverrides:\n  - {files: [old], fail-on: never}\n"
        "  - {files: [new], severity: {house/safe: error}}\n",
        encoding="utf-8",
    )
    draft(site, "a.md", "safe")
    draft(site, "old/a.md", "fine <!-- claimlint-disable-line house/safe -- agreed -->")
    draft(site, "new/a.md", "fine")
    assert run("check").code == 0
    assert run("check", "--fail-on", "warning", "old").code == 1
    draft(site, "new/a.md", "safe")
    assert run("check", "--format", "concise", "a.md", "new").out == (
        "a.md:1:1: advice house/safe “safe” promises safety.\nnew/a.md:1:1: error house/safe “safe” promises safety.\n"
    )


def test_other_packs_than_the_configured_ones(site: Path, run: Any) -> None:
    (site / "other.yml").write_text(PACK.replace("house", "other", 1), encoding="utf-8")
    (site / ".claimlint.yml").write_text("packs: [house.yml]\nignore: [house/quick]\n", encoding="utf-8")
    draft(site, "a.md", "safe <!-- claimlint-disable-line house/safe -- agreed -->")
    # what the configuration and the draft say about the pack that does not run is neither wrong nor unused
    result = run("check", "--pack", "other.yml", "--format", "concise")
    assert result.out == "a.md:1:1: error other/safe “safe” promises safety.\n"


@pytest.mark.parametrize("options", [[], ["--color", "never"]])
def test_no_color_in_a_pipe(site: Path, run: Any, options: list[str]) -> None:
    draft(site, "a.md", "safe")
    assert "\x1b" not in run("check", *options).out


def test_color_on_demand_and_at_a_terminal(site: Path, run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    draft(site, "a.md", "safe")
    assert "\x1b[31merror\x1b[0m" in run("check", "--color", "always").out
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "\x1b" in run("check").out
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in run("check").out


def test_long_runs_count_on_a_terminal(site: Path, run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in "abc":
        draft(site, f"{name}.md", "fine")
    clock = iter(range(0, 1000, 2))
    monkeypatch.setattr("time.monotonic", lambda: next(clock))
    assert run("check").err == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert run("check").err == "\r1 of 3 drafts\r\x1b[K\r2 of 3 drafts\r\x1b[K"
    assert run("check", "--no-progress").err == ""


# check --diff


def git(*arguments: str) -> None:
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *identity, *arguments], check=True, capture_output=True)


@pytest.fixture
def repository(site: Path) -> Path:
    draft(site, "a.md", "safe one\n\nsafe two\nnot\nsafe three\n")
    draft(site, "b c.md", "safe\n")
    git("init", "-q", "-b", "main")
    git("add", ".")
    git("commit", "-qm", "first")
    return site


def lines_of(result: Any) -> list[str]:
    return [line.partition(": ")[0] for line in result.out.splitlines()]


def test_diff_keeps_claims_on_changed_lines(repository: Path, run: Any) -> None:
    assert lines_of(run("check", "--format", "concise", "--diff", "HEAD")) == []
    draft(repository, "a.md", "safe one\n\nsafe two!\nnot\nsafe three\nsafe four\n")
    draft(repository, "new.md", "safe\n")
    draft(repository, "b c.md", "safe\nsafe\n")
    result = run("check", "--format", "concise", "--diff", "HEAD")
    assert lines_of(result) == ["a.md:3:1", "a.md:6:1", "b c.md:2:1", "new.md:1:1"]
    assert result.code == 1


def test_diff_counts_what_was_deleted_inside_a_paragraph(repository: Path, run: Any) -> None:
    draft(repository, "a.md", "safe one\n\nsafe two\nsafe three\n")
    assert lines_of(run("check", "--format", "concise", "--diff", "HEAD")) == ["a.md:3:1", "a.md:4:1"]
    draft(repository, "a.md", "safe one\n\nsafe three\n")
    assert lines_of(run("check", "--format", "concise", "--diff", "HEAD")) == []


def test_diff_compares_with_where_the_branch_began(repository: Path, run: Any) -> None:
    git("checkout", "-qb", "topic")
    draft(repository, "a.md", "safe one\n\nsafe two\nnot\nsafe three\nsafe four\n")
    git("commit", "-qam", "ours")
    git("checkout", "-q", "main")
    draft(repository, "b c.md", "fine\n")
    git("commit", "-qam", "theirs")
    git("checkout", "-q", "topic")
    assert lines_of(run("check", "--format", "concise", "--diff", "main")) == ["a.md:6:1"]


def test_diff_from_a_folder_of_the_repository(repository: Path, run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    draft(repository, "blog/post.md", "safe\n")
    git("add", ".")
    monkeypatch.chdir(repository / "blog")
    assert lines_of(run("check", "--format", "concise", "--diff", "HEAD")) == ["post.md:1:1"]


@pytest.mark.usefixtures("repository")
@pytest.mark.parametrize("ref", ["nowhere", "--output=x", "HEAD~99"])
def test_diff_with_an_unknown_commit(run: Any, ref: str) -> None:
    result = run("check", f"--diff={ref}")
    assert (result.code, result.out) == (2, "")
    assert result.err == (
        f"claimlint: --diff: git knows no commit “{ref}” here (a shallow clone has only the last ones)\n"
    )


def test_diff_outside_a_repository(site: Path, run: Any) -> None:
    draft(site, "a.md", "safe")
    result = run("check", "--diff", "HEAD")
    assert result.code == 2
    assert result.err.startswith("claimlint: --diff: not a git repository")


def test_diff_without_git(repository: Path, run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(repository))
    assert run("check", "--diff", "HEAD").err == "claimlint: --diff needs git, which is not installed\n"


# Errors


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["check", "--config", "none.yml"], "none.yml: cannot read: No such file or directory"),
        (["check", "--select", "house/save"], "unknown rule “house/save”; did you mean “house/safe”?"),
        (["check", "--ignore", "hose"], "unknown pack “hose”; did you mean “house”?"),
        (
            ["check", "--statistics", "--format", "sarif"],
            "--statistics is a format of its own; leave out “--format sarif”",
        ),
        (["explain", "house/save"], "unknown rule “house/save”; did you mean “house/safe”?"),
        (["rules", "house/save"], "unknown rule “house/save”; did you mean “house/safe”?"),
        (["explain", "gone.md:3"], "gone.md: no such file"),
        (["explain", "a.md:3"], "a.md: has 2 lines"),
        (["init"], ".claimlint.yml: exists already; --force overwrites it"),
    ],
)
def test_errors_are_one_line_and_exit_code_2(site: Path, run: Any, argv: list[str], message: str) -> None:
    draft(site, "a.md", "safe\n")
    assert run(*argv) == Run(code=2, out="", err=f"claimlint: {message}\n")


def test_errors_in_the_configuration_and_in_packs(site: Path, run: Any) -> None:
    (site / ".claimlint.yml").write_text("packs: [house.yml]\nslect: [house]\n", encoding="utf-8")
    assert run("check").err == (f"claimlint: {site}/.claimlint.yml:2: unknown key “slect”; did you mean “select”?\n")
    (site / ".claimlint.yml").write_text("packs: [home.yml]\n", encoding="utf-8")
    result = run("check")
    assert result.code == 2
    assert "home.yml" in result.err


@pytest.mark.parametrize(
    "argv", [[], ["chek"], ["check", "--fail-on", "sometimes"], ["packs"], ["check", "--form", "json"]]
)
def test_usage_errors(run: Any, argv: list[str]) -> None:
    result = run(*argv)
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith("usage: claimlint")


def test_help_and_version(run: Any) -> None:
    assert run("--help").code == 0
    result = run("--version")
    assert result.code == 0
    assert re.fullmatch(r"claimlint \S+\n", result.out)


def test_an_interrupt_is_no_crash(site: Path, run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    draft(site, "a.md", "safe")
    monkeypatch.setattr(Linter, "check", interrupted)
    assert run("check").code == 130


# inspect and explain


def test_inspect_as_json(site: Path, run: Any) -> None:
    draft(site, "a.md", "Maybe.\nmaybe safe [1]\n")
    result = run("inspect", "--format", "json", "a.md", "gone.md")
    data = json.loads(result.out)
    assert result.code == 2
    assert data["schema_version"] == 1
    assert data["documents"][1] == {
        "path": "gone.md",
        "errors": [{"message": "no such file or folder", "line": 1}],
        "sentences": [],
    }
    first, second = data["documents"][0]["sentences"]
    assert (first["text"], first["cues"], first["hits"]) == ("Maybe.", [], [])
    assert second == {
        "start": {"line": 2, "column": 1, "offset": 7},
        "end": {"line": 2, "column": 15, "offset": 21},
        "text": "maybe safe [1]",
        "frame": "assertion",
        "parsed": True,
        "cues": [
            {
                "kind": "hedge",
                "text": "maybe",
                "strength": "medium",
                "start": {"line": 2, "column": 1, "offset": 7},
                "end": {"line": 2, "column": 6, "offset": 12},
                "scope": [
                    {
                        "start": {"line": 2, "column": 7, "offset": 13},
                        "end": {"line": 2, "column": 15, "offset": 21},
                    }
                ],
            }
        ],
        "citations": [
            {
                "form": "numeric",
                "text": "[1]",
                "start": {"line": 2, "column": 12, "offset": 18},
                "end": {"line": 2, "column": 15, "offset": 21},
                "fault": "dangling",
                "study": "",
                "entry": "",
            }
        ],
        "hits": [
            {
                "rule": "house/safe",
                "excerpt": "safe",
                "start": {"line": 2, "column": 7, "offset": 13},
                "end": {"line": 2, "column": 11, "offset": 17},
                "step": "remedy",
                "reasons": ["hedged by “maybe”"],
            }
        ],
    }


def test_inspect_as_text(site: Path, run: Any) -> None:
    draft(site, "a.md", "Fine.\nmaybe safe [1]\nquick\n")
    assert run("inspect", "a.md") == Run(
        code=0,
        out="""\
a.md:1:1: Fine.
  frame: assertion
  no rule matches here

a.md:2:1: maybe safe [1]
  frame: assertion
  hedge “maybe” (medium) governs “safe [1]”
  citation “[1]” (numeric) does not count: dangling
  house/safe “safe”: silent, decided by: remedy
    hedged by “maybe”

a.md:3:1: quick
  frame: assertion
  house/quick “quick”: advice
    no hedge in the sentence

""",
        err="",
    )


def test_explain_a_line(site: Path, run: Any) -> None:
    (site / ".claimlint.yml").write_text(
        "packs: [house.yml]\nignore: [house/quick]\nseverity: {house/safe: warning}\n", encoding="utf-8"
    )
    text = "safe\nquick\nFine.\n\nsafe <!-- claimlint-disable-line house/safe -- a quote -->\nmaybe safe\n"
    draft(site, "a.md", text)
    decided = {number: run("explain", f"a.md:{number}").out.splitlines()[2:] for number in (1, 2, 3, 4, 5, 6)}
    assert decided == {
        1: ["  house/safe “safe”: warning", "    no hedge in the sentence"],
        2: [
            "  house/quick “quick”: not reported: the configuration leaves it out",
            "    no hedge in the sentence",
        ],
        3: ["  no rule matches here", "no claim found on this line"],
        4: [],
        5: ["  house/safe “safe”: warning, suppressed: a quote", "    no hedge in the sentence"],
        6: [
            "  hedge “maybe” (medium) governs “safe”",
            "  house/safe “safe”: silent, decided by: remedy",
            "    hedged by “maybe”",
        ],
    }
    assert run("explain", "a.md:4").out == "no claim found on this line\n"


@pytest.mark.usefixtures("site")
def test_explain_a_rule(run: Any) -> None:
    expected = """\
house/safe: Unqualified safety claim
severity: error
needs: hedge or citation
message: “{match}” promises safety.

Nothing is safe for everyone.

instead:
  - may be appropriate for …

finds:
  - A {safe} option.

leaves alone:
  - Ask a clinician.

basis:
  - Health guidance, https://example.org/guidance
"""
    assert run("explain", "house/safe").out == expected
    assert run("rules", "house/safe").out == expected
    assert run("explain", "claimlint/unused-suppression").code == 0


# rules, packs and init


@pytest.mark.usefixtures("site")
def test_rules(run: Any) -> None:
    assert run("rules").out == (
        """\
house/safe                       error    hedge or citation   Unqualified safety claim
house/quick                      advice   hedge and citation  Speed claim
claimlint/expired-suppression    warning  -                   Suppression past its date
claimlint/unused-suppression     warning  -                   Suppression without a finding
claimlint/expired-waiver         warning  -                   Waiver past its date
claimlint/drifted-waiver         error    -                   Waived sentence that changed
claimlint/orphaned-waiver        warning  -                   Waiver without a claim
claimlint/self-approved-waiver   error    -                   Waiver approved by the author
claimlint/near-approved-wording  warning  -                   Wording that departs from an approved one
claimlint/substantiation-due     warning  -                   Approved claim whose review is due
"""
    )


@pytest.mark.usefixtures("site")
def test_rules_as_data(run: Any) -> None:
    rules = json.loads(run("rules", "--format", "json").out)
    assert [rule["id"] for rule in rules][:2] == ["house/safe", "house/quick"]
    assert json.loads(run("rules", "house/quick", "--format", "json").out) == rules[1]
    assert rules[1]["needs"] == {"all": ["hedge", "citation"]}
    assert json.loads(run("rules", "--schema").out)["$schema"].startswith("https://json-schema.org/")


def test_packs_test(site: Path, run: Any) -> None:
    assert run("packs", "test") == Run(code=0, out="house: 2 rules, 4 examples, ok\n", err="")
    (site / "bad.yml").write_text(PACK.replace("A {quick} fix.", "A {fast} fix."), encoding="utf-8")
    result = run("packs", "test", "bad.yml")
    assert result.code == 2
    assert re.fullmatch(
        r".*bad\.yml:\d+: house/quick: .*\n.*no bad example has .*\nhouse: 2 rules, 4 examples, 2 failed\n", result.out
    )
    assert run("packs", "test", "--no-coverage", "bad.yml").out.endswith("4 examples, 1 failed\n")


@pytest.mark.usefixtures("site")
def test_packs_list(run: Any) -> None:
    lines = run("packs", "list").out.splitlines()
    assert lines[-2:] == ["* house 1.0.0: 2 rules. Our own rules", "* in use here"]


def test_init_writes_a_configuration_that_loads(site: Path, run: Any) -> None:
    from claimlint import config  # noqa: PLC0415 - the only test that asks it

    result = run("init", "--force")
    assert result.out == "wrote .claimlint.yml\nwrote .pre-commit-config.yaml; “pre-commit install” turns it on\n"
    written = config.discover(site)
    assert replace(written, lines={}) == config.Config(root=site, path=site / ".claimlint.yml")
    assert "id: claimlint" in (site / ".pre-commit-config.yaml").read_text("utf-8")


def test_init_never_touches_existing_hooks(site: Path, run: Any) -> None:
    (site / ".claimlint.yml").unlink()
    draft(site, ".pre-commit-config.yaml", "repos: []\n")
    result = run("init")
    assert result.out.startswith(
        "wrote .claimlint.yml\n.pre-commit-config.yaml exists; add this under its “repos:”\n\n"
    )
    assert (site / ".pre-commit-config.yaml").read_text("utf-8") == "repos: []\n"


# Whole processes


def test_help_loads_nothing_heavy() -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "claimlint", "--help"], capture_output=True, text=True, check=True
    )
    loaded = {line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines()}
    assert loaded.isdisjoint({"spacy", "pyromark", "jsonschema", "yaml", "numpy", "subprocess", "json"})


def test_a_reader_that_goes_away_is_no_crash() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "claimlint", "rules", "--schema"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait() == 141
