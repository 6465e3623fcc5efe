"""The register of waivers rewritten: entries come and go, order and comments stay."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Collection, Iterable
from copy import deepcopy
from pathlib import Path
from typing import Any

from claimlint import store
from claimlint.entries import read_text
from claimlint.errors import ConfigError
from claimlint.settle.waivers import Waiver, load

_NEW = """\
# Claims that may stand for a time, each with a reason and a name. `claimlint waive PATH:LINE` adds one.
version: 1
waivers: []
"""
_COMMENT = re.compile(r"^[ \t]*#[^\n]*\n", re.MULTILINE)
_START = re.compile(r"(?:%[^\n]*\n|[ \t]*(?:#[^\n]*)?\n)*---(?:[ \t]+#[^\n]*)?\n")


def add(path: Path, waivers: Iterable[Waiver], known: Collection[str]) -> None:
    """Append waivers; one that has expired and is given again is replaced where it stands.

    Safe beside other processes that do the same. Raises ConfigError if the register is malformed, or one holds already.
    """

    def change(entries: Any) -> None:
        there = load(path, known) if path.exists() else ()
        for each in waivers:
            same = [
                at
                for at, old in enumerate(there)
                if (old.path, old.rule, old.sentence) == (each.path, each.rule, each.sentence)
            ]
            if not same:
                entries.append(_mapping(each))
            elif there[same[0]].expires < each.created:
                made = _mapping(each)
                for name in entries[same[0]].keys() - made:  # what the old one rested on
                    del entries[same[0]][name]
                entries[same[0]].update(made)
            else:
                raise ConfigError(f"{each.rule} is waived here already", path=path, line=there[same[0]].line)

    _rewrite(path, known, change)


def prune(path: Path, dead: Callable[[Waiver], bool], known: Collection[str]) -> list[Waiver]:
    """Remove the waivers that are dead, and return them. Raises ConfigError if the register is malformed."""
    removed: list[Waiver] = []

    def change(entries: Any) -> None:
        for at, each in reversed(list(enumerate(load(path, known)))):
            if dead(each):
                removed.insert(0, each)
                del entries[at]

    if path.exists():
        _rewrite(path, known, change)
    return removed


def _rewrite(path: Path, known: Collection[str], change: Callable[[Any], None]) -> None:
    from ruamel.yaml import YAML  # noqa: PLC0415 - only commands that write need it
    from ruamel.yaml.comments import CommentedSeq  # noqa: PLC0415
    from ruamel.yaml.util import load_yaml_guess_indent  # noqa: PLC0415

    with store.locked(path):
        if path.exists():
            load(path, known)  # nothing malformed is rewritten
        written = read_text(path) if path.exists() else ""
        head, body, foot = _parts(written.replace("\r\n", "\n"))
        yaml = YAML()
        yaml.preserve_quotes = True
        yaml.width = 100_000
        if yaml.load(body) is None:
            body, foot = "".join(_COMMENT.findall(f"{body}{foot}\n")) + _NEW, ""
        _, indent, offset = load_yaml_guess_indent(body)
        yaml.indent(mapping=2, sequence=indent or 4, offset=offset if indent else 2)
        data = yaml.load(body)
        if data.get("waivers") is None:
            data["waivers"] = CommentedSeq()
        before = deepcopy(data["waivers"])
        change(data["waivers"])
        if data["waivers"] == before:
            return
        if not data["waivers"]:
            data["waivers"] = []  # comments inside a list that is no more have nothing to hang on
        elif data["waivers"].fa.flow_style():
            data["waivers"].fa.set_block_style()
        out = io.StringIO()
        yaml.dump(data, out)
        text = f"{head}{out.getvalue()}{foot}"
        store.replace(path, text.replace("\n", "\r\n") if "\r\n" in written else text)


def _parts(text: str) -> tuple[str, str, str]:
    """The document, and what stands before it and below it: comments that would go with the entry beside them."""
    start = _START.match(text)
    lines = text[start.end() if start else 0 :].split("\n")
    end = next((at for at in range(len(lines), 0, -1) if lines[at - 1].strip() and lines[at - 1][0] != "#"), 0)
    return start[0] if start else "", "\n".join([*lines[:end], ""]), "\n".join(lines[end:])


def _mapping(each: Waiver) -> dict[str, Any]:
    """An entry as it is written, in the order in which people read it."""
    values = {
        "path": each.path,
        "rule": each.rule,
        "sentence": each.sentence,
        "reason": each.reason,
        "approver": each.approver,
        "author": each.author,
        "created": each.created,
        "expires": each.expires,
        "ticket": each.ticket,
        "evidence": list(each.evidence),
    }
    return {name: value for name, value in values.items() if value}
