"""The pipeline as a whole: shortcuts change nothing, what is not needed is not imported, fingerprints survive edits."""

import random
import re
import subprocess
import sys
from pathlib import Path

import pytest

import claimlint
from claimlint import parallel
from claimlint.config import Config
from claimlint.errors import PackError
from claimlint.linter import Linter, Options
from claimlint.packs import load_packs
from claimlint.project import Project
from claimlint.report.inventory import claims

PROJECT = Path(__file__).parent.parent
CORPUS = PROJECT.parent / "shared" / "bench" / "dev" / "docs"
PACKS = load_packs(["core", "auto"])


@pytest.fixture(scope="module")
def linter():
    return Linter(PACKS)


@pytest.fixture(scope="module")
def exhaustive():
    return Linter(PACKS, options=Options(exhaustive=True))


def drafts():
    return sorted(path for path in (PROJECT / "examples").rglob("*") if path.suffix in (".md", ".html"))


@pytest.mark.parametrize("path", drafts(), ids=lambda path: path.name)
def test_exhaustive_finds_the_same(path, linter, exhaustive):
    source = path.read_text("utf8")
    slow, fast = exhaustive.check(source, path.name), linter.check(source, path.name)
    assert slow.findings == fast.findings
    assert claims(slow) == claims(fast)


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the benchmark corpus is not beside the project")
def test_exhaustive_finds_the_same_on_a_corpus(linter, exhaustive):
    for path in sorted(CORPUS.rglob("*.*"))[::12]:
        source = path.read_bytes().decode("utf8")
        slow, fast = exhaustive.check(source, path.name), linter.check(source, path.name)
        assert slow.findings == fast.findings, path
        assert claims(slow) == claims(fast), path


def imported(draft: str) -> set[str]:
    code = (
        "import sys; from claimlint.linter import Linter; from claimlint.packs import load_packs;"
        "Linter(load_packs(['core', 'ketamine'])).check(sys.argv[1], 'a.md');"
        "print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", code, draft], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_xml_stays_away_from_drafts_that_are_text():
    assert "lxml" not in imported("Our infusions may be a safe option for you.\n")


def test_spacy_stays_away_from_a_draft_without_claims():
    assert "spacy" not in imported("# Opening hours\n\nWe open at nine. The clinic is on Main Street.\n")
    assert "spacy" in imported("Our infusions may be a safe option for you.\n")


def test_fingerprints_survive_edits_elsewhere(linter):
    before = linter.check("Ketamine cures depression.\n\nKetamine cures depression.\n", "a.md").findings
    after = linter.check(
        "# New\n\nA line.\n\nKetamine **cures** depression.\n\nKetamine cures\ndepression.\n", "b.md"
    ).findings
    assert [item.fingerprint for item in before] == [item.fingerprint for item in after]
    assert len({item.fingerprint for item in before}) == len(before) > 1


def test_the_excerpt_stands_where_the_finding_says(linter):
    source = "\ufeff# Tea 🍵\r\n\r\nOur caf\u00e9\u2019s tea is\r\ncompletely&nbsp;**safe** for\u00a0all.\r\n"
    (finding, *_) = linter.check(source, "a.md").findings
    assert (
        source[finding.span.start : finding.span.end].replace("**", "").replace("&nbsp;", " ").split()
        == finding.excerpt.split()
    )


@pytest.mark.parametrize("path", drafts(), ids=lambda path: path.name)
def test_what_is_remembered_changes_nothing(path, linter):
    """A linter that remembers sentences, asked again and again while a draft is edited, says what a fresh one says."""
    chance = random.Random(7)
    remembering = Linter(PACKS, options=Options(memory=40))
    source = path.read_text("utf8")
    for _ in range(12):
        assert remembering.check(source, path.name) == linter.check(source, path.name)
        at = chance.randrange(len(source))
        source = source[:at] + chance.choice(["", " may", "\n\n", ". ", "not "]) + source[at + chance.randrange(9) :]


def test_words_that_are_only_quoted_end_no_run(linter):
    linter.check(
        "“Can”, “helps”, “designed to” are too weak; “virtually” is none; “may completely cure” undoes itself.", "a.md"
    )


def test_a_check_can_be_given_up(linter):
    class GoneError(Exception):
        pass

    def pulse():
        raise GoneError

    with pytest.raises(GoneError):
        linter.check("Our tea cures colds.", "a.md", pulse=pulse)


def test_several_processes_find_the_same():
    """In the same order, with what cannot be read in its place; what cannot be used ends the run as it does without."""
    project = Project(Config(root=PROJECT))
    names = {str(path): "" for path in drafts()} | {"gone.md": "", "folder": "no drafts in this folder"}
    assert list(project.reports(names, jobs=2)) == list(project.reports(names, jobs=1))
    broken = Project(Config(root=PROJECT, packs=("none",)))
    with pytest.raises(PackError, match="there is no pack “none”"):
        list(broken.reports(names, jobs=2))


def test_small_work_is_worth_one_process(tmp_path):
    (tmp_path / "a.md").write_text("x" * 100)
    assert parallel.fitting([str(tmp_path / "a.md"), "gone.md"]) == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"text": 42}, "a draft is text (str) or a Document, not int"),
        ({"text": b"Safe."}, "not bytes; decode it first"),
        ({"text": None}, "not NoneType"),
        ({"text": "Safe.", "name": Path("a.md")}, "the name of a draft is text (str), not PosixPath"),
        ({"text": "Safe.", "project": "a"}, "project must be a claimlint.Project, not str"),
    ],
)
def test_arguments_of_another_type_are_told(arguments, said):
    with pytest.raises(TypeError, match=re.escape(said.replace("PosixPath", type(Path()).__name__))):
        claimlint.check_text(**arguments)
