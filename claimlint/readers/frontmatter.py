"""Front matter: YAML between `---` lines, TOML between `+++` lines, at the start of a draft."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Any

from claimlint.readers.literals import Leaf, Literals, NotLiteralError, Tree
from claimlint.readers.pieces import Draft
from claimlint.readers.values import front_matter, gather

_OPENING = re.compile(r"(---|\+\+\+)[ \t]*\r?\n")
_CLOSING = {
    "---": re.compile(r"(?<=\n)(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)"),
    "+++": re.compile(r"(?<=\n)\+\+\+[ \t]*(?:\r?\n|\Z)"),
}
_FIRST_KEY = re.compile(r"(?:[ \t]*#[^\n]*\n)*[\w\"'-]+[ \t]*[:=]")
_STRING_TAG = "tag:yaml.org,2002:str"
_PROPERTIES = re.compile(r"(?:[&!]\S*\s+)*")  # anchor and tag, which the mark of a node includes
_BLOCK_LINE = re.compile(r"( *)[^\s]")
_MAX_SIZE, _MAX_DEPTH, _MAX_ALIASES = 1_000_000, 50, 100

_TOML_PART = r"(?:[\w-]+|\"[^\"\n]*\"|'[^'\n]*')"
_TOML_PATH = rf"{_TOML_PART}(?:[ \t]*\.[ \t]*{_TOML_PART})*"
_TOML_TABLE = re.compile(rf"\[(\[?)[ \t]*({_TOML_PATH})[ \t]*\]")
_TOML_KEY = re.compile(rf"({_TOML_PATH})[ \t]*=[ \t]*")
_TOML_NAME = re.compile(r"[\w-]+|\"([^\"]*)\"|'([^']*)'")
_TOML_LINE = re.compile(r"line (\d+)")
_TOML_DEEP = re.compile(rf"(?<![\w\"'-])(?:[\"']?[\w-]+[\"']?[ \t]*\.[ \t]*){{{_MAX_DEPTH}}}")
_TOML_SPACE = re.compile(r"(?:\s+|#[^\n]*)*")


class _RefusedError(Exception):
    """The front matter cannot be used; `at` is an offset into the source."""

    def __init__(self, message: str, at: int) -> None:
        super().__init__(message)
        self.message, self.at = message, at


def read(draft: Draft) -> None:
    """Note the values of a draft's front matter and let `draft.start` point behind it."""
    opening = _OPENING.match(draft.plain, draft.start)
    if opening is None:
        return
    start = opening.end()
    has_keys = _FIRST_KEY.match(draft.plain, start) is not None
    closing = _CLOSING[opening[1]].search(draft.plain, start)
    if closing is None:
        if has_keys:
            draft.problem(f'the front matter is never closed: a line with only "{opening[1]}" is missing', draft.start)
            draft.start = start
        return
    try:
        load = _yaml if opening[1] == "---" else _toml
        if load(draft, start, closing.start()):
            draft.start = closing.end()
    except _RefusedError as refused:
        if has_keys:  # else it is a text between two rules
            draft.problem(f"{refused.message}; its texts were not checked", refused.at)
            draft.start = closing.end()


def _yaml(draft: Draft, start: int, end: int) -> bool:
    """Read YAML; False if it is no mapping, so no front matter."""
    import yaml  # noqa: PLC0415 - for drafts that have some

    page = draft.plain[start:end]
    try:
        _guard(page, start)
        loader = _loader()(page)
        node = loader.get_single_node()
        if node is not None and node.id == "mapping":
            meta = loader.construct_document(node)
            draft.meta.update({str(key): value for key, value in meta.items()})
    except yaml.MarkedYAMLError as error:
        at = start + _index(error.problem_mark or error.context_mark)
        raise _RefusedError(f"the front matter is no valid YAML: {error.problem}", at) from error
    except (yaml.YAMLError, ValueError, OverflowError, TypeError) as error:
        raise _RefusedError(f"the front matter is no valid YAML: {error}".splitlines()[0], start) from error
    if node is not None and node.id != "mapping":
        return False
    tree = _YamlTree(draft, start).tree(node) if node is not None else None
    gather(draft, tree, "", front_matter)
    return True


def _loader() -> Any:
    import yaml  # noqa: PLC0415

    return getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _guard(page: str, start: int) -> None:
    """Refuse YAML that is made to exhaust its reader."""
    if len(page) > _MAX_SIZE:
        raise _RefusedError(f"the front matter is longer than {_MAX_SIZE:,} characters", start)
    import yaml  # noqa: PLC0415

    depth = aliases = 0
    for event in yaml.parse(page, _loader()):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        aliases += isinstance(event, yaml.AliasEvent)
        if depth > _MAX_DEPTH or aliases > _MAX_ALIASES:
            what = "nested too deeply" if depth > _MAX_DEPTH else "full of aliases"
            raise _RefusedError(f"the front matter is {what}", start + _index(event.start_mark))


