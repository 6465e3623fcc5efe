"""What docs/security.md promises: the tests that it names are there, and no command uses the network."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).parent.parent
PAGE = (PROJECT / "docs" / "security.md").read_text(encoding="utf8")
OFFLINE = """
import os, socket, sys
from claimlint.cli import main

def refuse(*arguments, **_):
    print("asked the network for", *arguments[-1:], file=sys.stderr)
    os._exit(3)

for name in ("connect", "connect_ex", "sendto"):
    setattr(socket.socket, name, refuse)
socket.getaddrinfo = socket.create_connection = refuse
for command in sys.argv[1:]:
    if main(command.split()) == 2:
        os._exit(2)
os._exit(0)
"""


def test_every_test_that_the_page_names_is_there():
    named = re.findall(r"`(test_\w+\.py)(?:::(test_\w+))?`", PAGE)
    assert len(named) > 25
    for file, test in named:
        text = (PROJECT / "tests" / file).read_text(encoding="utf8")
        assert not test or f"def {test}(" in text, f"{file}::{test}"


def test_no_command_uses_the_network(tmp_path):
    commands = [
        f"check --fail-on never --output found.json --format json {PROJECT / 'examples' / 'drafts'}",
        f"inspect {PROJECT / 'examples' / 'drafts' / 'vitamin-drip.html'}",
        f"report --no-progress --fail-on never -o claims {PROJECT / 'examples' / 'drafts'}",
        "explain core/cure", "packs list", "init",
    ]  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", OFFLINE, *commands], cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(PROJECT)},
        capture_output=True, check=False, encoding="utf8",
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
