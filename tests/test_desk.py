"""The reviewer's desk through the command line: baseline, waivers, approved claims, inventory, report, comparison, trend."""

from __future__ import annotations

import csv
import io
import json
import os
import random
import signal
import subprocess
import sys
import time
import zipfile
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from claimlint.cli import main
from claimlint.errors import ConfigError
from claimlint.settle import ledger, waivers
from claimlint.settle.waivers import Waiver, same_person

pytestmark = pytest.mark.usefixtures("site")

PACK = """\
name: house
title: Our own rules
version: 1.0.0
cues:
  hedge-medium: [may]
rules:
  - id: safe
    title: Unqualified safety claim
    message: "“{match}” promises safety."
    severity: error
    match: [be safe]
    why: Nothing is safe for everyone.
    basis: [{title: Health guidance}]
    suggest: [may be appropriate for …]
    examples:
      bad: ["It {is safe}."]
      good: ["Ask a clinician."]
  - id: quick
    title: Speed claim
    message: "“{match}” promises speed."
    severity: advice
    match: [quick]
    why: Nothing works at once for everyone.
    basis: [{title: Health guidance}]
    suggest: [over time]
    examples:
      bad: ["A {quick} fix."]
      good: ["Ask a clinician."]
"""
POST = """\
# Relief

The drip is safe for adults. Parking is free.

A quick visit is all it takes. The tea is safe too.
"""
REGISTER = Path(waivers.FILE)
APPROVED = Path(".claimlint/substantiation.yml")
BASELINE = Path(".claimlint/baseline.json")
AGREED = ("--reason", "agreed", "--approver", "Dr. Ada Moe")


class Run:
    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A git repository with a draft that Bo Lie wrote."""
    for name in ("GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1790000000")  # 2026-09-21
    monkeypatch.chdir(tmp_path)
    write("house.yml", PACK)
    write(".claimlint.yml", "packs: [house.yml]\n")
    write("blog/post.md", POST)
    git("init", "--quiet", "--initial-branch", "main")
    git("config", "user.name", "Cy Roe")
    commit("Bo Lie")
    return tmp_path


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Any:
    def call(*argv: str) -> Run:
        capsys.readouterr()
        code = main(argv)
        captured = capsys.readouterr()
        return Run(code, captured.out, captured.err)

    return call


def write(name: str, text: str) -> Path:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def git(*arguments: str) -> None:
    subprocess.run(["git", *arguments], check=True, capture_output=True)


def commit(author: str) -> None:
    mail = f"{author.split(maxsplit=1)[0].lower()}@example.org"
    git("add", ".")
    git(
        "-c", f"user.name={author}", "-c", f"user.email={mail}", "commit", "--quiet", "--allow-empty", "--message", "drafts"
    )  # fmt: skip


def replaced(name: str, old: str, new: str) -> None:
    text = Path(name).read_text("utf-8")
    assert old in text
    write(name, text.replace(old, new))


def concise(run: Any, *options: str) -> list[str]:
    return [line for line in run("check", "--format", "concise", *options).out.splitlines() if "advice" not in line]


# baseline


def test_a_baseline_leaves_only_what_is_new(run: Any) -> None:
    assert run("baseline", "write").out == ".claimlint/baseline.json: 3 findings in 1 draft\n"
    assert run("check").out == "no findings in 1 draft; 3 baselined; skipped: 1 of another format\n"
    assert len(concise(run, "--no-baseline")) == 2
    replaced("blog/post.md", "# Relief\n", "# Relief\n\nSomething else. The salt is safe.\n\nMore words.\n")
    (line,) = concise(run)
    assert line.startswith("blog/post.md:3:26: error house/safe “is safe” promises safety.")


def test_a_baseline_grows_only_when_told(run: Any) -> None:
    run("baseline", "write")
    before = BASELINE.read_text("utf-8")
    replaced("blog/post.md", "Parking is free.", "The salt is safe.")
    assert "1 new finding left out; --grow adds what is new" in run("baseline", "write").out
    assert BASELINE.read_text("utf-8") == before
    run("baseline", "prune")
    assert BASELINE.read_text("utf-8") == before
    assert run("baseline", "write", "--grow").out == ".claimlint/baseline.json: 4 findings in 1 draft\n"
    assert concise(run) == []
    replaced("blog/post.md", "The tea is safe too.", "The tea is warm.")
    assert run("baseline", "prune").out == ".claimlint/baseline.json: 3 findings in 1 draft; 1 gone\n"


def test_a_baseline_is_diffed_line_by_line_and_shown(run: Any) -> None:
    run("baseline", "write")
    lines = BASELINE.read_text("utf-8").splitlines()
    assert len(lines) == 5
    assert json.loads(lines[1].rstrip(","))["rule"] == "house/quick"
    assert run("baseline", "show").out.splitlines()[:2] == [
        "blog/post.md: 3",
        "  house/quick “A quick visit is all it takes.”",
    ]
    assert len(json.loads(run("baseline", "show", "--format", "json").out)) == 3


def test_a_baseline_follows_a_renamed_draft_and_keeps_what_was_not_checked(run: Any) -> None:
    write("blog/other.md", "The salt is safe.\n")
    run("baseline", "write")
    Path("blog/post.md").rename("blog/new.md")
    assert concise(run) == []
    assert run("baseline", "prune", "blog/new.md").out == ".claimlint/baseline.json: 4 findings in 2 drafts\n"
    assert {each["path"] for each in json.loads(BASELINE.read_text("utf-8"))["findings"]} == {
        "blog/new.md",
        "blog/other.md",
    }


def test_a_baseline_that_is_pruned_never_grows(run: Any) -> None:
    run("baseline", "write")
    write("blog/copy.md", POST)
    Path("blog/post.md").rename("blog/new.md")
    assert run("baseline", "prune").out == ".claimlint/baseline.json: 3 findings in 1 draft\n"
    assert "3 new findings left out" in run("baseline", "write").out


@pytest.mark.skipif(sys.platform != "linux", reason="names of files are UTF-8 elsewhere")
def test_a_name_that_is_no_utf8_is_kept(run: Any) -> None:
    name = os.fsdecode(b"blog/caf\xe9.md")
    Path("blog/post.md").rename(name)
    run("waive", f"{name}:3", *AGREED)
    run("baseline", "write")
    assert run("check").out == "no findings in 1 draft; 2 baselined; 1 waived; skipped: 1 of another format\n"
    assert run("report", "-o", "out").code == 0


def test_there_must_be_a_baseline_to_prune_or_show(run: Any) -> None:
    for command in ("prune", "show"):
        assert run("baseline", command).err.endswith("there is no baseline yet: claimlint baseline write\n")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "baseline.json:1: is no valid JSON: Expecting property name enclosed in double quotes"),
        ("[]", "baseline.json:1: is no baseline: it needs “version” and “findings”"),
        ('{"version": 2, "findings": []}', "baseline.json:1: is of version 2; this claimlint reads version 1"),
        (
            '{"version": 1, "findings": [\n{"path": "a", "rule": "r", "fingerprint": "f", "sentence": "s"},\n{"path": 1}\n]}',
            "baseline.json:3: each finding needs fingerprint, path, rule, sentence, as text",
        ),
        ("[" * 100_000, "baseline.json: is too deeply nested"),
        ("1" * 5000, "baseline.json: holds a number that is too long"),
    ],
)
@pytest.mark.parametrize("command", [["check"], ["baseline", "write", "--grow"], ["baseline", "prune"]])
def test_a_malformed_baseline_is_never_rewritten(run: Any, text: str, message: str, command: list[str]) -> None:
    write(str(BASELINE), text)
    result = run(*command)
    assert result.code == 2
    assert message in result.err
    assert result.err.count("\n") == 1
    assert BASELINE.read_text("utf-8") == text


# waivers


def test_a_waiver_sets_its_claim_aside(run: Any) -> None:
    result = run(
        "waive", "blog/post.md:3", *AGREED, "--ticket", "L-7", "--evidence", "doi:10.1/2", "--expires", "2027-01-31"
    )
    assert result.out == (
        ".claimlint/waivers.yml: house/safe waived until 2027-01-31: “The drip is safe for adults.”\n"
    )
    assert REGISTER.read_text("utf-8") == (
        """\
