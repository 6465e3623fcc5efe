"""Packs: YAML → Pack and Rule, checked, with file and line in every complaint.

A pack is a YAML file, or a folder of them that are read as one (pack.yml holds its name). Packs come from strangers:
safe loading only, no aliases, no tags, no duplicate keys, bounded size; patterns are linear by construction.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from claimlint import patterns
from claimlint.entries import beginning, exists
from claimlint.errors import PackError, did_you_mean
from claimlint.structs import Struct, fields, replace
from claimlint.terminal import harmless
from claimlint.types import SEVERITIES, Fix, Rule, Source, Treatment

if TYPE_CHECKING:
    pass

MAX_BYTES = 4_000_000
_MAX_DEPTH = 50
REMEDIES = ("hedge", "citation", "disclosure", "balance", "removal")
ABOUT = ("any", "health", "treatment")
FEATURES = ("references", "author", "reviewer", "date", "risks")
STATUSES = ("approved", "cleared", "unapproved", "withdrawn")
AUTO = "auto"
"""Among names of packs: all shipped ones, each on where its topic and market call for it."""
_PATTERN_KEYS = ("match", "denied", "unless", "lacks")
_REFERENCE = re.compile(r"(.+?)(?:==([\w.+-]+))?(?:@sha256:([0-9a-f]{12,64}))?")
_SCALARS = ("str", "int", "float", "bool", "null", "timestamp", "value")
_MOST_NODES, _MOST_OPTIONAL, _MOST_REPEATED = 5, 4, 10
"""Bounds of structured patterns: within those of tokens, a sentence of 2,000 characters takes less than a second."""
CUES = (
    "hedge-strong", "hedge-medium", "hedge-weak", "softener", "hedge-fake", "limiter", "not-hedge", "negation", "not-negation", "booster",
    "critical", "myth", "reported", "rebuttal", "advice", "regulatory", "affirm", "deny", "retort", "flat-no", "disclosure", "risk", "endorsing", "own-voice",
)  # fmt: skip


class Pack(Struct, frozen=True):
    """A loaded pack. lists and cues: name → terms or patterns; rules in file order.

    topic: patterns of which a draft must hold some for the pack to switch itself on; jurisdiction: the market in which
    it does; a pack with neither is on only where it is named. digest: SHA-256 of its files' names and bytes. overrides: id or glob of rules → the fields that change.
    """

    name: str
    path: Path
    title: str = ""
    version: str = "0"
    language: str = "en"
    digest: str = ""
    jurisdiction: str = ""
    topic: tuple[str, ...] = ()
    extends: tuple[str, ...] = ()
    treatments: tuple[Treatment, ...] = ()
    lists: Mapping[str, tuple[str, ...]] = None  # type: ignore[assignment]  # set by the loader
    cues: Mapping[str, tuple[str, ...]] = None  # type: ignore[assignment]
    rules: tuple[Rule, ...] = ()
    overrides: Mapping[str, Mapping[str, Any]] = None  # type: ignore[assignment]


# --------------------------------------------------------------------------------------------------- YAML with lines


class _Node(Struct, frozen=True):
    """A YAML value that knows its place."""

    value: Any
    line: int
    path: Path

    def error(self, message: str) -> PackError:
        return PackError(message, path=self.path, line=self.line)


def _bytes(path: Path) -> bytes:
    try:
        data = beginning(path, MAX_BYTES)
    except OSError as error:
        raise PackError(f"cannot be read: {error.strerror}", path=path) from None
    if data is None:
        raise PackError(f"is larger than {MAX_BYTES // 1_000_000} MB; split the pack into a folder of files", path=path)
    return data


def _parse_yaml(data: bytes, path: Path) -> _Node:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise PackError(
            "is not UTF-8; save it as UTF-8", path=path, line=data[: error.start].count(b"\n") + 1
        ) from None
    import yaml  # noqa: PLC0415 - compiled packs are kept, so that most runs read no YAML

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml is several times faster, where it was built in
    try:
        for event in yaml.parse(text, Loader=loader):
            if isinstance(event, yaml.AliasEvent):
                raise PackError("YAML aliases are not allowed in a pack", path=path, line=_line(event.start_mark))
        node = yaml.compose(text, Loader=loader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise PackError(f"is no valid YAML: {error.problem}", path=path, line=line) from None
    except yaml.YAMLError as error:
        raise PackError(f"is no valid YAML: {error}", path=path) from None
    except RecursionError:
        raise PackError("is too deeply nested", path=path) from None
    if node is None:
        raise PackError("is empty; a pack needs at least a name and rules", path=path)
    return _plain(node, path)


def _line(mark: Any) -> int:
    return int(mark.line) + 1


def _plain(node: Any, path: Path, depth: int = 0) -> _Node:
    line = node.start_mark.line + 1
    if depth > _MAX_DEPTH:
        raise PackError("is too deeply nested", path=path, line=line)
    if node.id == "mapping":
        mapping: dict[str, _Node] = {}
        for key, value in node.value:
            name = str(key.value)
            if key.id != "scalar":
                raise PackError("a key must be a word", path=path, line=key.start_mark.line + 1)
            if name in mapping:
                raise PackError(f"the key “{name}” is given twice", path=path, line=key.start_mark.line + 1)
            mapping[name] = _plain(value, path, depth + 1)
        return _Node(mapping, line, path)
    if node.id == "sequence":
        return _Node([_plain(item, path, depth + 1) for item in node.value], line, path)
    kind = node.tag.removeprefix("tag:yaml.org,2002:")
    if kind not in _SCALARS:
        raise PackError(f"the YAML tag {node.tag} is not allowed in a pack", path=path, line=line)
    if kind == "bool":
        return _Node(node.value.lower() in ("true", "yes", "on"), line, path)
    return _Node(None if kind == "null" else node.value, line, path)


# ------------------------------------------------------------------------------------------------------------ schema


def _text(node: _Node) -> str:
    if not isinstance(node.value, str) or not node.value.strip():
        raise node.error("must be a text" if not isinstance(node.value, list) else "must be one text, not a list")
    text = " ".join(node.value.split())
    if harmless(text) != text:
        raise node.error("must be a text without control characters")
    return text


def _texts(node: _Node) -> tuple[str, ...]:
    if isinstance(node.value, str):
        return (_text(node),)
    if not isinstance(node.value, list):
        raise node.error("must be a list of texts")
    return tuple(_text(item) for item in node.value)


def _flag(node: _Node) -> bool:
    if not isinstance(node.value, bool):
        raise node.error("must be true or false")
    return node.value


def _one_of(choices: Sequence[str]) -> Callable[[_Node], str]:
    def read(node: _Node) -> str:
        value = _text(node)
        if value not in choices:
            raise node.error(f"must be one of {', '.join(choices)}, not “{value}”{did_you_mean(value, choices)}")
        return value

    return read


def _mapping(node: _Node, what: str) -> dict[str, _Node]:
    if not isinstance(node.value, dict):
        raise node.error(f"{what} must be a mapping of keys to values")
    return node.value


def _record(
    node: _Node, what: str, table: Mapping[str, Callable[[_Node], Any]], required: Sequence[str] = ()
) -> dict[str, Any]:
    mapping = _mapping(node, what)
    values: dict[str, Any] = {}
    for key, child in mapping.items():
        if key not in table:
            raise child.error(f"unknown key “{key}” in {what}{did_you_mean(key, table)}")
        try:
            values[key] = table[key](child)
        except PackError as error:
            if error.message.startswith("must "):
                raise child.error(f"{what}: {key} {error.message}") from None
            raise
    for key in required:
        if key not in values:
            raise node.error(f"{what} lacks the key “{key}”")
    return values


def _patterns(node: _Node) -> tuple[Any, ...]:
    items = [node] if not isinstance(node.value, list) else node.value
    return tuple(_structured(item) if isinstance(item.value, dict) else _pattern(item) for item in items)


def _pattern(node: _Node) -> str:
    text = _text(node)
    try:
        patterns.parse(text)
    except patterns.PatternSyntaxError as error:
        raise node.error(str(error)) from None
    return text


def _pattern_texts(node: _Node) -> tuple[str, ...]:
    items = [node] if isinstance(node.value, str) else node.value
    if not isinstance(items, list):
        raise node.error("must be a list of patterns")
    return tuple(_pattern(item) for item in items)


def _raw(node: _Node) -> Any:
    if isinstance(node.value, dict):
        return {key: _raw(child) for key, child in node.value.items()}
    if isinstance(node.value, list):
        return [_raw(child) for child in node.value]
    return node.value


def _structured(node: _Node) -> dict[str, Any]:
    """A spaCy Matcher (tokens) or DependencyMatcher (tree) pattern with the anchor words without which it is not tried."""
    values = _record(node, "match", {"tokens": _raw, "tree": _raw, "anchors": _texts}, required=("anchors",))
    if ("tokens" in values) == ("tree" in values):
        raise node.error("match: give either tokens or tree")
    if fault := _unbounded(values):
        raise node.error(fault)
    return values


def _unbounded(values: Mapping[str, Any]) -> str:
    """What lets a structured pattern take longer than a sentence deserves, or ""."""
    parts = values.get("tokens", values.get("tree"))
    if not isinstance(parts, list) or not all(isinstance(part, dict) for part in parts):
        return "tokens and tree must be lists of mappings"
    if "REGEX" in str(parts):
        return "regular expressions (REGEX) are not allowed: some take for ever; list the words, as in {LOWER: {IN: [a, b]}}"
    if "tree" in values:
        if len(parts) > _MOST_NODES or not all(part.get("RIGHT_ATTRS") for part in parts):
            return f"a tree may have {_MOST_NODES} nodes, each with RIGHT_ATTRS"
        return ""
    operators = [str(part["OP"]) for part in parts if "OP" in part]
    repeated = [operator for operator in operators if operator not in ("?", "!")]
    counts = [int(number) for operator in repeated for number in re.findall(r"\d{1,9}", operator)]
    if len(repeated) > 1 or operators.count("?") > _MOST_OPTIONAL or any(count > _MOST_REPEATED for count in counts):
        return (
            f"at most one token may be repeated (OP: '*', '+' or a count up to {_MOST_REPEATED}), "
            f"and {_MOST_OPTIONAL} may be left out (OP: '?')"
        )
    return ""


def _needs(node: _Node) -> tuple[tuple[str, ...], bool]:
    if isinstance(node.value, dict):
        values = _record(node, "needs", {"any": _texts, "all": _texts})
        if len(values) != 1:
            raise node.error("needs must hold either any or all")
        every = "all" in values
        remedies = values["all" if every else "any"]
    else:
        every, remedies = False, _texts(node)
    for remedy in remedies:
        if remedy not in REMEDIES:
            raise node.error(f"needs must name {', '.join(REMEDIES)}, not “{remedy}”{did_you_mean(remedy, REMEDIES)}")
    return remedies, every


def _basis(node: _Node) -> tuple[Source, ...]:
    if not isinstance(node.value, list):
        raise node.error("must be a list of sources")
    return tuple(Source(**_record(item, "basis", _SOURCE, required=("title",))) for item in node.value)


def _date(node: _Node) -> str:
    value = str(node.value)
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
            return date.fromisoformat(value).isoformat()
    except ValueError:
        pass
    raise node.error(f"must be a date like 2026-11-01, not “{value}”")


def _examples(node: _Node) -> dict[str, tuple[str, ...]]:
    return _record(node, "examples", {"bad": _examples_list, "good": _examples_list})


def _examples_list(node: _Node) -> tuple[str, ...]:
    if not isinstance(node.value, list):
        raise node.error("must be a list of examples")
    for item in node.value:
        _text(item)
    # examples may hold Markdown, so line breaks count
    return tuple(item.value.strip("\n") for item in node.value)


def _number(low: float, high: float) -> Callable[[_Node], float]:
    def read(node: _Node) -> float:
        try:
            value = float(node.value)
        except (TypeError, ValueError):
            value = low - 1
        if not low <= value <= high:
            raise node.error(f"must be a number from {low:g} to {high:g}, not “{node.value}”")
        return value

    return read


def _count(node: _Node) -> int:
    return int(_number(1, 1000)(node))


def _several_of(choices: Sequence[str]) -> Callable[[_Node], tuple[str, ...]]:
    def read(node: _Node) -> tuple[str, ...]:
        values = _texts(node)
        for value in values:
            if value not in choices:
                raise node.error(f"must name {', '.join(choices)}, not “{value}”{did_you_mean(value, choices)}")
        return values

    return read


def _fixes(node: _Node) -> tuple[Fix, ...]:
    if not isinstance(node.value, list):
        raise node.error("must be a list of rewrites")
    table = {"match": _pattern, "replace": _rewrite, "safe": _flag}
    return tuple(Fix(**_record(item, "a fix", table, required=("match", "replace"))) for item in node.value)


def _rewrite(node: _Node) -> str:
    if not isinstance(node.value, str):
        raise node.error("must be a text")
    return " ".join(node.value.split())


def _treatments(node: _Node) -> tuple[Treatment, ...]:
    if not isinstance(node.value, list):
        raise node.error("must be a list of treatments")
    return tuple(
        Treatment(**_record(item, "a treatment", _TREATMENT, required=("name", "terms", "status", "source")))
        for item in node.value
    )


def _source(node: _Node) -> Source:
    return Source(**_record(node, "source", _SOURCE, required=("title",)))


def _identifier(node: _Node) -> str:
    value = _text(node)
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", value):
        raise node.error(f"must be a kebab-case name such as no-side-effects, not “{value}”")
    return value


def _address(node: _Node) -> str:
    value = _text(node)
    if not re.fullmatch(r"https?://[^\s<>\"'()\[\]\\`]+", value):
        raise node.error(f"must be an address such as https://example.org/study, not “{value}”")
    return value


_SOURCE: Mapping[str, Callable[[_Node], Any]] = {"title": _text, "url": _address, "section": _text, "read": _date}
_TREATMENT: Mapping[str, Callable[[_Node], Any]] = {
    "name": _text,
    "terms": _pattern_texts,
    "status": _one_of(STATUSES),
    "uses": _pattern_texts,
    "boxed": _flag,
    "rems": _flag,
    "note": _text,
    "source": _source,
}
_RULE: Mapping[str, Callable[[_Node], Any]] = {
    "id": _identifier,
    "title": _text,
    "message": _text,
    "severity": _one_of(SEVERITIES),
    "match": _patterns,
    "denied": _pattern_texts,
    "unless": _pattern_texts,
    "about": _one_of(ABOUT),
    "needs": _needs,
    "broad": _flag,
    "within": _one_of(("myth",)),
    "facts": _one_of(("approval",)),
    "scope": _one_of(("claim", "draft")),
    "triggers": _texts,
    "lacks": _pattern_texts,
    "features": _several_of(FEATURES),
    "window": _one_of(("draft", "section")),
    "at-least": _count,
    "share": _number(0, 10),
    "fix": _fixes,
    "why": _text,
    "basis": _basis,
    "suggest": _texts,
    "examples": _examples,
}


def _terms(node: _Node) -> tuple[str, ...]:
    return _texts(node)


def _named(
    names: Sequence[str] | None, read: Callable[[_Node], tuple[str, ...]], what: str
) -> Callable[[_Node], dict[str, tuple[str, ...]]]:
    def load(node: _Node) -> dict[str, tuple[str, ...]]:
        result = {}
        for name, child in _mapping(node, what).items():
            if names is not None and name not in names:
                raise child.error(f"unknown kind “{name}” in {what}{did_you_mean(name, names)}")
            if names is None and not re.fullmatch(r"[A-Z][A-Z_0-9]*", name):
                raise child.error(f"a list's name is written in capitals, not “{name}”")
            result[name] = read(child)
        return result

    return load


def _rules(node: _Node) -> list[tuple[_Node, dict[str, Any]]]:
    if not isinstance(node.value, list):
        raise node.error("rules must be a list")
    return [(item, _record(item, "a rule", _RULE, required=("id",))) for item in node.value]


def _more_examples(node: _Node) -> dict[str, tuple[_Node, dict[str, tuple[str, ...]]]]:
    return {name: (child, _examples(child)) for name, child in _mapping(node, "examples").items()}


def _overrides(node: _Node) -> dict[str, dict[str, Any]]:
    table = {key: read for key, read in _RULE.items() if key != "id"}
    return {name: _record(child, f"override of {name}", table) for name, child in _mapping(node, "override").items()}


_PACK: Mapping[str, Callable[[_Node], Any]] = {
    "name": _identifier,
    "title": _text,
    "version": _text,
    "language": _one_of(("en",)),
    "jurisdiction": _identifier,
    "topic": _pattern_texts,
    "treatments": _treatments,
    "extends": _texts,
    "lists": _named(None, _terms, "lists"),
    "cues": _named(CUES, _pattern_texts, "cues"),
    "rules": _rules,
    "examples": _more_examples,
    "override": _overrides,
}
_REQUIRED = ("title", "message", "severity", "why", "basis", "suggest", "examples")
_ABOUT_DRAFTS = ("triggers", "lacks", "features", "window", "at-least", "share")


def _rule(pack: str, node: _Node, values: dict[str, Any]) -> Rule:
    for key in _REQUIRED:
        if key not in values:
            raise node.error(f"rule {values['id']} lacks the key “{key}”")
    whole = values.get("scope") == "draft"
    if "match" not in values and not (whole and "triggers" in values):
        raise node.error(f"rule {values['id']} lacks the key “match”")
    if stray := next((key for key in _ABOUT_DRAFTS if key in values and not whole), ""):
        raise node.error(f"rule {values['id']}: “{stray}” is for rules with “scope: draft”")
    if whole and "lacks" not in values and "features" not in values:
        raise node.error(f"rule {values['id']} lacks the key “lacks” or “features”: what the draft should hold")
    return replace(
        Rule(
            id=f"{pack}/{values['id']}",
            pack=pack,
            title="",
            message="",
            severity="warning",
            match=(),
            file=str(node.path),
            line=node.line,
        ),
        **_rule_fields(values),
    )


def _rule_fields(values: Mapping[str, Any]) -> dict[str, Any]:
    """YAML keys → fields of Rule."""
    result = {key.replace("-", "_"): value for key, value in values.items() if key not in ("id", "needs", "examples")}
    if "needs" in values:
        result["needs"], result["needs_all"] = values["needs"]
    if "examples" in values:
        result |= {"bad": values["examples"].get("bad", ()), "good": values["examples"].get("good", ())}
    return result


# ----------------------------------------------------------------------------------------------------------- loading


def builtin_dir() -> Path:
    """The folder of the packs that ship with claimlint: inside the wheel, or beside the package in a checkout."""
    here = Path(__file__).parent
    return next(folder for folder in (here / "rules", here.parent / "rules") if folder.is_dir())


def builtin_names() -> list[str]:
    return sorted(
        path.stem for path in builtin_dir().iterdir() if path.suffix == ".yml" or (path / "pack.yml").is_file()
    )


def load_packs(names: Sequence[str], *, near: Path = Path(), examples: bool = True) -> tuple[Pack, ...]:
    """Load packs and what they extend, in order, each once.

    Args:
        names: names of shipped or installed packs, "auto" for all shipped ones, or paths (relative to `near`) of a YAML
            file or a folder; each may be pinned: clinic.yml==1.2, clinic.yml==1.2@sha256:0123456789abcdef.
        near: the folder that relative paths start from.
        examples: False leaves out files named examples*.yml, which no verdict depends on, and is faster.

    Raises:
        PackError: not found, not valid, circular `extends`, unknown rule in an override, list nobody defines.
    """
    loaded: dict[str, Pack] = {}

    def load(name: str, base: Path, trail: tuple[str, ...]) -> None:
        pack = _pinned(name, base, examples=examples)
        path = pack.path
        key = str(path.resolve())
        if key in trail:
            raise PackError(f"extends itself: {' → '.join(Path(step).stem for step in (*trail, key))}", path=path)
        if key in loaded:
            return
        for parent in pack.extends:
            load(parent, path.parent, (*trail, key))
        loaded[key] = replace(pack, extends=tuple(name_of(parent, near=path.parent) for parent in pack.extends))

    for name in names:
        for each in builtin_names() if name == AUTO else [name]:
            load(each, near, ())
    packs = tuple(loaded.values())
    _check_unique(packs)
    _check_overrides(packs)
    return packs


def name_of(reference: str, *, near: Path) -> str:
    """The name of the pack that a name or path refers to."""
    return reference if reference == AUTO else _pinned(reference, near).name


def _pinned(reference: str, near: Path, *, examples: bool = False) -> Pack:
    """The pack that a reference names; refused if its version or content is not the one the reference asks for."""
    match = _REFERENCE.fullmatch(reference)
    name, version, digest = match.groups() if match else (reference, None, None)
    pack = load_file(_locate(name, near), examples=examples)
    if version and version != pack.version:
        raise PackError(f"has version {pack.version}, but the configuration asks for {version}", path=pack.path)
    if digest and not pack.digest.startswith(digest):
        raise PackError(
            f"has other content than the configuration asks for: sha256:{pack.digest[:16]}, not sha256:{digest}; "
            "read what changed, then update the pin",
            path=pack.path,
        )
    return pack


def _locate(name: str, near: Path) -> Path:
    if re.fullmatch(r"[a-z0-9-]+", name):
        for candidate in (builtin_dir() / name, builtin_dir() / f"{name}.yml"):
            if exists(candidate):
                return candidate
        if installed := _installed().get(name):
            return installed
    path = near / name
    if exists(path):
        return path
    known = [*builtin_names(), *_installed()]
    raise PackError(f"there is no pack “{name}”{did_you_mean(name, known)} Known packs: {', '.join(known)}")


def _installed() -> dict[str, Path]:
    """Packs in installed distributions: entry points of the group claimlint.packs, whose value is the package that
    holds the pack's files. Nothing is imported."""
    found: dict[str, Path] = {}
    from importlib.metadata import entry_points  # noqa: PLC0415 - as above

    for entry in entry_points(group="claimlint.packs"):
        if entry.dist is not None:
            found[entry.name] = Path(str(entry.dist.locate_file(entry.value.replace(".", "/"))))
    return found


