"""What was checked and what was not, and why: in the summary, in formats for machines, and with --strict-coverage."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path

import pytest

from claimlint import coverage, drafts
from claimlint.cli import main
from claimlint.config import Config
from claimlint.language.model import LONGEST
from claimlint.linter import Linter
from claimlint.packs import load_packs
from claimlint.types import Skipped

LONG = f"Our ketamine infusion is safe for patients with {', '.join(['depression'] * (LONGEST // 2))}, and it may be safe for you.\n"


@pytest.fixture
def site(tmp_path, monkeypatch):
    """A folder with a draft, and one of everything that is passed over."""
    for name in (
        "post.md", "old/post.md", "old/more.md", ".hidden.md", ".github/issue.md", "node_modules/readme.md", "env/readme.md",
        "env/pyvenv.cfg", "photo.jpg", "letter.odt", ".gitignore", ".git/description.md", "~$letter.docx",
        "claims/manifest.json", "claims/claimlint.sarif", "claims/report.md",
    ):  # fmt: skip
        tmp_path.joinpath(name).parent.mkdir(exist_ok=True)
        tmp_path.joinpath(name).write_text("Parking is free.\n")
    (tmp_path / "empty.md").write_text("<!-- nothing yet -->\n")
    (tmp_path / ".claimlint.yml").write_text("packs: [core]\nexclude: [old/]\n")
    (tmp_path / "linked").symlink_to("old")
    (tmp_path / "gone.md").symlink_to("nowhere.md")
    monkeypatch.chdir(tmp_path)
    return tmp_path


SUMMARY = (
    "1 empty; skipped: 1 excluded, 2 hidden, 2 installed, 1 in a report, 2 of another format, 1 behind a link, "
    "1 neither file nor folder"
)
MISSED = [
    (".hidden.md", "not checked: its name begins with a dot"),
    ("gone.md", "not checked: neither a file nor a folder"),
    ("letter.odt", "not checked: of a format that is not read; save it as .docx"),
    ("linked", "not checked: a link to a folder, which is not followed"),
]


@pytest.mark.usefixtures("site")
def test_the_summary_says_what_was_not_checked(capsys):
    assert main(["check"]) == 0
    assert capsys.readouterr().out == f"no findings in 2 drafts; {SUMMARY}\n"
    assert main(["check", "--format", "concise"]) == 0
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", f"claimlint: {SUMMARY}\n")
    assert main(["check", "--format", "json", "--output", "report.json"]) == 0
    assert capsys.readouterr().out == f"no findings in 2 drafts; {SUMMARY}; see report.json\n"
    assert main(["report", "-o", "claims", "--no-progress"]) == 0
    assert f"; {SUMMARY.replace('2 of', '3 of')}; see" in capsys.readouterr().out
    assert main(["check", "post.md", "old/post.md"]) == 0
    assert capsys.readouterr().out == "no findings in 2 drafts\n"
    assert main(["check", "post.md", "old/post.md", "--force-exclude"]) == 0
    assert capsys.readouterr().out == "no findings in 1 draft; skipped: 1 excluded\n"


@pytest.mark.usefixtures("site")
def test_formats_for_machines_say_it_too(capsys):
    main(["check", "--format", "json"])
    told = json.loads(capsys.readouterr().out)["coverage"]
    paths = {each["path"]: each["why"] for each in told.pop("paths")}
    assert told == {
        "empty": 1,
        "unparsed": 0,
        "skipped": {"excluded": 1, "format": 2, "hidden": 2, "installed": 2, "link": 1, "report": 1, "special": 1},
    }
    assert paths == {
        ".github": "hidden", ".hidden.md": "hidden", "claims": "report", "env": "installed", "gone.md": "special",
        "letter.odt": "format", "linked": "link", "node_modules": "installed", "old": "excluded",
    }  # fmt: skip
    main(["check", "--format", "sarif"])
    (invocation,) = json.loads(capsys.readouterr().out)["runs"][0]["invocations"]
    notes = invocation["toolExecutionNotifications"]
    assert invocation["executionSuccessful"] is True
    assert {each["level"] for each in notes} == {"note"}
    assert "skipped: excluded" in {each["message"]["text"] for each in notes}
    assert {each["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for each in notes} == set(paths)


@pytest.mark.usefixtures("site")
def test_strict_coverage_fails_on_what_nobody_said_to_leave_out(capsys):
    assert main(["check", "--strict-coverage", "--format", "concise"]) == 2
    told = [line.split(":1: cannot read: ") for line in capsys.readouterr().out.splitlines()]
    assert told == [["empty.md", "not checked: there is no text in it"], *(list(each) for each in MISSED)]
    Path(".claimlint.yml").write_text("packs: [core]\nexclude: [old, empty.md, .hidden.md, gone.md, '*.odt', linked]\n")
    assert main(["check", "--strict-coverage"]) == 0
    assert main(["check", "--strict-coverage", "post.md", "nowhere.md"]) == 2
    assert main(["check", "--strict-coverage", "--watch"]) == 2
    assert "--watch does not go with --strict-coverage" in capsys.readouterr().err


def test_a_claim_in_a_sentence_too_long_to_parse_is_told(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "long.md").write_text(f"Parking is free.\n\n{LONG}")
    main(["check", "--pack", "core"])
    assert "; 1 sentence too long to parse\n" in capsys.readouterr().out
    main(["check", "--pack", "core", "--exhaustive"])
    assert "; 1 sentence too long to parse\n" in capsys.readouterr().out
    assert main(["check", "--pack", "core", "--strict-coverage", "--fail-on", "never", "--format", "concise"]) == 2
    assert f"long.md:3: cannot read: a claim in a sentence of more than {LONGEST} words" in capsys.readouterr().out
    main(["explain", "--pack", "core", "long.md:3"])
    assert "  too long to parse: what governs what is judged by punctuation alone\n" in capsys.readouterr().out
    main(["inspect", "--pack", "core", "--format", "json", "long.md"])
    sentences = json.loads(capsys.readouterr().out)["documents"][0]["sentences"]
    assert [each["parsed"] for each in sentences] == [True, False]


def test_a_long_sentence_whose_syntax_decides_nothing_is_not_told():
    linter = Linter(load_packs(["core"], examples=False))
    for text in ("Parking " * LONGEST + "is free.", LONG.replace(", and it may be safe for you", "")):
        assert all(reading.parsed for reading in linter.check(text, "a.md").readings)


@pytest.mark.skipif(os.name != "posix", reason="pipes with names are of POSIX")
def test_a_pipe_is_not_waited_for(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    os.mkfifo("pipe.md")
    assert drafts.find(["."], Config(tmp_path))[1] == [Skipped("pipe.md", "special", draft=True)]


def test_what_cannot_be_looked_at_is_told(site, monkeypatch):
    looked = Path.is_dir

    def is_dir(path):
        if path.name == "post.md":
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return looked(path)

    monkeypatch.setattr(Path, "is_dir", is_dir)
    assert drafts.asked([str(site)], Config(site))["post.md"] == "Permission denied"


def test_every_reason_that_can_be_a_draft_has_its_words(site):
    _, skipped = drafts.find([str(site)], Config(site))
    assert [each.name for each in skipped if each.draft] == [name for name, _ in MISSED]
    assert [report.problems[0].message for report in coverage.strict([], skipped)] == [words for _, words in MISSED]
