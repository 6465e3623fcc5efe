"""Writing: whole or not at all. A full disk or a folder that may not be written gives one message and no damage."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
from pathlib import Path

import docx_kit
import pytest

from claimlint import store
from claimlint.cli import main
from claimlint.config import Config
from claimlint.errors import ConfigError
from claimlint.web.folder import Folder, digest_of

resource = pytest.importorskip("resource", reason="limits are of POSIX")
PROJECT = Path(__file__).parent.parent
PACK = """\
name: house
version: "1"
rules:
  - id: glow
    title: Glow
    message: "“{match}” glows."
    severity: error
    match: [glowing]
    about: any
    needs: {any: [citation]}
    why: It does not glow.
    basis: [{title: House policy}]
    suggest: [pleasant]
    fix: [{match: glowing, replace: mild, safe: true}]
    examples: {bad: ["It is {glowing}."], good: ["It is fine."]}
"""
WAIVE = ["waive", "post.md:1", "--reason", "agreed", "--approver", "Ada Moe", "--author", "Bo Lie"]
WRITERS = {
    "check": (["check", "post.md", "--format", "sarif", "--output", "old.txt"], "old.txt"),
    "fix": (["check", "--fix", "post.md"], "post.md"),
    "waive": (WAIVE, ".claimlint/waivers.yml"),
    "baseline": (["baseline", "write", "--grow", "post.md"], ".claimlint/baseline.json"),
    "report": (["report", "--no-progress", "post.md", "-o", "claims"], "claims/index.html"),
    "inventory": (["inventory", "post.md", "--format", "xlsx", "--output", "old.txt"], "old.txt"),
    "csv": (["inventory", "post.md", "--output", "old.txt"], "old.txt"),
    "annotate": (["annotate", "letter.docx", "-o", "old.txt"], "old.txt"),
    "init": (["init", "--force"], ".claimlint.yml"),
    "packs": (["packs", "new", "mine"], "mine.yml"),
}


@pytest.fixture
def site(tmp_path, monkeypatch):
    """A folder in which each of the commands has something to write, and some of the files are there already."""
    monkeypatch.chdir(tmp_path)
    for name, text in {
        "house.yml": PACK,
        ".claimlint.yml": "packs: [house.yml]\n",
        "post.md": "It is glowing.\n",
        "old.txt": "old\n",
        "claims/index.html": "old\n",
        ".claimlint/waivers.yml": "# ours\nversion: 1\nwaivers: []\n",
        ".claimlint/baseline.json": '{"version": 1, "findings": []}\n',
        ".claimlint/.gitignore": "*.lock\n*.tmp\n",
    }.items():
        tmp_path.joinpath(name).parent.mkdir(exist_ok=True)
        tmp_path.joinpath(name).write_text(text)
    tmp_path.joinpath("letter.docx").write_bytes(docx_kit.word(docx_kit.p(docx_kit.r("It is glowing."))))
    return tmp_path


def contents(folder: Path) -> dict[str, bytes]:
    """All files but locks, whose being there means nothing."""
    found = (path for path in sorted(folder.rglob("*")) if path.is_file() and path.suffix != ".lock")
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def refuse(monkeypatch, code: int) -> None:
    """The disk as it is when it is full: the file can be made and not be written. Or may not be written at all."""
    fsync, opened = os.fsync, os.open

    def full(_):
        raise OSError(code, os.strerror(code))

    def closed(path, flags, *args, **options):
        if flags & os.O_CREAT:
            raise OSError(code, os.strerror(code))
        return opened(path, flags, *args, **options)

    monkeypatch.setattr(os, "fsync", full if code == errno.ENOSPC else fsync)
    monkeypatch.setattr(os, "open", opened if code == errno.ENOSPC else closed)


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS, errno.EACCES], ids=["full", "read-only", "forbidden"])
@pytest.mark.parametrize("name", WRITERS)
def test_what_cannot_be_written_is_one_message_and_changes_nothing(site, monkeypatch, capsys, name, code):
    command, file = WRITERS[name]
    before = contents(site)
    with monkeypatch.context() as patch:
        refuse(patch, code)
        assert main(command) == 2
    said = [line for line in capsys.readouterr().err.splitlines() if line.startswith("claimlint: ")]
    assert len(said) == 1
    assert said[0].endswith(f": cannot write: {os.strerror(code)}")
    assert (file if name != "report" else "claims/") in said[0]
    assert contents(site) == before
    assert main(command) in (0, 1)  # and as soon as it can be, it is
    assert contents(site)[file] != before.get(file)


def test_serve_saves_whole_or_not_at_all(site, monkeypatch):
    here, config, before = Folder(site), Config(site), contents(site)
    for code in (errno.ENOSPC, errno.EROFS, errno.EACCES):
        with monkeypatch.context() as patch:
            refuse(patch, code)
            with pytest.raises(ConfigError, match=f"post.md: cannot write: {os.strerror(code)}"):
                here.save("post.md", "It is mild.\n", digest_of(b"It is glowing.\n"), config)
        assert contents(site) == before
    here.save("post.md", "It is mild.\n", digest_of(b"It is glowing.\n"), config)
    assert contents(site) == before | {"post.md": b"It is mild.\n"}


@pytest.mark.parametrize("command", ["check", "report", "csv", "annotate"])
def test_a_file_that_may_grow_no_further(site, command):
    """A real limit of the system, which a write hits in the middle."""
    (site / "post.md").write_text("It is glowing. " * 2000)
    argv, _ = WRITERS[command]
    before = contents(site)
    done = subprocess.run(
        [sys.executable, "-m", "claimlint", *argv], env=os.environ | {"PYTHONPATH": str(PROJECT)}, capture_output=True,
        check=False, encoding="utf8", preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000)),
    )  # fmt: skip
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert done.stderr.endswith("cannot write: File too large\n")
    assert contents(site) == before


def test_a_crash_leaves_the_old_file_and_the_next_writer_clears_up(site):
    register = site / ".claimlint" / "waivers.yml"
    code = (
        "import os, sys; replace = os.replace\n"
        "def dies(made, place, **options):\n    os._exit(9) if place.name == 'waivers.yml' else replace(made, place, **options)\n"
        "os.replace = dies\nfrom claimlint.cli import main; main(sys.argv[1:])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *WAIVE],
        env=os.environ | {"PYTHONPATH": str(PROJECT)},
        check=False,
        capture_output=True,
    )
    assert done.returncode == 9
    assert register.read_text().startswith("# ours\nversion: 1\nwaivers: []")
    assert len(list(register.parent.glob(".*.tmp"))) == 1
    assert main(WAIVE) == 0
    assert "It is glowing." in register.read_text()
    assert list(register.parent.glob(".*.tmp")) == []


@pytest.mark.parametrize("name", ["waive", "baseline", "fix", "init", "check"])
def test_a_link_stays_a_link_and_its_target_is_written(site, name):
    command, file = WRITERS[name]
    (site / "elsewhere").mkdir()
    link, target = site / file, site / "elsewhere" / "target"
    link.rename(target)
    link.symlink_to(os.path.relpath(target, link.parent))
    before = target.read_bytes()
    assert main(command) in (0, 1)
    assert link.is_symlink()
    assert target.read_bytes() != before
    assert [path.name for path in target.parent.iterdir() if path.suffix != ".lock"] == ["target"]


def test_a_report_is_written_as_a_whole_or_not_at_all(site, monkeypatch, capsys):
    assert main(WRITERS["report"][0]) == 1
    before = contents(site / "claims")
    (site / "post.md").write_text("It is glowing again.\n")
    fsync, count = os.fsync, iter(range(100))

    def full_at_the_fourth(descriptor):
        if next(count) == 3:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        fsync(descriptor)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full_at_the_fourth)
        assert main(WRITERS["report"][0]) == 2
    assert capsys.readouterr().err.count("cannot write") == 1
    assert contents(site / "claims") == before
    order, replace = [], os.replace
    monkeypatch.setattr(os, "replace", lambda *a, **o: (order.append(Path(a[1]).name), replace(*a, **o)))
    assert main(WRITERS["report"][0]) == 1
    assert order[-1] == "manifest.json"
    assert contents(site / "claims") != before


def test_a_report_follows_no_link(site):
    """Its names are known: a stranger's repository must not lead them to another file."""
    (site / "claims" / "index.html").unlink()
    (site / "claims" / "index.html").symlink_to("../old.txt")
    assert main(WRITERS["report"][0]) == 1
    assert (site / "old.txt").read_text() == "old\n"
    assert not (site / "claims" / "index.html").is_symlink()


