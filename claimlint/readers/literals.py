"""Strings inside data that is written in a program's syntax: JSON, JavaScript literals, TOML values.

The tree has dicts, lists and, for each string, a `Leaf` with its exact place; all other values are None.
"""

from __future__ import annotations

import re
from typing import Literal, TypeAlias

from claimlint.readers.pieces import Raw, unescape
from claimlint.structs import Struct
from claimlint.types import Piece

Style = Literal["escaped", "doubled", "plain", "entities"]
Tree: TypeAlias = "dict[str, Tree] | list[Tree] | Leaf | None"

ENTITY = re.compile(r"&(?:#\d{1,8}|#[xX][0-9a-fA-F]{1,7}|[a-zA-Z][a-zA-Z0-9]{1,31});?")

_DEPTH = 60
_PAIRS = {"(": ")", "[": "]", "{": "}"}
_CLOSING = frozenset(_PAIRS.values())
COMMENT = r"/\*.{0,5000}?\*/"  # with an end that is not looked for in the whole page, again and again
_SKIP = re.compile(rf"(?:\s++|//[^\n]*+|{COMMENT}|\#[^\n]*+)*+", re.DOTALL)
_BARE_KEY = re.compile(r"[\w$-]+(?:[ \t]*\.[ \t]*[\w$-]+)*")
_STRING = re.compile(
    r'"""((?:[^\\]|\\.)*?)"""|"((?:[^"\\\n]|\\.)*)"|\'((?:[^\'\\\n]|\\.)*)\'|`((?:[^`\\]|\\.)*)`', re.DOTALL
)
_TOML_RAW = re.compile(r"'''(.*?)'''|'([^'\n]*)'", re.DOTALL)
_CODE = re.compile(
    rf"//[^\n]*|{COMMENT}|" + r"\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`|[()\[\]{},;\n]", re.DOTALL
)
_OPERATOR = re.compile(r"(?:=>|[=(,+?:|&])\s*\Z")
_TURN = r"(?<=\n)[ \t]+"  # the indentation of a string's further lines is none of its text
_ESCAPES: dict[Style, str] = {
    "plain": _TURN,
    "doubled": _TURN + "|''",
    "entities": _TURN + "|" + ENTITY.pattern,
    "escaped": _TURN + r"|\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u\{[0-9a-fA-F]{1,8}\}"
    r"|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|U[0-9a-fA-F]{8}|[ \t]*\r?\n[ \t]*|.)",
}
_NAMED = dict(zip("0abtnvfreN_LP", "\0\a\b\t\n\v\f\r\x1b\x85\xa0\u2028\u2029", strict=True))


class NotLiteralError(ValueError):
    """The text is no literal; `at` is where reading stopped."""

    def __init__(self, at: int) -> None:
        super().__init__(at)
        self.at = at


class Leaf(Struct, frozen=True):
    """A string's place, without quotes, and how it is written.

    folds: a single line end stands for a space, as in YAML. indent: of a block of lines, if it is one.
    """

    start: int
    end: int
    style: Style = "plain"
    folds: bool = False
    indent: int | None = None

    def raw(self, page: str) -> Raw:
        escapes, indent = _ESCAPES[self.style], r"[ \t]*"
        if self.indent is not None:
            escapes, indent = rf"(?<=\n) {{1,{max(1, self.indent)}}}", f" {{{self.indent}}}"
        if self.folds:
            escapes = rf"(?<=[^ \t\n])[ \t]*\r?\n{indent}(?=[^ \t\r\n])|{escapes}"
        return _decode(page, self.start, self.end, re.compile(escapes, re.DOTALL))


def _decode(page: str, start: int, end: int, escapes: re.Pattern[str]) -> Raw:
    """The text that page[start:end] stands for, with its map."""
    parts: list[str] = []
    pieces: list[Piece] = []
    size = 0

    def push(run: str, start: int, end: int, verbatim: bool) -> None:
        nonlocal size
        if run:
            pieces.append(Piece(size, start, end, verbatim))
            parts.append(run)
            size += len(run)

    for escape in escapes.finditer(page, start, end):
        push(page[start : escape.start()], start, escape.start(), True)
        start = escape.end()
        push(_meaning(escape[0]), escape.start(), start, False)
    push(page[start:end], start, end, True)
    return Raw("".join(parts), pieces)


def _meaning(escape: str) -> str:
    if escape == "''":
        return "'"
    if escape[0] == "&":
        return unescape(escape)
    if escape.isspace():
        return " " if "\n" in escape else ""
    if "\n" in escape:
        return ""
    letter, digits = escape[1], escape[2:].strip("{}")
    if len(digits) > 8:  # two halves of a surrogate pair
        return chr(0x10000 + ((int(digits[:4], 16) & 0x3FF) << 10) + (int(digits[-4:], 16) & 0x3FF))
    if digits:
        code = int(digits, 16)
        return "\ufffd" if code > 0x10FFFF or 0xD800 <= code < 0xE000 else chr(code)
    return _NAMED.get(letter, letter)


