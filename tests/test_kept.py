"""What is kept between runs: the same findings whatever is kept, and nothing imported that is not needed."""

import json
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from claimlint import cache, kept, parallel
from claimlint.errors import ClaimlintError
from claimlint.find import Ruleset, compile_packs
from claimlint.packs import load_packs
from claimlint.project import Project
from claimlint.types import Report

PROJECT = Path(__file__).parent.parent
DRAFTS = PROJECT / "examples" / "drafts"
PLAIN = (
    "# The car park\n\nIt opens at nine. The barrier lifts when a car stands before it, and the fee is paid inside.\n"
)
PACK = """\
name: house
rules:
  - id: calm
    title: Calm
    message: "{match}"
    severity: warning
    about: any
    match: be calming
    needs: [removal]
    why: House style.
    basis: [{title: House style}]
    suggest: [say what was measured]
    examples: {bad: [It is calming.], good: [It is blue.]}
"""


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """A cache of its own for one test."""
    path = tmp_path / "cache"
    monkeypatch.setattr(cache, "folder", lambda: path)
    return path


def checked(project: Project, *names: Path) -> list[Report]:
    return list(project.reports({str(name): "" for name in names}, wanted="findings"))


def said(reports: list[Report]) -> list[object]:
    return [(report.findings, report.problems, report.comments) for report in reports]


def loaded(*command: str, cache: Path) -> tuple[int, set[str]]:
    """The exit code of a command line, and the packages that its process had imported at the end."""
    script = (
        "import sys\nfrom claimlint.cli import main\ncode = main(sys.argv[1:])\n"
        "print(code, *sorted({name.partition('.')[0] for name in sys.modules}), file=sys.stderr)"
    )
    environment = os.environ | {"CLAIMLINT_CACHE": str(cache), "PYTHONPATH": str(PROJECT)}
    result = subprocess.run(
        [sys.executable, "-c", script, *command], env=environment, capture_output=True, text=True, check=True
    )
    code, *names = result.stderr.splitlines()[-1].split()
    return int(code), set(names)


HEAVY = set("spacy thinc numpy pydantic starlette uvicorn pygls ray yaml ruamel lxml jinja2 asyncio".split())
"""What no draft without a claim, and no draft that was seen before, is to wait for."""
if sys.version_info < (3, 14):
    HEAVY.add("dataclasses")  # which argparse colours its help with from then on


def test_a_draft_without_a_claim_is_answered_without_anything_heavy(tmp_path):
    draft = tmp_path / "car-park.md"
    draft.write_text(PLAIN, encoding="utf-8")
    assert loaded("check", str(draft), cache=tmp_path)[0] == 0  # packs are compiled, for all runs to come
    draft.write_text(PLAIN + "\nIt closes at ten.\n", encoding="utf-8")
    code, names = loaded("check", str(draft), cache=tmp_path)
    assert code == 0
    assert not names & HEAVY


def test_a_draft_that_was_seen_before_is_answered_without_anything_heavy(tmp_path):
    draft = str(DRAFTS / "ketamine-myths.md")
    code, names = loaded("check", draft, cache=tmp_path)
    assert code == 1
    assert "spacy" in names
    code, names = loaded("check", draft, cache=tmp_path)
    assert code == 1
    assert not names & HEAVY


def test_help_and_version_load_nothing_of_the_engine(tmp_path):
    for command in ("--help", "check --help", "--version"):
        _, names = loaded(*command.split(), cache=tmp_path)
        assert not names & (HEAVY | {"pyromark", "sqlite3"}), command


