"""The pre-commit hook as a content repository uses it: real pre-commit, real installation, real commits."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parent.parent
RISKY = "# Our drip\n\nThe drip has no side effects and cures migraines.\n"
FIXED = "# Our drip\n\nThe drip may cause bruising. Ask your doctor whether it is right for you.\n"

pytestmark = pytest.mark.skipif(
    not (shutil.which("git") and (PROJECT / ".git").exists()), reason="needs git and a checkout of the project"
)


@pytest.fixture(scope="module")
def content_repository(tmp_path_factory):
    """A scratch repository whose hooks come from the project as it stands, uncommitted changes included."""
    folder = tmp_path_factory.mktemp("content")
    environment = {
        **os.environ, "PRE_COMMIT_HOME": str(tmp_path_factory.mktemp("store")), "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_AUTHOR_NAME": "w", "GIT_AUTHOR_EMAIL": "w@example.org", "GIT_COMMITTER_NAME": "w", "GIT_COMMITTER_EMAIL": "w@example.org",
    }  # fmt: skip
    for name in ("GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE"):
        environment.pop(name, None)

    def run(*command):
        return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)

    assert run("git", "init", "-q").returncode == 0
    run.folder = folder
    return run


def test_try_repo(content_repository):
    """A risky draft fails with a readable message, a fixed one passes; one installation serves both."""
    run = content_repository
    (run.folder / "risky.md").write_text(RISKY, encoding="utf8")
    (run.folder / "fixed.md").write_text(FIXED, encoding="utf8")
    run("git", "add", ".")
    tried = run(
        sys.executable, "-m", "pre_commit", "try-repo", str(PROJECT), "claimlint", "--files", "risky.md", "fixed.md"
    )
    if "Could not find a version" in tried.stdout + tried.stderr or "ConnectionError" in tried.stderr:
        pytest.skip("the package index cannot be reached")
    assert tried.returncode == 1, tried.stdout + tried.stderr
    assert "risky.md:3:" in tried.stdout
    assert "core/no-side-effects" in tried.stdout
    assert "fixed.md:" not in tried.stdout


def test_commit_is_blocked_until_fixed(content_repository, tmp_path):
    run = content_repository
    clone = tmp_path / "project"
    assert run("git", "clone", "-q", str(PROJECT), str(clone)).returncode == 0
    revision = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=clone, capture_output=True, text=True, check=True
    ).stdout.strip()
    config = f"repos:\n  - repo: {clone}\n    rev: {revision}\n    hooks:\n      - id: claimlint\n"
    (run.folder / ".pre-commit-config.yaml").write_text(config, encoding="utf8")
    (run.folder / "fixed.md").unlink()
    (run.folder / "risky.md").write_text(RISKY, encoding="utf8")
    assert run(sys.executable, "-m", "pre_commit", "install").returncode == 0
    run("git", "add", "-A")
    blocked = run("git", "commit", "-m", "post")
    if "Could not find a version" in blocked.stdout + blocked.stderr:
        pytest.skip("the package index cannot be reached")
    assert blocked.returncode == 1, blocked.stdout + blocked.stderr
    assert "core/cure" in blocked.stdout + blocked.stderr
    (run.folder / "risky.md").write_text(FIXED, encoding="utf8")
    run("git", "add", "-A")
    passed = run("git", "commit", "-m", "post")
    assert passed.returncode == 0, passed.stdout + passed.stderr