def _index(mark: Any) -> int:
    return int(mark.index) if mark else 0


class _YamlTree:
    """Turns composed nodes, which know their places, into a tree of leaves."""

    def __init__(self, draft: Draft, base: int) -> None:
        self._draft = draft
        self._base = base
        self._seen: set[int] = set()

    def tree(self, node: Any) -> Tree:
        if node.id == "scalar":
            return self._leaf(node) if node.tag == _STRING_TAG else None
        if id(node) in self._seen:  # an alias: its texts are read where they stand
            return None
        self._seen.add(id(node))
        if node.id == "sequence":
            return [self.tree(item) for item in node.value]
        return self._mapping(node)

    def _mapping(self, node: Any) -> Tree:
        tree: dict[str, Tree] = {}
        for key, value in node.value:
            if key.id != "scalar":
                continue
            if key.value in tree:
                message = f'the front matter has the key "{key.value}" twice; only the last one counts'
                self._draft.problem(message, self._base + _index(key.start_mark))
            tree[key.value] = self.tree(value)
        return tree

    def _leaf(self, node: Any) -> Leaf:
        page = self._draft.plain
        start, end = self._base + _index(node.start_mark), self._base + _index(node.end_mark)
        if properties := _PROPERTIES.match(page, start, end):
            start = properties.end()
        if node.style == '"':
            return Leaf(start + 1, end - 1, "escaped", folds=True)
        if node.style == "'":
            return Leaf(start + 1, end - 1, "doubled", folds=True)
        if node.style in {"|", ">"}:
            return self._block(start, end, folds=node.style == ">")
        return Leaf(start, end, folds=True)

    def _block(self, start: int, end: int, *, folds: bool) -> Leaf:
        page = self._draft.plain
        start = page.find("\n", start, end) + 1 or end
        indents = [len(found[1]) for line in page[start:end].split("\n") if (found := _BLOCK_LINE.match(line))]
        indent = min(indents, default=0)
        return Leaf(min(start + indent, end), end, folds=folds, indent=indent)


def _toml(draft: Draft, start: int, end: int) -> bool:
    page = draft.plain[start:end]
    import tomllib  # noqa: PLC0415

    if deep := _TOML_DEEP.search(page):
        raise _RefusedError("the front matter is nested too deeply", start + deep.start())
    try:
        draft.meta.update(tomllib.loads(page))
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        line = _TOML_LINE.search(str(error))
        at = start + sum(map(len, page.splitlines(keepends=True)[: int(line[1]) - 1])) if line else start
        raise _RefusedError(f"the front matter is no valid TOML: {error}", at) from error
    gather(draft, _toml_tree(draft.plain, start, end), "", front_matter)
    return True


def _toml_tree(page: str, position: int, end: int) -> Tree:
    """The strings of TOML that tomllib has found valid."""
    root: dict[str, Tree] = {}
    table = root
    literals = Literals(page, end, toml=True)
    while position < end:
        if space := _TOML_SPACE.match(page, position, end):
            position = space.end()
        if header := _TOML_TABLE.match(page, position, end):
            table = _table(root, header[2], array=bool(header[1]))
        elif key := _TOML_KEY.match(page, position, end):
            *parents, name = _names(key[1])
            holder = table
            for parent in parents:
                holder = _child(holder, parent)
            if page[key.end() : key.end() + 1] in {'"', "'", "[", "{"}:
                with suppress(NotLiteralError):
                    holder[name], position = literals.value(key.end())
        position = page.find("\n", position, end) + 1 or end
    return root


def _table(root: dict[str, Tree], path: str, *, array: bool) -> dict[str, Tree]:
    *parents, name = _names(path)
    table = root
    for parent in parents:
        table = _child(table, parent)
    if not array:
        return _child(table, name)
    rows = table.setdefault(name, [])
    row: dict[str, Tree] = {}
    if isinstance(rows, list):
        rows.append(row)
    return row


def _child(table: dict[str, Tree], name: str) -> dict[str, Tree]:
    child = table.setdefault(name, {})
    if isinstance(child, list) and child:
        child = child[-1]
    return child if isinstance(child, dict) else {}


def _names(path: str) -> list[str]:
    return [found[1] or found[2] or found[0] for found in _TOML_NAME.finditer(path)]