def test_compiled_packs_are_the_same_when_they_are_read_again():
    references = ["core", "auto"]
    fresh = compile_packs(load_packs(references, near=PROJECT, examples=False))
    first = kept.compiled(references, PROJECT)
    again = kept.compiled(references, PROJECT)
    assert [path.suffix for path, _ in cache.rulesets()] == [".json"]
    for found in (first, again):
        assert found.rules == fresh.rules
        assert found.ruleset.packs == fresh.packs
        assert found.ruleset.heads == fresh.heads
        assert found.ruleset.about == fresh.about
        assert found.ruleset.structured == fresh.structured
        assert found.ruleset.lexicon.words == fresh.lexicon.words
        assert found.ruleset.lexicon.asked == fresh.lexicon.asked
        for name in Ruleset.MATCHERS:
            one, other = getattr(found.ruleset, name), getattr(fresh, name)
            assert one.rows == other.rows
            assert {key: one.bits.get(key) for key in one.bits} == other.bits
        assert {word: found.ruleset.lexicon.terms.get(word) for word in fresh.lexicon.terms} == fresh.lexicon.terms
    assert first.identity == again.identity


def test_a_pack_that_changes_is_compiled_again(tmp_path):
    (tmp_path / "house.yml").write_text(PACK, encoding="utf-8")
    (tmp_path / ".claimlint.yml").write_text("packs: [house.yml]\n", encoding="utf-8")
    draft = tmp_path / "draft.md"
    draft.write_text("Our tea is calming. It is quick.\n", encoding="utf-8")
    assert [item.excerpt for item in checked(Project.at(tmp_path), draft)[0].findings] == ["is calming"]
    (tmp_path / "house.yml").write_text(PACK.replace("be calming", "be quick"), encoding="utf-8")
    assert [item.excerpt for item in checked(Project.at(tmp_path), draft)[0].findings] == ["is quick"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("{}\n", "owned-hosts: [pubmed.ncbi.nlm.nih.gov]\n"),
        ("{}\n", "citations-since: 2030\n"),
        ("{}\n", "packs: [core]\n"),
        ("{}\n", "market: [uk]\n"),
        ("citation-scope: sentence\n", "citation-scope: paragraph\n"),
        ("{}\n", "severity: {core: advice}\n"),
    ],
)
def test_what_is_kept_depends_on_the_configuration(tmp_path, before, after):
    drafts = sorted(DRAFTS.iterdir())
    for text in (before, after, before):
        (tmp_path / ".claimlint.yml").write_text(text, encoding="utf-8")
        here = Project.at(tmp_path)
        assert said(checked(here, *drafts)) == said(checked(Project(here.config, keep=False), *drafts))


def test_results_are_kept_by_content_not_by_name_or_time(tmp_path):
    draft = tmp_path / "draft.md"
    draft.write_text("Our infusions have no side effects.\n", encoding="utf-8")
    here = Project.at(tmp_path)
    assert len(checked(here, draft)[0].findings) == 1
    os.utime(draft, ns=(1, 1))
    times = draft.stat().st_mtime_ns, draft.stat().st_size
    draft.write_text("Our infusions have few side effects\n", encoding="utf-8")
    os.utime(draft, ns=(1, 1))
    assert (draft.stat().st_mtime_ns, draft.stat().st_size) == times
    assert said(checked(Project.at(tmp_path), draft)) == said(checked(Project(here.config, keep=False), draft))
    other = tmp_path / "draft.html"  # another reader
    other.write_text("Our infusions have no side effects.\n", encoding="utf-8")
    assert said(checked(Project.at(tmp_path), other)) == said(checked(Project(here.config, keep=False), other))


@pytest.mark.parametrize("damage", [b"", b"\0" * 4096, b"SQLite format 3\0 and no more", b"{}\n{}\n[]\n{}", b"[1"])
def test_whatever_is_damaged_is_found_out_and_made_again(tmp_path, folder, damage):
    draft = DRAFTS / "ketamine-myths.md"
    config = Project.at(tmp_path).config
    expected = said(checked(Project(config), draft))
    for path in sorted(folder.iterdir()):
        path.write_bytes(damage)
        assert said(checked(Project(config), draft)) == expected
        assert said(checked(Project(config), draft)) == expected
    for path, _ in cache.rulesets():
        lines = path.read_bytes().split(b"\n")
        for number in range(len(lines)):
            path.write_bytes(b"\n".join([*lines[:number], lines[number][:-20], *lines[number + 1 :]]))
            fresh = Project(config)
            cache.results().clear()
            assert said(checked(fresh, draft)) == expected
            assert fresh.rules["core/safe-unqualified"].title


