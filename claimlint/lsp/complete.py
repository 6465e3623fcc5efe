"""What can be written next: in a suppression, in a pack, in the configuration. Words in, words out; no protocol here."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Literal, get_args

from claimlint import config, packs
from claimlint.lsp import outline
from claimlint.lsp.outline import ENTRY
from claimlint.settle.suppressions import VERBS
from claimlint.structs import Struct
from claimlint.types import SEVERITIES, Rule

Kind = Literal["keyword", "rule", "key", "value", "list"]
_COMMENT = re.compile(r"(?:<!--|\{/\*)(?P<inside>(?:(?!-->|\*/\}|<!--|\{/\*).)*)\Z", re.DOTALL)
_TYPED = re.compile(r"[\w./*-]*\Z")
_MONTHS = 180


class Option(Struct, frozen=True):
    """Something to write. replaces: how many characters before the cursor it stands for."""

    text: str
    kind: Kind
    detail: str = ""
    replaces: int = 0


class Known(Struct, frozen=True):
    """What files may name: rules, packs, markets, and the lists that patterns ask for."""

    rules: Mapping[str, Rule]
    packs: Collection[str] = ()
    markets: Collection[str] = ()
    lists: Collection[str] = ()


def suppression(before: str, known: Known, today: date) -> list[Option]:
    """In a comment of a draft that is, or may become, a suppression; before: the text up to the cursor."""
    comment = _COMMENT.search(before)
    if not comment:
        return []
    inside = comment["inside"].lstrip()
    typed = _tail(inside)
    if "claimlint-".startswith(inside) or re.fullmatch(r"claimlint-[\w-]*", inside):
        return [Option(f"claimlint-{verb}", "keyword", _MEANS[verb], len(inside)) for verb in VERBS]
    form = re.match(r"claimlint-(?P<verb>[\w-]+)\s+(?P<rest>.*)\Z", inside, re.DOTALL)
    if not form or form["verb"] not in VERBS:
        return []
    if re.search(r"(?:^|\s)--\s", form["rest"]):
        until = today + timedelta(days=_MONTHS)
        given = [
            Option(f"until={until}", "keyword", "the day after which it counts again"),
            Option("by=", "keyword", "who agreed"),
        ]
        return [
            Option(each.text, each.kind, each.detail, len(typed))
            for each in given
            if each.text.partition("=")[0] + "=" not in form["rest"]
        ]
    return list(_rules(known, len(typed)))


_MEANS: Mapping[str, str] = {
    "disable-next-line": "findings that start on the next line",
    "disable-line": "findings that start on this line",
    "disable": "from here to claimlint-enable",
    "enable": "ends claimlint-disable",
    "disable-file": "findings anywhere in this draft",
}


def pack(lines: Sequence[str], number: int, before: str, known: Known) -> list[Option]:
    """In a pack. lines: all of the file; number: the cursor's line, from 0; before: what stands on it up to the cursor."""
    slot = re.search(r"\{([A-Z_0-9]*)\Z", before)
    if slot and (slot[1] or before.count('"') % 2 or before.count("'") % 2):  # else a mapping
        names = sorted({*known.lists, *_own_lists(lines)})
        return [Option(name, "list", "a list of terms", len(slot[1])) for name in names]
    return _yaml(lines, number, before, packs.schema(), known)


def configuration(lines: Sequence[str], number: int, before: str, known: Known) -> list[Option]:
    """In `.claimlint.yml`."""
    return _yaml(lines, number, before, _CONFIG, known)


_RULES: Mapping[str, Any] = {"items": {"x-names": "rules"}}
_LEVELS: Mapping[str, Any] = {"x-keys": "rules", "additionalProperties": {"enum": [*reversed(SEVERITIES), "off"]}}
_VALUES: Mapping[str, Mapping[str, Any]] = {
    "packs": {"items": {"x-names": "packs"}},
    "market": {"items": {"x-names": "markets"}},
    "select": _RULES,
    "ignore": _RULES,
    "severity": _LEVELS,
    "fail-on": {"enum": [*get_args(config.FailOn)]},
    "citation-scope": {"enum": [*get_args(config.CitationScope)]},
}
_CONFIG: Mapping[str, Any] = {
    "properties": {
        **{key: _VALUES.get(key, {}) for key in config.KEYS},
        "overrides": {"items": {"properties": {key: _VALUES.get(key, {}) for key in config.OVERRIDE_KEYS}}},
    }
}
_NAMED: Mapping[tuple[str, ...], str] = {
    ("override",): "rules",
    ("examples",): "own",
    ("extends",): "packs",
    ("rules", ENTRY, "triggers"): "rules",
}
"""Where a pack names things that its schema does not list."""