def load_file(path: Path, *, examples: bool = True) -> Pack:
    """Load one pack from a YAML file or a folder of them, without what it extends; examples: see `load_packs`.

    Read once in a process, and again when a file has changed."""
    return _read(path, tuple((file, _stamp(file)) for file in _files(path)), examples)


def digest(path: Path) -> str:
    """SHA-256 of the names and bytes of a pack's files, as `Pack.digest` has it. Raises PackError as `load_file` does."""
    return _digest((file.name, _bytes(file)) for file in _files(path))


def _digest(contents: Iterable[tuple[str, bytes]]) -> str:
    found = hashlib.sha256()
    for name, data in contents:
        found.update(f"{name}\n".encode() + data)
    return found.hexdigest()


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    if misnamed := next(path.glob("*.yaml"), None):
        raise PackError("the files of a pack must be named .yml; this one would not be read", path=misnamed)
    if files := sorted(path.glob("*.yml")):
        return files
    raise PackError("the folder holds no .yml file", path=path)


def _stamp(file: Path) -> tuple[int, int]:
    try:
        status = file.stat()
    except OSError as error:
        raise PackError(f"cannot be read: {error.strerror}", path=file) from None
    return status.st_mtime_ns, status.st_size


@lru_cache(maxsize=64)
def _read(path: Path, files: tuple[tuple[Path, tuple[int, int]], ...], examples: bool) -> Pack:
    merged: dict[str, Any] = {"lists": {}, "cues": {}, "rules": [], "examples": [], "override": {}}
    contents = [(file, _bytes(file)) for file, _ in files]
    for file, data in contents:
        if path.is_dir() and file.stem.startswith("examples") and not examples:
            continue
        values = _record(_parse_yaml(data, file), "a pack", _PACK)
        for kind in ("lists", "cues"):
            for name, terms in values.pop(kind, {}).items():
                merged[kind][name] = (*merged[kind].get(name, ()), *terms)
        merged["rules"] += values.pop("rules", [])
        merged["examples"] += values.pop("examples", {}).items()
        merged["override"] |= values.pop("override", {})
        for key, value in values.items():
            if key in merged:
                raise PackError(f"the key “{key}” stands in two files of this pack", path=file)
            merged[key] = value
    if "name" not in merged:
        raise PackError("lacks the key “name”", path=files[0][0])
    rules, more_examples, overrides = merged.pop("rules"), merged.pop("examples"), merged.pop("override")
    for name, (node, more) in more_examples:
        own = next((values for _, values in rules if values["id"] == name), None)
        if own is None:
            raise node.error(f"examples of the rule “{name}”, which this pack does not have")
        first = own.get("examples", {})
        own["examples"] = {kind: (*first.get(kind, ()), *more.get(kind, ())) for kind in ("bad", "good")}
    return Pack(
        path=path,
        digest=_digest((file.name, data) for file, data in contents),
        rules=tuple(_rule(merged["name"], node, values) for node, values in rules),
        overrides=overrides,
        **merged,
    )


