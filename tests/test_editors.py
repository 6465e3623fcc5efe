"""The set-up of editors: what docs/editors.md shows can be read, the extension for VS Code can be built and packaged."""

import json
import re
import shutil
import subprocess
import tomllib
import zipfile
from pathlib import Path

import pytest

PROJECT = Path(__file__).parent.parent
PAGE = (PROJECT / "docs" / "editors.md").read_text(encoding="utf8")
EXTENSION = PROJECT / "editors" / "vscode"
MANIFEST = json.loads((EXTENSION / "package.json").read_text(encoding="utf8"))


def blocks(language):
    return re.findall(rf"^```{language}\b.*?\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def test_json_and_toml():
    (helix,) = map(tomllib.loads, blocks("toml"))
    assert helix["language-server"] == {"claimlint": {"command": "claimlint", "args": ["lsp"]}}
    assert all("claimlint" in each["language-servers"] for each in helix["language"])
    settings, tasks = map(json.loads, blocks("json"))
    assert set(settings) <= set(MANIFEST["contributes"]["configuration"]["properties"])
    assert tasks[0]["args"][0] == "check"


def test_lua_and_lisp_are_balanced():
    (lua,), (lisp,) = blocks("lua"), blocks("elisp")
    for text, pairs in ((lua, "{}()"), (lisp, "()")):
        for opening, closing in zip(pairs[::2], pairs[1::2], strict=True):
            assert text.count(opening) == text.count(closing)


def test_settings_of_the_extension_are_those_of_the_server():
    pytest.importorskip("pygls", reason="pygls is not installed: pip install 'claimlint-marketing[lsp]'")
    from claimlint.lsp import server  # noqa: PLC0415

    given = server.Settings().updated({"debounce": 7, "showSettled": True, "asksForWaivers": True})
    assert given == server.Settings(7, True, True)
    assert server.Settings().updated({"claimlint": {"debounce": 9, "showSettled": "yes"}}) == server.Settings(9)
    assert server.Settings().updated(None) == server.Settings().updated({"debounce": -1}) == server.Settings()
    properties = MANIFEST["contributes"]["configuration"]["properties"]
    assert properties["claimlint.debounce"]["default"] == server.DEBOUNCE


def test_the_lock_file_names_no_registry():
    lock = json.loads((EXTENSION / "package-lock.json").read_text(encoding="utf8"))
    assert not [name for name, each in lock["packages"].items() if "resolved" in each]
    assert all("integrity" in each for name, each in lock["packages"].items() if name)


def npm(folder, *arguments):
    return subprocess.run(["npm", *arguments], cwd=folder, capture_output=True, text=True, check=False, timeout=300)


def test_the_extension_is_built_and_packaged(tmp_path):
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed")
    folder = tmp_path / "vscode"
    shutil.copytree(EXTENSION, folder, ignore=shutil.ignore_patterns("node_modules", "dist", "*.vsix"))
    tests = npm(folder, "test")
    assert tests.returncode == 0, tests.stdout + tests.stderr
    install = npm(folder, "ci", "--ignore-scripts", "--no-audit", "--no-fund")
    if install.returncode:
        pytest.skip(f"the packages cannot be had: {install.stderr.strip().splitlines()[-1:]}")
    made = npm(folder, "run", "package")
    assert made.returncode == 0, made.stdout + made.stderr
    with zipfile.ZipFile(folder / "claimlint.vsix") as package:
        names = set(package.namelist())
        code = package.read("extension/dist/extension.js").decode()
    assert {"extension/package.json", "extension/readme.md", "extension/LICENSE.txt"} <= names
    assert not any("node_modules" in name for name in names)
    for command in ("claimlint.waive", "claimlint.addWaiver", "claimlint.restart"):
        assert command in code