# Claims that may stand for a time, each with a reason and a name. `claimlint waive PATH:LINE` adds one.
version: 1
waivers:
  - path: blog/post.md
    rule: house/safe
    sentence: The drip is safe for adults.
    reason: agreed
    approver: Dr. Ada Moe
    author: Bo Lie <bo@example.org>
    created: 2026-09-21
    expires: 2027-01-31
    ticket: L-7
    evidence:
      - doi:10.1/2
"""
    )
    (finding,) = [
        each
        for each in json.loads(run("check", "--format", "json").out)["documents"][0]["findings"]
        if each["status"] == "waived"
    ]
    assert finding["justification"] == "agreed (approved by Dr. Ada Moe until 2027-01-31, L-7)"
    assert (
        run("check", "--fail-on", "advice")
        .out.splitlines()[-1]
        .endswith("in 1 of 1 draft; 1 waived; skipped: 1 of another format")
    )


def test_the_file_of_waivers_keeps_its_order_and_comments(run: Any) -> None:
    run("waive", "blog/post.md:5", "--rule", "house/safe", *AGREED)
    text = REGISTER.read_text("utf-8")
    text = text.replace("waivers:\n", "waivers:\n    # the tea, see minutes\n").replace("  - path", "    - path")
    text = text.replace("reason: agreed", "reason: 'agreed'   # in May").replace("\n    rule", "\n      rule")
    for key in ("sentence", "reason", "approver", "author", "created", "expires"):
        text = text.replace(f"\n    {key}", f"\n      {key}")
    write(str(REGISTER), text)
    run("waive", "blog/post.md:3", *AGREED)
    after = REGISTER.read_text("utf-8")
    assert after.startswith(text)
    assert "    - path: blog/post.md\n      rule: house/safe\n      sentence: The drip" in after[len(text) :]


@pytest.mark.parametrize(
    "text",
    ["", "\n", "# ours\n", "  # ours", "version: 1\n# ours\n", "version: 1\nwaivers:\n  # ours\n",
     "# ours\n---  # and\nversion: 1\nwaivers: ~  # none\n", "\ufeffversion: 1\r\nwaivers: []\r\n# ours\r\n"],
)  # fmt: skip
def test_a_register_without_waivers_takes_one(run: Any, text: str) -> None:
    REGISTER.parent.mkdir()
    REGISTER.write_bytes(text.encode())
    assert run("waive", "blog/post.md:3", *AGREED).code == 0
    after = REGISTER.read_bytes().decode()
    assert [each.rule for each in waivers.load(REGISTER, {"house/safe"})] == ["house/safe"]
    assert all(comment in after for comment in ("# ours", "# and", "# none") if comment in text)
    assert ("---" in after) == ("---" in text)
    assert after.count("\n") == (after.count("\r\n") if "\r" in text else after.count("\n"))


def test_comments_below_the_waivers_stay_when_the_last_one_goes(run: Any) -> None:
    write(str(REGISTER), ENTRY + ENTRY[ENTRY.index("  - path") :].replace("The drip", "My drip") + "\n# ask legal\n")
    assert run("waivers", "prune").out.endswith("1 waiver removed\n")
    assert REGISTER.read_text("utf-8") == ENTRY + "\n# ask legal\n"


def test_waive_asks_at_a_terminal_and_wants_flags_elsewhere(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("waive", "blog/post.md:3").err.endswith("claimlint: --reason is missing: why may it stand?\n")
    assert (
        "--rule is missing: findings of house/quick, house/safe; which?" in run("waive", "blog/post.md:5", *AGREED).err
    )
    answers = io.StringIO("house/quick\nminutes of May\nAda Moe\n")
    monkeypatch.setattr(answers, "isatty", lambda: True)
    monkeypatch.setattr(sys, "stdin", answers)
    result = run("waive", "blog/post.md:5")
    assert "house/quick waived until 2027-03-20" in result.out
    assert "who approves it? " in result.err
    assert waivers.load(REGISTER, {"house/quick"})[0].reason == "minutes of May"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["blog/post.md:4", *AGREED], "no open finding on this line"),
        (["blog/post.md:40", *AGREED], "has 6 lines"),
        (["blog/none.md:4", *AGREED], "no such file"),
        (["blog/post.md", *AGREED], "say where the claim is, as PATH:LINE"),
        (
            ["blog/post.md:3", "--rule", "house/save", *AGREED],
            "no open finding of house/save on this line; did you mean",
        ),
        (["blog/post.md:3", *AGREED, "--expires", "soon"], "--expires: “soon” is no date"),
        (["blog/post.md:3", *AGREED, "--expires", "2020-01-01"], "--expires: 2020-01-01 is past"),
        (["blog/post.md:3", "--reason", "x", "--approver", "Bo Lie"], "somebody else must approve it"),
        (["blog/post.md:3", "--reason", "x", "--approver", "bo@example.org"], "somebody else must approve it"),
        (["blog/post.md:3", *AGREED, "--author", "Ada Moe"], "somebody else must approve it"),
        (["blog/post.md:3", "--reason", "x", "--approver", "Lie", "--author", "Cy"], "somebody else must approve it"),
    ],
)
def test_what_cannot_be_waived(run: Any, arguments: list[str], message: str) -> None:
    result = run("waive", *arguments)
    assert result.code == 2
    assert message in result.err
    assert not REGISTER.exists()


def test_a_claim_is_waived_once_and_again_when_the_waiver_has_expired(run: Any, monkeypatch: Any) -> None:
    run("waive", "blog/post.md:3", *AGREED, "--expires", "2026-10-01", "--ticket", "L-7")
    assert "no open finding on this line" in run("waive", "blog/post.md:3", *AGREED).err
    with pytest.raises(ConfigError, match=r"waivers.yml:4: house/safe is waived here already"):
        ledger.add(REGISTER, waivers.load(REGISTER, {"house/safe"}), {"house/safe"})
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1793000000")
    assert [line.split()[2] for line in concise(run)] == ["claimlint/expired-waiver", "house/safe", "house/safe"]
    assert "expired on 2026-10-01; the claim counts again" in concise(run)[0]
    run("waive", "blog/post.md:3", *AGREED)
    (renewed,) = waivers.load(REGISTER, {"house/safe"})
    assert (renewed.created, renewed.ticket) == (date(2026, 10, 26), "")


def test_a_sentence_that_changed_is_reported_with_the_change(run: Any) -> None:
    run("waive", "blog/post.md:3", *AGREED)
    replaced("blog/post.md", "safe for adults", "safe for most adults")
    first, second, _ = concise(run)
    assert first == (
        "blog/post.md:3:1: error claimlint/drifted-waiver The waiver of house/safe by Dr. Ada Moe was given for other words: "
        "with “most”."
    )
    assert "house/safe" in second
    explained = (
        "  claimlint/drifted-waiver: error\n    The waiver of house/safe by Dr. Ada Moe was given for other words"
    )
    assert explained in run("explain", "blog/post.md:3").out


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("The drip is safe for adults.", "", "is for a sentence that is gone: “The drip is safe for adults.”"),
        ("# Relief", "# Relief <!-- claimlint-disable-file house/safe -- agreed -->", ""),
        ("safe for", "safe  for", ""),
        ("is safe", "*is* safe", ""),
    ],
)
def test_markup_is_no_change_and_a_lost_sentence_is(run: Any, old: str, new: str, why: str) -> None:
    run("waive", "blog/post.md:3", *AGREED)
    replaced("blog/post.md", old, new)
    orphaned = [line for line in concise(run) if "orphaned" in line]
    assert bool(orphaned) == bool(why)
    assert all(why in line for line in orphaned)


def test_a_claim_that_needs_no_waiver_any_more(run: Any) -> None:
    write("blog/post.md", "Is the drip safe? Yes.\n\nThe drip is safe for adults.\n")
    run("waive", "blog/post.md:3", *AGREED)
    write("house.yml", PACK.replace("match: [be safe]", "match: [be safe]\n    unless: [safe for adults]"))
    result = run("check", "--format", "concise")
    assert "sets no finding aside: the claim needs none" in result.out + result.err


def test_waivers_of_drafts_that_are_gone_are_reported_where_they_stand(run: Any) -> None:
    run("waive", "blog/post.md:3", *AGREED)
    Path("blog/post.md").rename("blog/new.md")
    found = [line for line in concise(run) if "waiver" in line]
    assert found == [
        ".claimlint/waivers.yml:4:1: warning claimlint/orphaned-waiver The waiver of house/safe by Dr. Ada Moe is for a "
        "draft that is gone: blog/post.md."
    ]
    assert not any("waiver" in line for line in concise(run, "blog/new.md"))
    assert run("waivers", "prune", "--dry-run").out.endswith("1 waiver to remove\n")
    assert run("waivers", "prune").out.endswith("1 waiver removed\n")
    assert waivers.load(REGISTER, {"house/safe"}) == ()
    run("waive", "blog/new.md:3", *AGREED)
    assert len(waivers.load(REGISTER, {"house/safe"})) == 1


def test_git_tells_who_wrote_the_line(run: Any) -> None:
    replaced("blog/post.md", "The drip", "Our drip")
    commit("Ada Moe")
    assert "Ada Moe <ada@example.org>); somebody else must approve it" in run("waive", "blog/post.md:3", *AGREED).err
    ledger.add(
        REGISTER,
        [waiver(sentence="Our drip is safe for adults."), waiver(sentence="The tea is safe too.")],
        {"house/safe"},
    )
    first, second = concise(run)
    assert "claimlint/self-approved-waiver" in first
    assert "git says that Ada Moe, who approved it, wrote the line" in first
    assert second.startswith("blog/post.md:3:10: error house/safe")


def test_no_file_of_the_repository_renames_who_wrote_the_line(run: Any) -> None:
    replaced("blog/post.md", "The drip", "Our drip")
    write(".mailmap", "Bo Lie <bo@example.org> <ada@example.org>\nBo Lie <bo@example.org> Ada Moe <ada@example.org>\n")
    commit("Ada Moe")
    assert "Ada Moe <ada@example.org>); somebody else must approve it" in run("waive", "blog/post.md:3", *AGREED).err
    ledger.add(REGISTER, [waiver(sentence="Our drip is safe for adults.")], {"house/safe"})
    assert "claimlint/self-approved-waiver" in concise(run)[0]


def test_a_shallow_clone_does_not_know_who_wrote_a_line(run: Any, monkeypatch: Any) -> None:
    ledger.add(REGISTER, [waiver()], {"house/safe"})
    commit("Ada Moe")
    git("clone", "--quiet", "--depth", "1", Path.cwd().as_uri(), "shallow")
    monkeypatch.chdir("shallow")
    assert [line.split()[0] for line in concise(run)] == ["blog/post.md:5:40:"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device here")
@pytest.mark.parametrize("command", [["inventory"], ["inventory", "--format", "xlsx"], ["check"]])
def test_a_full_disk_is_one_message(run: Any, command: list[str]) -> None:
    Path("full").symlink_to("/dev/full")
    assert run(*command, "--output", "full").err == "claimlint: full: cannot write: No space left on device\n"
    if "xlsx" in command:
        return
    with Path("full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "claimlint", *command], stdout=full, stderr=subprocess.PIPE, check=False
        )
    assert (done.returncode, done.stderr) == (2, b"claimlint: cannot write: No space left on device\n")


def test_a_check_that_git_refuses_is_not_left_out(run: Any) -> None:
    run("waive", "blog/post.md:3", *AGREED)
    git("config", "blame.ignoreRevsFile", "none")
    result = run("check")
    assert result.code == 2
    assert result.err.startswith("claimlint: who wrote a waived claim: could not open")
    git("config", "--unset", "blame.ignoreRevsFile")
    write("blog/new.md", "The salt is safe.\n")
    ledger.add(REGISTER, [waiver(path="blog/new.md", sentence="The salt is safe.")], {"house/safe"})
    assert run("check", "blog/new.md").code == 0


def waiver(**values: Any) -> Waiver:
    usual = {
        "path": "blog/post.md",
        "rule": "house/safe",
        "sentence": "The drip is safe for adults.",
        "reason": "agreed",
        "approver": "Ada Moe",
        "author": "Cy Roe",
        "created": date(2026, 1, 1),
        "expires": date(2030, 1, 1),
    }
    return Waiver(**(usual | values))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Dr. Ada Moe", "Ada Moe <ada@example.org>", True),
        ("ada@example.org", "Ada Moe <ADA@example.org>", True),
        ("Moe, Ada", "Ada Moe", True),
        ("Ada", "Ada Moe", True),
        ("Ada Moe, MD", "ada moe", True),
        ("Bo Lie", "Ada Moe", False),
        ("bo@example.org", "ada@example.org", False),
        ("Dr.", "Dr. Ada Moe", False),
        ("", "", False),
    ],
)
def test_same_person(one: str, other: str, same: bool) -> None:
    assert same_person(one, other) == same_person(other, one) == same


ENTRY = """\
version: 1
waivers:
  - path: blog/post.md
    rule: house/safe
    sentence: The drip is safe for adults.
    reason: agreed
    approver: Ada
    author: Bo
    created: 2026-01-01
    expires: 2030-01-01