def _check_unique(packs: Sequence[Pack]) -> None:
    seen: dict[str, Rule] = {}
    lists = {name for pack in packs for name in pack.lists}
    for pack in packs:
        for rule in pack.rules:
            if rule.id in seen:
                raise PackError(f"the rule {rule.id} is defined twice", path=rule.file, line=rule.line)
            seen[rule.id] = rule
            for pattern in (
                *(item for item in rule.match if isinstance(item, str)),
                *rule.denied,
                *rule.unless,
                *rule.lacks,
            ):
                for name in patterns.slots(patterns.parse(pattern)):
                    if name not in lists:
                        raise PackError(
                            f"{rule.id}: no pack defines the list {{{name}}}{did_you_mean(name, lists)}",
                            path=rule.file,
                            line=rule.line,
                        )


def _check_overrides(packs: Sequence[Pack]) -> None:
    known = {rule.id for pack in packs for rule in pack.rules}
    for pack in packs:
        for name, values in pack.overrides.items():
            if not any(fnmatchcase(rule, name) for rule in known):
                raise PackError(
                    f"overrides the rule “{name}”, which no loaded pack has{did_you_mean(name, known)}", path=pack.path
                )
            if "examples" in values and name not in known:
                raise PackError(f"gives examples for “{name}”, which is no single rule", path=pack.path)
            fixed = [key for key in _PATTERN_KEYS if key in values]
            if fixed and (pack.topic or pack.jurisdiction):
                raise PackError(
                    f"overrides “{fixed[0]}” of {name}: a pack that is on for some drafts only cannot change patterns",
                    path=pack.path,
                )