def test_a_value_that_is_no_result_is_no_result(tmp_path):
    draft = DRAFTS / "ketamine-myths.md"
    config = Project.at(tmp_path).config
    expected = said(checked(Project(config), draft))
    results = cache.results()
    assert results.count() > 1
    with results._open as database:
        database.execute("UPDATE results SET value = ?", (b'{"findings": 3}',))
    assert said(checked(Project(config), draft)) == expected


def test_a_folder_that_cannot_be_written_costs_nothing_but_time(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setattr(cache, "folder", lambda: tmp_path / "file" / "cache")
    assert checked(Project.at(tmp_path), DRAFTS / "ketamine-myths.md")[0].findings


def test_the_older_half_goes_when_there_is_too_much(monkeypatch):
    monkeypatch.setattr(cache, "MOST_BYTES", 200_000)
    results = cache.results()
    for number in range(60):
        results.put(f"key {number}", bytes(10_000))
        results.close()
    assert results.count() < 30
    assert results.get("key 59") == bytes(10_000)
    assert results.get("key 0") is None


def test_clear_forgets_everything():
    results = cache.results()
    results.put("key", b"value")
    results.close()
    cache.write("rules-1.json", b"{}")
    cache.clear()
    assert cache.results().get("key") is None
    assert not cache.rulesets()


def test_runs_that_share_a_cache_while_it_is_cleared_and_killed_find_the_same(tmp_path):
    assert storm(tmp_path, runs=12, seed=1) == 0


def storm(folder: Path, *, runs: int, seed: int) -> int:
    """Run checks at once on one cache, some of them killed, while it is cleared: how many said something else than without."""
    chance = random.Random(seed)
    drafts = [str(path) for path in sorted(DRAFTS.iterdir())]
    command = [sys.executable, "-c", "from claimlint.cli import run; run()"]
    environment = os.environ | {"CLAIMLINT_CACHE": str(folder), "PYTHONPATH": str(PROJECT)}

    def start(*arguments: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen([*command, *arguments], env=environment, stdout=subprocess.PIPE, cwd=PROJECT)

    check = ["check", "--format", "json", *drafts]
    expected = json.loads(start(*check, "--no-cache").communicate()[0])
    wrong = 0
    while runs > 0:
        batch = [start(*check) for _ in range(min(runs, 6))]
        doomed = [process for process in batch if chance.random() < 0.3]
        clearing = [start("cache", "clear")] if chance.random() < 0.5 else []
        for process in doomed:
            try:
                process.wait(chance.random() * 2)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
        for process in [*batch, *clearing]:
            out = process.communicate()[0]
            if process in batch and process.returncode >= 0:
                wrong += json.loads(out) != expected
        runs -= len(batch)
    return wrong


def test_what_several_processes_find_is_kept(tmp_path, monkeypatch):
    monkeypatch.undo()  # processes look for the folder themselves
    here = Project.at(tmp_path)
    drafts = {}
    for path in sorted(DRAFTS.iterdir()):
        mine = tmp_path / path.name  # that no other test has kept
        mine.write_text(f"{path.read_text('utf-8')}\n\nNobody else says this: {tmp_path.name}.\n", encoding="utf-8")
        drafts[str(mine)] = ""
    before = cache.results().count()
    together = list(here.reports(drafts, wanted="findings", jobs=2))
    assert cache.results().count() > before
    assert said(together) == said(checked(Project(here.config, keep=False), *map(Path, drafts)))


class Killed(Project):
    """A project whose process ends while it checks."""

    def report(self, *_args, **_options):
        os._exit(9)


def test_a_process_that_is_killed_is_an_error_not_a_traceback(tmp_path):
    with pytest.raises(ClaimlintError, match="ended from outside"):
        list(parallel.reports(Killed(Project.at(tmp_path).config), [("a.md", "")], "findings", 2))
