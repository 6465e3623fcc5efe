"""The configuration: find it, check it, ask it about one rule and one path.

`[tool.claimlint]` in pyproject.toml and `.claimlint.yml` hold the same keys; the nearest file upwards is used alone,
nothing is merged from elsewhere.

A rule is referred to by its id (`core/safe-unqualified`), its pack (`core`) or a glob (`core/safe-*`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path, PurePath
from typing import Any, Literal, get_args

from claimlint.entries import (
    Entry,
    Keys,
    Lines,
    is_file,
    items,
    named,
    one_of,
    read,
    read_bytes,
    read_text,
    read_yaml,
    required,
    strings,
)
from claimlint.errors import ConfigError, did_you_mean
from claimlint.structs import Struct, field, replace
from claimlint.types import SEVERITIES, Severity

Level = Literal["advice", "warning", "error", "off"]
FailOn = Literal["advice", "warning", "error", "never"]
CitationScope = Literal["sentence", "paragraph"]

FILE_NAME = ".claimlint.yml"
BIBLIOGRAPHY = "references.bib"
OWN_PACK = "claimlint"
"""The pack of the findings about suppressions, waivers and approved claims; its rules report unless they are ignored, whatever `select` says."""


class Override(Struct, frozen=True):
    """What differs for the drafts that `files` match: ignore and severity add, the others replace."""

    files: tuple[str, ...]
    packs: tuple[str, ...] = ()
    market: tuple[str, ...] = ()
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    severity: Mapping[str, Level] = field(default_factory=dict)
    fail_on: FailOn | None = None


class Config(Struct, frozen=True):
    """A checked configuration. select: no entry means every rule; ignore beats select.

    packs: names and paths; with "auto" among them, the shipped packs switch themselves on by topic and market.
    data_max_age: days after which data on approvals are called old. severity: the last reference that covers a rule decides (`load` puts the narrower ones last). root: the folder
    that globs, packs and bibliographies are relative to. bibliography: paths of libraries; None: `BIBLIOGRAPHY` beside
    the configuration, if there is one. lines: where each reference, each library and each market (“market us”) stands in
    `path`, for errors.
    """

    root: Path
    path: Path | None = None
    packs: tuple[str, ...] = ("core", "auto")
    market: tuple[str, ...] = ("us",)
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    severity: Mapping[str, Level] = field(default_factory=dict)
    fail_on: FailOn = "warning"
    exclude: tuple[str, ...] = ()
    overrides: tuple[Override, ...] = ()
    owned_hosts: tuple[str, ...] = ()
    citation_scope: CitationScope = "sentence"
    citations_since: int = 0
    bibliography: tuple[str, ...] | None = None
    data_max_age: int = 365
    lines: Mapping[str, int] = field(default_factory=dict)


def discover(start: Path) -> Config:
    """The configuration of the nearest folder upwards that has one; the defaults if none has."""
    start = start.absolute()
    for folder in (start, *start.parents):
        own, project = folder / FILE_NAME, folder / "pyproject.toml"
        if own.is_file():
            return load(own)
        if (misnamed := own.with_suffix(".yaml")).is_file():
            raise ConfigError(f"the configuration must be named {FILE_NAME}", path=misnamed)
        # the word first: most projects have a pyproject.toml that is none of our business, broken or not
        if project.is_file() and b"claimlint" in read_bytes(project) and _table(project) is not None:
            return load(project)
    return Config(root=start)


def load(path: Path) -> Config:
    """The configuration in this file: `[tool.claimlint]` of a .toml, else YAML."""
    if path.suffix == ".toml":
        top = Entry(path, _toml_lines(path), (), _table(path))
        if top.value is None:
            raise ConfigError("has no [tool.claimlint] table", path=path)
    else:
        top = read_yaml(path)
        top = replace(top, value={}) if top.value is None else top
    values = read(top, _KEYS)
    lines = {reference: top.line(keys) or 1 for keys, reference in _references(top)}
    lines |= {name: top.line(("bibliography", at)) or 1 for at, name in enumerate(values.get("bibliography", ()))}
    lines |= _market_lines(top)
    return Config(root=path.absolute().parent, path=path, lines=lines, **values)


def for_path(config: Config, path: str | PurePath) -> Config:
    """The configuration for one draft, its overrides folded in."""
    if not config.overrides:
        return config
    inside = relative(config, path)
    for override in config.overrides:
        if not _matches(override.files, inside):
            continue
        kept = {key: level for key, level in config.severity.items() if key not in override.severity}
        config = replace(
            config,
            packs=override.packs or config.packs,
            market=override.market or config.market,
            select=override.select or config.select,
            ignore=config.ignore + override.ignore,
            severity={**kept, **override.severity},
            fail_on=override.fail_on or config.fail_on,
        )
    return replace(config, overrides=())


def selects(config: Config, rule: str, path: str | PurePath) -> bool:
    """Whether findings of this rule are wanted in this draft."""
    config = for_path(config, path)
    if any(covers(reference, rule) for reference in config.ignore) or _level(config, rule) == "off":
        return False
    own = covers(OWN_PACK, rule)
    return own or not config.select or any(covers(reference, rule) for reference in config.select)


def severity_of(config: Config, rule: str, path: str | PurePath, default: Severity) -> Severity:
    """The severity of a selected rule in this draft; default: what its pack says."""
    level = _level(for_path(config, path), rule)
    return default if level is None or level == "off" else level


def bibliographies(config: Config) -> tuple[Path, ...]:
    """The bibliography libraries of all drafts. Raises ConfigError if one is not there."""
    if config.bibliography is None:
        # without a configuration there is nothing that it could be beside
        usual = config.root / BIBLIOGRAPHY
        return (usual,) if config.path and usual.is_file() else ()
    paths = {name: config.root / name for name in config.bibliography}
    for name, path in paths.items():
        if not is_file(path):
            message = f"no such bibliography “{name}”; its path is relative to this file"
            raise ConfigError(message, path=config.path, line=config.lines.get(name))
    return tuple(paths.values())


def excludes(config: Config, path: str | PurePath) -> bool:
    """Whether the draft, or the folder, is none of ours."""
    return bool(config.exclude) and _matches(config.exclude, relative(config, path))


def check_references(config: Config, known: Callable[[], Collection[str]]) -> None:
    """Raise ConfigError for the first rule, pack or glob of the configuration that covers no known rule."""
    references = [*config.select, *config.ignore, *config.severity]
    for override in config.overrides:
        references += [*override.select, *override.ignore, *override.severity]
    for reference in references:
        if problem := unknown(reference, known()):
            # what the file does not hold came from the command line
            line = config.lines.get(reference)
            raise ConfigError(problem, path=config.path if line else None, line=line)


def check_markets(config: Config, named: Iterable[str], fault: Callable[[str], str]) -> None:
    """Raise ConfigError for the first market of the configuration, or of those named on the command line, that `fault`
    finds something wrong with."""
    for name in (*named, *config.market, *(each for override in config.overrides for each in override.market)):
        if problem := fault(name):
            line = None if name in named else config.lines.get(f"market {name}")
            raise ConfigError(problem, path=config.path if line else None, line=line)


def unknown(reference: str, known: Collection[str]) -> str:
    """What is wrong with a reference to a rule, or ""."""
    if any(covers(reference, rule) for rule in known):
        return ""
    kind = "rule" if "/" in reference else "pack"
    choices = {rule if kind == "rule" else rule.partition("/")[0] for rule in known}
    return f"unknown {kind} “{reference}”{did_you_mean(reference, choices)}"


def covers(reference: str, rule: str) -> bool:
    return reference == rule or fnmatchcase(rule, reference) or rule.startswith(f"{reference}/")


def _level(config: Config, rule: str) -> Level | None:
    levels = [level for reference, level in config.severity.items() if covers(reference, rule)]
    return levels[-1] if levels else None


def relative(config: Config, path: str | PurePath) -> str:
    """The path as globs and registers see it: from the root, with forward slashes; paths outside stay absolute.

    It is the same by whatever way the draft was named, through `..` or a link to a folder.
    """
    root, real = config.root.resolve(), Path(path).parent.resolve() / Path(path).name
    return (real.relative_to(root) if real.is_relative_to(root) else real).as_posix()


def _matches(globs: Iterable[str], relative: str) -> bool:
    return any(_glob(glob).fullmatch(relative) for glob in globs)


@cache
def _glob(glob: str) -> re.Pattern[str]:
    """As in .gitignore: without a slash at any depth, with one from the root; a folder covers all that it holds."""
    body = glob.removeprefix("./").strip("/")
    anchored = "/" in glob.removeprefix("./").rstrip("/")
    tokens = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    pattern = re.sub(r"\*\*/|\*\*|\*|\?|[^*?]+", lambda token: tokens.get(token[0]) or re.escape(token[0]), body)
    return re.compile(f"{'' if anchored else '(?:.*/)?'}{pattern}(?:/.*)?", re.DOTALL)


# Reading and checking


def _markets(entry: Entry) -> tuple[str, ...]:
    return tuple(name.lower() for name in _one_or_more(entry))


def _one_or_more(entry: Entry) -> tuple[str, ...]:
    return (entry.value,) if isinstance(entry.value, str) and entry.value else strings(entry)


def _year(entry: Entry) -> int:
    if not re.fullmatch(r"(?:19|20)\d{2}", str(entry.value)):
        raise entry.error(f"{named(entry)} must be a year such as 2010, not “{entry.value}”")
    return int(entry.value)


def _days(entry: Entry) -> int:
    if not re.fullmatch(r"[1-9]\d{0,4}", str(entry.value)):
        raise entry.error(f"{named(entry)} must be a number of days such as 365, not “{entry.value}”")
    return int(entry.value)


def _levels(entry: Entry) -> dict[str, str]:
    if not isinstance(entry.value, dict):
        raise entry.error(f"{named(entry)} must map rules to severities")
    level = one_of((*SEVERITIES, "off"))
    levels = {reference: level(entry.child(reference)) for reference in entry.value}
    # the last that covers a rule decides, so the exact and the long go last
    return dict(sorted(levels.items(), key=lambda item: ("/" in item[0], "*" not in item[0], len(item[0]))))


def _override(entry: Entry) -> Override:
    values = read(entry, _OVERRIDE_KEYS)
    required(entry, values, "files")
    return Override(**values)


_OVERRIDE_KEYS: dict[str, Callable[[Entry], object]] = {
    "files": strings,
    "packs": strings,
    "market": _markets,
    "select": strings,
    "ignore": strings,
    "severity": _levels,
    "fail-on": one_of(get_args(FailOn)),
}
_KEYS: dict[str, Callable[[Entry], object]] = {
    "packs": strings,
    "market": _markets,
    "select": strings,
    "ignore": strings,
    "severity": _levels,
    "fail-on": one_of(get_args(FailOn)),
    "exclude": strings,
    "owned-hosts": strings,
    "citation-scope": one_of(get_args(CitationScope)),
    "citations-since": _year,
    "bibliography": _one_or_more,
    "data-max-age": _days,
    "overrides": items(_override),
}

KEYS: Collection[str] = _KEYS
OVERRIDE_KEYS: Collection[str] = _OVERRIDE_KEYS
"""The keys of a configuration, and of an entry of its `overrides`."""


def _references(entry: Entry) -> Iterable[tuple[Keys, str]]:
    """Every reference to a rule in a checked file, with the keys that lead to it."""
    for name in ("select", "ignore", "severity"):
        if entry.value.get(name):
            found = entry.child(name)
            for index, reference in enumerate(found.value):
                key = reference if name == "severity" else index
                yield (*found.keys, key), reference
    for index in range(len(entry.value.get("overrides") or ())):
        yield from _references(entry.child("overrides").child(index))


def _market_lines(top: Entry) -> dict[str, int]:
    entries = [top, *(top.child("overrides").child(index) for index in range(len(top.value.get("overrides") or ())))]
    found: dict[str, int] = {}
    for entry in entries:
        if entry.value.get("market"):
            market = entry.child("market")
            for index, name in enumerate(_one_or_more(market)):
                line = market.line((*market.keys, index)) or market.line(market.keys)
                found.setdefault(f"market {name.lower()}", line or 1)
    return found


def _table(path: Path) -> Any:
    import tomllib  # noqa: PLC0415 - start-up time

    try:
        data = tomllib.loads(read_text(path))
    except tomllib.TOMLDecodeError as error:
        message, _, place = str(error).partition(" (at ")
        at = re.match(r"line (\d+)", place)
        raise ConfigError(message, path=path, line=int(at[1]) if at else None) from error
    except (RecursionError, ValueError) as error:
        wrong = "is too deeply nested" if isinstance(error, RecursionError) else "holds a number that is too long"
        raise ConfigError(wrong, path=path) from error
    tool = data.get("tool")
    return tool.get("claimlint") if isinstance(tool, dict) else None


def _toml_lines(path: Path) -> Lines:
    """tomllib keeps no positions: the first line from the table on that looks like the key, or names it."""

    def find(keys: Keys) -> int | None:
        names = [key for key in keys if isinstance(key, str)]
        lines = enumerate(read_text(path).split("\n"), 1)
        header = re.compile(r"\s*\[+\s*tool\s*\.\s*claimlint\b")
        start = next((number for number, line in lines if header.match(line)), None)
        if start is None or not names:
            return start
        word = rf"[\"']?{re.escape(names[-1])}[\"']?"
        key = re.compile(rf"(?:^|[\s{{,.]){word}\s*=|\.\s*{word}\s*\]")
        at = [
            number for number, line in enumerate(read_text(path).split("\n"), 1) if number >= start and key.search(line)
        ]
        return at[0] if at else start

    return find
