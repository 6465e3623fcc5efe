"""What README and docs/ show is what happens: each console block is run, its output compared literally.

`UPDATE_README=1 pytest tests/test_readme.py` rewrites the outputs and the table of verdicts. A line “…” stands for
what was left out; it stays where it is.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from claimlint.linter import Linter
from claimlint.packs import load_packs

PROJECT = Path(__file__).parent.parent
README = PROJECT / "README.md"
UPDATE = bool(os.environ.get("UPDATE_README"))
CUT = "…"
TRY = "python3 -m venv .venv && .venv/bin/pip install --quiet . && .venv/bin/claimlint check --fail-on never examples/drafts"
DEVELOP = "python3 -m venv .venv && .venv/bin/pip install --quiet --editable '.[dev]' && .venv/bin/python -m pytest"
_CONSOLE = re.compile(r"(?<=^```console\n).*?(?=^```$)", re.MULTILINE | re.DOTALL)
_VERDICTS = re.compile(r"(?<=<!-- verdicts -->\n).*?(?=<!-- /verdicts -->)", re.DOTALL)


def blocks() -> list:
    """(page, number of the block on it), for each console block."""
    pages = [README, *sorted((PROJECT / "docs").glob("*.md"))]
    return [
        pytest.param(page, number, id=f"{page.stem}-{number}")
        for page in pages
        for number, _ in enumerate(_CONSOLE.findall(page.read_text(encoding="utf8")))
    ]


@pytest.fixture
def run(tmp_path):
    """Run a command in a fresh git repository that holds a copy of the examples; returns its output."""
    shutil.copytree(PROJECT / "examples", tmp_path / "examples")
    bin_ = Path(sys.executable).parent
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith("GIT_")},
        "PATH": f"{bin_}{os.pathsep}{os.environ['PATH']}", "COLUMNS": "80", "SOURCE_DATE_EPOCH": "1796083200", "NO_COLOR": "1", "PYTHONUTF8": "1",
        "GIT_CONFIG_GLOBAL": os.devnull, "GIT_AUTHOR_NAME": "w", "GIT_AUTHOR_EMAIL": "w@example.org",
        "GIT_COMMITTER_NAME": "w", "GIT_COMMITTER_EMAIL": "w@example.org",
    }  # fmt: skip

    def shell(command: str, *, codes: tuple[int, ...] = (0, 1)) -> str:
        result = subprocess.run(
            ["bash", "-c", command], cwd=tmp_path, env=environment, check=False, encoding="utf8",
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        assert result.returncode in codes, f"$ {command}\n{result.stdout}"
        return result.stdout

    shell("git init --quiet --initial-branch main && git add . && git commit --quiet --message drafts", codes=(0,))
    return shell


def shortened(shown: list[str], actual: list[str]) -> list[str]:
    """The actual output, cut as the shown one is: as many lines, or paragraphs if the cut follows a blank line."""
    if CUT not in shown:
        return actual
    at = shown.index(CUT)
    head, tail = shown[:at], shown[at + 1 :]
    if head and not head[-1]:
        ends = [number for number, line in enumerate(actual, 1) if not line]
        keep = ends[min(head.count(""), len(ends)) - 1] if ends else len(actual)
    else:
        keep = len(head)
    return [*actual[:keep], CUT, *actual[len(actual) - len(tail) :]] if keep + len(tail) < len(actual) else actual


@pytest.mark.parametrize(("page", "number"), blocks())
def test_console_block(page, number, run):
    block = list(_CONSOLE.finditer(page.read_text(encoding="utf8")))[number]
    lines: list[str] = []
    for part in re.split(r"^(?=\$ )", block[0], flags=re.MULTILINE)[1:]:
        command, *shown = part.splitlines()
        lines += [command, *shortened(shown, run(command.removeprefix("$ ")).splitlines())]
    settled(page, block, "".join(f"{line}\n" for line in lines))


def test_verdicts():
    """The table of sentences: what claimlint says of each by itself, and the last reason it gives."""
    page = README.read_text(encoding="utf8")
    table = _VERDICTS.search(page)
    linter = Linter(load_packs(["core", "ketamine"]))
    head, line, *rows = table[0].splitlines()
    sentences = [row.split(" | ")[0].removeprefix("| ") for row in rows]
    settled(README, table, "\n".join([head, line, *(verdict(linter, sentence) for sentence in sentences)]) + "\n")


def verdict(linter: Linter, sentence: str) -> str:
    _, readings = linter.inspect(sentence, "draft.md")
    verdicts = [each for reading in readings for each in reading.verdicts]
    flagged = [each for each in verdicts if each.finding]
    if not verdicts:
        return f"| {sentence} | silent | no rule matches |"
    decisive = (flagged or verdicts)[0]
    # what decided; that there is no hedge, or no citation, only if nothing else can be said
    reasons = [reason for reason in decisive.reasons[1:] if not reason.startswith("no ")] or decisive.reasons[1:]
    said = f"**flagged** by `{decisive.rule}`" if flagged else "silent"
    return f"| {sentence} | {said} | {'; '.join(reasons)} |"


def settled(page: Path, found: re.Match, text: str) -> None:
    """Compare, or rewrite the page."""
    if UPDATE:
        page.write_text(found.string[: found.start()] + text + found.string[found.end() :], encoding="utf8")
    else:
        assert found[0] == text, "if the new output is right: UPDATE_README=1 pytest tests/test_readme.py"


def test_set_up_commands(run):
    """The two commands that start everything: the first as far as it needs no network; of the second, CI runs the tests
    with locked dependencies, and `.ci/versions` with those that the command installs."""
    assert re.findall(r"^python3 -m venv .*$", README.read_text(encoding="utf8"), re.MULTILINE) == [TRY, DEVELOP]
    run(TRY.rpartition(" && ")[2].removeprefix(".venv/bin/"), codes=(0,))
    make, install, test = DEVELOP.split(" && ")
    steps = (PROJECT / ".ci" / "run").read_text(encoding="utf8")
    assert make in steps
    assert test.removeprefix(".venv/bin/") in steps
    assert install.partition("--editable")[2] in (PROJECT / ".ci" / "versions").read_text(encoding="utf8")


def test_shortened():
    out = ["a", "b", "", "c", "", "d", "sum"]
    assert shortened(["x", "", CUT, "total"], out) == ["a", "b", "", CUT, "sum"]
    assert shortened(["x", CUT], out) == ["a", CUT]
    assert shortened(["x"], out) == out
    assert shortened(["x", "", CUT, "total"], ["a", "sum"]) == ["a", "sum"]