def _yaml(lines: Sequence[str], number: int, before: str, schema: Mapping[str, Any], known: Known) -> list[Option]:
    if before.lstrip().startswith("#"):
        return []
    own = outline.row(before)
    path, typed = outline.path(lines, number, before), len(_tail(before))
    if own and own.key:
        return _valued(own.value, (*path, own.key), schema, known, lines, typed)
    if own and own.value.startswith(("{", "[")):
        return _valued(own.value, path, schema, known, lines, typed)
    there = set(outline.siblings(lines, number, before))
    keys = [option for option in _mapping(path, schema, known, lines, typed) if option.text not in there]
    return keys or (_valued("", path, schema, known, lines, typed) if path[-1:] == (ENTRY,) else [])


def _valued(
    value: str, path: tuple[str, ...], schema: Mapping[str, Any], known: Known, lines: Sequence[str], typed: int
) -> list[Option]:
    """What can stand as the value of a key, or in a mapping or list that was opened on the same line."""
    if value.startswith("{"):
        inner = re.search(r"([\w-]+):[ ]*[\w\[,\s./*-]*\Z", value)
        if inner is None:
            return list(_mapping(path, schema, known, lines, typed))
        path = (*path, inner[1])
    at = _at(schema, path)
    whole = tuple(path[:-1]) if path[-1:] == (ENTRY,) else path
    where = at.get("x-names") or at.get("items", {}).get("x-names") or _NAMED.get(whole)
    options = [Option(each, "value", "", typed) for each in dict.fromkeys(_values(at))]
    return [*options, *_names(where, known, lines, typed)]


def _mapping(
    path: tuple[str, ...], schema: Mapping[str, Any], known: Known, lines: Sequence[str], typed: int
) -> Iterator[Option]:
    """The keys that a mapping may have."""
    at = _at(schema, path)
    names = [name for each in (at, *at.get("anyOf", ())) for name in each.get("properties", {})]
    for name in names:
        yield Option(name, "key", "required" if name in at.get("required", ()) else "", typed)
    yield from _names(at.get("x-keys") or ("" if names else _NAMED.get(path, "")), known, lines, typed)


def _at(schema: Mapping[str, Any], path: Iterable[str]) -> Mapping[str, Any]:
    """The part of a schema that describes the value under these keys; {} if it says nothing."""
    for step in path:
        if step == ENTRY:
            parts = [each for each in (schema, *schema.get("anyOf", ())) if "items" in each]
            schema = parts[0]["items"] if parts else schema
            continue
        for each in (schema, *schema.get("anyOf", ())):
            more = each.get("additionalProperties")
            if step in each.get("properties", {}):
                schema = each["properties"][step]
                break
            if isinstance(more, Mapping):
                schema = more
                break
        else:
            return {}
    return schema


def _values(at: Mapping[str, Any]) -> Iterator[str]:
    """The values that a schema lists, for itself or for the entries of a list."""
    yield from map(str, at.get("enum", ()))
    if at.get("type") == "boolean":
        yield from ("true", "false")
    for each in at.get("anyOf", ()):
        yield from _values(each)
    if isinstance(at.get("items"), Mapping):
        yield from _values(at["items"])


def _names(where: str | None, known: Known, lines: Sequence[str], typed: int) -> Iterator[Option]:
    if where == "rules":
        yield from _rules(known, typed)
    elif where == "own":
        for line in lines:
            if found := re.match(r"\s*-\s+id:\s*([\w-]+)", line):
                yield Option(found[1], "rule", "", typed)
    elif where == "packs":
        yield from (Option(name, "value", "", typed) for name in sorted({*known.packs, packs.AUTO}))
    elif where == "markets":
        yield from (Option(name, "value", "", typed) for name in sorted(known.markets))


def _rules(known: Known, typed: int) -> Iterator[Option]:
    for id_, rule in known.rules.items():
        yield Option(id_, "rule", rule.title, typed)


def _own_lists(lines: Iterable[str]) -> set[str]:
    return {found[1] for line in lines if (found := re.match(r"\s+([A-Z][A-Z_0-9]*):", line))}


def _tail(text: str) -> str:
    found = _TYPED.search(text)
    return found[0] if found else ""
