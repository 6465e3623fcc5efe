"""Small files that people write by hand, read with the line of every value: the configuration, the reviewer's registers.

They come from strangers: no tags, bounded size and depth, no duplicate or unknown keys, and each complaint names file and line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from claimlint.errors import ConfigError, did_you_mean
from claimlint.structs import Struct

MAX_BYTES = 50_000_000
_MAX_VALUES = 100_000
"""Values of a file: a thousand waivers, say, have some twelve thousand."""
_MAX_DEPTH = 10
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")

Keys = tuple[str | int, ...]
Lines = Callable[[Keys], int | None]


class Entry(Struct, frozen=True):
    """A value of the file, with the way back to its line."""

    path: Path
    line: Lines
    keys: Keys
    value: Any

    def child(self, key: str | int) -> Entry:
        return Entry(self.path, self.line, (*self.keys, key), self.value[key])

    def error(self, message: str, *, key: str | int | None = None) -> ConfigError:
        keys = self.keys if key is None else (*self.keys, key)
        return ConfigError(message, path=self.path, line=self.line(keys))


def read(entry: Entry, keys: Mapping[str, Callable[[Entry], object]]) -> dict[str, Any]:
    """The values of a mapping by the name of their field; a key without a value keeps its default."""
    if not isinstance(entry.value, dict):
        raise entry.error(f"{named(entry)} must be a mapping of keys to values")
    for key in entry.value:
        if key not in keys:
            raise entry.error(f"unknown key “{key}”{did_you_mean(str(key), keys)}", key=key)
    return {
        key.replace("-", "_"): keys[key](entry.child(key)) for key, value in entry.value.items() if value is not None
    }


def required(entry: Entry, values: Mapping[str, Any], *names: str) -> None:
    """Raise ConfigError if one of these keys is missing."""
    for name in names:
        if not values.get(name.replace("-", "_")):
            raise entry.error(f"{named(entry)} needs “{name}”")


def text(entry: Entry) -> str:
    if not isinstance(entry.value, str) or not entry.value.strip():
        raise entry.error(f"{named(entry)} must be text")
    return entry.value


def day(entry: Entry) -> date:
    try:
        if _DATE.fullmatch(str(entry.value)):
            return date.fromisoformat(entry.value)
    except ValueError:
        pass
    raise entry.error(f"{named(entry)} must be a date such as 2027-06-30, not “{entry.value}”")


def version_1(entry: Entry) -> int:
    """The version of a register's format. A later one may mean something else by the same keys."""
    if entry.value != "1":
        raise entry.error(f"is of version {entry.value}; this claimlint reads version 1", key=None)
    return 1


def items(kind: Callable[[Entry], Any]) -> Callable[[Entry], tuple[Any, ...]]:
    """A reader of lists whose entries `kind` reads."""

    def read(entry: Entry) -> tuple[Any, ...]:
        if not isinstance(entry.value, list):
            raise entry.error(f"{named(entry)} must be a list")
        return tuple(kind(entry.child(index)) for index in range(len(entry.value)))

    return read


def strings(entry: Entry) -> tuple[str, ...]:
    if not isinstance(entry.value, list):
        raise entry.error(f"{named(entry)} must be a list")
    for index, value in enumerate(entry.value):
        if not isinstance(value, str) or not value.strip():
            raise entry.error(f"each entry of {named(entry)} must be text, and not blank", key=index)
    return tuple(entry.value)


def one_of(choices: Collection[str]) -> Callable[[Entry], str]:
    def read(entry: Entry) -> str:
        value = entry.value
        if isinstance(value, str) and value in choices:
            return value
        wrong = f", not “{value}”{did_you_mean(value, choices)}" if isinstance(value, str) else ""
        raise entry.error(f"{named(entry)} must be one of {', '.join(choices)}{wrong}")

    return read


def named(entry: Entry) -> str:
    """What messages call a value: “waivers[2].reason”, counted from 1 as people do."""
    path = "".join(f"[{key + 1}]" if isinstance(key, int) else f".{key}" for key in entry.keys).removeprefix(".")
    return f"“{path}”" if path else "the file"


def is_file(path: Path) -> bool:
    """Whether there is such a file; a name that the system cannot have is none."""
    try:
        return path.is_file()
    except OSError:
        return False


def exists(path: Path) -> bool:
    """Whether there is such a file or folder; likewise."""
    try:
        return path.exists()
    except OSError:
        return False


def is_folder(path: Path) -> bool:
    """Whether there is such a folder; likewise."""
    try:
        return path.is_dir()
    except OSError:
        return False


def read_bytes(path: Path) -> bytes:
    try:
        data = beginning(path, MAX_BYTES)
    except OSError as error:
        raise ConfigError(f"cannot read: {error.strerror}", path=path) from error
    if data is None:
        raise ConfigError(f"is larger than {MAX_BYTES // 1_000_000} MB", path=path)
    return data


def beginning(path: Path, limit: int) -> bytes | None:
    """The bytes of a file, None if they are more than the limit: a device may have no end. Raises OSError."""
    with path.open("rb") as file:
        data = file.read(limit + 1)
    return data if len(data) <= limit else None


def read_text(path: Path) -> str:
    try:
        return read_bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError("is not UTF-8", path=path) from error


def read_yaml(path: Path) -> Entry:
    """The values of a YAML file as they are written, all scalars as text. Raises ConfigError with file and line."""
    import yaml  # noqa: PLC0415 - start-up time, and pyproject.toml does not need it

    lines: dict[Keys, int] = {}
    plain = {f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "timestamp", "value", "merge")}

    def build(node: yaml.Node, keys: Keys) -> Any:
        line = lines.setdefault(keys, node.start_mark.line + 1)
        # an alias is expanded at each place, so the places count what a bomb would grow to
        if len(lines) > _MAX_VALUES or len(keys) > _MAX_DEPTH:
            raise ConfigError("is too large or too deeply nested", path=path, line=line)
        if isinstance(node, yaml.SequenceNode) and node.tag == "tag:yaml.org,2002:seq":
            return [build(child, (*keys, index)) for index, child in enumerate(node.value)]
        if isinstance(node, yaml.MappingNode) and node.tag == "tag:yaml.org,2002:map":
            return build_mapping(node, keys)
        if isinstance(node, yaml.ScalarNode) and node.tag == "tag:yaml.org,2002:null":
            return None
        if isinstance(node, yaml.ScalarNode) and node.tag in plain:
            return node.value  # as written: `off` is a severity here, not false
        raise ConfigError(f"tags are not allowed: {node.tag}", path=path, line=line)

    def build_mapping(node: yaml.MappingNode, keys: Keys) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                raise ConfigError("a key must be text", path=path, line=line)
            key = key_node.value
            if key in values:
                raise ConfigError(f"duplicate key “{key}”", path=path, line=line)
            lines[*keys, key] = line
            values[key] = build(value_node, (*keys, key))
        return values

    try:
        node = _composed(read_text(path))
        data = None if node is None else build(node, ())
    except RecursionError as error:
        raise ConfigError("is too deeply nested", path=path) from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        raise ConfigError(error.problem or str(error), path=path, line=mark.line + 1 if mark else None) from error
    except yaml.YAMLError as error:
        raise ConfigError(str(error).splitlines()[0], path=path) from error
    return Entry(path, lines.get, (), data)


def _composed(text: str) -> Any:
    """The nodes of a YAML text by libyaml, which is fast; what it refuses, PyYAML's own parser explains better."""
    import yaml  # noqa: PLC0415

    try:
        return yaml.compose(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.YAMLError:
        return yaml.compose(text, Loader=yaml.SafeLoader)