class Brackets:
    """Finds the ends of brackets in code; a stretch in which one is never closed is gone through only once."""

    def __init__(self, page: str) -> None:
        self._page = page
        self._ends: dict[int, int] = {}
        self._known = -1

    def end(self, start: int) -> int:
        """The offset after the bracket that closes the one at start, or -1."""
        if start < self._known:
            return self._ends.get(start, -1)
        opened: list[re.Match[str]] = []
        for token in _CODE.finditer(self._page, start):
            if token[0] in _PAIRS:
                opened.append(token)
            elif token[0] in _CLOSING:
                opening = opened.pop()
                if _PAIRS[opening[0]] != token[0]:
                    self._known = token.start()
                    return -1
                self._ends[opening.start()] = token.end()
                if not opened:
                    return token.end()
        self._known = len(self._page)
        return -1

    def statement_end(self, at: int) -> int:
        """Where a statement ends: at a line end outside of brackets, unless an operator stands before it."""
        while token := _CODE.search(self._page, at):
            at = token.end()
            if token[0] in _PAIRS:
                at = max(at, self.end(token.start()))
            elif token[0] == "\n" and not _OPERATOR.search(self._page, max(0, at - 20), token.start()):
                return token.start()
        return len(self._page)


class Literals:
    """Reads literals of a page; toml: keys take `=`, and single quotes know no escapes."""

    def __init__(self, page: str, end: int, *, brackets: Brackets | None = None, toml: bool = False) -> None:
        self._page = page
        self._brackets = brackets or Brackets(page)
        self._end = end
        self._toml = toml

    def value(self, at: int, depth: int = 0) -> tuple[Tree, int]:
        """The tree of the value at an offset, and where it ends. Raises `NotLiteralError`."""
        at = self._skip(at)
        mark = self._page[at : at + 1]
        if depth > _DEPTH or at >= self._end:
            raise NotLiteralError(at)
        if mark == "{":
            return self._mapping(at + 1, depth)
        if mark == "[":
            return self._array(at + 1, depth)
        if mark in "\"'`":
            leaf, after = self._string(at)
            follow = self._skip(after)
            if follow >= self._end or self._page[follow] in ",;]})" or self._page[after:follow].strip(" \t"):
                return leaf, after
        return None, self._expression(at)

    def _mapping(self, at: int, depth: int) -> tuple[Tree, int]:
        tree: dict[str, Tree] = {}
        while True:
            at = self._skip(at)
            if self._page.startswith("}", at):
                return tree, at + 1
            key, after = self._key(at)
            if key and self._page[after : after + 1] == ("=" if self._toml else ":"):
                tree[key], at = self.value(after + 1, depth + 1)
            else:
                at = self._expression(at)
            at = self._next(at, "}")

    def _array(self, at: int, depth: int) -> tuple[Tree, int]:
        tree: list[Tree] = []
        while True:
            at = self._skip(at)
            if self._page.startswith("]", at):
                return tree, at + 1
            item, at = self.value(at, depth + 1)
            tree.append(item)
            at = self._next(at, "]")

    def _next(self, at: int, closing: str) -> int:
        at = self._skip(at)
        if self._page.startswith(",", at) and at < self._end:
            return at + 1
        if self._page.startswith(closing, at) and at < self._end:
            return at
        raise NotLiteralError(at)

    def _key(self, at: int) -> tuple[str, int]:
        if self._page[at : at + 1] in {'"', "'"}:
            leaf, at = self._string(at)
            key = leaf.raw(self._page).text if leaf else ""
        else:
            found = _BARE_KEY.match(self._page, at, self._end)
            key, at = (found[0], found.end()) if found else ("", at)
        return key, self._skip(at)

    def _string(self, at: int) -> tuple[Leaf | None, int]:
        raw = _TOML_RAW.match(self._page, at, self._end) if self._toml else None
        found = raw or _STRING.match(self._page, at, self._end)
        if found is None:
            raise NotLiteralError(at)
        start, end = found.span(found.lastindex or 0)
        if self._page[at] == "`" and "${" in self._page[start:end]:
            return None, found.end()
        return Leaf(start, end, "plain" if raw else "escaped"), found.end()

    def _expression(self, at: int) -> int:
        """Skip code up to the comma or bracket that ends it."""
        while at < self._end:
            token = _CODE.search(self._page, at, self._end)
            if token is None:
                return self._end
            if token[0] in _PAIRS:
                at = self._brackets.end(token.start())
                if not 0 <= at <= self._end:
                    raise NotLiteralError(token.start())
            elif token[0] in {",", ";", ")", "]", "}"}:
                return token.start()
            else:
                at = token.end()
        return at

    def _skip(self, at: int) -> int:
        found = _SKIP.match(self._page, at, self._end)
        return found.end() if found else at