"""


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("version: 1", "version: 2", "waivers.yml:1: is of version 2; this claimlint reads version 1"),
        ("version: 1\n", "", "“version”"),
        (
            "rule: house/safe",
            "rule: house/save",
            "waivers.yml:4: unknown rule “house/save”; did you mean “house/safe”?",
        ),
        ("    reason: agreed\n", "", "waivers.yml:3: “waivers[1]” needs “reason”"),
        ("reason", "raeson", "waivers.yml:6: unknown key “raeson”; did you mean “reason”?"),
        ("approver: Ada", "approver: Bo", "waivers.yml:7: approver and author are both Bo; somebody else must approve"),
        (
            "2030-01-01",
            "someday",
            "waivers.yml:10: “waivers[1].expires” must be a date such as 2027-06-30, not “someday”",
        ),
        ("2030-01-01", "2025-01-01", "waivers.yml:10: expires on 2025-01-01, before it was created"),
        ("agreed", "[agreed]", "waivers.yml:6: “waivers[1].reason” must be text"),
        ("waivers:", "waiver:", "waivers.yml:2: unknown key “waiver”; did you mean “waivers”?"),
        ("agreed", "'agreed", "waivers.yml:"),
        ("agreed", "!!python/object:os.system agreed", "waivers.yml:6: tags are not allowed"),
    ],
)
def test_a_malformed_waiver_is_one_message_and_nothing_is_rewritten(run: Any, old: str, new: str, message: str) -> None:
    text = ENTRY.replace(old, new)
    write(str(REGISTER), text)
    for command in (
        ["check"],
        ["waive", "blog/post.md:5", "--rule", "house/quick", *AGREED],
        ["waivers", "prune"],
        ["report", "-o", "out"],
    ):
        result = run(*command)
        assert (result.code, result.err.count("\n")) == (2, 1), result.err
        assert message in result.err
        assert REGISTER.read_text("utf-8") == text


def test_writers_at_the_same_time_lose_nothing() -> None:
    running = [adding(number) for number in range(12)]
    assert [process.wait() for process in running] == [0] * 12
    assert len(set(waivers.load(REGISTER, {"house/safe"}))) == 12


def test_a_name_that_no_draft_can_have_is_a_draft_that_is_gone(run: Any) -> None:
    name = "a" * 5000
    write(str(REGISTER), ENTRY.replace("blog/post.md", name))
    findings = [{"path": name, "rule": "house/safe", "fingerprint": "f", "sentence": "It is safe."}]
    write(str(BASELINE), json.dumps({"version": 1, "findings": findings}))
    assert "is for a draft that is gone" in concise(run)[-1]
    assert run("waivers", "prune").out.endswith("1 waiver removed\n")
    assert "(the draft is gone)" in run("baseline", "show").out
    write(str(APPROVED), CLAIM.replace("doi: 10.1000/182", f"file: {name}"))
    assert "there is no file" in run("check").err


def adding(number: int) -> subprocess.Popen[bytes]:
    code = (
        "import sys\nfrom datetime import date\nfrom pathlib import Path\nfrom claimlint.settle import ledger, waivers\n"
        "one = waivers.Waiver('a.md', 'house/safe', f'{sys.argv[1]}', 'r', 'Ada', 'Bo', date(2026, 1, 1), date(2030, 1, 1))\n"
        "ledger.add(Path(waivers.FILE), [one], {'house/safe'})\n"
    )
    return subprocess.Popen([sys.executable, "-c", code, str(number)])


def test_a_killed_writer_leaves_a_whole_file() -> None:
    adding(0).wait()
    chance = random.Random(4)
    for number in range(1, 9):
        process = adding(number)
        time.sleep(chance.uniform(0.1, 0.5))
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert waivers.load(REGISTER, {"house/safe"})[0].sentence == "0"
    assert adding(99).wait() == 0
    assert [each.name for each in REGISTER.parent.iterdir() if each.suffix == ".tmp"] == []


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written(run: Any) -> None:
    REGISTER.parent.mkdir()
    REGISTER.parent.chmod(0o500)
    assert "cannot write: Permission denied" in run("waive", "blog/post.md:3", *AGREED).err


def test_random_edits(run: Any) -> None:
    """Outside a decided sentence nothing decided changes; inside, each change is reported."""
    sentences = [f"Sentence number {number} tells of garden, weather and visits." for number in range(12)]
    sentences[5], sentences[9] = "The drip is safe for adults every day.", "We find that tea is safe in the evening."
    run_text = " ".join(sentences)
    write("blog/post.md", f"{run_text}\n")
    ledger.add(REGISTER, [waiver(sentence=sentences[5])], {"house/safe"})
    run("baseline", "write")
    chance = random.Random(1)
    for _ in range(60):
        at = chance.randrange(12)
        words = sentences[at].split()
        words.insert(chance.randrange(1, len(words)), chance.choice(["often", "really", "green"]))
        write("blog/post.md", " ".join([*sentences[:at], " ".join(words), *sentences[at + 1 :]]))
        found = Counter(line.split()[2] for line in concise(run))
        if at == 5:
            assert found["claimlint/drifted-waiver"] == 1
        elif at == 9:
            assert found["claimlint/drifted-waiver"] == 0
            assert found["house/safe"] == ("is safe" in " ".join(words))
        else:
            assert not found


def test_a_draft_is_the_same_by_whatever_way_it_is_named(run: Any, monkeypatch: Any) -> None:
    run("waive", "blog/post.md:3", *AGREED)
    run("baseline", "write")
    Path("link").symlink_to(Path.cwd(), target_is_directory=True)
    named = Path.cwd() / "link"
    for arguments in (
        ["blog/../blog/post.md"],
        [str(named / "blog")],
        ["blog", "--config", str(named / ".claimlint.yml")],
    ):
        assert run("check", "--fail-on", "advice", *arguments).code == 0, arguments
    monkeypatch.chdir("blog")
    for arguments in (["../blog/post.md"], ["--config", "../.claimlint.yml"]):
        assert run("check", "--fail-on", "advice", *arguments).code == 0, arguments
    monkeypatch.chdir("..")
    replaced(str(REGISTER), "path: blog", "path: ./blog")
    assert run("check", "--fail-on", "advice").code == 0


def test_a_waiver_without_a_draft_is_found_from_a_folder_below(run: Any, monkeypatch: Any) -> None:
    run("waive", "blog/post.md:3", *AGREED)
    Path("blog/post.md").rename("blog/new.md")
    register = REGISTER.absolute().as_posix()
    monkeypatch.chdir("blog")
    for folder in (".", ".."):
        assert any(line.startswith(f"{register}:4:1: warning claimlint/orphaned") for line in concise(run, folder))


# approved claims

CLAIM = """\
version: 1
claims:
  - id: calm
    wordings:
      - "{product} is safe for adults"
    products: [The drip, Lumen]
    markets: [us, uk]
    evidence:
      - {doi: 10.1000/182, type: rct, year: 2019}
    owner: Mara
    review-by: 2027-01-31
