"""The same drafts give the same bytes, whatever the hash seed, the locale, the time zone, the number of processes, the order in
which drafts are named or listed, and the line ends on disk."""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from claimlint import report
from claimlint.cli import main

PROJECT = Path(__file__).parent.parent
DAY = "1796083200"
SETTINGS = [
    {"PYTHONHASHSEED": "0", "LC_ALL": "C.UTF-8", "TZ": "UTC", "PYTHONUTF8": "1"},
    {
        "PYTHONHASHSEED": "4711",
        "LC_ALL": "C",
        "TZ": "Pacific/Kiritimati",
        "PYTHONUTF8": "0",
        "PYTHONIOENCODING": "ascii",
    },
    {"PYTHONHASHSEED": "99", "LC_ALL": "tr_TR.UTF-8", "TZ": "America/Adak", "JOBS": "2"},
]
"""The second reads and prints ASCII, where it may; the third is Turkish where that is installed."""
RUN = """
import contextlib, hashlib, io, locale, os, sys
from pathlib import Path

from claimlint import cli, drafts, report
from claimlint.project import Project

cli._in_utf8()
with contextlib.suppress(locale.Error):
    locale.setlocale(locale.LC_ALL, "")


def told(what, data):
    print(what, hashlib.sha256(data).hexdigest())


def main():
    jobs = os.environ.get("JOBS", "1")
    for command in ("check --format json --output found.json", "report -o claims"):
        assert cli.main([*command.split(), "posts", "--no-progress", "--jobs", jobs]) == 1
    here = Project.at(Path.cwd())
    reports = list(here.reports(drafts.asked(["posts"], here.config)))
    for name in report.REPORTERS:
        for audience in report.AUDIENCES:
            out = io.StringIO()
            report.reporter(name)(reports, out, report.Context(here.rules, "1", audience=audience))
            told(f"{name} {audience}", out.getvalue().encode("utf-8", "backslashreplace"))
    for path in ("found.json", *sorted(map(str, Path("claims").iterdir()))):
        told(path, Path(path).read_bytes())


if __name__ == "__main__":
    main()
"""


@pytest.fixture
def site(tmp_path, monkeypatch):
    """The examples in one folder, with names that sort otherwise in other locales."""
    posts = tmp_path / "posts"
    posts.mkdir()
    for at, source in enumerate(sorted((PROJECT / "examples" / "drafts").iterdir())):
        shutil.copy(source, posts / f"{'İıÄ'[at % 3]}{'zA_'[at % 3]}{source.name}")
    shutil.copy(PROJECT / "examples/review-desk/posts/first-infusion.md", posts)
    shutil.copy(PROJECT / "examples/review-desk/references.bib", tmp_path)
    (tmp_path / ".claimlint.yml").write_text("packs: [core, auto]\nmarket: [us, uk]\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", DAY)
    return posts


@pytest.mark.usefixtures("site")
def test_the_same_bytes_in_every_surrounding():
    usual = {key: value for key, value in os.environ.items() if not key.startswith(("LC_", "LANG", "PYTHON"))}
    Path("run.py").write_text(RUN)
    found = []
    for setting in SETTINGS:
        shutil.rmtree("claims", ignore_errors=True)
        done = subprocess.run(
            [sys.executable, "run.py"], env=usual | setting | {"PYTHONPATH": str(PROJECT)},
            capture_output=True, check=False, encoding="utf8",
        )  # fmt: skip
        assert (done.returncode, done.stderr) == (0, "")
        found.append(done.stdout.splitlines())
    assert len(found[0]) == 2 + 2 * len(report.REPORTERS) + 1 + 6
    assert found[1] == found[0]
    assert found[2] == found[0]


def checked(*argv: str) -> str:
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        main(["check", "--no-progress", "--format", "jsonl", *argv])
    return out.getvalue()


def test_the_order_of_arguments_and_of_folders_changes_no_finding(site, monkeypatch):
    names = sorted(f"posts/{path.name}" for path in site.iterdir())
    usual = checked("posts")
    assert checked(*names) == usual
    mixed = random.Random(7).sample(names, len(names))
    assert mixed != names
    assert sorted(checked(*mixed).splitlines()) == sorted(usual.splitlines())
    listed = Path.iterdir
    monkeypatch.setattr(Path, "iterdir", lambda path: reversed(list(listed(path))))
    assert checked("posts") == usual


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_line_ends_change_no_finding_and_no_place(site, end):
    """Offsets count the characters of the file; lines, columns and words stay."""
    import json  # noqa: PLC0415

    def places() -> list[tuple[object, ...]]:
        found = [json.loads(line) for line in checked("posts").splitlines()]
        return [
            (
                each["path"], each["rule"], *((each[at]["line"], each[at]["column"]) for at in ("start", "end")),
                each["fingerprint"], each["sentence"], " ".join(each["excerpt"].split()), each["reasons"],
            )
            for each in found
        ]  # fmt: skip

    usual = places()
    assert len(usual) > 20
    for path in site.iterdir():
        path.write_bytes(path.read_bytes().replace(b"\n", end.encode()))
    assert places() == usual


def test_a_run_leaves_the_drafts_as_they_are(site):
    before = {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in site.iterdir()}
    checked("posts")
    main(["report", "--no-progress", "-o", "claims", "posts"])
    assert {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in site.iterdir()} == before
