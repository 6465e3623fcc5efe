"""Rewrites: what is applied, what is left alone, and how the change is shown."""

import subprocess

import pytest

from claimlint import cli

PACK = """
name: house
rules:
  - id: soothing
    title: Soothing
    message: "{match}"
    severity: warning
    match: "(=is|=are|=was) ~ soothing"
    why: Why.
    basis: [{title: House policy}]
    suggest: [may be soothing]
    fix:
      - {match: "=is | =are", replace: may be, safe: true}
      - {match: "=was", replace: "has been called", safe: false}
    examples: {bad: ["Tea {is soothing}."], good: ["Tea may be soothing."]}
"""


@pytest.fixture
def site(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "house.yml").write_text(PACK)
    (tmp_path / ".claimlint.yml").write_text("packs: [house.yml]\n")
    return tmp_path


def run(*arguments):
    return cli.main(["check", "--no-progress", "--format", "concise", *arguments])


def test_safe_rewrites_are_applied_once_and_for_all(site, capsys):
    draft = site / "a.md"
    draft.write_bytes("Tea **is very** soothing. 🍵 Baths\u00a0are soothing.\r\nMilk was soothing.\r\n".encode())
    assert run("--fix", "a.md") == 1
    after = "Tea **is very** soothing. 🍵 Baths\u00a0may be soothing.\r\nMilk was soothing.\r\n"
    assert draft.read_bytes().decode() == after.replace("**is very", "**may be very")
    assert capsys.readouterr().out.splitlines()[0] == "fixed a.md"
    before = draft.stat().st_mtime_ns
    run("--fix", "a.md")
    assert draft.stat().st_mtime_ns == before, "nothing is left to fix, so nothing is written"


def test_a_dry_run_prints_a_diff_that_git_applies(site, capsys):
    draft = site / "a.md"
    draft.write_text("One.\n\nTea is soothing.\n\nLast line without an end: baths are soothing")
    assert run("--fix", "--dry-run", "a.md") == 0
    diff = capsys.readouterr().out
    assert "is soothing" in draft.read_text(), "nothing is written"
    subprocess.run(["git", "apply", "-"], input=diff, text=True, check=True, cwd=site)
    assert draft.read_text() == "One.\n\nTea may be soothing.\n\nLast line without an end: baths may be soothing"


def test_what_is_suppressed_or_below_the_selection_stays(site):
    draft = site / "a.md"
    text = "<!-- claimlint-disable-next-line house/soothing -- a name -->\nTea is soothing.\n"
    draft.write_text(text)
    assert run("--fix", "a.md") == 0
    assert draft.read_text() == text


def test_capitals_are_kept(site):
    draft = site / "a.md"
    draft.write_text("Is soothing, our tea.\n")
    run("--fix", "a.md")
    assert draft.read_text() == "May be soothing, our tea.\n"


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize(("arguments", "message"), [(["--fix", "-"], "standard input"), (["--dry-run"], "give both")])
def test_what_cannot_be_asked(capsys, arguments, message):
    assert run(*arguments) == 2
    assert message in capsys.readouterr().err


def test_rules_try(site, capsys):
    (site / "a.md").write_text("One.\n\nOur **tea** cools.\n")
    assert cli.main(["rules", "try", "tea (cool|warm)", "a.md"]) == 0
    assert capsys.readouterr().out == "a.md:3: Our [tea cools].\n1 hit in 1 drafts\n"
    assert cli.main(["rules", "try", "{NOPE} x", "a.md"]) == 2
    assert cli.main(["rules", "try"]) == 2


@pytest.mark.usefixtures("site")
def test_packs_new_writes_a_pack_that_passes_its_test(capsys):
    assert cli.main(["packs", "new", "mine"]) == 0
    assert cli.main(["packs", "new", "mine"]) == 2
    assert cli.main(["packs", "new", "Mine"]) == 2
    capsys.readouterr()
    cli.main(["packs", "test", "mine.yml"])
    assert capsys.readouterr().out.splitlines()[-1] == "mine: 1 rules, 3 examples, ok"