"""


@pytest.mark.parametrize(
    ("sentence", "found"),
    [
        ("The drip is safe for adults.", "substantiated"),
        ("The drip was safe for adults!", "substantiated"),
        ("Lumen is safe, for adults.", "substantiated"),
        ("“Lumen is safe for adults” [1].", "substantiated"),
        ("Lumen is safe for adults (Roe et al., 2019).", None),
        ("Lumen™ is safe for adults².", "substantiated"),
        ("Lumen is safe for adults (Roe et al., 2019; see also Moe, 2020).", None),
        ("Lumen is safe for adults (source: only in mice).", "with “source only in mice”"),
        ("Lumen is safe for 10⁵ adults.", "with “10⁵”"),
        ("Lumen is safe for -5 adults.", "with “- 5”"),
        ("Lumen is safe for ≠ adults.", "with “≠”"),
        ("Lumen is safe for ↓ adults.", "with “↓”"),
        ("Lumen is safe for all adults.", "with “all”"),
        ("Lumen is safe for children.", "“adults” → “children”"),
        ("Our tea is safe for adults.", "“Lumen” → “Our tea”"),
        ("The drip is safe.", "without “for adults”"),
        ("The visit is quick for adults with a dog that is safe.", None),
    ],
)
def test_approved_wordings(run: Any, sentence: str, found: str | None) -> None:
    write(str(APPROVED), CLAIM)
    write("blog/post.md", f"{sentence}\n")
    out = run("check", "--format", "concise", "--audience", "reviewer").out
    if found == "substantiated":
        assert "[substantiated: approved as calm by Mara, to be reviewed by 2027-01-31]" in out
        assert "near-approved" not in out
    elif found:
        assert f"but {found}." in out
        assert "substantiated:" not in out
    else:
        assert "approved" not in out


def test_a_claim_is_approved_for_its_markets_and_for_a_time(run: Any, monkeypatch: Any) -> None:
    write(str(APPROVED), CLAIM)
    assert "[substantiated" in run("check", "--show-suppressed", "--format", "concise", "--market", "uk").out
    out = run("check", "--show-suppressed", "--format", "concise", "--market", "eu").out
    assert "(calm), but approved for us, uk, not for eu." in out
    write("blog/post.md", f"---\nclaimlint: {{market: [us, au]}}\n---\n{POST}")
    assert "not for au" in run("check").out
    write("blog/post.md", POST)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1810000000")
    out = run("check", "--show-suppressed", "--format", "concise").out
    assert "claimlint/substantiation-due The approved claim calm of Mara was to be reviewed by 2027-01-31." in out
    assert "[substantiated" in out


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("type: rct", "type: rtc", "substantiation.yml:9: “claims[1].evidence[1].type” must be one of"),
        ("year: 2019", "year: soon", "substantiation.yml:9: “soon” is no year"),
        ("doi: 10.1000/182, ", "", "substantiation.yml:9: evidence needs exactly one of doi, pmid, key, url, file"),
        ("doi: 10.1000/182", "doi: 182", "substantiation.yml:9: “182” is not a DOI such as 10.1000/182"),
        ("doi: 10.1000/182", "file: study.pdf", "substantiation.yml:9: there is no file study.pdf"),
        ("doi: 10.1000/182", "key: roe2019", "substantiation.yml:9: no bibliography has the key “roe2019”"),
        ("    products: [The drip, Lumen]\n", "", "substantiation.yml:5: a wording with {product} needs “products”"),
        ("safe for adults", "safe. For adults", "substantiation.yml:5: a wording is one sentence"),
        ("    owner: Mara\n", "", "substantiation.yml:3: “claims[1]” needs “owner”"),
        ("owner", "owners", "unknown key “owners”; did you mean “owner”?"),
        ("id: calm", "id: [calm]", "substantiation.yml:3: “claims[1].id” must be text"),
        (
            "[The drip, Lumen]",
            "[The drip, ' ']",
            "substantiation.yml:6: each entry of “claims[1].products” must be text",
        ),
    ],
)
def test_malformed_approved_claims(run: Any, old: str, new: str, message: str) -> None:
    write(str(APPROVED), CLAIM.replace(old, new))
    result = run("check")
    assert (result.code, result.err.count("\n")) == (2, 1)
    assert message in result.err


def test_evidence_may_be_in_a_file_or_a_bibliography_and_ids_are_unique(run: Any) -> None:
    write("study.pdf", "a study")
    write("references.bib", "@article{roe2019, author={Roe, Cy}, title={A trial}, year={2019}}\n")
    for evidence in ("file: study.pdf", "key: roe2019", "url: https://example.org/study", "pmid: '12345'"):
        write(str(APPROVED), CLAIM.replace("doi: 10.1000/182", evidence))
        assert run("check").code == 1
    write(str(APPROVED), CLAIM + CLAIM[CLAIM.index("  - id") :])
    assert "the id “calm” is given twice" in run("check").err


# audience


def test_writers_see_what_they_can_mend_and_reviewers_everything(run: Any) -> None:
    run("waive", "blog/post.md:3", *AGREED)
    write("blog/post.md", POST.replace("Parking", "The salt is safe. Parking"))
    ledger.add(REGISTER, [waiver(sentence="A sentence that was never there at all")], {"house/safe"})

    def rules(*options: str) -> list[str]:
        return [line.split()[2] for line in run("check", "--format", "concise", *options).out.splitlines()]

    assert rules("--audience", "writer") == ["house/safe", "house/safe"]
    assert rules() == ["claimlint/orphaned-waiver", "house/safe", "house/quick", "house/safe"]
    assert rules("--audience", "reviewer") == [
        "claimlint/orphaned-waiver",
        *["house/safe"] * 2,
        "house/quick",
        "house/safe",
    ]


# inventory, report, trend


def test_the_inventory_lists_every_claim(run: Any) -> None:
    write(
        "blog/post.md",
        "# Safety\n\nThe drip is safe. The tea may be safe. Is the salt safe?\n\n=cmd is safe\n\n＝cmd is safe\n",
    )
    rows = list(csv.DictReader(io.StringIO(run("inventory").out)))
    assert [(row["line"], row["section"], row["status"], row["claim"]) for row in rows] == [
        ("3", "Safety", "open", "is safe"),
        ("3", "Safety", "supported", "be safe"),
        ("5", "Safety", "open", "is safe"),
        ("7", "Safety", "open", "is safe"),
    ]
    assert rows[1]["hedges"] == "may (medium)"
    assert [row["sentence"] for row in rows[2:]] == ["'=cmd is safe", "'＝cmd is safe"]
    data = json.loads(run("inventory", "--format", "json").out)
    assert [each["status"] for each in data["documents"][0]["claims"]] == ["open", "supported", "open", "open"]
    assert run("inventory", "--format", "xlsx").err == "claimlint: a spreadsheet needs --output FILE\n"
    run("inventory", "--format", "xlsx", "--output", "claims.xlsx")
    with zipfile.ZipFile("claims.xlsx") as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        assert "=cmd is safe" in book.read("xl/sharedStrings.xml").decode()
        assert "<f>" not in sheet
        assert "<autoFilter" in sheet


def test_an_unreadable_draft_is_named_by_every_command(run: Any) -> None:
    Path("blog/bad.md").write_bytes(b"\xff\xfe\xfa")
    for command in (["inventory"], ["baseline", "write"]):
        result = run(*command)
        assert result.code == 2
        assert "blog/bad.md: cannot read: " in result.err
    assert run("report", "-o", "out").code == 2
    assert "cannot read" in Path("out/report.md").read_text("utf-8")


def test_the_report_is_bound_together_and_the_same_each_time(run: Any) -> None:
    run("waive", "blog/post.md:3", *AGREED)
    result = run("report", "-o", "out/one")
    assert (result.code, result.err) == (1, "")
    assert (
        result.out
        == "1 error, 1 piece of advice in 1 of 1 draft; 1 waived; skipped: 1 of another format; see out/one/index.html\n"
    )
    manifest = json.loads(Path("out/one/manifest.json").read_text("utf-8"))
    assert sorted(manifest["outputs"]) == [
        "claimlint.sarif",
        "findings.csv",
        "index.html",
        "inventory.xlsx",
        "report.md",
    ]
    assert manifest["date"] == "2026-09-21"
    assert set(manifest["files"]) == {".claimlint.yml", ".claimlint/waivers.yml"}
    assert [each["status"] for each in manifest["drafts"][0]["findings"]] == ["waived", "open", "open"]
    command = [sys.executable, "-m", "claimlint", "report", "-o", "out/two"]
    subprocess.run(
        command, env=os.environ | {"PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo"}, check=False, capture_output=True
    )
    for path in Path("out/one").iterdir():
        assert path.read_bytes() == Path("out/two", path.name).read_bytes(), path.name
    assert [document["path"] for document in json.loads(run("check", "--format", "json").out)["documents"]] == [
        "blog/post.md"
    ]


def test_a_report_says_what_changed_since_another_or_since_a_commit(run: Any) -> None:
    run("report", "-o", "old")
    replaced("blog/post.md", "The drip is safe for adults.", "The drip is safe for most adults.")
    replaced("blog/post.md", "A quick visit is all it takes. ", "")
    replaced("blog/post.md", "Parking is free.", "The salt is safe.")
    for since in ("old", "HEAD"):
        run("report", "-o", "new", "--compare", since)
        text = Path("new/report.md").read_text("utf-8")
        assert f"Since {since}: 1 new, 1 changed, 1 gone." in text
        assert "| new | error | blog/post.md | house/safe | The salt is safe. |" in text
        assert "| changed: reworded | error |" in text
        assert "| gone | advice | blog/post.md | house/quick |" in text
        assert "The salt is safe." in Path("new/index.html").read_text("utf-8")
    assert "git" in run("report", "-o", "new", "--compare", "nothing").err


def test_a_commit_is_compared_as_the_working_tree_is_read(run: Any) -> None:
    run("waive", "blog/post.md:3", *AGREED)
    write("blog/old.md", "The salt is safe.\n")
    run("waive", "blog/old.md:1", *AGREED)
    Path("blog/old.md").unlink()
    Path("blog/linked.md").symlink_to("post.md")
    write(".gitattributes", "blog export-ignore\n")
    commit("Bo Lie")
    here = Path.cwd()
    for arguments in (["."], [str(here)], ["blog", "--config", str(here / ".claimlint.yml")]):
        run("report", *arguments, "-o", "new", "--compare", "HEAD")
        assert "Since HEAD: 0 new, 0 changed, 0 gone." in Path("new/report.md").read_text("utf-8"), arguments
    assert "git knows no such commit" in run("report", "-o", "new", "--compare=--output=written").err
    assert not Path("written").exists()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "manifest.json:1: is no valid JSON"),
        ("{}", "manifest.json:1: is no manifest of version 1"),
        ('{"schema_version": 1, "date": "2026-01-01", "drafts": [{}]}', "manifest.json:1: is no whole manifest"),
    ],
)
def test_a_malformed_manifest(run: Any, text: str, message: str) -> None:
    write("old/manifest.json", text)
    for command in (["report", "-o", "new", "--compare", "old"], ["trend", "old"]):
        result = run(*command)
        assert (result.code, result.err.count("\n")) == (2, 1)
        assert message in result.err


def test_a_trend_over_reports(run: Any, monkeypatch: Any) -> None:
    run("report", "-o", "a")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1793000000")
    replaced("blog/post.md", "The tea is safe too.", "")
    run("report", "-o", "b")
    assert run("trend", "b", "a/manifest.json").out == (
        """\
