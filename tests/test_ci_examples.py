"""The pipelines in examples/ci: valid YAML, commands that exist, artifacts that some command writes."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from claimlint import cli

CI = Path(__file__).parent.parent / "examples" / "ci"
PIPELINES = {path.name: yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(CI.glob("*.yml"))}
STEPS: list[dict[str, Any]] = PIPELINES["github-actions.yml"]["jobs"]["claimlint"]["steps"]
JOBS: dict[str, dict[str, Any]] = PIPELINES["gitlab-ci.yml"]


def scripts() -> Iterator[tuple[str, str]]:
    """Each shell line of each pipeline."""
    for step in STEPS:
        for line in step.get("run", "").splitlines():
            yield "github-actions.yml", line
    for job in JOBS.values():
        for script in (*job.get("before_script", ()), *job["script"]) if "script" in job else job["before_script"]:
            for line in script.splitlines():
                yield "gitlab-ci.yml", line


def claimlint_calls() -> list[tuple[str, list[str]]]:
    """The arguments of each call of claimlint, without what the shell makes of its exit code."""
    calls = []
    for name, line in scripts():
        words = shlex.split(line)
        if words[0] == "claimlint":
            end = next((index for index, word in enumerate(words) if word in ("||", "&&", "|", ";")), len(words))
            calls.append((name, words[1:end]))
    return calls


def commands() -> set[str]:
    (known,) = (each for each in cli.parser()._actions if isinstance(each, argparse._SubParsersAction))
    return set(known.choices)


CALLS = claimlint_calls()
KNOWN = [pytest.param(words, id=f"{name}: {' '.join(words)}") for name, words in CALLS if words[0] in commands()]


def test_the_calls_are_found() -> None:
    assert {name for name, _ in CALLS} == set(PIPELINES) == {"github-actions.yml", "gitlab-ci.yml"}
    assert {words[0] for _, words in CALLS} <= commands() | {"report"}
    assert len(KNOWN) >= 4


@pytest.mark.parametrize("words", KNOWN)
def test_every_call_of_claimlint_is_one(words: list[str]) -> None:
    cli.parser().parse_args(words)


def test_formats_are_written_to_the_artifacts_that_are_uploaded() -> None:
    written = {
        words[words.index("--format") + 1]: words[words.index("--output") + 1]
        for _, words in CALLS
        if "--output" in words
    }
    reports = JOBS["claims-report"]["artifacts"]["reports"]
    assert written == {"gitlab": reports["codequality"], "junit": reports["junit"]}


def test_the_report_is_written_where_the_steps_after_it_look() -> None:
    folders = {words[words.index("-o") + 1] for _, words in CALLS if words[0] == "report"}
    assert folders == {"claims"}
    used = [step["with"] for step in STEPS if "upload" in step.get("uses", "")]
    assert [each.get("path") or each.get("sarif_file") for each in used] == ["claims/", "claims/claimlint.sarif"]
    assert JOBS["claims-report"]["artifacts"]["paths"] == ["claims/"]
    posts = [line for _, line in scripts() if "claims/report.md" in line]
    assert [line.split()[0] for line in posts] == ["gh", "curl"]


def test_drafts_are_checked_before_the_report_stands_beside_them() -> None:
    for pipeline in PIPELINES:
        order = [words[0] for name, words in CALLS if name == pipeline]
        assert order == sorted(order)
        assert order[-1] == "report"


def test_least_permissions() -> None:
    workflow = PIPELINES["github-actions.yml"]
    assert workflow["permissions"] == {}
    assert workflow["jobs"]["claimlint"]["permissions"] == {
        "contents": "read",
        "security-events": "write",
        "pull-requests": "write",
    }


def test_nothing_that_strangers_name_is_put_into_a_script() -> None:
    """An expression is expanded before the shell reads the line: a branch may be called `$(…)`."""
    assert [line for _, line in scripts() if "${{" in line] == []