def test_links_in_a_circle_are_told(site, capsys):
    (site / "round.txt").symlink_to("round.txt")
    assert main(["check", "post.md", "--output", "round.txt"]) == 2
    assert capsys.readouterr().err == f"claimlint: round.txt: cannot write: {os.strerror(errno.ELOOP)}\n"


def test_rights_stay_and_nobody_reads_over_the_shoulder(site, monkeypatch):
    secret = site / "secret.txt"
    secret.write_text("old")
    secret.chmod(0o600)
    seen = []
    replace = os.replace
    monkeypatch.setattr(
        os, "replace", lambda *a, **o: (seen.append(stat.S_IMODE(a[0].stat().st_mode)), replace(*a, **o))
    )
    store.replace(secret, "new")
    assert (secret.read_text(), stat.S_IMODE(secret.stat().st_mode), seen) == ("new", 0o600, [0o600])


def test_the_file_and_then_its_folder_are_synced(site, monkeypatch):
    synced = []
    fsync = os.fsync
    monkeypatch.setattr(os, "fsync", lambda fd: (synced.append(stat.S_ISDIR(os.fstat(fd).st_mode)), fsync(fd)))
    store.replace(site / "new.txt", "new")
    assert synced == [False, True]


def test_names_as_long_as_they_can_be(site):
    name = "ü" * 125 + ".md"
    store.replace(site / name, "text")
    assert (site / name).read_text() == "text"


def test_a_draft_that_changes_while_it_is_mended_is_left_alone(site, monkeypatch, capsys):
    def fixed(*_):
        (site / "post.md").write_text("Written meanwhile.\n")
        return "mended\n"

    monkeypatch.setattr("claimlint.fix.fixed", fixed)
    assert main(["check", "--fix", "post.md"]) == 2
    assert "post.md: was changed while it was checked; nothing was written" in capsys.readouterr().err
    assert (site / "post.md").read_text() == "Written meanwhile.\n"