date        report           drafts  error  warning  advice  settled
2026-09-21  a/manifest.json       1      2        0       1        0
2026-10-26  b                     1      1        0       1        0
"""
    )
    assert json.loads(run("trend", "a", "b", "--format", "json").out)[1]["error"] == 1
    assert run("trend", "a", "--format", "csv").out.startswith("date,report,drafts,error,warning,advice,settled\n")
    run("trend", "a", "b", "--format", "html", "--output", "trend.html")
    assert "<svg" in Path("trend.html").read_text("utf-8")


def test_a_comment_makes_no_markup_and_fits(run: Any) -> None:
    hostile = "<script>alert(1)</script> | `x` @team [a](https://example.org) www.example.org $x$ is safe.\n\n"
    run("report", "-o", "old")
    write("blog/post.md", hostile * 1500)
    run("report", "-o", "out", "--compare", "old")
    text = Path("out/report.md").read_text("utf-8")
    assert len(text) < 65_536
    assert "… and " in text
    assert "<script" not in text
    assert not any(each in text for each in ("@team", "://", "www.", " $"))


def test_a_wrong_clock_is_named(run: Any, monkeypatch: Any) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "soon")
    assert run("check").err == "claimlint: SOURCE_DATE_EPOCH must be a number of seconds, not “soon”\n"
