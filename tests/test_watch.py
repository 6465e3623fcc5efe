"""`check --watch`: a real process, its drafts, packs and configuration changed under it."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from claimlint import cli

pytest.importorskip("watchfiles", reason="the extra “watch” is not installed")
PROJECT = Path(__file__).parent.parent
PACK = """\
name: house
version: "1"
rules:
  - id: glow
    title: Glow
    message: "“{match}” glows."
    severity: SEVERITY
    match: [glowing]
    about: any
    needs: {any: [citation]}
    why: It does not glow.
    basis: [{title: House policy}]
    suggest: ["pleasant"]
    examples: {bad: ["It is {glowing}."], good: ["It is fine."]}
"""
SECONDS = 20


class Watch:
    """A process that watches a folder; what it says comes line by line."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "claimlint", "check", "--watch", *options],
            cwd=folder,
            env=os.environ | {"PYTHONPATH": str(PROJECT), "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf8",
        )
        self.lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        for line in self.process.stdout:
            self.lines.put(line.rstrip("\n"))

    def until(self, words: str) -> list[str]:
        """What was said up to the line that holds these words."""
        said, end = [], time.monotonic() + SECONDS
        while not said or words not in said[-1]:
            try:
                said.append(self.lines.get(timeout=max(0.1, end - time.monotonic())))
            except queue.Empty:
                pytest.fail(f"“{words}” did not come; only {said}")
        return said

    def stop(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(SECONDS)

    def quiet(self) -> bool:
        time.sleep(0.8)
        return self.lines.empty()


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "house.yml").write_text(PACK.replace("SEVERITY", "warning"), encoding="utf8")
    (tmp_path / ".claimlint.yml").write_text("packs: [house.yml]\n", encoding="utf8")
    (tmp_path / "one.md").write_text("It is glowing.\n", encoding="utf8")
    (tmp_path / "two.md").write_text("It is fine.\n", encoding="utf8")
    return tmp_path


@pytest.fixture
def watch(folder):
    started = []

    def start(*options: str) -> Watch:
        started.append(Watch(folder, *options))
        return started[-1]

    yield start
    for each in started:
        if each.process.poll() is None:
            each.process.kill()
        each.process.wait()
        each.process.stdout.close()


def test_difference_by_difference(folder, watch):
    process = watch()
    first = process.until("watching")
    assert first[0] == "one.md:1:7: warning house/glow “glowing” glows."
    assert "1 warning in 1 of 2 drafts" in first
    # a new finding in a draft that had none
    (folder / "two.md").write_text("It is glowing.\nGlowing drips.\n", encoding="utf8")
    said = process.until(" in 2 of 2 drafts")
    assert [line for line in said if "house/glow" in line] == [
        "two.md:1:7: warning house/glow “glowing” glows.",
        "two.md:2:1: warning house/glow “Glowing” glows.",
    ]
    # moved is not new
    (folder / "one.md").write_text("More words.\n\nIt is glowing.\n", encoding="utf8")
    assert process.quiet()
    # mended as editors do it: another file in the place of the old one
    (folder / "new").write_text("It is fine.\n", encoding="utf8")
    (folder / "new").replace(folder / "one.md")
    assert process.until(" in 1 of 2 drafts") == [
        "one.md: gone: house/glow “glowing”",
        "2 warnings in 1 of 2 drafts",
    ]
    # a draft that goes, one that comes, one that cannot be read
    (folder / "two.md").unlink()
    assert process.until("no findings")[-1] == "no findings in 1 draft"
    (folder / "sub").mkdir()
    (folder / "sub" / "three.md").write_bytes(b"\xff glowing")
    assert process.until("1 problem")[0].startswith("sub/three.md:1: cannot read: not UTF-8")
    (folder / "sub" / "three.md").write_bytes(b"It glows.")
    assert process.until("no findings")[0].startswith("sub/three.md: gone: not UTF-8")
    assert process.stop() == 0


def test_configuration_and_packs(folder, watch):
    process = watch("--format", "concise")
    assert process.until("watching")[0] == "one.md:1:7: warning house/glow “glowing” glows."
    (folder / ".claimlint.yml").write_text("packs: [house.yml]\nignroe: []\n", encoding="utf8")
    assert "ignroe" in process.until("claimlint:")[-1]
    (folder / "one.md").write_text("It is glowing and glowing.\n", encoding="utf8")
    assert process.quiet()
    (folder / ".claimlint.yml").write_text("packs: [house.yml]\n", encoding="utf8")
    assert process.until("2 warnings")[-1] == "2 warnings in 1 of 2 drafts"
    # the pack grades it higher: that is news
    (folder / "house.yml").write_text(PACK.replace("SEVERITY", "error"), encoding="utf8")
    said = process.until("2 errors")
    assert [line.split(":")[3].split()[0] for line in said[:-1]] == ["error", "error"]
    (folder / "house.yml").write_text("name: [", encoding="utf8")
    assert "house.yml" in process.until("claimlint:")[-1]
    assert process.stop() == 2


def test_registers_settle(folder, watch):
    process = watch("--format", "concise")
    process.until("watching")
    (folder / ".claimlint").mkdir()
    waiver = """\
version: 1
waivers:
  - path: one.md
    rule: house/glow
    sentence: It is glowing.
    reason: it does
    approver: Ann
    author: Bob
    created: 2020-01-01
    expires: 2999-01-01
"""
    (folder / ".claimlint" / "waivers.yml").write_text(waiver, encoding="utf8")
    assert process.until("waived")[-1] == "one.md: gone, waived: house/glow “glowing”"
    assert process.until(" drafts")[-1] == "no findings in 2 drafts; 1 waived"
    assert process.stop() == 0


def test_one_file_and_the_last_state_decides(folder, watch):
    process = watch("--format", "concise", "two.md")
    assert process.until("watching")[-1] == "watching; Ctrl-C stops"
    (folder / "one.md").write_text("It is fine.\n", encoding="utf8")
    assert process.quiet()
    (folder / "two.md").write_text("It is glowing.\n", encoding="utf8")
    process.until(" in 1 of 1 draft")
    assert process.stop() == 1


def test_a_name_that_is_not_utf_8_stops_nothing(folder, watch):
    process = watch("--format", "concise", ".")
    process.until("watching")
    (folder / "caf\udce9.txt").write_text("It is glowing.\n", encoding="utf8")
    process.until("2 warnings in 2 of 3 drafts")
    (folder / "two.md").write_text("It is glowing.\n", encoding="utf8")
    process.until("3 warnings in 3 of 3 drafts")
    assert process.stop() == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--format", "json"], "--watch shows what changes as full or concise, not as json"),
        (["--fix"], "--watch does not go with --fix"),
        (["--output", "x"], "--watch does not go with --output"),
        (["--statistics"], "--watch does not go with --statistics"),
        (["-"], "--watch needs files"),
        (["nowhere/at/all.md"], "no such file or folder"),
    ],
)
def test_what_does_not_go_together(folder, monkeypatch, capsys, options, message):
    monkeypatch.chdir(folder)
    assert cli.main(["check", "--watch", *options]) == 2
    assert message in capsys.readouterr().err


def test_missing_extra(folder, monkeypatch, capsys):
    monkeypatch.chdir(folder)
    monkeypatch.setitem(sys.modules, "watchfiles", None)
    assert cli.main(["check", "--watch"]) == 2
    assert "pip install 'claimlint-marketing[watch]'" in capsys.readouterr().err