def effective(packs: Iterable[Pack]) -> dict[str, Rule]:
    """The rules of these packs by id, with what later packs override: those of a jurisdiction last, since a market's law
    beats a house's taste; within a pack, a name beats a glob."""
    packs = sorted(packs, key=lambda pack: bool(pack.jurisdiction))
    rules = {rule.id: rule for pack in packs for rule in pack.rules}
    for pack in packs:
        for name, values in sorted(pack.overrides.items(), key=lambda item: "*" not in item[0]):
            for id_ in [id_ for id_ in rules if fnmatchcase(id_, name)]:
                # a rewrite is made for the remedies that its rule takes
                fix = {"fix": ()} if "needs" in values else {}
                rules[id_] = replace(rules[id_], **fix | _rule_fields(values))
    return rules


def schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of a pack file, for editors."""
    text, texts = {"type": "string", "minLength": 1}, {"type": ["string", "array"], "items": {"type": "string"}}
    structured = {
        "type": "object",
        "required": ["anchors"],
        "properties": {"tokens": {"type": "array"}, "tree": {"type": "array"}, "anchors": texts},
        "additionalProperties": False,
    }
    remedies = {"type": ["string", "array"], "items": {"enum": list(REMEDIES)}}
    source = {
        "type": "object",
        "required": ["title"],
        "properties": {item.name: text for item in fields(Source)},
        "additionalProperties": False,
    }
    examples = {
        "type": "object",
        "properties": {kind: {"type": "array", "items": text} for kind in ("bad", "good")},
        "additionalProperties": False,
    }
    special: dict[str, Any] = {
        "severity": {"enum": list(SEVERITIES)},
        "match": {"anyOf": [text, {"type": "array", "items": {"anyOf": [text, structured]}}]},
        "denied": texts,
        "unless": texts,
        "about": {"enum": list(ABOUT)},
        "needs": {
            "anyOf": [
                remedies,
                {
                    "type": "object",
                    "properties": {"any": remedies, "all": remedies},
                    "minProperties": 1,
                    "maxProperties": 1,
                    "additionalProperties": False,
                },
            ]
        },
        "broad": {"type": "boolean"},
        "within": {"enum": ["myth"]},
        "facts": {"enum": ["approval"]},
        "scope": {"enum": ["claim", "draft"]},
        "triggers": texts,
        "lacks": texts,
        "features": {"type": ["string", "array"], "items": {"enum": list(FEATURES)}},
        "window": {"enum": ["draft", "section"]},
        "at-least": {"type": "integer", "minimum": 1},
        "share": {"type": "number", "minimum": 0},
        "fix": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["match", "replace"],
                "properties": {"match": text, "replace": {"type": "string"}, "safe": {"type": "boolean"}},
                "additionalProperties": False,
            },
        },
        "basis": {"type": "array", "items": source},
        "suggest": texts,
        "examples": examples,
    }
    rule = {key: special.get(key, text) for key in _RULE}
    treatment = {
        "type": "object",
        "required": ["name", "terms", "status", "source"],
        "properties": {
            **dict.fromkeys(("name", "note"), text),
            **dict.fromkeys(("terms", "uses"), texts),
            "status": {"enum": list(STATUSES)},
            "boxed": {"type": "boolean"},
            "rems": {"type": "boolean"},
            "source": source,
        },
        "additionalProperties": False,
    }
    override = {
        "type": "object",
        "properties": {key: value for key, value in rule.items() if key != "id"},
        "additionalProperties": False,
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "claimlint pack",
        "type": "object",
        "properties": {
            **dict.fromkeys(("name", "title", "version", "language", "jurisdiction"), text),
            "extends": texts,
            "topic": texts,
            "treatments": {"type": "array", "items": treatment},
            "lists": {"type": "object", "additionalProperties": texts},
            "cues": {"type": "object", "properties": dict.fromkeys(CUES, texts), "additionalProperties": False},
            "rules": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["id", *_REQUIRED],
                    "properties": rule,
                    "additionalProperties": False,
                },
            },
            "examples": {"type": "object", "additionalProperties": examples},
            "override": {"type": "object", "additionalProperties": override},
        },
        "additionalProperties": False,
    }
